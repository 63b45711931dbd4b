"""The earliest day that a form may bear, and the bureau's word on it."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.sampling_day_bounds import repository
from services.sampling.sampling_day_bounds.models import SamplingDayBound
from services.sampling.sampling_day_bounds.rules import earliest_day
from services.sampling.sampling_day_bounds.schemas import SamplingDayBoundCreate
from shared.http.auth import Actor


async def earliest_on(session: AsyncSession, today: date, year_of_task: int | None = None) -> date:
    """The first day that a form entered today may bear, for a task of that year or without one."""
    return earliest_day(await repository.years_back_on(session, today), today, year_of_task)


async def add_bound(session: AsyncSession, body: SamplingDayBoundCreate, actor: Actor) -> SamplingDayBound:
    """Forms entered from a day on may lie as many years back; those taken in before stay."""
    row = SamplingDayBound(**body.model_dump(), recorded_by=actor.id)
    session.add(row)
    await session.flush()
    await session.refresh(row)
    return row
