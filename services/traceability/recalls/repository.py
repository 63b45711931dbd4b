"""Every query of the recalls."""

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, Row, Select, Text, exists, func, or_, select, union
from sqlalchemy import cast as sql_cast
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload
from sqlalchemy.orm.attributes import set_committed_value

from services.traceability.epcis_events.models import EpcisEvent
from services.traceability.recalls.models import Recall, RecallHold, RecallLine, RecallNotice, RecallScope
from services.traceability.tickets.models import Ticket, TicketLine
from services.traceability.tickets.rules import TicketState
from shared.contracts.traceability import RecallState
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.repository import codes_within


def _whole() -> Select[Recall]:
    notices = selectinload(Recall.notices)
    return select(Recall).options(
        selectinload(Recall.scopes),
        selectinload(Recall.entries),
        notices.selectinload(RecallNotice.lines),
        notices.selectinload(RecallNotice.holds).selectinload(RecallHold.hold),
    )


def seen_by(actor: Actor) -> Any:
    """The recalls of the actor's regions, and those that have reached a holder there."""
    within = codes_within(actor.regions)
    reached = exists().where(RecallNotice.recall_id == Recall.id, RecallNotice.region_code.in_(within))
    return or_(Recall.region_code.in_(within), reached)


class SoldOutside(NamedTuple):
    """What of a lot was sold to somebody who is named and not on the platform; `unit` as tickets keep it."""

    buyer: str
    region_code: str
    lot_key: str
    product_name: str
    unit: str
    quantity: Decimal


async def sold_outside(session: AsyncSession, actor: Actor, lot_keys: Collection[str]) -> list[SoldOutside]:
    """By tickets of the actor's regions. Events do not name such a buyer, the law's sales record does."""
    buyer, line = Ticket.buyer["name"].astext, TicketLine
    statement = (
        select(
            buyer,
            func.min(Ticket.seller_region),
            line.lot_key,
            func.min(line.product_name),
            line.unit,
            func.sum(line.quantity),
        )
        .join(Ticket, Ticket.id == line.ticket_id)
        .where(
            line.lot_key == func.any(sql_cast(list(lot_keys), ARRAY(Text))),
            Ticket.buyer_business_id.is_(None),
            buyer.is_not(None),
            Ticket.state != TicketState.VOIDED,
            Ticket.seller_region.in_(codes_within(actor.regions)),
        )
        .group_by(buyer, line.lot_key, line.unit)
        .order_by(buyer, line.lot_key, line.unit)
    )
    return [SoldOutside._make(row) for row in (await session.execute(statement)).all()]


async def visible_recall(session: AsyncSession, recall_id: UUID, actor: Actor, *, lock: bool = False) -> Recall | None:
    statement = _whole().where(Recall.id == recall_id, seen_by(actor)).execution_options(populate_existing=True)
    return await session.scalar(statement.with_for_update(of=Recall) if lock else statement)


async def recall_of_request(session: AsyncSession, request_id: UUID) -> Recall | None:
    statement = _whole().where(Recall.request_id == request_id).execution_options(populate_existing=True)
    return await session.scalar(statement.with_for_update(of=Recall))


async def list_recalls(
    session: AsyncSession,
    actor: Actor,
    page: PageRequest,
    *,
    state: RecallState | None,
    region_code: str | None,
    rehearsal: bool | None,
) -> tuple[list[Recall], str | None]:
    statement = select(Recall).where(seen_by(actor))
    if state is not None:
        statement = statement.where(Recall.state == state)
    if region_code is not None:
        statement = statement.where(Recall.region_code.in_(codes_within([region_code])))
    if rehearsal is not None:
        statement = statement.where(Recall.rehearsal == rehearsal)
    return await paginate(session, statement, page, order_by=[Recall.id], descending=True)


def _notices(actor: Actor) -> Select[RecallNotice]:
    """The notices that were sent: a holder's own, an office's of its regions and of its own recalls."""
    statement = (
        select(RecallNotice)
        .join(Recall, Recall.id == RecallNotice.recall_id)
        .where(RecallNotice.sent_at.is_not(None))
        .options(
            selectinload(RecallNotice.lines),
            selectinload(RecallNotice.holds).selectinload(RecallHold.hold),
            selectinload(RecallNotice.recall),
        )
    )
    if actor.business_id is not None:
        return statement.where(RecallNotice.business_id == actor.business_id)
    within = codes_within(actor.regions)
    return statement.where(or_(RecallNotice.region_code.in_(within), Recall.region_code.in_(within)))


async def recall_id_of_notice(session: AsyncSession, notice_id: UUID, actor: Actor) -> UUID | None:
    return await session.scalar(_notices(actor).where(RecallNotice.id == notice_id).with_only_columns(Recall.id))


async def locked_recall(session: AsyncSession, recall_id: UUID) -> Recall:
    """The recall whole and held: whoever answers a notice has been looked up before."""
    statement = _whole().where(Recall.id == recall_id).execution_options(populate_existing=True)
    recall = (await session.scalars(statement.with_for_update(of=Recall))).one()
    for notice in recall.notices:
        set_committed_value(notice, "recall", recall)
    return recall


async def list_notices(
    session: AsyncSession, actor: Actor, page: PageRequest, *, answered: bool | None
) -> tuple[list[RecallNotice], str | None]:
    statement = _notices(actor)
    if answered is not None:
        reported = RecallNotice.reported_at.is_not(None)
        statement = statement.where(reported if answered else ~reported)
    return await paginate(session, statement, page, order_by=[RecallNotice.id], descending=True)


async def called_back(session: AsyncSession, keys: Collection[str], *, not_told: UUID) -> Sequence[Row[str, Recall]]:
    """(key, recall) of these things and each recall that calls them back and names the business in no scope."""
    if not keys:
        return []
    wanted = func.any(sql_cast(list(keys), ARRAY(Text)))
    of_line = select(RecallLine.key.label("key"), RecallNotice.recall_id.label("recall_id"))
    of_line = of_line.join(RecallNotice, RecallNotice.id == RecallLine.notice_id).where(RecallLine.key == wanted)
    called = union(of_line, select(Recall.key, Recall.id).where(Recall.key == wanted)).subquery()
    told = select(RecallNotice.recall_id).where(RecallNotice.business_id == not_told)
    statement = (
        select(called.c.key, Recall)
        .join(Recall, Recall.id == called.c.recall_id)
        .where(~Recall.rehearsal, Recall.state != RecallState.WITHDRAWN, Recall.id.not_in(told))
        .order_by(Recall.opened_at)
    )
    return (await session.execute(statement)).all()


async def texts_of(session: AsyncSession, ids: Collection[UUID]) -> Sequence[Any]:
    """Events as they were sent: (id, event_id, hash_id, event_time, record_time, body), in the order of their ids."""
    if not ids:
        return []
    event = EpcisEvent
    statement = select(event.id, event.event_id, event.hash_id, event.event_time, event.record_time, event.body)
    return (await session.execute(statement.where(event.id.in_(ids)).order_by(event.event_id, event.id))).all()


async def ids_of_events(session: AsyncSession, event_ids: Collection[str]) -> list[UUID]:
    """The rows of these events: of one that was declared an error later, both."""
    if not event_ids:
        return []
    wanted = func.any(sql_cast(list(event_ids), ARRAY(Text)))
    return list(await session.scalars(select(EpcisEvent.id).where(EpcisEvent.event_id == wanted)))


async def add_scope(session: AsyncSession, recall: Recall, values: dict[str, Any]) -> RecallScope:
    counting = select(func.count()).select_from(RecallScope).where(RecallScope.recall_id == recall.id)
    scope = RecallScope(recall_id=recall.id, number=1 + (await session.scalar(counting) or 0), **values)
    session.add(scope)
    await session.flush()
    return scope
