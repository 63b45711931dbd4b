"""Booking what acts add to and take from the lots of a business."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.stocks import repository
from services.traceability.stocks.models import StockReason
from services.traceability.units.goods import Amount


@dataclass(frozen=True, slots=True)
class Movement:
    """An amount of a lot that came (positive) or went (negative)."""

    lot_key: str
    product_name: str
    amount: Amount
    reason: StockReason


@dataclass(frozen=True, slots=True)
class Oversold:
    """More of a lot went out than came in, as far as is recorded by now."""

    lot_key: str
    unit: str
    missing: Decimal


async def book(
    session: AsyncSession,
    act_id: UUID,
    business_id: UUID,
    region_code: str,
    at: datetime,
    movements: Sequence[Movement],
) -> None:
    """Enter what an act moved at one business; told again, nothing changes."""
    rows = [
        {
            "id": uuid5(act_id, f"{business_id}:{movement.reason}:{number}"),
            "act_id": act_id,
            "business_id": business_id,
            "region_code": region_code,
            "lot_key": movement.lot_key,
            "product_name": movement.product_name,
            "quantity": movement.amount.quantity,
            "unit": movement.amount.unit,
            "reason": movement.reason,
            "at": at,
        }
        for number, movement in enumerate(movements)
    ]
    if rows:
        await repository.enter(session, rows)


async def oversold(session: AsyncSession, business_id: UUID, lot_keys: Sequence[str]) -> list[Oversold]:
    """Of these lots those of which the business gave out more than it had."""
    found = await repository.balances(session, business_id, lot_keys)
    return [Oversold(row.lot_key, row.unit, -row.quantity) for row in found if row.quantity < 0]
