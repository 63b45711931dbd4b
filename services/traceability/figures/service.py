"""Feeding the figures of traceability, in the transaction of the fact."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.figures.definitions import LOT_HOLDS, LOTS, LOTS_ON_HOLD
from services.traceability.lots.models import Lot, LotHold
from shared.figures.service import Change, record
from shared.times import day_of


async def lot_recorded(session: AsyncSession, lot: Lot) -> None:
    await record(session, [Change(LOTS.code, lot.region_code, day_of(lot.recorded_at), 1)])


async def lot_held(session: AsyncSession, hold: LotHold) -> None:
    day = day_of(hold.held_at)
    await record(session, [Change(figure.code, hold.region_code, day, 1) for figure in (LOT_HOLDS, LOTS_ON_HOLD)])


async def lot_released(session: AsyncSession, hold: LotHold) -> None:
    assert hold.released_at is not None
    await record(session, [Change(LOTS_ON_HOLD.code, hold.region_code, day_of(hold.released_at), -1)])
