"""The shipped bounds: common practice, not read in any standard, unverified."""

from datetime import date
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.cold_chain.models import TemperatureLimit
from shared.dated_rules.repository import seed_rules

SINCE = date(2000, 1, 1)
SOURCE = "通行做法整理，尚未与现行标准核对；标签另有规定的从其规定"

SHIPPED = (
    {"storage_class": "frozen", "name": "冷冻", "least": None, "most": Decimal(-18)},
    {"storage_class": "chilled", "name": "冷藏", "least": Decimal(0), "most": Decimal(8)},
    {"storage_class": "fresh_meat", "name": "冷鲜肉", "least": Decimal(0), "most": Decimal(4)},
)


async def seed_temperature_limits(session: AsyncSession) -> None:
    await seed_rules(session, TemperatureLimit, SHIPPED, valid_from=SINCE, source=SOURCE, verified=False)
