"""Every query of the events. Rows are written by COPY: of an event come about ten, in five tables."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Table, Text, Uuid, and_, case, exists, false, func, literal, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.traceability.epcis_events.contexts import Context
from services.traceability.epcis_events.models import (
    CAPTURER,
    OFFICE,
    RECORD,
    TELLINGS,
    EpcisContext,
    EpcisEvent,
    EpcisEventFact,
    EpcisEventParty,
    EpcisEventThing,
    EpcisNamespace,
    TraceEdge,
)
from services.traceability.epcis_events.reading import ReadEvent
from services.traceability.epcis_events.standing import stands
from services.traceability.epcis_events.visibility import shown
from shared.copying import BulkCopy, Columns
from shared.http.auth import Actor
from shared.ids import uuid7_series
from shared.regions.repository import codes_within


def _copy_to(model: Any) -> BulkCopy:
    return BulkCopy(cast(Table, model.__table__))


_EVENTS, _THINGS, _FACTS = _copy_to(EpcisEvent), _copy_to(EpcisEventThing), _copy_to(EpcisEventFact)
_PARTIES, _EDGES = _copy_to(EpcisEventParty), _copy_to(TraceEdge)


@dataclass(frozen=True, slots=True)
class Capturer:
    """Whose capture it is, as far as the token tells; `part` is one of the `TELLINGS`."""

    business_id: UUID | None
    organisation_id: UUID | None
    region_code: str | None
    part: str = CAPTURER


async def known_events(
    session: AsyncSession, event_ids: Iterable[str]
) -> Sequence[Row[UUID, str, datetime | None, str, str]]:
    """What is stored under these ids: (id, event_id, error_declared_at, body, context)."""
    statement = (
        select(
            EpcisEvent.id,
            EpcisEvent.event_id,
            EpcisEvent.error_declared_at,
            EpcisEvent.body,
            EpcisContext.body.label("context"),
        )
        .join(EpcisContext, EpcisContext.id == EpcisEvent.context_id)
        .where(EpcisEvent.event_id == func.any(list(event_ids)))
    )
    return (await session.execute(statement)).all()


async def add_capturer(session: AsyncSession, ids: Iterable[UUID], capturer: Capturer) -> set[UUID]:
    """Note that somebody has captured these events, too; which of them he had not captured before."""
    own = aliased(EpcisEventParty)
    captured = select(own.event_pk).where(
        own.event_pk == EpcisEvent.id,
        own.part == capturer.part,
        *_is(own, capturer),
    )
    foreign = [EpcisEvent.id.in_(list(ids)), ~captured.exists()]
    locked = select(EpcisEvent.id).where(*foreign).order_by(EpcisEvent.id).with_for_update(key_share=True)
    if not (await session.scalars(locked)).all():
        return set()
    others = aliased(EpcisEventParty)
    number = select(func.max(others.number) + 1).where(others.event_pk == EpcisEvent.id).scalar_subquery()
    rows = select(
        EpcisEvent.id,
        number,
        literal(capturer.part),
        literal(capturer.business_id, Uuid),
        literal(capturer.organisation_id, Uuid),
        literal(capturer.region_code, Text),
        EpcisEvent.event_time,
    ).where(*foreign)
    columns = ["event_pk", "number", "part", "business_id", "organisation_id", "region_code", "event_time"]
    statement = insert(EpcisEventParty).from_select(columns, rows).returning(EpcisEventParty.event_pk)
    return set(await session.scalars(statement))


def _is(party: type[EpcisEventParty], capturer: Capturer) -> list[ColumnElement[bool]]:
    return [
        party.business_id.is_not_distinct_from(capturer.business_id),
        party.organisation_id.is_not_distinct_from(capturer.organisation_id),
        party.region_code.is_not_distinct_from(capturer.region_code),
    ]


async def told_by(session: AsyncSession, ids: Iterable[UUID], capturer: Capturer) -> set[UUID]:
    """Which of these events exactly this capturer has captured, in whatever part."""
    party = EpcisEventParty
    statement = select(party.event_pk).where(
        party.event_pk.in_(list(ids)), party.part.in_(TELLINGS), *_is(party, capturer)
    )
    return set(await session.scalars(statement))


async def made_by_records(session: AsyncSession, ids: Iterable[UUID]) -> set[UUID]:
    """Which of these events the platform wrote down as part of a record."""
    party = EpcisEventParty
    statement = select(party.event_pk).where(party.event_pk.in_(list(ids)), party.part == RECORD)
    return set(await session.scalars(statement))


async def declarable_by(session: AsyncSession, ids: Iterable[UUID], capturer: Capturer) -> set[UUID]:
    """Of which of these events it is for the capturer to say that they are errors: for an enterprise those it has told
    itself, for an organisation these, too, and for an office what was told in its region.
    """
    own: list[ColumnElement[bool]] = [false()]
    if capturer.business_id is not None:
        own.append(EpcisEventParty.business_id == capturer.business_id)
    else:
        if capturer.organisation_id is not None:
            own.append(EpcisEventParty.organisation_id == capturer.organisation_id)
        if capturer.part == OFFICE and capturer.region_code is not None:
            own.append(EpcisEventParty.region_code.in_(codes_within([capturer.region_code])))
    statement = select(EpcisEventParty.event_pk).where(
        EpcisEventParty.event_pk.in_(list(ids)), EpcisEventParty.part.in_(TELLINGS), or_(*own)
    )
    return set(await session.scalars(statement))


async def event_named(
    session: AsyncSession, event_id: str, seen: ColumnElement[bool]
) -> Row[UUID, str, datetime, str, str] | None:
    """The event of that id among those that are `seen`: (id, event_id, record_time, body, context). Of one that does
    not stand the last declaration that it is an error.
    """
    rank = case((and_(*stands()), 0), (EpcisEvent.error_declared_at.is_not(None), 1), else_=2)
    statement = (
        select(
            EpcisEvent.id,
            EpcisEvent.event_id,
            EpcisEvent.record_time,
            EpcisEvent.body,
            EpcisContext.body.label("context"),
        )
        .join(EpcisContext, EpcisContext.id == EpcisEvent.context_id)
        .where(EpcisEvent.event_id == event_id, seen)
        .order_by(rank, EpcisEvent.id.desc())
        .limit(1)
    )
    return (await session.execute(statement)).first()


async def declaration_over(session: AsyncSession, event_pk: UUID) -> Row[UUID, str, datetime, str, str] | None:
    """The last declaration by which that event no longer stands, in the columns of `event_named`: who sees the event
    may know, also where it was an office that declared it an error.
    """
    declaration = aliased(EpcisEvent)
    fallen = exists().where(EpcisEvent.id == event_pk, EpcisEvent.error_declared_at.is_(None), ~and_(*stands()))
    event_id = select(EpcisEvent.event_id).where(EpcisEvent.id == event_pk).scalar_subquery()
    statement = (
        select(
            declaration.id,
            declaration.event_id,
            declaration.record_time,
            declaration.body,
            EpcisContext.body.label("context"),
        )
        .join(EpcisContext, EpcisContext.id == declaration.context_id)
        .where(declaration.event_id == event_id, declaration.error_declared_at.is_not(None), fallen)
        .order_by(declaration.id.desc())
        .limit(1)
    )
    return (await session.execute(statement)).first()


async def keys_shown(session: AsyncSession, event_pk: UUID, actor: Actor) -> set[str]:
    """The keys of a linked event's things that its reader may see."""
    statement = (
        select(EpcisEventThing.key)
        .join(EpcisEvent, EpcisEvent.id == EpcisEventThing.event_pk)
        .where(EpcisEvent.id == event_pk, shown(actor, EpcisEventThing))
    )
    return set(await session.scalars(statement))


async def add_contexts(session: AsyncSession, contexts: Iterable[Context]) -> None:
    """Keep contexts and their prefixes, unless they are kept already."""
    rows = {context.id: {"id": context.id, "body": context.text} for context in contexts}
    await session.execute(insert(EpcisContext).on_conflict_do_nothing(), [rows[key] for key in sorted(rows)])
    declared = sorted({pair for context in contexts for pair in context.declared})
    if declared:
        await session.execute(
            insert(EpcisNamespace).on_conflict_do_nothing(),
            [{"prefix": prefix, "uri": uri} for prefix, uri in declared],
        )


async def copy_events(
    session: AsyncSession, events: Sequence[ReadEvent], capturer: Capturer, capture_id: UUID | None
) -> None:
    """Write the events and all that hangs on them. Raises asyncpg's `UniqueViolationError` when an id is taken."""
    ids = uuid7_series(len(events))
    await _EVENTS.write(
        session,
        {
            "id": ids,
            "event_id": [event.event_id.encode() for event in events],
            "hash_id": [event.hash_id.encode() for event in events],
            ("event_type", "event_time_zone", "action", "biz_step", "disposition", "error_reason"): [
                (e.event_type, e.event_time_zone, e.action, e.biz_step, e.disposition, e.error_reason) for e in events
            ],
            "event_time": [event.event_time for event in events],
            ("read_point", "biz_location"): [(event.read_point, event.biz_location) for event in events],
            "transformation_id": [event.transformation_id for event in events],
            "error_declared_at": [event.error_declared_at for event in events],
            "context_id": [event.context.id for event in events],
            "body": [event.text.encode() for event in events],
        },
        {
            "capture_id": capture_id,
            "business_id": capturer.business_id,
            "organisation_id": capturer.organisation_id,
            "region_code": capturer.region_code,
        },
        len(events),
    )
    await _copy_things(session, ids, events)
    await _copy_facts(session, ids, events)
    await _copy_parties(session, ids, events, capturer)
    await _copy_edges(session, ids, events)


async def _copy_things(session: AsyncSession, ids: Sequence[bytes], events: Sequence[ReadEvent]) -> None:
    rows = [
        (own, number, event.event_time, thing)
        for own, event in zip(ids, events, strict=True)
        for number, thing in enumerate(event.things)
    ]
    columns: Columns = {
        "event_pk": [row[0] for row in rows],
        "number": [row[1] for row in rows],
        "event_time": [row[2] for row in rows],
        "key": [row[3].key.encode() for row in rows],
        ("role", "class_key", "quantity", "uom"): [(t.role, t.class_key, t.quantity, t.uom) for *_, t in rows],
    }
    if rows:
        await _THINGS.write(session, columns, {}, len(rows))


async def _copy_facts(session: AsyncSession, ids: Sequence[bytes], events: Sequence[ReadEvent]) -> None:
    rows = [
        (own, number, fact) for own, event in zip(ids, events, strict=True) for number, fact in enumerate(event.facts)
    ]
    columns: Columns = {
        "event_pk": [row[0] for row in rows],
        "number": [row[1] for row in rows],
        ("family", "name", "value_text", "value_number", "value_time", "uom", "part"): [row[2] for row in rows],
    }
    if rows:
        await _FACTS.write(session, columns, {}, len(rows))


async def _copy_parties(
    session: AsyncSession, ids: Sequence[bytes], events: Sequence[ReadEvent], capturer: Capturer
) -> None:
    own = (capturer.part, capturer.business_id, capturer.organisation_id, None, capturer.region_code)
    rows = [
        (event_pk, number, event.event_time, party)
        for event_pk, event in zip(ids, events, strict=True)
        for number, party in enumerate(chain((own,), ((part, None, None, key, None) for part, key in event.parties)))
    ]
    columns: Columns = {
        "event_pk": [row[0] for row in rows],
        "number": [row[1] for row in rows],
        "event_time": [row[2] for row in rows],
        ("part", "business_id", "organisation_id", "gln_key", "region_code"): [row[3] for row in rows],
    }
    await _PARTIES.write(session, columns, {}, len(rows))


async def _copy_edges(session: AsyncSession, ids: Sequence[bytes], events: Sequence[ReadEvent]) -> None:
    rows = [
        (own, event.event_time, node, edge)
        for own, event in zip(ids, events, strict=True)
        if event.edges
        for node in (f"event:{UUID(bytes=own)}",)
        for edge in event.edges
    ]
    columns: Columns = {
        "source_key": [(edge.source or node).encode() for _, _, node, edge in rows],
        "target_key": [(edge.target or node).encode() for _, _, node, edge in rows],
        "event_pk": [row[0] for row in rows],
        "event_time": [row[1] for row in rows],
        "kind": [row[3].kind for row in rows],
    }
    if rows:
        await _EDGES.write(session, columns, {}, len(rows))
