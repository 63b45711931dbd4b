"""The shipped limits: our own proposal, unverified until a bureau adopts or corrects them."""

from datetime import date
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.traces.limits import Limit
from services.traceability.traces.models import TraceLimit
from shared.dated_rules.repository import seed_rules

SINCE = date(2000, 1, 1)
SOURCE = "本平台拟定，没有法规或标准规定，请按本地情况和产品核定"

SHIPPED = {
    Limit.WASTAGE_HIGH: Decimal("0.15"),
    Limit.TOLERANCE: Decimal("0.02"),
    Limit.RECEIPT: Decimal("72"),
    Limit.SPEED: Decimal("300"),
    Limit.DISTANCE: Decimal("50"),
}


async def seed_limits(session: AsyncSession) -> None:
    rows = [{"name": name, "product_key": "", "value": value} for name, value in SHIPPED.items()]
    await seed_rules(session, TraceLimit, rows, valid_from=SINCE, source=SOURCE, verified=False)
