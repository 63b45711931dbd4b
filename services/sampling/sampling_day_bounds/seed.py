"""The shipped bound of sampling days: a default of the product, which a bureau replaces by rows of its own."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.sampling_day_bounds.models import SamplingDayBound
from shared.dated_rules.repository import seed_rules

SHIPPED = {
    "years_back": 3,
    "valid_from": date(2015, 10, 1),
    "source": "本地默认值，由主管部门设定（法律未规定）",
    "verified": False,
    "reason": "随系统提供",
}


async def seed_sampling_day_bounds(session: AsyncSession) -> None:
    await seed_rules(session, SamplingDayBound, [SHIPPED])
