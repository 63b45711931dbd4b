"""The shipped bounds: common practice, not read in any standard, unverified."""

from datetime import date
from decimal import Decimal
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.cold_chain.models import TemperatureLimit

SINCE = date(2000, 1, 1)
SOURCE = "通行做法整理，尚未与现行标准核对；标签另有规定的从其规定"

SHIPPED: dict[str, tuple[str, Decimal | None, Decimal]] = {
    "frozen": ("冷冻", None, Decimal(-18)),
    "chilled": ("冷藏", Decimal(0), Decimal(8)),
    "fresh_meat": ("冷鲜肉", Decimal(0), Decimal(4)),
}


async def seed_temperature_limits(session: AsyncSession) -> None:
    """Bring the shipped bounds into the schema; idempotent, corrections stay."""
    rows = [
        {
            "id": uuid5(NAMESPACE_URL, f"shian:temperature-limit:{storage_class}"),
            "storage_class": storage_class,
            "name": name,
            "least": least,
            "most": most,
            "valid_from": SINCE,
            "source": SOURCE,
            "verified": False,
        }
        for storage_class, (name, least, most) in SHIPPED.items()
    ]
    await session.execute(insert(TemperatureLimit).values(rows).on_conflict_do_nothing(index_elements=["id"]))
