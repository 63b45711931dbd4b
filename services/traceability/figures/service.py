"""Feeding the figures of traceability, in the transaction of the fact."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.figures import subjects, trades
from services.traceability.figures.definitions import LOT_HOLDS, LOTS, LOTS_ON_HOLD
from services.traceability.figures.records import COMPLETE_RECORDS, PRODUCTS
from services.traceability.lots.models import Lot, LotHold
from services.traceability.products.models import Product
from services.traceability.subjects.models import SubjectMovement
from services.traceability.tickets.models import Ticket
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


class CountedRecord(NamedTuple):
    """A legal record as its figure looks at it."""

    region_code: str
    day: date
    missing_count: int


async def subject_moved(session: AsyncSession, moved: Sequence[SubjectMovement]) -> None:
    await record(session, [change for one in moved for change in subjects.changes_of(one)])


async def trade_changed(session: AsyncSession, ticket: Ticket, before: Mapping[str, trades.Count]) -> None:
    """The ticket counted as `before` (`trades.counts_of`) until now."""
    await record(session, trades.changes_of(ticket, before, trades.counts_of(ticket)))


async def product_changed(session: AsyncSession, product: Product, *, was_active: bool) -> None:
    change = int(product.active) - int(was_active)
    await record(session, [Change(PRODUCTS.code, product.region_code, day_of(product.recorded_at), change)])


async def records_counted(session: AsyncSession, records: Sequence[CountedRecord], sign: int) -> None:
    """These legal records count from now on (`sign` 1), or no more (−1)."""
    changes = [
        Change(COMPLETE_RECORDS.code, one.region_code, one.day, sign * (one.missing_count == 0), sign)
        for one in records
    ]
    await record(session, changes)
