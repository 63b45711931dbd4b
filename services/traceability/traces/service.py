"""Tracing a code: the walk through what the caller sees, and what the events along it say."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.codes.service import key_of
from services.traceability.epcis_events.keys import gln_key, kind_of
from services.traceability.traces import findings, repository
from services.traceability.traces.custody import (
    Balance,
    Contents,
    EventHead,
    Holder,
    Movement,
    Place,
    TraceEvent,
    Yield,
    balances,
    holder_of,
    movements,
    yields,
)
from services.traceability.traces.findings import Finding
from services.traceability.traces.limits import Limits
from services.traceability.traces.models import TraceLimit
from services.traceability.traces.problems import NothingTraced
from services.traceability.traces.rules import (
    EVER,
    TRANSFORMED,
    Cut,
    Direction,
    Edge,
    Graph,
    Walk,
    Window,
    windows,
    within,
)
from services.traceability.traces.schemas import LimitCreate
from shared.http.auth import Actor
from shared.times import day_of

MOST_NODES = 50_000
MOST_DEPTH = 100
MOST_EVENTS = 50_000
_EDGES_A_NODE = 20
_CITATIONS = 1_000

Heads = dict[UUID, EventHead]


@dataclass(slots=True)
class Trace:
    """All that a trace tells. `events_complete` is False where there were more events than are read."""

    code: str
    key: str
    direction: Direction
    as_of: datetime
    graphs: dict[Direction, Graph]
    cut: set[Cut]
    names: Mapping[str, str]
    heads: Heads
    timeline: list[TraceEvent]
    events_complete: bool
    holders: list[Holder]
    movements: list[Movement]
    balances: list[Balance]
    yields: list[Yield]
    findings: list[Finding]

    @property
    def things(self) -> set[str]:
        """All things of the trace; transformations are none."""
        return {key for graph in self.graphs.values() for key in graph.depth if key not in graph.nodes}

    @property
    def event_ids(self) -> list[str]:
        """The ids of all events on which the trace stands, in the order in which they took place."""
        own = {event.head.id: event.head for event in self.timeline}
        own |= {edge.event_pk: self.heads[edge.event_pk] for g in self.graphs.values() for edge in g.edges.values()}
        return list(dict.fromkeys(head.event_id for head in sorted(own.values(), key=lambda h: (h.at, h.event_id))))


@dataclass(frozen=True, slots=True)
class ReachedPlace:
    """A holder whom a thing, or what was made of it, has reached."""

    holder: Holder
    events: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Reach:
    key: str
    as_of: datetime
    things: int
    cut: set[Cut]
    holders: list[ReachedPlace]
    unplaced: int
    """Events of which nobody knows whose they are."""


async def trace(
    session: AsyncSession, actor: Actor, code: str, direction: Direction, *, as_of: datetime, depth: int, limit: int
) -> Trace:
    """Trace a code, in any spelling, as it is known now that it was at `as_of`.

    Raises `NothingTraced` where the caller sees no event of it, whether there is one or not.
    """
    key, heads = key_of(code), Heads()
    graphs = {
        way: await walk(session, actor, key, way, heads, as_of=as_of, depth=depth, limit=limit)
        for way in direction.ways
    }
    events, complete, contents = await _events(session, actor, graphs, heads, as_of)
    if not events:
        raise NothingTraced("本平台没有这个码的事件，或不在您可查看的范围内；请核对码的写法")
    places = await _name_holders(session, events)
    limits = Limits(await repository.limits_on(session, day_of(as_of)))
    things = {key for graph in graphs.values() for key in graph.depth if key not in graph.nodes}
    goods = _own_things(graphs) - {thing.key for event in events for thing in event.things if thing.role == "parent"}
    moves = [move for move in movements(events, contents) if move.key in things]
    own_balances = balances(move for move in moves if move.key in goods and move.event.head.shown is None)
    timeline = _in_windows(events, graphs, as_of)
    own_yields = yields(timeline)
    cited = await _cited(session, actor, events, heads)
    found = [
        *findings.broken_links(moves, contents, limits, as_of),
        *findings.unknown_origins(goods, moves),
        *findings.without_place(timeline),
        *findings.wrong_amounts(own_balances, limits),
        *findings.wrong_yields(own_yields, limits),
        *findings.impossible_travel(timeline, places, limits),
        *findings.copied_certificates(cited),
    ]
    return Trace(
        code=code,
        key=key,
        direction=direction,
        as_of=as_of,
        graphs=graphs,
        cut={cut for graph in graphs.values() for cut in graph.cut},
        names=await _names(session, things),
        heads=heads,
        timeline=timeline,
        events_complete=complete,
        holders=sorted({event.holder for event in timeline if event.holder}, key=lambda holder: holder.key),
        movements=moves,
        balances=sorted(own_balances, key=lambda one: (one.key, one.holder.key, one.unit)),
        yields=own_yields,
        findings=sorted(found, key=lambda one: (one.at, one.kind, one.keys, one.event_ids)),
    )


async def walk(
    session: AsyncSession,
    actor: Actor,
    start: str,
    way: Direction,
    heads: Heads,
    *,
    as_of: datetime,
    depth: int,
    limit: int,
) -> Graph:
    """Walk from a thing, level by level, along events that stand and that the caller sees; notes their heads.

    An event that he does not see ends the way there, and nothing tells that it exists.
    """
    is_node = await repository.is_transformation(session, start)
    step = Walk(start, way, as_of=as_of, depth=depth, limit=limit, is_node=is_node)
    most = _EDGES_A_NODE * limit + 1_000
    judged: set[UUID] = set(heads)
    while wanted := step.wanted():
        edges = await repository.edges_of(session, wanted, way, most)
        if edges is None:
            step.stop()
            continue
        most -= len(edges)
        fresh = {edge.event_pk for edge in edges} - judged
        judged |= fresh
        heads |= await repository.heads_of(session, actor, fresh)
        seen = [edge for edge in edges if _is_seen(edge, heads)]
        carriers = {edge.target for edge in seen if edge.kind != TRANSFORMED}
        step.feed(wanted, seen, await repository.emptied(session, carriers, actor))
    return step.graph


def _is_seen(edge: Edge, heads: Heads) -> bool:
    head = heads.get(edge.event_pk)
    return head is not None and (head.shown is None or {edge.source, edge.target} <= head.shown)


async def reach(
    session: AsyncSession, actor: Actor, code: str, *, as_of: datetime, depth: int = MOST_DEPTH, limit: int = MOST_NODES
) -> Reach:
    """Whom a thing and what was made of it have reached. Raises `NothingTraced`."""
    key, heads = key_of(code), Heads()
    graph = await walk(session, actor, key, Direction.FORWARD, heads, as_of=as_of, depth=depth, limit=limit)
    spans = windows(graph, Direction.FORWARD, as_of)
    ids = await repository.events_about(session, spans, MOST_EVENTS)
    cut = graph.cut if ids is not None else graph.cut | {Cut.LIMIT}
    ids = ids or []
    heads |= await repository.heads_of(session, actor, [one for one in ids if one not in heads])
    found = [heads[one] for one in ids if one in heads]
    if not found:
        raise NothingTraced("本平台没有这个码的事件，或不在您可查看的范围内；请核对码的写法")
    places = await repository.places_named(session, {gln_key(head.place) for head in found if head.place})
    names = await _business_names(session, places, found)
    own: dict[Holder, list[EventHead]] = defaultdict(list)
    for head in found:
        holder = holder_of(head, places, names)
        if holder is not None:
            own[holder].append(head)
    reached = [
        ReachedPlace(holder, len(many), min(h.at for h in many), max(h.at for h in many))
        for holder, many in own.items()
    ]
    return Reach(
        key=key,
        as_of=as_of,
        things=len(graph.depth) - len(graph.nodes),
        cut=cut,
        holders=sorted(reached, key=lambda one: (one.first_at, one.holder.key)),
        unplaced=len(found) - sum(map(len, own.values())),
    )


async def _events(
    session: AsyncSession, actor: Actor, graphs: Mapping[Direction, Graph], heads: Heads, as_of: datetime
) -> tuple[list[TraceEvent], bool, Contents]:
    """The events about the things of the trace: of things all until then, for what one holder took in and gave out is
    known only by all of them; of carriers those while something of the trace lay in them.
    """
    spans: dict[str, list[Window]] = defaultdict(list)
    for way, graph in graphs.items():
        for span in windows(graph, way, as_of):
            spans[span.key].append(span)
    for key in _own_things(graphs):
        spans[key] = [Window(key, EVER, as_of)]
    wanted = [span for own in spans.values() for span in own]
    ids = await repository.events_about(session, wanted, MOST_EVENTS)
    complete = ids is not None
    if ids is None:
        ids = [edge.event_pk for graph in graphs.values() for edge in graph.edges.values()]
    heads |= await repository.heads_of(session, actor, {one for one in ids if one not in heads})
    seen = [one for one in dict.fromkeys(ids) if one in heads]
    whole = [one for one in seen if heads[one].shown is None]
    things = await repository.things_of(session, seen)
    parties = await repository.parties_of(session, whole)
    certificates = await repository.certificates_of(session, whole)
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
            )
        )
    events.sort(key=lambda event: (event.head.at, event.head.event_id))
    stays = {stay for graph in graphs.values() for stay in graph.stays}
    return events, complete, Contents(sorted(stays), things)


def _own_things(graphs: Mapping[Direction, Graph]) -> set[str]:
    """What the trace is of: the things that it follows whole, not the carriers that only lent their way."""
    return {
        key
        for graph in graphs.values()
        for key, many in graph.reached.items()
        if key not in graph.nodes and any(one.whole for one in many)
    }


def _in_windows(events: Iterable[TraceEvent], graphs: Mapping[Direction, Graph], as_of: datetime) -> list[TraceEvent]:
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


async def _name_holders(session: AsyncSession, events: Sequence[TraceEvent]) -> dict[str, Place]:
    """Say of each event whose it is; returns the places."""
    keys = {gln_key(event.head.place) for event in events if event.head.place}
    places = await repository.places_named(session, keys)
    names = await _business_names(session, places, (event.head for event in events))
    for event in events:
        event.holder = holder_of(event.head, places, names)
    return places


async def _business_names(
    session: AsyncSession, places: Mapping[str, Place], heads: Iterable[EventHead]
) -> dict[UUID, str]:
    """A business is called as the register of businesses calls it, else as the first of its places."""
    ordered = sorted(places.items(), reverse=True)
    named = {place.business_id: place.name for _, place in ordered if place.business_id and place.name}
    captured = {head.business_id for head in heads if head.business_id and not head.place}
    return named | await repository.subjects_named(session, named.keys() | captured)


async def _names(session: AsyncSession, things: Iterable[str]) -> dict[str, str]:
    kinds = {key: kind_of(key) for key in things}
    registered = await repository.names_of(session, {*kinds, *(kind for kind in kinds.values() if kind)})
    found = {key: registered.get(key) or registered.get(kind or "") for key, kind in kinds.items()}
    return {key: name for key, name in found.items() if name}


async def _cited(
    session: AsyncSession, actor: Actor, events: Iterable[TraceEvent], heads: Heads
) -> list[tuple[str, TraceEvent]]:
    """The certificates of the trace with every event that refers to them, wherever the caller sees it."""
    certificates = {one for event in events for one in event.certificates}
    ids = await repository.events_citing(session, certificates, _CITATIONS)
    heads |= await repository.heads_of(session, actor, {one for one in ids if one not in heads})
    whole = [one for one in ids if one in heads and heads[one].shown is None]
    things, cited = await repository.things_of(session, whole), await repository.certificates_of(session, whole)
    return [
        (certificate, TraceEvent(heads[one], things[one]))
        for one in whole
        for certificate in cited[one]
        if certificate in certificates
    ]


async def correct_limit(session: AsyncSession, actor: Actor, wanted: LimitCreate) -> TraceLimit:
    """Append a limit; from its day on it counts."""
    product = kind_of(key := key_of(wanted.product)) or key if wanted.product else ""
    values = wanted.model_dump(exclude={"product"})
    limit = TraceLimit(**values, product_key=product, recorded_by=actor.id)
    session.add(limit)
    await session.flush()
    await session.refresh(limit)
    return limit
