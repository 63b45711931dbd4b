"""The earliest day that a form may bear."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.sampling_day_bounds.models import SamplingDayBound
from services.sampling.sampling_day_bounds.rules import earliest_day
from shared.dated_rules.repository import rule_on


async def earliest_on(session: AsyncSession, today: date, year_of_task: int | None = None) -> date:
    """The first day that a form entered today may bear, for a task of that year or without one."""
    bound = await rule_on(session, SamplingDayBound, today)
    return earliest_day(bound.years_back if bound else None, today, year_of_task)
