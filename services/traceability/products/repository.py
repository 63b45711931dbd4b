"""Every query of the products and their chains."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.certificates.models import Certificate
from services.traceability.epcis_events.models import EpcisEvent, EpcisEventThing
from services.traceability.epcis_events.vocabularies import BIZ_STEP
from services.traceability.productions.models import Production, ProductionPart
from services.traceability.products.models import ChainTemplate, Product
from services.traceability.subjects.scope import readable
from services.traceability.tickets.models import Ticket, TicketLine
from services.traceability.tickets.rules import TicketState
from shared.dated_rules.repository import rule_on
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.repository import codes_within

MOST_ANCESTORS = 2_000
_LEVELS = 30


async def get(session: AsyncSession, product_id: UUID) -> Product | None:
    return await session.get(Product, product_id, populate_existing=True, with_for_update=True)


async def visible_product(session: AsyncSession, product_id: UUID, actor: Actor) -> Product | None:
    found: Product | None = await session.scalar(
        select(Product).where(Product.id == product_id, readable(actor, Product.business_id, Product.region_code))
    )
    return found


async def list_products(
    session: AsyncSession,
    actor: Actor,
    page: PageRequest,
    *,
    business_id: UUID | None,
    region_code: str | None,
    chain_code: str | None,
) -> tuple[list[Product], str | None]:
    statement = select(Product).where(readable(actor, Product.business_id, Product.region_code))
    if business_id is not None:
        statement = statement.where(Product.business_id == business_id)
    if region_code is not None:
        statement = statement.where(Product.region_code.in_(codes_within([region_code])))
    if chain_code is not None:
        statement = statement.where(Product.chain_code == chain_code)
    return await paginate(session, statement, page, order_by=[Product.id])


async def template_on(session: AsyncSession, code: str, day: date) -> ChainTemplate | None:
    """The chain that holds on a day."""
    return await rule_on(session, ChainTemplate, day, ChainTemplate.code == code)


async def made_from(session: AsyncSession, lot_key: str) -> set[str]:
    """The lot and all lots from which it was made, by the productions, as far as `MOST_ANCESTORS`."""
    found, level = {lot_key}, {lot_key}
    for _ in range(_LEVELS):
        made = select(ProductionPart.production_id).where(ProductionPart.is_output, ProductionPart.lot_key.in_(level))
        above = select(ProductionPart.lot_key).where(~ProductionPart.is_output, ProductionPart.production_id.in_(made))
        level = set(await session.scalars(above.distinct().limit(MOST_ANCESTORS))) - found
        found |= level
        if not level or len(found) > MOST_ANCESTORS:
            break
    return found


async def lines_of(session: AsyncSession, keys: Collection[str]) -> Sequence[tuple[Ticket, TicketLine]]:
    """The lines of tickets by which these lots changed hands."""
    statement = (
        select(Ticket, TicketLine)
        .join(TicketLine, TicketLine.ticket_id == Ticket.id)
        .where(TicketLine.lot_key.in_(keys), Ticket.state != TicketState.VOIDED)
        .order_by(Ticket.sold_at, Ticket.id, TicketLine.number)
        .limit(MOST_ANCESTORS)
    )
    return [(row[0], row[1]) for row in await session.execute(statement)]


async def productions_of(session: AsyncSession, keys: Collection[str]) -> Sequence[tuple[Production, ProductionPart]]:
    """The productions in which these lots were used or made, with the part each had."""
    statement = (
        select(Production, ProductionPart)
        .join(ProductionPart, ProductionPart.production_id == Production.id)
        .where(ProductionPart.lot_key.in_(keys))
        .order_by(Production.done_at, Production.id, ProductionPart.is_output, ProductionPart.number)
        .limit(MOST_ANCESTORS)
    )
    return [(row[0], row[1]) for row in await session.execute(statement)]


async def certificates_of(session: AsyncSession, keys: Collection[str]) -> Sequence[Certificate]:
    statement = select(Certificate).where(Certificate.lot_key.in_(keys), Certificate.voided_at.is_(None))
    return (await session.scalars(statement.order_by(Certificate.issued_at, Certificate.id))).all()


async def is_measured(session: AsyncSession, keys: Collection[str]) -> bool:
    """Whether sensors have told of these lots."""
    found = await session.scalar(
        select(EpcisEventThing.event_pk)
        .join(EpcisEvent, EpcisEvent.id == EpcisEventThing.event_pk)
        .where(EpcisEventThing.key.in_(keys), EpcisEvent.biz_step == f"{BIZ_STEP.start}sensor_reporting")
        .limit(1)
    )
    return found is not None


async def has_lot(session: AsyncSession, business_id: UUID, lot_key: str) -> bool:
    """Whether the business made, bought or sold the lot."""
    tickets: Select[*tuple[Any, ...]] = (
        select(TicketLine.ticket_id)
        .join(Ticket, Ticket.id == TicketLine.ticket_id)
        .where(
            TicketLine.lot_key == lot_key,
            (Ticket.seller_business_id == business_id) | (Ticket.buyer_business_id == business_id),
        )
    )
    productions: Select[*tuple[Any, ...]] = (
        select(ProductionPart.production_id)
        .join(Production, Production.id == ProductionPart.production_id)
        .where(ProductionPart.lot_key == lot_key, Production.business_id == business_id)
    )
    certificates: Select[*tuple[Any, ...]] = select(Certificate.id).where(
        Certificate.lot_key == lot_key, Certificate.business_id == business_id
    )
    found = await session.execute(union_all(tickets, productions, certificates).limit(1))
    return found.first() is not None
