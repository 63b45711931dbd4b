"""Every query of the traces: edges, the events behind them as far as the caller sees these, places, limits."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Text, and_, column, exists, func, select, union_all
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects.postgresql import TIMESTAMP, distinct_on
from sqlalchemy.dialects.postgresql import UUID as UUIDS
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.traceability.codes.models import TraceCode
from services.traceability.codes.rules import CodeState
from services.traceability.epcis_events.models import (
    EpcisEvent,
    EpcisEventFact,
    EpcisEventParty,
    EpcisEventThing,
    TraceEdge,
)
from services.traceability.epcis_events.redaction import NEVER_REDACTED_TYPES
from services.traceability.epcis_events.visibility import concerned, shown
from services.traceability.everyday_events.rules import PLACE_KEY
from services.traceability.master_data.models import MasterDataAttribute
from services.traceability.subjects.models import Subject
from services.traceability.traces.custody import EventHead, Place, Thing
from services.traceability.traces.models import TraceLimit
from services.traceability.traces.rules import TRANSFORMED, Direction, Edge, Window
from shared.http.auth import Actor

_CERTIFICATES = ("cert", "testres", "pedigree")
_CBV_TRANSACTION = "https://ref.gs1.org/cbv/BTT-"
_MOMENT = TIMESTAMP(timezone=True)
_COORDINATES = ("urn:epcglobal:cbv:mda:latitude", "urn:epcglobal:cbv:mda:longitude")


def _any(values: Iterable[str]) -> Any:
    return func.any(sql_cast(list(values), ARRAY(Text)))


def _any_id(ids: Iterable[UUID]) -> Any:
    return func.any(sql_cast(list(ids), ARRAY(UUIDS(as_uuid=True))))


async def edges_of(session: AsyncSession, keys: Sequence[str], way: Direction, most: int) -> list[Edge] | None:
    """The edges that lead on from the keys, and those of packing either way; None when there are more than `most`.

    One statement a level, each side on its own covering index.
    """
    onward, beside = TraceEdge.source_key, TraceEdge.target_key
    if way is Direction.BACK:
        onward, beside = beside, onward
    columns = (TraceEdge.source_key, TraceEdge.target_key, TraceEdge.event_pk, TraceEdge.event_time, TraceEdge.kind)
    statement = union_all(
        select(*columns).where(onward == _any(keys)),
        select(*columns).where(beside == _any(keys), TraceEdge.kind != TRANSFORMED),
    ).limit(most + 1)
    rows = (await session.execute(statement)).all()
    return [Edge(*row) for row in rows] if len(rows) <= most else None


async def emptied(session: AsyncSession, carriers: Collection[str], actor: Actor) -> dict[str, list[datetime]]:
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
                ~_declared_wrong(),
                concerned(actor),
            )
        )
        for key, at in await session.execute(statement):
            found[key].append(at)
    return found


def _declared_wrong() -> Any:
    """The event, or another under its id, says that it is an error. Its corrections are events of their own."""
    declaration = aliased(EpcisEvent)
    return exists().where(declaration.event_id == EpcisEvent.event_id, declaration.error_declared_at.is_not(None))


async def heads_of(session: AsyncSession, actor: Actor, ids: Collection[UUID]) -> dict[UUID, EventHead]:
    """Of these events those that stand and that the actor sees. Of one that only shares a thing with his own, what he
    may know of it is told in `shown`.
    """
    if not ids:
        return {}
    own = _heads().where(EpcisEvent.id == _any_id(ids), concerned(actor), ~_declared_wrong())
    found = {row.id: EventHead(*row) for row in (await session.execute(own)).all()}
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
        linked = _heads().where(EpcisEvent.id == _any_id(keys), ~_declared_wrong())
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


async def is_transformation(session: AsyncSession, key: str) -> bool:
    statement = select(exists().where(EpcisEvent.transformation_id == key))
    return key.startswith("event:") or bool(await session.scalar(statement))


async def events_about(session: AsyncSession, windows: Sequence[Window], most: int) -> list[UUID] | None:
    """The events that name the things within their windows; None when there are more than `most`."""
    if not windows:
        return []
    window = (
        func.unnest(
            sql_cast([one.key for one in windows], ARRAY(Text)),
            sql_cast([one.first for one in windows], ARRAY(_MOMENT)),
            sql_cast([one.last for one in windows], ARRAY(_MOMENT)),
        )
        .table_valued(column("key", Text), column("first", _MOMENT), column("last", _MOMENT))
        .render_derived("windows")
    )
    statement = (
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
        .limit(most + 1)
    )
    ids = list(await session.scalars(statement))
    return ids if len(ids) <= most else None


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
    found = {}
    for key, spelling in spelt.items():
        row = registered.get(spelling)
        place = coordinates.get(spelling)
        if key.startswith(PLACE_KEY) and (business_id := _uuid(key.removeprefix(PLACE_KEY))) is not None:
            found[key] = Place(None, business_id, None, place)
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
    """The limits in force on `day` by name and product ('' for any); of several rows the last word on the latest."""
    row = TraceLimit
    rows = await session.scalars(
        select(row)
        .where(row.valid_from <= day)
        .ext(distinct_on(row.name, row.product_key))
        .order_by(row.name, row.product_key, row.valid_from.desc(), row.recorded_at.desc())
    )
    return {(found.name, found.product_key): found.value for found in rows}


async def list_limits(session: AsyncSession) -> Sequence[TraceLimit]:
    row = TraceLimit
    order = (row.name, row.product_key, row.valid_from.desc(), row.recorded_at.desc())
    return (await session.scalars(select(row).order_by(*order).limit(1000))).all()
