"""The shipped thresholds: our own proposal, unverified until a bureau adopts or corrects them."""

from datetime import date
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.code_scans.models import ScanThreshold
from services.traceability.code_scans.rules import Threshold
from shared.dated_rules.repository import seed_rules

SINCE = date(2000, 1, 1)
SOURCE = "本平台拟定，没有法规或标准规定，请按本地情况核定"

SHIPPED = {
    Threshold.SPEED: Decimal("300"),
    Threshold.DISTANCE: Decimal("50"),
    Threshold.SCANS: Decimal("50"),
    Threshold.WINDOW: Decimal("24"),
}


async def seed_thresholds(session: AsyncSession) -> None:
    rows = [{"name": name, "value": value} for name, value in SHIPPED.items()]
    await seed_rules(session, ScanThreshold, rows, valid_from=SINCE, source=SOURCE, verified=False)
