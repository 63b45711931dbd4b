"""Every query of the by-product pacts, and of the tickets under which by-products go."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.traceability.byproduct_pacts.models import ByproductPact
from services.traceability.subjects.models import Subject
from services.traceability.subjects.scope import readable
from services.traceability.tickets.models import Ticket, TicketLine
from services.traceability.tickets.rules import GoodsCategory, TicketState
from shared.figures.definition import day_in_shanghai
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate, paginate_rows
from shared.regions.repository import codes_within

Source, Processor = aliased(Subject), aliased(Subject)


async def get(session: AsyncSession, pact_id: UUID, *, lock: bool = False) -> ByproductPact | None:
    return await session.get(ByproductPact, pact_id, populate_existing=True, with_for_update=lock or None)


async def visible_pact(session: AsyncSession, pact_id: UUID, actor: Actor) -> Row[Any] | None:
    """The pact with the names of both sides."""
    return (await session.execute(_named(actor).where(ByproductPact.id == pact_id))).one_or_none()


async def list_pacts(
    session: AsyncSession, actor: Actor, page: PageRequest, *, region_code: str | None, business_id: UUID | None
) -> tuple[list[Any], str | None]:
    statement = _named(actor)
    if region_code is not None:
        statement = statement.where(ByproductPact.region_code.in_(codes_within([region_code])))
    if business_id is not None:
        statement = statement.where(
            or_(ByproductPact.source_id == business_id, ByproductPact.processor_id == business_id)
        )
    return await paginate_rows(session, statement, page, order_by=[ByproductPact.id.expression.label("id")])


async def handed(session: AsyncSession, pact: Any) -> Sequence[Row[*tuple[Any, ...]]]:
    """(unit, quantity, last_at) of the by-products that went under the pact."""
    statement = (
        select(
            TicketLine.unit,
            func.sum(TicketLine.quantity).label("quantity"),
            func.max(Ticket.sold_at).label("last_at"),
        )
        .join(Ticket, Ticket.id == TicketLine.ticket_id)
        .where(*_under(pact), TicketLine.category == GoodsCategory.BY_PRODUCT)
        .group_by(TicketLine.unit)
        .order_by(TicketLine.unit)
    )
    return (await session.execute(statement)).all()


async def tickets_under(session: AsyncSession, pact: Any) -> tuple[int, int]:
    """How many tickets of by-products there are under the pact, and how many of them were received."""
    received = func.count().filter(Ticket.state == TicketState.RECEIVED)
    total, taken = (await session.execute(select(func.count(), received).where(*_under(pact), _has_byproduct()))).one()
    return total, taken


async def list_leaks(
    session: AsyncSession, actor: Actor, page: PageRequest, *, region_code: str | None
) -> tuple[list[Ticket], str | None]:
    """Tickets of by-products of who has a pact on that day, to somebody with whom he has none; the latest first."""
    day = day_in_shanghai(Ticket.sold_at)
    in_force = (
        select(ByproductPact.id)
        .where(
            ByproductPact.source_id == Ticket.seller_business_id,
            ByproductPact.since <= day,
            or_(ByproductPact.until.is_(None), ByproductPact.until >= day),
        )
        .correlate(Ticket)
    )
    statement = select(Ticket).where(
        readable(actor, Ticket.seller_business_id, Ticket.seller_region),
        Ticket.state != TicketState.VOIDED,
        _has_byproduct(),
        in_force.exists(),
        ~in_force.where(ByproductPact.processor_id == Ticket.buyer_business_id).exists(),
    )
    if region_code is not None:
        statement = statement.where(Ticket.seller_region.in_(codes_within([region_code])))
    return await paginate(session, statement, page, order_by=[Ticket.sold_at, Ticket.id], descending=True)


def _named(actor: Actor) -> Select[*tuple[Any, ...]]:
    pact = ByproductPact
    mine = or_(
        readable(actor, pact.source_id, pact.region_code), readable(actor, pact.processor_id, Processor.region_code)
    )
    columns = [getattr(pact, name) for name in ("id", "source_id", "processor_id", "region_code", "since", "until")]
    return (
        select(
            *columns,
            pact.basis,
            pact.version,
            Source.name.label("source_name"),
            Processor.name.label("processor_name"),
        )
        .join(Source, Source.id == pact.source_id)
        .join(Processor, Processor.id == pact.processor_id)
        .where(mine)
    )


def _under(pact: Any) -> list[ColumnElement[bool]]:
    day = day_in_shanghai(Ticket.sold_at)
    found = [
        Ticket.seller_business_id == pact.source_id,
        Ticket.buyer_business_id == pact.processor_id,
        Ticket.state != TicketState.VOIDED,
        day >= pact.since,
    ]
    return found if pact.until is None else [*found, day <= pact.until]


def _has_byproduct() -> ColumnElement[bool]:
    lines = select(TicketLine.ticket_id).where(
        TicketLine.ticket_id == Ticket.id, TicketLine.category == GoodsCategory.BY_PRODUCT
    )
    return lines.exists()
