"""Tracing a code: the walk through what the caller sees, and what the events along it say."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.codes.service import key_of, product_key
from services.traceability.productions.repository import bands_on
from services.traceability.traces import findings, repository
from services.traceability.traces.behind import (
    certificates_cited,
    events_of,
    in_windows,
    name_holders,
    names_of,
    own_things,
    seen_in_part,
)
from services.traceability.traces.collecting import rare_collections
from services.traceability.traces.custody import (
    Balance,
    EventHead,
    Heads,
    Holder,
    Movement,
    TraceEvent,
    Yield,
    balances,
    handed_on,
    movements,
    voids_beside_records,
    yields,
)
from services.traceability.traces.findings import Finding
from services.traceability.traces.limits import Limits
from services.traceability.traces.models import TraceLimit
from services.traceability.traces.problems import NothingTraced
from services.traceability.traces.rules import (
    FOR_EVER,
    TRANSFORMED,
    Cut,
    Direction,
    Edge,
    EventEdges,
    Graph,
    Walk,
)
from services.traceability.traces.schemas import LimitCreate
from shared.dated_rules.service import state_rule
from shared.http.auth import Actor
from shared.times import day_of, now

MOST_NODES = 50_000
MOST_DEPTH = 100
_EDGES_A_NODE = 20


@dataclass(slots=True)
class Trace:
    """All that a trace tells. `events_complete` is False where there were more events than are read."""

    code: str
    key: str
    direction: Direction
    as_of: datetime
    known_at: datetime | None
    graphs: dict[Direction, Graph]
    things: set[str]
    """All things of the trace; transformations are none."""
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
    def event_ids(self) -> list[str]:
        """The ids of all events on which the trace stands, in the order in which they took place."""
        own = {event.head.id: event.head for event in self.timeline}
        own |= {edge.event_pk: self.heads[edge.event_pk] for g in self.graphs.values() for edge in g.edges}
        return list(dict.fromkeys(head.event_id for head in sorted(own.values(), key=lambda h: (h.at, h.event_id))))


@rare_collections()
async def trace(
    session: AsyncSession,
    actor: Actor,
    code: str,
    direction: Direction,
    *,
    depth: int,
    limit: int,
    as_of: datetime | None = None,
    known_at: datetime | None = None,
) -> Trace:
    """Trace a code, in any spelling, as it was at `as_of` by what had been recorded until `known_at` (None: until now).

    Without `as_of` all counts that is recorded, also under a time that is still to come: a terminal whose clock is
    wrong must not take goods out of a trace. Raises `NothingTraced` where the caller sees no event of it, whether
    there is one or not.
    """
    key, heads = key_of(code), Heads()
    until, moment = as_of or FOR_EVER, as_of or now()
    graphs = {
        way: await walk(session, actor, key, way, heads, as_of=until, known_at=known_at, depth=depth, limit=limit)
        for way in direction.ways
    }
    events, complete, contents = await events_of(session, actor, graphs, heads, as_of=until, known_at=known_at)
    if not events:
        raise NothingTraced("本平台没有这个码的事件，或不在您可查看的范围内；请核对码的写法")
    places, consignees = await name_holders(session, events)
    limits = Limits(await repository.limits_on(session, day_of(moment)))
    bands = await bands_on(session, day_of(moment))
    things = {key for graph in graphs.values() for key in graph.depth if key not in graph.nodes}
    goods = own_things(graphs) - {thing.key for event in events for thing in event.things if thing.role == "parent"}
    idle = voids_beside_records(events)
    told = [event for event in events if event not in idle]
    moves = [move for move in handed_on(movements(told, contents)) if move.key in things]
    own_balances = balances(move for move in moves if move.key in goods and move.event.head.shown is None)
    holders = {event.holder for event in events if event.holder}
    in_part = await seen_in_part(session, actor, holders)
    for balance in own_balances:
        balance.in_part = balance.holder.key in in_part
    shared = {event.head.event_id for event in events if event.head.shown is not None}
    out_of_sight = bool(in_part or shared or await seen_in_part(session, actor, consignees))
    timeline = in_windows(events, graphs, until)
    own_yields = yields(timeline)
    processes = await repository.processes_of(session, {one.event.head.id for one in own_yields})
    cited = await certificates_cited(session, actor, events, heads, known_at)
    found = [
        *findings.idle_voids(idle),
        *findings.broken_links(moves, contents, limits, moment),
        *findings.unknown_origins(goods, moves),
        *findings.without_place(timeline),
        *findings.ahead_of_their_record(timeline),
        *findings.wrong_amounts(own_balances, limits),
        *findings.wrong_yields(own_yields, processes, bands),
        *findings.impossible_travel(timeline, places, limits),
        *findings.copied_certificates(cited),
    ]
    return Trace(
        code=code,
        key=key,
        direction=direction,
        as_of=moment,
        known_at=known_at,
        graphs=graphs,
        things=things,
        cut={cut for graph in graphs.values() for cut in graph.cut} | ({Cut.UNSEEN} if out_of_sight else set()),
        names=await names_of(session, things),
        heads=heads,
        timeline=timeline,
        events_complete=complete,
        holders=sorted({event.holder for event in timeline if event.holder}, key=lambda holder: holder.key),
        movements=moves,
        balances=sorted(own_balances, key=lambda one: (one.key, one.holder.key, one.unit)),
        yields=own_yields,
        findings=sorted(
            findings.tellable(found, in_part, shared), key=lambda one: (one.at, one.kind, one.keys, one.event_ids)
        ),
    )


@rare_collections()
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
    known_at: datetime | None = None,
) -> Graph:
    """Walk from a thing along events that stand and that the caller sees; notes their heads.

    An event that he does not see ends the way there, and nothing tells that it exists. Where what lies ahead is not too
    much for one answer, one recursive query reads it; else the walk asks level by level for the edges it needs (which
    also works where edges are spread over servers, and no recursive query does).
    """
    is_node = await repository.is_transformation(session, start)
    step = Walk(start, way, as_of=as_of, depth=depth, limit=limit, is_node=is_node)
    most = _EDGES_A_NODE * limit + 1_000
    judged: set[UUID] = set(heads)
    edges = await repository.edges_ahead(session, start, way, as_of, most)
    if edges is not None:
        step.feed_all(*await _seen(session, actor, edges, heads, judged, known_at))
    while wanted := step.wanted():
        edges = await repository.edges_of(session, wanted, way, most)
        if edges is None:
            step.stop()
        else:
            most -= len(edges)
            step.feed(wanted, *await _seen(session, actor, edges, heads, judged, known_at))
    return step.graph


async def _seen(
    session: AsyncSession,
    actor: Actor,
    told: list[EventEdges],
    heads: Heads,
    judged: set[UUID],
    known_at: datetime | None,
) -> tuple[list[Edge], Mapping[str, Sequence[datetime]]]:
    """Those of the edges that the caller sees, and when the carriers among them were emptied; notes their heads."""
    fresh = {one.event_pk for one in told} - judged
    judged |= fresh
    heads |= await repository.heads_of(session, actor, fresh, known_at=known_at)
    seen = [edge for one in told if (head := heads.get(one.event_pk)) is not None for edge in _shown(one, head)]
    carriers = {edge.target for edge in seen if edge.kind != TRANSFORMED}
    return seen, await repository.emptied(session, carriers, actor, known_at)


def _shown(told: EventEdges, head: EventHead) -> Iterable[Edge]:
    shown = head.shown
    return told.edges() if shown is None else (e for e in told.edges() if {e.source, e.target} <= shown)


async def state_limit(session: AsyncSession, actor: Actor, wanted: LimitCreate) -> TraceLimit:
    """Append a limit, for all or for the product of the code that is named."""
    limit = TraceLimit(**wanted.model_dump(exclude={"product"}), product_key=product_key(wanted.product))
    return await state_rule(session, limit, actor)
