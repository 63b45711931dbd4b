"""Every query of the purchase alliances, and of what their members buy."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased, selectinload

from services.traceability.certificates.rules import CertificateKind
from services.traceability.purchase_alliances.models import AllianceParty, AllianceRole, PurchaseAlliance
from services.traceability.subjects.models import Subject
from services.traceability.tickets.models import Ticket, TicketLine
from services.traceability.tickets.rules import TicketState
from shared.figures.definition import day_in_shanghai
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.repository import codes_within


async def get(session: AsyncSession, alliance_id: UUID, *, lock: bool = False) -> PurchaseAlliance | None:
    return await session.get(PurchaseAlliance, alliance_id, populate_existing=True, with_for_update=lock or None)


async def visible_alliance(session: AsyncSession, alliance_id: UUID, actor: Actor) -> PurchaseAlliance | None:
    statement = select(PurchaseAlliance).where(PurchaseAlliance.id == alliance_id, _is_visible(actor))
    whole = selectinload(PurchaseAlliance.parties).selectinload(AllianceParty.subject)
    found: PurchaseAlliance | None = await session.scalar(
        statement.options(whole).execution_options(populate_existing=True)
    )
    return found


async def list_alliances(
    session: AsyncSession, actor: Actor, page: PageRequest
) -> tuple[list[PurchaseAlliance], str | None]:
    return await paginate(
        session, select(PurchaseAlliance).where(_is_visible(actor)), page, order_by=[PurchaseAlliance.id]
    )


async def overlapping(
    session: AsyncSession, alliance_id: UUID, business_id: UUID, role: AllianceRole, since: date, until: date | None
) -> bool:
    """Whether it is in the alliance in that role on any of these days."""
    party = AllianceParty
    statement = select(party.id).where(
        party.alliance_id == alliance_id,
        party.business_id == business_id,
        party.role == role,
        or_(party.until.is_(None), party.until >= since),
    )
    if until is not None:
        statement = statement.where(party.since <= until)
    return (await session.scalar(statement.limit(1))) is not None


async def get_party(session: AsyncSession, alliance_id: UUID, party_id: UUID) -> AllianceParty | None:
    found = await session.get(AllianceParty, party_id, populate_existing=True, with_for_update=True)
    return found if found is not None and found.alliance_id == alliance_id else None


async def purchases(
    session: AsyncSession, alliance_id: UUID, actor: Actor, first: date, last: date
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Member by member: tickets received in the period while a member, of these from suppliers admitted on the day, and
    with a test report. A business sees its own row.
    """
    member, supplier = aliased(AllianceParty), aliased(AllianceParty)
    day = day_in_shanghai(Ticket.received_at)
    admitted = select(supplier.id).where(
        supplier.alliance_id == alliance_id,
        supplier.role == AllianceRole.SUPPLIER,
        supplier.business_id == Ticket.seller_business_id,
        _on(supplier, day),
    )
    tested = select(TicketLine.ticket_id).where(
        TicketLine.ticket_id == Ticket.id,
        TicketLine.certificates.contains([{"kind": CertificateKind.TEST_REPORT.label}]),
    )
    bought = and_(
        Ticket.buyer_business_id == member.business_id,
        Ticket.state == TicketState.RECEIVED,
        day.between(first, last),
        _on(member, day),
    )
    statement = (
        select(
            member.business_id,
            func.max(Subject.name).label("name"),
            func.count(Ticket.id).label("purchases"),
            func.count(Ticket.id).filter(admitted.exists()).label("from_alliance"),
            func.count(Ticket.id).filter(tested.exists()).label("tested"),
        )
        .join(Subject, Subject.id == member.business_id)
        .outerjoin(Ticket, bought)
        .where(member.alliance_id == alliance_id, member.role == AllianceRole.MEMBER)
        .group_by(member.business_id)
        .order_by(member.business_id)
    )
    if actor.business_id is not None:
        statement = statement.where(member.business_id == actor.business_id)
    return (await session.execute(statement)).all()


def _on(party: Any, day: ColumnElement[Any]) -> ColumnElement[bool]:
    return and_(party.since <= day, or_(party.until.is_(None), party.until >= day))


def _is_visible(actor: Actor) -> ColumnElement[bool]:
    """An office sees those of its regions, a business those in which it is or was."""
    if actor.business_id is None:
        return PurchaseAlliance.region_code.in_(codes_within(actor.regions))
    own = select(AllianceParty.alliance_id).where(AllianceParty.business_id == actor.business_id)
    return PurchaseAlliance.id.in_(own)
