"""Every query of the tickets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from services.traceability.subjects.models import Subject
from services.traceability.subjects.scope import readable
from services.traceability.tickets.models import Receipt, Scale, Ticket, TicketLine
from services.traceability.tickets.rules import TicketChannel, TicketKind, TicketState
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.repository import codes_within


@dataclass(frozen=True, slots=True)
class TicketFilter:
    seller_business_id: UUID | None = None
    buyer_business_id: UUID | None = None
    region_code: str | None = None
    kind: TicketKind | None = None
    state: TicketState | None = None
    channel: TicketChannel | None = None
    since: datetime | None = None
    until: datetime | None = None
    lot_key: str | None = None
    sold_while_held: bool | None = None


async def lock_id(session: AsyncSession, ticket_id: UUID) -> None:
    """Let what is told of one ticket be handled one after the other: ticket and receipt may come at once."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(str(ticket_id), 2))))


async def get(session: AsyncSession, ticket_id: UUID) -> Ticket | None:
    found: Ticket | None = await session.scalar(
        select(Ticket)
        .where(Ticket.id == ticket_id)
        .options(selectinload(Ticket.lines))
        .execution_options(populate_existing=True)
    )
    return found


async def visible_ticket(session: AsyncSession, ticket_id: UUID, actor: Actor) -> Ticket | None:
    found: Ticket | None = await session.scalar(
        select(Ticket)
        .where(Ticket.id == ticket_id, _is_visible(actor))
        .options(selectinload(Ticket.lines))
        .execution_options(populate_existing=True)
    )
    return found


async def list_tickets(
    session: AsyncSession, actor: Actor, wanted: TicketFilter, page: PageRequest
) -> tuple[list[Ticket], str | None]:
    statement = select(Ticket).where(_is_visible(actor))
    for column, value in (
        (Ticket.seller_business_id, wanted.seller_business_id),
        (Ticket.buyer_business_id, wanted.buyer_business_id),
        (Ticket.kind, wanted.kind),
        (Ticket.state, wanted.state),
        (Ticket.channel, wanted.channel),
    ):
        if value is not None:
            statement = statement.where(column == value)
    if wanted.region_code is not None:
        inside = codes_within([wanted.region_code])
        statement = statement.where(or_(Ticket.seller_region.in_(inside), Ticket.buyer_region.in_(inside)))
    if wanted.since is not None:
        statement = statement.where(Ticket.sold_at >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(Ticket.sold_at < wanted.until)
    if wanted.lot_key is not None:
        having = select(TicketLine.ticket_id).where(TicketLine.lot_key == wanted.lot_key)
        statement = statement.where(Ticket.id.in_(having))
    if wanted.sold_while_held is not None:
        statement = statement.where(Ticket.held_reason.is_not(None) == wanted.sold_while_held)
    return await paginate(session, statement, page, order_by=[Ticket.sold_at, Ticket.id], descending=True)


async def add_receipt(session: AsyncSession, values: dict[str, Any]) -> bool:
    """Insert a receipt; False when this buyer has made one for the ticket."""
    inserted = await session.scalar(
        insert(Receipt).values(values).on_conflict_do_nothing().returning(Receipt.ticket_id)
    )
    return inserted is not None


async def receipt_of(session: AsyncSession, ticket_id: UUID, buyer_business_id: UUID) -> Receipt | None:
    return await session.get(Receipt, (ticket_id, buyer_business_id), populate_existing=True)


async def matched_receipts(session: AsyncSession, ticket_ids: Sequence[UUID]) -> dict[UUID, Receipt]:
    """The receipts that belong to these tickets."""
    found = await session.scalars(
        select(Receipt).where(Receipt.ticket_id.in_(ticket_ids), Receipt.matched_at.is_not(None))
    )
    return {receipt.ticket_id: receipt for receipt in found}


async def waiting_receipts(session: AsyncSession, ticket_id: UUID) -> Sequence[Receipt]:
    """Receipts that came before their ticket."""
    statement = select(Receipt).where(Receipt.ticket_id == ticket_id, Receipt.matched_at.is_(None))
    return (await session.scalars(statement)).all()


async def subject_at(session: AsyncSession, place_code: str) -> Subject | None:
    """Whose shop code that is."""
    found: Subject | None = await session.scalar(select(Subject).where(Subject.place_code == place_code))
    return found


async def get_scale(session: AsyncSession, scale_id: UUID) -> Scale | None:
    return await session.get(Scale, scale_id, populate_existing=True)


async def scale_named(session: AsyncSession, maker: str, serial: str) -> Scale | None:
    found: Scale | None = await session.scalar(select(Scale).filter_by(maker=maker, serial=serial))
    return found


async def list_scales(
    session: AsyncSession, actor: Actor, business_id: UUID | None, page: PageRequest
) -> tuple[list[Scale], str | None]:
    statement = select(Scale).where(readable(actor, Scale.business_id, Scale.region_code))
    if business_id is not None:
        statement = statement.where(Scale.business_id == business_id)
    return await paginate(session, statement, page, order_by=[Scale.id])


def _is_visible(actor: Actor) -> ColumnElement[bool]:
    """Both sides see a ticket, each with who may read its records."""
    return or_(
        readable(actor, Ticket.seller_business_id, Ticket.seller_region),
        readable(actor, Ticket.buyer_business_id, Ticket.buyer_region),
    )
