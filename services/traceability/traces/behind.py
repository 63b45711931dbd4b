"""What stands behind the things of a trace: the events about them, whose they are, what they are called."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.epcis_events.keys import gln_key, kind_of
from services.traceability.epcis_events.repository import made_by_records
from services.traceability.traces import repository
from services.traceability.traces.custody import (
    RETAIL_STEPS,
    SHIPPING,
    VOID_SHIPPING,
    Contents,
    EventHead,
    Heads,
    Holder,
    Place,
    TraceEvent,
    holder_at,
    holder_of,
    step_of,
)
from services.traceability.traces.rules import EVER, Direction, Graph, Window, windows, within
from shared.http.auth import Actor
from shared.regions.repository import those_within

MOST_EVENTS = 50_000
_CITATIONS = 1_000


async def events_of(
    session: AsyncSession,
    actor: Actor,
    graphs: Mapping[Direction, Graph],
    heads: Heads,
    *,
    as_of: datetime,
    known_at: datetime | None,
) -> tuple[list[TraceEvent], bool, Contents]:
    """The events about the things of the trace: of things all until then, for what one holder took in and gave out is
    known only by all of them; of carriers those while something of the trace lay in them.
    """
    spans: dict[str, list[Window]] = defaultdict(list)
    for way, graph in graphs.items():
        for span in windows(graph, way, as_of):
            spans[span.key].append(span)
    for key in own_things(graphs):
        spans[key] = [Window(key, EVER, as_of)]
    wanted = [span for own in spans.values() for span in own]
    ids = await repository.events_about(session, wanted, MOST_EVENTS)
    complete = ids is not None
    if ids is None:
        ids = [edge.event_pk for graph in graphs.values() for edge in graph.edges]
    heads |= await repository.heads_of(session, actor, {one for one in ids if one not in heads}, known_at=known_at)
    seen = [one for one in dict.fromkeys(ids) if one in heads]
    whole = [one for one in seen if heads[one].shown is None]
    things = await repository.things_of(session, seen)
    parties = await repository.parties_of(session, whole)
    certificates = await repository.certificates_of(session, whole)
    tickets = await _tickets(session, [heads[one] for one in whole])
    events = []
    for one in seen:
        head = heads[one]
        own = [thing for thing in things[one] if head.shown is None or thing.key in head.shown]
        named = parties.get(one, {})
        events.append(
            TraceEvent(
                head,
                own,
                sources=named.get("source", []),
                destinations=named.get("destination", []),
                certificates=certificates.get(one, []),
                tickets=tickets.get(one, frozenset()),
            )
        )
    await _mark_records(session, events)
    events.sort(key=lambda event: (event.head.at, event.head.event_id))
    stays = {stay for graph in graphs.values() for stay in graph.stays}
    return events, complete, Contents(sorted(stays), things)


async def _mark_records(session: AsyncSession, events: Collection[TraceEvent]) -> None:
    """Say of consignments whether they were sent under a record: only voids ask, and these are rare."""
    sent = {event.head.id: event for event in events if event.step in (SHIPPING, VOID_SHIPPING)}
    if any(event.step == VOID_SHIPPING for event in sent.values()):
        for one in await made_by_records(session, sent):
            sent[one].of_record = True


async def _tickets(session: AsyncSession, heads: Collection[EventHead]) -> dict[UUID, frozenset[str]]:
    """The tickets of what was sold over the counter and of receipts: only there nobody else tells who took what in."""
    retail = [head.id for head in heads if step_of(head) in RETAIL_STEPS]
    if not retail:
        return {}
    received = [head.id for head in heads if step_of(head) == "receiving"]
    return await repository.tickets_of(session, [*retail, *received])


def own_things(graphs: Mapping[Direction, Graph]) -> set[str]:
    """What the trace is of: the things that it follows whole, not the carriers that only lent their way."""
    return {
        key
        for graph in graphs.values()
        for key, many in graph.reached.items()
        if key not in graph.nodes and any(one.whole for one in many)
    }


def in_windows(events: Iterable[TraceEvent], graphs: Mapping[Direction, Graph], as_of: datetime) -> list[TraceEvent]:
    spans: list[dict[str, list[Window]]] = []
    for way, graph in graphs.items():
        own: dict[str, list[Window]] = defaultdict(list)
        for span in windows(graph, way, as_of):
            own[span.key].append(span)
        spans.append(own)
    return [
        event
        for event in events
        if any(within(own[key], event.head.at) for own in spans for key in event.keys if key in own)
    ]


async def name_holders(session: AsyncSession, events: Sequence[TraceEvent]) -> tuple[dict[str, Place], set[Holder]]:
    """Say of each event whose it is; returns the places, and to whom things were sent by what the events say."""
    sent_to = {place for event in events if event.step == SHIPPING for place in event.destinations}
    keys = {gln_key(event.head.place) for event in events if event.head.place}
    places = await repository.places_named(session, keys | sent_to)
    names = await business_names(
        session, places, {event.head.business_id for event in events if event.head.business_id}
    )
    for event in events:
        event.holder = holder_of(event.head, places, names)
    return places, {holder_at(place, places, names) for place in sent_to}


async def seen_in_part(session: AsyncSession, actor: Actor, holders: Collection[Holder]) -> set[str]:
    """Of these holders those (by their keys) of whom the actor sees only what they share with what concerns him. It
    hangs on who they are and never on what there is, so nothing tells whether they have recorded more.
    """
    if actor.business_id is not None:
        return {holder.key for holder in holders if holder.business_id != actor.business_id}
    regions = {holder.region_code for holder in holders if holder.region_code}
    own = await those_within(session, regions, actor.regions)
    return {holder.key for holder in holders if holder.region_code and holder.region_code not in own}


async def business_names(
    session: AsyncSession, places: Mapping[str, Place], others: Collection[UUID]
) -> dict[UUID, str]:
    """A business is called as the register of businesses calls it, else as the first of its places."""
    ordered = sorted(places.items(), reverse=True)
    named = {place.business_id: place.name for _, place in ordered if place.business_id and place.name}
    held = {place.business_id for place in places.values() if place.business_id}
    return named | await repository.subjects_named(session, held | set(others))


async def names_of(session: AsyncSession, things: Iterable[str]) -> dict[str, str]:
    kinds = {key: kind_of(key) for key in things}
    registered = await repository.names_of(session, {*kinds, *(kind for kind in kinds.values() if kind)})
    found = {key: registered.get(key) or registered.get(kind or "") for key, kind in kinds.items()}
    return {key: name for key, name in found.items() if name}


async def certificates_cited(
    session: AsyncSession, actor: Actor, events: Iterable[TraceEvent], heads: Heads, known_at: datetime | None
) -> list[tuple[str, TraceEvent]]:
    """The certificates of the trace with every event that refers to them, wherever the caller sees it."""
    certificates = {one for event in events for one in event.certificates}
    ids = await repository.events_citing(session, certificates, _CITATIONS)
    heads |= await repository.heads_of(session, actor, {one for one in ids if one not in heads}, known_at=known_at)
    whole = [one for one in ids if one in heads and heads[one].shown is None]
    things, cited = await repository.things_of(session, whole), await repository.certificates_of(session, whole)
    return [
        (certificate, TraceEvent(heads[one], things[one]))
        for one in whole
        for certificate in cited[one]
        if certificate in certificates
    ]
