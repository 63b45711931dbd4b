"""Every query on events and on named queries; what events name is listed by `occurring`."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from itertools import accumulate
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, case, delete, func, literal, select, tuple_, union_all
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.traceability.epcis_events.models import (
    EpcisContext,
    EpcisEvent,
    EpcisEventFact,
    EpcisEventThing,
    EpcisNamespace,
)
from services.traceability.epcis_events.reading import MOST_CHARACTERS
from services.traceability.epcis_events.visibility import concerned, linkable, shown
from services.traceability.epcis_queries.conditions import Direction, EventQuery, HasThing, Order
from services.traceability.epcis_queries.models import NamedQuery, SpentPageToken
from services.traceability.epcis_queries.own_events import can_walk, own_events
from services.traceability.epcis_queries.pages import SortKey
from services.traceability.epcis_queries.statements import Seen, clause
from shared.http.auth import Actor

_DEFAULT_ORDER = Order("event_time", Direction.DESC)
_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)
_LACKING = 9
LARGEST_PAGE = 16 * 2**20
"""Bytes of the events that are put together into one answer."""


@dataclass(frozen=True, slots=True)
class Found:
    """An event that matches, how it is seen, and its place in the order."""

    event: EpcisEvent
    seen: Seen
    place: SortKey


class FoundEvents(NamedTuple):
    """What was found. `is_cut`: there was more of it, too large for one answer."""

    events: list[Found]
    is_cut: bool


def sort_kinds(order: Order | None) -> tuple[type, ...]:
    """The types of the values in the sort key of an order."""
    if order is None or order.field != "extension":
        return (datetime, UUID)
    return (int, Decimal, datetime, str, UUID)


async def find_events(
    session: AsyncSession, actor: Actor, query: EventQuery, *, limit: int, after: SortKey | None = None
) -> FoundEvents:
    """The first `limit` events behind `after` that match and that the actor sees, in the query's order; fewer, but
    one, where together they are larger than `LARGEST_PAGE`.
    """
    order = query.order or _DEFAULT_ORDER
    if actor.business_id is not None and can_walk(actor, query, order):
        branches = [own_events(actor, actor.business_id, query, order.direction, limit, after)]
    else:
        branches = [_branch(actor, query, order, seen, limit, after) for seen in _degrees(query)]
    pages = union_all(*(select(branch.subquery()) for branch in branches)).subquery()
    keys = [column for column in pages.c if column.key.startswith("place_")]
    statement = select(pages).order_by(*_directed(keys, order.direction)).limit(limit)
    rows = (await session.execute(statement)).all()
    ids = await _on_one_page(session, [row.id for row in rows])
    loaded = await events_by_id(session, ids)
    shown = rows[: len(ids)]
    events = [Found(loaded[row.id], Seen(row.seen), tuple(getattr(row, key.key) for key in keys)) for row in shown]
    return FoundEvents(events, is_cut=len(shown) < len(rows))


async def count_events(session: AsyncSession, actor: Actor, query: EventQuery, *, limit: int) -> int:
    """How many events match and are seen, counted up to `limit`."""
    branches = [_reached(actor, query, seen).limit(limit) for seen in _degrees(query)]
    every = union_all(*(select(branch.subquery()) for branch in branches)).subquery()
    return await session.scalar(select(func.count()).select_from(every)) or 0


def _degrees(query: EventQuery) -> list[Seen]:
    """Linked events show only where a thing is asked for: see `visibility`."""
    traces = any(isinstance(one, HasThing) for one in query.conditions)
    return [Seen.WHOLE, Seen.LINKED] if traces else [Seen.WHOLE]


def _reached(actor: Actor, query: EventQuery, seen: Seen) -> Select[Any]:
    reach = concerned(actor) if seen is Seen.WHOLE else linkable(actor)
    return select(EpcisEvent.id).where(reach, *(clause(condition, actor, seen) for condition in query.conditions))


def _branch(
    actor: Actor, query: EventQuery, order: Order, seen: Seen, limit: int, after: SortKey | None
) -> Select[Any]:
    reached = _reached(actor, query, seen).add_columns(literal(seen.value).label("seen"))
    statement, place = _placed(reached, order, seen)
    if after is not None:
        here, there = tuple_(*place), tuple_(*(literal(value) for value in after))
        statement = statement.where(here < there if order.direction is Direction.DESC else here > there)
    labelled = [column.label(f"place_{number}") for number, column in enumerate(place)]
    return statement.add_columns(*labelled).order_by(*_directed(place, order.direction)).limit(limit)


def _placed(statement: Select[Any], order: Order, seen: Seen) -> tuple[Select[Any], list[Any]]:
    """The statement with what its order needs joined, and the columns of the sort key; no column is ever null.

    Of an extension field the first value counts: numbers before times before texts, events without it last.
    """
    if order.field != "extension":
        return statement, [getattr(EpcisEvent, order.field), EpcisEvent.id]
    fact = aliased(EpcisEventFact)
    values = (
        select(fact.value_number, fact.value_time, fact.value_text)
        .where(
            fact.event_pk == EpcisEvent.id,
            fact.family == "extension",
            fact.name.in_(order.names),
            fact.value_text.is_not(None) | fact.value_number.is_not(None),
            literal(seen is Seen.WHOLE),
        )
        .order_by(fact.number)
        .limit(1)
        .lateral("ordering")
    )
    lacking = _LACKING if order.direction is Direction.ASC else -_LACKING
    kind = case(
        (values.c.value_number.is_not(None), 0),
        (values.c.value_time.is_not(None), 1),
        (values.c.value_text.is_not(None), 2),
        else_=lacking,
    )
    place = [
        kind,
        func.coalesce(values.c.value_number, Decimal(0)),
        func.coalesce(values.c.value_time, _ANY_TIME),
        func.coalesce(values.c.value_text, "").collate("C"),
        EpcisEvent.id,
    ]
    return statement.outerjoin(values, literal(True)), place


def _directed(columns: Sequence[Any], direction: Direction) -> list[Any]:
    return [column.desc() if direction is Direction.DESC else column.asc() for column in columns]


async def _on_one_page(session: AsyncSession, ids: list[UUID]) -> list[UUID]:
    """The first of the events that together are no larger than a page should be, at least one."""
    if len(ids) * MOST_CHARACTERS <= LARGEST_PAGE:
        return ids
    sizes = select(EpcisEvent.id, func.octet_length(EpcisEvent.body)).where(EpcisEvent.id.in_(ids))
    size_of = {row[0]: row[1] for row in await session.execute(sizes)}
    together = accumulate(size_of[one] for one in ids)
    return ids[: max(1, sum(1 for size in together if size <= LARGEST_PAGE))]


async def events_by_id(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, EpcisEvent]:
    if not ids:
        return {}
    return {event.id: event for event in await session.scalars(select(EpcisEvent).where(EpcisEvent.id.in_(ids)))}


async def contexts_by_id(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, list[Any]]:
    """The contexts as JSON has them."""
    if not ids:
        return {}
    rows = await session.execute(select(EpcisContext.id, EpcisContext.body).where(EpcisContext.id.in_(ids)))
    return {identifier: json.loads(body) for identifier, body in rows}


async def shown_keys(session: AsyncSession, actor: Actor, ids: Collection[UUID]) -> dict[UUID, set[str]]:
    """Of linked events the keys of the things that are shown."""
    keys: dict[UUID, set[str]] = {one: set() for one in ids}
    if ids:
        thing = aliased(EpcisEventThing)
        statement = (
            select(thing.event_pk, thing.key)
            .join(EpcisEvent, EpcisEvent.id == thing.event_pk)
            .where(thing.event_pk.in_(ids), shown(actor, thing))
        )
        for event_pk, key in await session.execute(statement):
            keys[event_pk].add(key)
    return keys


async def namespaces_named(session: AsyncSession, text: str) -> dict[str, list[str]]:
    """The namespaces of those prefixes known from captured contexts that occur in `text` before a colon."""
    statement = select(EpcisNamespace.prefix, EpcisNamespace.uri).where(
        func.strpos(text, EpcisNamespace.prefix + ":") > 0
    )
    found: dict[str, list[str]] = {}
    for prefix, uri in await session.execute(statement.order_by(EpcisNamespace.prefix, EpcisNamespace.uri)):
        found.setdefault(prefix, []).append(uri)
    return found


async def add_query(session: AsyncSession, query: NamedQuery) -> bool:
    """Keep a named query; False when its owner has one of that name."""
    values = {
        "id": query.id,
        "owner_key": query.owner_key,
        "name": query.name,
        "given": query.given,
        "definition": query.definition,
        "namespaces": query.namespaces,
        "created_by": query.created_by,
    }
    statement = insert(NamedQuery).values(values).on_conflict_do_nothing(index_elements=["owner_key", "name"])
    return await session.scalar(statement.returning(NamedQuery.id)) is not None


async def named_query(session: AsyncSession, owner_key: str, name: str, *, lock: bool = False) -> NamedQuery | None:
    statement = select(NamedQuery).where(NamedQuery.owner_key == owner_key, NamedQuery.name == name)
    found: NamedQuery | None = await session.scalar(statement.with_for_update() if lock else statement)
    return found


async def list_queries(session: AsyncSession, owner_key: str, *, limit: int, after: str | None) -> list[NamedQuery]:
    statement = select(NamedQuery).where(NamedQuery.owner_key == owner_key)
    if after is not None:
        statement = statement.where(NamedQuery.name > after)
    return list(await session.scalars(statement.order_by(NamedQuery.name).limit(limit)))


async def spend_token(session: AsyncSession, digest: str, expires_at: datetime, now: datetime) -> None:
    """Remember that a token is no longer to be taken; forget those that have run out anyway."""
    await session.execute(delete(SpentPageToken).where(SpentPageToken.expires_at < now))
    await session.execute(insert(SpentPageToken).values(digest=digest, expires_at=expires_at).on_conflict_do_nothing())


async def is_spent(session: AsyncSession, digest: str) -> bool:
    return await session.get(SpentPageToken, digest) is not None
