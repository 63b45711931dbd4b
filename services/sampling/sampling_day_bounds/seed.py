"""The shipped bound of sampling days: a default of the product, which a bureau replaces by rows of its own."""

from datetime import date
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.sampling_day_bounds import repository


async def seed_sampling_day_bounds(session: AsyncSession) -> None:
    """Bring the shipped bound in; idempotent, a release overwrites nothing."""
    row = {
        "id": uuid5(NAMESPACE_URL, "shian:sampling-day-bound"),
        "years_back": 3,
        "valid_from": date(2015, 10, 1),
        "source": "本地默认值，由主管部门设定（法律未规定）",
        "verified": False,
        "reason": "随系统提供",
    }
    await repository.add_missing(session, [row])
