"""The shipped thresholds: our own proposal, unverified until a bureau adopts or corrects them."""

from datetime import date
from decimal import Decimal
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.code_scans.models import ScanThreshold
from services.traceability.code_scans.rules import Threshold

SINCE = date(2000, 1, 1)
SOURCE = "本平台拟定，没有法规或标准规定，请按本地情况核定"

SHIPPED = {
    Threshold.SPEED: Decimal("300"),
    Threshold.DISTANCE: Decimal("50"),
    Threshold.SCANS: Decimal("50"),
    Threshold.WINDOW: Decimal("24"),
}


async def seed_thresholds(session: AsyncSession) -> None:
    """Bring the shipped thresholds into the schema; idempotent, corrections stay."""
    rows = [
        {
            "id": uuid5(NAMESPACE_URL, f"shian:scan-threshold:{name}"),
            "name": name,
            "value": value,
            "valid_from": SINCE,
            "source": SOURCE,
            "verified": False,
        }
        for name, value in SHIPPED.items()
    ]
    await session.execute(insert(ScanThreshold).values(rows).on_conflict_do_nothing(index_elements=["id"]))
