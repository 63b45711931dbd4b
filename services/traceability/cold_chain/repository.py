"""Every query of the cold chain."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from services.traceability.cold_chain.models import ColdConsignment, ColdLot, ColdReading, TemperatureLimit
from services.traceability.subjects.scope import readable
from services.traceability.tickets.models import Ticket, TicketLine
from services.traceability.tickets.rules import TicketState
from shared.dated_rules.repository import rule_on
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.repository import codes_within


async def lock_id(session: AsyncSession, consignment_id: UUID) -> None:
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(str(consignment_id), 5))))


async def get(session: AsyncSession, consignment_id: UUID) -> ColdConsignment | None:
    found: ColdConsignment | None = await session.scalar(
        select(ColdConsignment).where(ColdConsignment.id == consignment_id).options(selectinload(ColdConsignment.lots))
    )
    return found


async def visible_consignment(session: AsyncSession, consignment_id: UUID, actor: Actor) -> ColdConsignment | None:
    found: ColdConsignment | None = await session.scalar(
        select(ColdConsignment)
        .where(ColdConsignment.id == consignment_id, _is_visible(actor))
        .options(selectinload(ColdConsignment.lots))
    )
    return found


async def list_consignments(
    session: AsyncSession, actor: Actor, page: PageRequest, *, region_code: str | None, lot_key: str | None
) -> tuple[list[ColdConsignment], str | None]:
    statement = select(ColdConsignment).where(_is_visible(actor)).options(selectinload(ColdConsignment.lots))
    if region_code is not None:
        statement = statement.where(ColdConsignment.region_code.in_(codes_within([region_code])))
    if lot_key is not None:
        having = select(ColdLot.consignment_id).where(ColdLot.lot_key == lot_key)
        statement = statement.where(ColdConsignment.id.in_(having))
    order = [ColdConsignment.entered_at, ColdConsignment.id]
    return await paginate(session, statement, page, order_by=order, descending=True)


async def add_readings(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    for at in range(0, len(rows), 1000):
        await session.execute(insert(ColdReading).values(list(rows[at : at + 1000])).on_conflict_do_nothing())


async def readings_of(session: AsyncSession, consignment_id: UUID) -> Sequence[ColdReading]:
    """All readings of a consignment, device by device, by time."""
    order = (ColdReading.business_id, ColdReading.device, ColdReading.at)
    return (
        await session.scalars(select(ColdReading).where(ColdReading.consignment_id == consignment_id).order_by(*order))
    ).all()


async def limit_on(session: AsyncSession, storage_class: str, day: date) -> TemperatureLimit | None:
    """The bounds that hold on a day."""
    return await rule_on(session, TemperatureLimit, day, TemperatureLimit.storage_class == storage_class)


async def had(session: AsyncSession, consignment_id: UUID, business_id: UUID) -> bool:
    """Whether the business coded the consignment or bought or sold a lot of it."""
    found = await session.scalar(
        select(ColdConsignment.id).where(ColdConsignment.id == consignment_id, _is_of(business_id)).limit(1)
    )
    return found is not None


def _is_of(business_id: UUID) -> ColumnElement[bool]:
    """The consignments that the business coded or traded a lot of."""
    traded = (
        select(ColdLot.consignment_id)
        .join(TicketLine, TicketLine.lot_key == ColdLot.lot_key)
        .join(Ticket, Ticket.id == TicketLine.ticket_id)
        .where(Ticket.buyer_business_id == business_id, Ticket.state == TicketState.RECEIVED)
    )
    return or_(ColdConsignment.business_id == business_id, ColdConsignment.id.in_(traded))


def _is_visible(actor: Actor) -> ColumnElement[bool]:
    own = readable(actor, ColdConsignment.business_id, ColdConsignment.region_code)
    return own if actor.business_id is None else or_(own, _is_of(actor.business_id))
