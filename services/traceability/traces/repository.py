"""Every query of the traces: edges, the events behind them as far as the caller sees these, places, limits."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Row, Text, and_, bindparam, column, exists, func, select
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects.postgresql import TIMESTAMP, asyncpg
from sqlalchemy.dialects.postgresql import UUID as UUIDS
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.traceability.codes.models import TraceCode
from services.traceability.codes.rules import OWN_KEY, CodeState
from services.traceability.epcis_events.keys import is_class, is_instance
from services.traceability.epcis_events.models import (
    EpcisEvent,
    EpcisEventFact,
    EpcisEventParty,
    EpcisEventThing,
)
from services.traceability.epcis_events.redaction import NEVER_REDACTED_TYPES
from services.traceability.epcis_events.standing import stands
from services.traceability.epcis_events.visibility import concerned, shown
from services.traceability.epcis_events.vocabularies import CBV
from services.traceability.everyday_events.rules import LOT_KEY, PLACE_KEY
from services.traceability.master_data.models import MasterDataAttribute
from services.traceability.productions.models import Production
from services.traceability.subjects.models import Subject
from services.traceability.traces.custody import EventHead, Place, Thing
from services.traceability.traces.models import TraceLimit
from services.traceability.traces.rules import Direction, EventEdges, Window
from shared.database import driver_connection
from shared.dated_rules.repository import in_force
from shared.http.auth import Actor

_DRIVER = asyncpg.dialect()  # type: ignore[no-untyped-call]
_OURS = (LOT_KEY, OWN_KEY)
"""How the keys begin that the platform itself gives: no transformation has such a one."""
_CERTIFICATES = ("cert", "testres", "pedigree")
_CBV_TRANSACTION = "https://ref.gs1.org/cbv/BTT-"
SHIPPING = f"{CBV}BizStep-shipping"
_MOMENT = TIMESTAMP(timezone=True)
_COORDINATES = ("urn:epcglobal:cbv:mda:latitude", "urn:epcglobal:cbv:mda:longitude")


def _any(values: Iterable[str]) -> Any:
    return func.any(sql_cast(list(values), ARRAY(Text)))


def _any_id(ids: Iterable[UUID]) -> Any:
    return func.any(sql_cast(list(ids), ARRAY(UUIDS(as_uuid=True))))


_COLUMNS = "source_key, target_key, event_pk, event_time, kind"
_BY_EVENT = "SELECT event_pk, event_time, kind, array_agg(source_key), array_agg(target_key) FROM"
_EACH_EVENT = "AS edges GROUP BY event_pk, event_time, kind"
_EDGES = {
    way: f"""
    {_BY_EVENT} (
      SELECT {_COLUMNS} FROM trace_edges WHERE {onward} = ANY($1::text[])
      UNION ALL
      SELECT {_COLUMNS} FROM trace_edges WHERE {beside} = ANY($1::text[]) AND kind <> 'transformed' LIMIT $2
    ) {_EACH_EVENT}"""  # noqa: S608 (column names)
    for way, onward, beside in (
        (Direction.FORWARD, "source_key", "target_key"),
        (Direction.BACK, "target_key", "source_key"),
    )
}
_ONWARD = {
    Direction.FORWARD: f"""
        SELECT {_COLUMNS}, target_key, kind = 'transformed' FROM trace_edges
        WHERE source_key = reached.key AND event_time <= $2
        UNION ALL
        SELECT {_COLUMNS}, source_key, true FROM trace_edges
        WHERE reached.whole AND target_key = reached.key AND kind <> 'transformed' AND event_time <= $2""",  # noqa: S608
    Direction.BACK: f"""
        SELECT {_COLUMNS}, source_key, true FROM trace_edges
        WHERE target_key = reached.key AND kind = 'transformed' AND event_time <= $2
        UNION ALL
        SELECT {_COLUMNS}, source_key, true FROM trace_edges
        WHERE reached.whole AND target_key = reached.key AND kind <> 'transformed' AND event_time <= $2
        UNION ALL
        SELECT {_COLUMNS}, target_key, false FROM trace_edges
        WHERE source_key = reached.key AND kind <> 'transformed' AND event_time <= $2""",  # noqa: S608
}
_AHEAD = {
    way: f"""
    WITH RECURSIVE walked({_COLUMNS}, key, whole) AS (
      SELECT NULL::text COLLATE "C", NULL::text COLLATE "C", NULL::uuid, NULL::timestamptz, NULL::text,
        $1::text COLLATE "C", true
      UNION
      SELECT onward.* FROM (SELECT DISTINCT key, whole FROM walked) AS reached CROSS JOIN LATERAL ({onward}) AS onward
    )
    {_BY_EVENT} (SELECT {_COLUMNS} FROM walked WHERE event_pk IS NOT NULL LIMIT $3) {_EACH_EVENT}"""  # noqa: S608 (no input in it)
    for way, onward in _ONWARD.items()
}
"""Both go past the object mapper: a trace may be of a hundred thousand edges. The recursion carries the edges
themselves, level by level, so each is read from its index once and not for every way that leads to it. What is handed
over is a row for each event, not for each edge: of thirty inputs, time and event are read and made once.
"""


async def edges_ahead(
    session: AsyncSession, start: str, way: Direction, as_of: datetime, most: int
) -> list[EventEdges] | None:
    """All edges that a walk from `start` can go along, and some that it cannot: here they are only followed, whoever
    may see them and whatever was in a carrier when. None when there are more than `most`.
    """
    connection = await driver_connection(session)
    return _at_most(most, await connection.fetch(_AHEAD[way], start, as_of, most + 1))


async def edges_of(session: AsyncSession, keys: Sequence[str], way: Direction, most: int) -> list[EventEdges] | None:
    """The edges that lead on from the keys, and those of packing either way; None when there are more than `most`.

    One statement for all keys, each side on its own covering index.
    """
    connection = await driver_connection(session)
    return _at_most(most, await connection.fetch(_EDGES[way], keys, most + 1))


def _at_most(most: int, rows: Iterable[Sequence[Any]]) -> list[EventEdges] | None:
    found = [EventEdges(*row) for row in rows]
    return found if sum(len(one.sources) for one in found) <= most else None


async def emptied(
    session: AsyncSession, carriers: Collection[str], actor: Actor, known_at: datetime | None
) -> dict[str, list[datetime]]:
    """When carriers were unpacked altogether: by a removal that names no child."""
    found: dict[str, list[datetime]] = defaultdict(list)
    if carriers:
        parent, child = aliased(EpcisEventThing), aliased(EpcisEventThing)
        statement = (
            select(parent.key, parent.event_time)
            .join(EpcisEvent, EpcisEvent.id == parent.event_pk)
            .where(
                parent.key == _any(carriers),
                parent.role == "parent",
                EpcisEvent.event_type.in_(("AggregationEvent", "AssociationEvent")),
                EpcisEvent.action == "DELETE",
                ~exists().where(child.event_pk == parent.event_pk, child.role != "parent"),
                *stands(known_at),
                concerned(actor),
            )
        )
        for key, at in await session.execute(statement):
            found[key].append(at)
    return found


async def heads_of(
    session: AsyncSession,
    actor: Actor,
    ids: Collection[UUID],
    *,
    known_at: datetime | None = None,
    standing: bool = True,
) -> dict[UUID, EventHead]:
    """Of these events those that stand (or all) and that the actor sees. Of one that only shares a thing with his own,
    what he may know of it is told in `shown`.
    """
    if not ids:
        return {}
    sql, values = _own_heads(actor, standing, known_at is not None)
    given = {"ids": list(ids), "known_at": known_at}
    connection = await driver_connection(session)
    rows = await connection.fetch(sql, *(given.get(name, value) for name, value in values))
    found = {row[0]: EventHead(*row) for row in rows}
    rest = [one for one in ids if one not in found]
    if not rest:
        return found
    keys: dict[UUID, set[str]] = defaultdict(set)
    things = (
        select(EpcisEventThing.event_pk, EpcisEventThing.key)
        .join(EpcisEvent, EpcisEvent.id == EpcisEventThing.event_pk)
        .where(
            EpcisEventThing.event_pk == _any_id(rest),
            EpcisEvent.event_type.not_in(NEVER_REDACTED_TYPES),
            shown(actor, EpcisEventThing),
        )
    )
    for event_pk, key in await session.execute(things):
        keys[event_pk].add(key)
    if keys:
        condition = stands(known_at) if standing else []
        linked = _heads().where(EpcisEvent.id == _any_id(keys), *condition)
        for row in (await session.execute(linked)).all():
            found[row.id] = EventHead(*row)._replace(shown=frozenset(keys[row.id]))
    return found


def _heads() -> Any:
    return select(
        EpcisEvent.id,
        EpcisEvent.event_id,
        EpcisEvent.hash_id,
        EpcisEvent.event_type,
        EpcisEvent.event_time,
        EpcisEvent.record_time,
        EpcisEvent.action,
        EpcisEvent.biz_step,
        EpcisEvent.disposition,
        func.coalesce(EpcisEvent.biz_location, EpcisEvent.read_point),
        EpcisEvent.business_id,
        EpcisEvent.region_code,
    )


@lru_cache(maxsize=1_000)
def _own_heads(actor: Actor, standing: bool, dated: bool) -> tuple[str, list[tuple[str, Any]]]:
    """The statement for the heads of the actor's own events, as the driver takes it, and its parameters by name, with
    the values of those that hang on the actor. Putting it together takes longer than to answer it for a small trace.
    """
    known_at = bindparam("known_at", None, type_=_MOMENT) if dated else None
    own = EpcisEvent.id == func.any(bindparam("ids", None, type_=ARRAY(UUIDS(as_uuid=True))))
    statement = _heads().where(own, concerned(actor), *(stands(known_at) if standing else []))
    compiled = statement.compile(dialect=_DRIVER, compile_kwargs={"render_postcompile": True})
    return str(compiled), [(name, compiled.params[name]) for name in compiled.positiontup or ()]


async def is_transformation(session: AsyncSession, key: str) -> bool:
    """Whether the key is that of a transformation and not of a thing."""
    if key.startswith(_OURS) or is_class(key) or is_instance(key):
        return False
    if key.startswith("event:"):
        return True
    connection = await driver_connection(session)
    return bool(await connection.fetchval("SELECT EXISTS (SELECT FROM epcis_events WHERE transformation_id = $1)", key))


async def processes_of(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, str]:
    """By which process (of `/v1/yield-bands`) each of these events was made, where its own business said so."""
    event = EpcisEvent
    statement = select(event.id, event.business_id, event.transformation_id).where(event.id == _any_id(ids))
    acts = {
        row.id: (act, row.business_id)
        for row in await session.execute(statement)
        if row.transformation_id and (act := _uuid(row.transformation_id.removeprefix("urn:uuid:"))) is not None
    }
    made = Production
    told = select(made.id, made.business_id, made.process).where(
        made.id == _any_id(act for act, _ in acts.values()), made.process.is_not(None)
    )
    known = {(row.id, row.business_id): row.process for row in await session.execute(told)}
    return {event_id: known[act] for event_id, act in acts.items() if act in known}


async def events_about(session: AsyncSession, windows: Sequence[Window], most: int) -> list[UUID] | None:
    """The events that name the things within their windows; None when there are more than `most`."""
    if not windows:
        return []
    statement = _ids_about(windows).limit(most + 1)
    ids = list(await session.scalars(statement))
    return ids if len(ids) <= most else None


def _ids_about(windows: Sequence[Window]) -> Any:
    window = (
        func.unnest(
            sql_cast([one.key for one in windows], ARRAY(Text)),
            sql_cast([one.first for one in windows], ARRAY(_MOMENT)),
            sql_cast([one.last for one in windows], ARRAY(_MOMENT)),
        )
        .table_valued(column("key", Text), column("first", _MOMENT), column("last", _MOMENT))
        .render_derived("windows")
    )
    return (
        select(EpcisEventThing.event_pk)
        .select_from(window)
        .join(
            EpcisEventThing,
            and_(
                EpcisEventThing.key == window.c.key,
                EpcisEventThing.event_time.between(window.c.first, window.c.last),
            ),
        )
        .group_by(EpcisEventThing.event_pk)
    )


async def places_reached(
    session: AsyncSession, actor: Actor, windows: Sequence[Window], most: int, known_at: datetime | None
) -> Sequence[Row[Any]]:
    """Where the caller's own events about the things took place: (place, who captured them, region, events,
    first, last), and in each row how many events there are about the things for anybody, up to `most`.
    """
    ids = _ids_about(windows).limit(most).cte("about")
    place = func.coalesce(EpcisEvent.biz_location, EpcisEvent.read_point).label("place")
    statement = (
        select(
            place,
            EpcisEvent.business_id,
            func.min(EpcisEvent.region_code).label("region_code"),
            func.count().label("events"),
            func.min(EpcisEvent.event_time).label("first_at"),
            func.max(EpcisEvent.event_time).label("last_at"),
            select(func.count()).select_from(ids).scalar_subquery().label("about"),
        )
        .select_from(ids)
        .join(EpcisEvent, EpcisEvent.id == ids.c.event_pk)
        .where(concerned(actor), *stands(known_at))
        .group_by(place, EpcisEvent.business_id)
    )
    return (await session.execute(statement)).all()


async def places_sent_to(
    session: AsyncSession, actor: Actor, windows: Sequence[Window], most: int, known_at: datetime | None
) -> list[tuple[str, datetime, datetime]]:
    """To whom the caller's own events say that the things were shipped: (gln_key, first, last)."""
    ids = _ids_about(windows).limit(most).cte("about")
    party = EpcisEventParty
    statement = (
        select(party.gln_key, func.min(EpcisEvent.event_time), func.max(EpcisEvent.event_time))
        .select_from(ids)
        .join(EpcisEvent, EpcisEvent.id == ids.c.event_pk)
        .join(party, party.event_pk == EpcisEvent.id)
        .where(
            EpcisEvent.biz_step == SHIPPING,
            party.part == "destination",
            concerned(actor),
            *stands(known_at),
        )
        .group_by(party.gln_key)
    )
    rows = await session.execute(statement)
    return [(gln, first, last) for gln, first, last in rows if gln is not None]


async def things_of(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, list[Thing]]:
    """The things that the events name, with their amounts."""
    found: dict[UUID, list[Thing]] = defaultdict(list)
    if ids:
        thing = EpcisEventThing
        statement = select(thing.event_pk, thing.role, thing.key, thing.quantity, thing.uom).where(
            thing.event_pk == _any_id(ids)
        )
        for event_pk, role, key, quantity, uom in (
            await session.execute(statement.order_by(thing.event_pk, thing.number))
        ).all():
            found[event_pk].append(Thing(role, key, quantity, uom))
    return found


async def parties_of(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, dict[str, list[str]]]:
    """Who is named as source and destination in the events."""
    found: dict[UUID, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    if ids:
        party = EpcisEventParty
        statement = select(party.event_pk, party.part, party.gln_key).where(
            party.event_pk == _any_id(ids), party.part.in_(("source", "destination"))
        )
        for event_pk, part, key in (await session.execute(statement.order_by(party.event_pk, party.number))).all():
            if key is not None:
                found[event_pk][part].append(key)
    return found


async def certificates_of(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, list[str]]:
    """The certificates and test results that the events refer to."""
    found: dict[UUID, list[str]] = defaultdict(list)
    if ids:
        fact = EpcisEventFact
        statement = select(fact.event_pk, fact.value_text).where(
            fact.event_pk == _any_id(ids), fact.family == "biz_transaction", fact.name.in_(_certificate_types())
        )
        for event_pk, certificate in (await session.execute(statement.order_by(fact.event_pk, fact.number))).all():
            if certificate is not None:
                found[event_pk].append(certificate)
    return found


async def tickets_of(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, frozenset[str]]:
    """The tickets under which goods moved in the events."""
    found: dict[UUID, frozenset[str]] = {}
    if ids:
        fact = EpcisEventFact
        statement = select(fact.event_pk, func.array_agg(fact.value_text)).where(
            fact.event_pk == _any_id(ids), fact.family == "biz_transaction", fact.name == f"{_CBV_TRANSACTION}desadv"
        )
        for event_pk, tickets in (await session.execute(statement.group_by(fact.event_pk))).all():
            found[event_pk] = frozenset(filter(None, tickets))
    return found


async def events_citing(session: AsyncSession, certificates: Collection[str], most: int) -> list[UUID]:
    """Events anywhere that refer to one of these certificates."""
    if not certificates:
        return []
    fact = EpcisEventFact
    statement = select(fact.event_pk).where(
        fact.family == "biz_transaction",
        fact.name.in_(_certificate_types()),
        fact.value_text == _any(certificates),
    )
    return list(await session.scalars(statement.distinct().limit(most)))


def _certificate_types() -> list[str]:
    return [_CBV_TRANSACTION + word for word in _CERTIFICATES]


async def places_named(session: AsyncSession, keys: Collection[str]) -> dict[str, Place]:
    """Of places, by GLN (13 digits) or identifier, who holds them by the register of codes, and where they lie."""
    spelt = {key: f"https://id.gs1.org/414/{key}" if len(key) == 13 and key.isdigit() else key for key in keys}
    if not spelt:
        return {}
    code = TraceCode
    statement = select(code.key, code.name, code.business_id, code.region_code).where(
        code.key == _any(spelt.values()), code.state != CodeState.VOIDED, code.issuer_business_id.is_(None)
    )
    registered = {row.key: row for row in (await session.execute(statement)).all()}
    coordinates = await _coordinates(session, spelt.values())
    of_businesses = {key: own for key in keys if key.startswith(PLACE_KEY) and (own := _uuid(key[len(PLACE_KEY) :]))}
    regions = await _regions_of(session, of_businesses.values())
    found = {}
    for key, spelling in spelt.items():
        row = registered.get(spelling)
        place = coordinates.get(spelling)
        if (business_id := of_businesses.get(key)) is not None:
            found[key] = Place(None, business_id, regions.get(business_id), place)
        elif row is not None or place is not None:
            found[key] = Place(
                row.name if row else None, row.business_id if row else None, row.region_code if row else None, place
            )
    return found


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


async def subjects_named(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, str]:
    """What businesses are called."""
    if not ids:
        return {}
    statement = select(Subject.id, Subject.name).where(Subject.id == _any_id(ids))
    return {row.id: row.name for row in (await session.execute(statement)).all()}


async def _regions_of(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, str]:
    """Where businesses lie by the register."""
    if not ids:
        return {}
    statement = select(Subject.id, Subject.region_code).where(Subject.id == _any_id(ids))
    return {row.id: row.region_code for row in (await session.execute(statement)).all()}


async def _coordinates(session: AsyncSession, keys: Iterable[str]) -> dict[str, tuple[Decimal, Decimal]]:
    attribute = MasterDataAttribute
    statement = select(attribute.key, attribute.name, attribute.value_number).where(
        attribute.key == _any(keys), attribute.name.in_(_COORDINATES)
    )
    said: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for key, name, number in (await session.execute(statement.order_by(attribute.element_id))).all():
        if number is not None:
            said[key][name] = number
    latitude, longitude = _COORDINATES
    return {
        key: (numbers[latitude], numbers[longitude])
        for key, numbers in said.items()
        if len(numbers) == 2 and abs(numbers[latitude]) <= 90 and abs(numbers[longitude]) <= 180
    }


async def names_of(session: AsyncSession, keys: Collection[str]) -> dict[str, str]:
    """What things are called, as far as their codes or those of their kinds are registered."""
    if not keys:
        return {}
    statement = select(TraceCode.key, TraceCode.name).where(TraceCode.key == _any(keys))
    return {row.key: row.name for row in (await session.execute(statement)).all()}


async def limits_on(session: AsyncSession, day: date) -> Mapping[tuple[str, str], Decimal]:
    """The limits in force on a day by name and product ('' for any)."""
    return {(row.name, row.product_key): row.value for row in await in_force(session, TraceLimit, day)}
