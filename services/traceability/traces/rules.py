"""Walking the edges of a trace: what went into what, and what lay in what at that time. Pure.

A thing is reached as at some moments, from `first` to `last`. Forwards it can go on from `first` on, backwards only up
to `last`; what lay in it counts only at these moments. So a transformation's inputs are opened as they were when it
took place, and whatever was packed into a crate before or after is not drawn in.

Reached `whole`, a thing is followed with all that is in it. Reached because something lay in it (a carrier), it lends
its way to that thing, and the other things in it are left alone. Forwards and backwards are each other's mirror: if a
trace forwards from A reaches B, one backwards from B reaches A.

Nothing hangs on the order in which events were captured: edges are held by the time at which they took place. At the
very moment of packing or unpacking a thing counts as in its carrier, so a trace rather holds too much than too little.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

EVER = datetime.min.replace(tzinfo=UTC)
FOR_EVER = datetime.max.replace(tzinfo=UTC)
TRANSFORMED = "transformed"
PACKING = frozenset({"aggregated", "associated"})
UNPACKING = frozenset({"disaggregated", "dissociated"})
OBSERVED = "observed"


class Direction(StrEnum):
    BACK = "back"
    FORWARD = "forward"
    BOTH = "both"

    @property
    def label(self) -> str:
        return {"back": "来源", "forward": "去向", "both": "来源与去向"}[self]

    @property
    def ways(self) -> tuple["Direction", ...]:
        return (Direction.BACK, Direction.FORWARD) if self is Direction.BOTH else (self,)


class Edge(NamedTuple):
    """`source` went into `target`: input → transformation → output, or child → carrier."""

    source: str
    target: str
    event_pk: UUID
    at: datetime
    kind: str


class EventEdges(NamedTuple):
    """All edges of one kind that an event tells of: the n-th source went into the n-th target."""

    event_pk: UUID
    at: datetime
    kind: str
    sources: Sequence[str]
    targets: Sequence[str]

    def edges(self) -> Iterator[Edge]:
        for source, target in zip(self.sources, self.targets, strict=True):
            yield Edge(source, target, self.event_pk, self.at, self.kind)


class Stay(NamedTuple):
    """`child` lay in `carrier` from `start` to `end`, both counted; `edges` are the records that say so."""

    child: str
    carrier: str
    start: datetime
    end: datetime
    edges: tuple[Edge, ...]


class Reached(NamedTuple):
    key: str
    first: datetime
    last: datetime
    whole: bool


_FIRST, _LAST, _WHOLE = attrgetter("first"), attrgetter("last"), attrgetter("whole")


class Cut(StrEnum):
    """Why a trace does not go to the end."""

    DEPTH = "depth"
    LIMIT = "limit"
    UNSEEN = "unseen"

    @property
    def label(self) -> str:
        return {
            "depth": "已到所要的层数，后面还有",
            "limit": "已到节点上限，后面还有",
            "unseen": "有的经手者不在您可查看的范围内，他们的记录看不全，数量和断链不作判断",
        }[self]


def stays(edges: Iterable[Edge], emptied: Mapping[str, Sequence[datetime]]) -> Iterator[Stay]:
    """When which child lay in which carrier. `emptied` are the moments at which a carrier was unpacked altogether.

    A removal without a packing before it says that the child had been in it all along.
    """
    pairs: dict[tuple[str, str], list[Edge]] = defaultdict(list)
    for edge in edges:
        if edge.kind != TRANSFORMED:
            pairs[edge.source, edge.target].append(edge)
    for (child, carrier), own in pairs.items():
        yield from _stays_of(child, carrier, own, emptied.get(carrier, ()))


def _stays_of(child: str, carrier: str, edges: list[Edge], emptied: Sequence[datetime]) -> Iterator[Stay]:
    moments: list[tuple[datetime, Edge | None]] = [(edge.at, edge) for edge in edges]
    moments += [(at, None) for at in set(emptied)]
    start: datetime | None = None
    said: list[Edge] = []
    known = False
    for at, group in groupby(sorted(moments, key=lambda one: one[0]), key=lambda one: one[0]):
        here = [edge for _, edge in group]
        own = [edge for edge in here if edge is not None]
        into = [edge for edge in own if edge.kind in PACKING]
        seen = [edge for edge in own if edge.kind == OBSERVED]
        out = [edge for edge in own if edge.kind in UNPACKING]
        empty = len(own) < len(here)
        if start is not None and (out or empty):
            yield Stay(child, carrier, start, at, (*said, *seen, *out))
            start, said = (at, into) if into else (None, [])
        elif out and not into:
            if not known:
                yield Stay(child, carrier, EVER, at, tuple(out))
        elif out or (empty and into):
            yield Stay(child, carrier, at, at, (*into, *out))
        elif into or seen:
            start = at if start is None else start
            said = [*said, *into, *seen]
        known = known or bool(own)
    if start is not None:
        yield Stay(child, carrier, start, FOR_EVER, tuple(said))


@dataclass
class Graph:
    """What a walk has found: things with how and at what depth they were reached, and the edges it went along."""

    depth: dict[str, int] = field(default_factory=dict)
    reached: dict[str, list[Reached]] = field(default_factory=lambda: defaultdict(list))
    """Of each thing only what says more than the rest."""
    nodes: set[str] = field(default_factory=set)
    """The keys among them that are transformations."""
    edges: set[Edge] = field(default_factory=set)
    stays: set[Stay] = field(default_factory=set)
    cut: set[Cut] = field(default_factory=set)


class Walk:
    """One walk in one direction. The caller gives it the edges it asks for, or (`feed_all`) all there are at once:

        while wanted := walk.wanted():
            walk.feed(wanted, edges_of(wanted), emptied)

    `depth` counts things: through a transformation to its outputs is one step. `limit` is how many things and
    transformations the walk may find.
    """

    def __init__(self, start: str, way: Direction, *, as_of: datetime, depth: int, limit: int, is_node: bool) -> None:
        self.graph = Graph()
        self._forward = way is Direction.FORWARD
        self._as_of, self._most_depth, self._limit = as_of.astimezone(UTC), depth, limit
        self._known: set[str] | None = set()
        """Whose edges are there; None: those of all."""
        self._through: dict[str, list[Edge]] = defaultdict(list)
        self._above: dict[str, list[Stay]] = defaultdict(list)
        self._inside: dict[str, list[Stay]] = defaultdict(list)
        self._level = 0
        self._now = [Reached(start, EVER, as_of, True)]
        self._next: list[Reached] = []
        self.graph.depth[start] = 0
        if is_node:
            self.graph.nodes.add(start)

    def wanted(self) -> list[str]:
        """The keys whose edges are needed next; none when the walk has ended."""
        while self._now or self._next:
            if not self._now:
                self._now, self._next = self._next, []
                self._level += 1
            if self._known is not None and Cut.LIMIT not in self.graph.cut:
                missing = {one.key for one in self._now} - self._known
                if missing:
                    return sorted(missing)
            now, self._now = self._now, []
            for one in self._fresh(now):
                self._go_on(one)
        return []

    def feed(self, keys: Collection[str], edges: Iterable[Edge], emptied: Mapping[str, Sequence[datetime]]) -> None:
        """The edges of `keys` (those that lead on, and those of packing either way), and when carriers were emptied."""
        wanted = set(keys)
        self._take_in(edges, emptied, wanted)
        if self._known is not None:
            self._known |= wanted

    def feed_all(self, edges: Iterable[Edge], emptied: Mapping[str, Sequence[datetime]]) -> None:
        """All edges that there are ahead: none is wanted any more."""
        self._take_in(edges, emptied, None)
        self._known = None

    def _take_in(
        self, edges: Iterable[Edge], emptied: Mapping[str, Sequence[datetime]], wanted: set[str] | None
    ) -> None:
        packed: dict[Edge, None] = {}
        for edge in edges:
            if edge.at > self._as_of:
                continue
            if edge.kind != TRANSFORMED:
                packed[edge] = None
            elif (origin := edge.source if self._forward else edge.target) and (wanted is None or origin in wanted):
                self._through[origin].append(edge)
        for stay in stays(packed, emptied):
            if wanted is None or stay.child in wanted:
                self._above[stay.child].append(stay)
            if wanted is None or stay.carrier in wanted:
                self._inside[stay.carrier].append(stay)

    def stop(self) -> None:
        """There are more edges than may be read."""
        self.graph.cut.add(Cut.LIMIT)

    def _fresh(self, many: list[Reached]) -> Iterator[Reached]:
        """Those that neither an earlier level nor another of this one makes superfluous, the widest first."""
        if self._forward:
            many.sort(key=_FIRST)
        else:
            many.sort(key=_LAST, reverse=True)
        many.sort(key=_WHOLE, reverse=True)
        reached = self.graph.reached
        for one in many:
            if one.key not in reached or not self._says_nothing_new(one):
                reached[one.key].append(one)
                yield one

    def _says_nothing_new(self, one: Reached) -> bool:
        """What is whole goes on at any time after (before) it was reached; when exactly only its contents ask."""
        for known in self.graph.reached.get(one.key, ()):
            covers = known.first <= one.first and known.last >= one.last
            if known.whole and (not one.whole or one.key not in self._inside):
                covers = known.first <= one.first if self._forward else known.last >= one.last
            if covers and (known.whole or not one.whole):
                return True
        return False

    def _go_on(self, one: Reached) -> None:
        key, first, last, whole = one
        earliest = EVER if whole and not self._forward else first
        latest = self._as_of if whole and self._forward else last
        if through := self._through.get(key):
            self._go_through(through, earliest, latest, is_node=key not in self.graph.nodes)
        for stay in self._above.get(key, ()):
            since, until = max(earliest, stay.start), min(latest, stay.end)
            if since <= until and self._takes_in(stay.carrier):
                self._next.append(Reached(stay.carrier, since, until, False))
                self._walked(stay)
        if whole:
            for stay in self._inside.get(key, ()):
                since, until = max(first, stay.start), min(last, stay.end)
                if since <= until and self._takes_in(stay.child):
                    self._next.append(Reached(stay.child, since, until, True))
                    self._walked(stay)

    def _go_through(self, through: Iterable[Edge], earliest: datetime, latest: datetime, *, is_node: bool) -> None:
        """Into transformations or out of them: most of what a walk does."""
        depth, walked = self.graph.depth, self.graph.edges
        ahead = self._now if is_node else self._next
        room = self._level < self._most_depth
        forward = self._forward
        for edge in through:
            at = edge.at
            if earliest <= at <= latest:
                other = edge.target if forward else edge.source
                if (room and other in depth) or self._takes_in(other, is_node=is_node):
                    ahead.append(Reached(other, at, at, True))
                    walked.add(edge)

    def _walked(self, stay: Stay) -> None:
        self.graph.stays.add(stay)
        self.graph.edges.update(stay.edges)

    def _takes_in(self, key: str, *, is_node: bool = False) -> bool:
        """Count what was reached in. False when it lies too deep, or there is no more room for it.

        A transformation lies at the depth of what led to it: whoever may not go on to its other side stops before it.
        """
        depth = self.graph.depth
        if self._level >= self._most_depth:
            if key not in depth:
                self.graph.cut.add(Cut.DEPTH)
            return False
        if key not in depth:
            if len(depth) >= self._limit:
                self.graph.cut.add(Cut.LIMIT)
                return False
            depth[key] = self._level + (0 if is_node else 1)
            if is_node:
                self.graph.nodes.add(key)
        return True


class Window(NamedTuple):
    """When what happened to a thing belongs to the trace."""

    key: str
    first: datetime
    last: datetime


def windows(graph: Graph, way: Direction, as_of: datetime) -> list[Window]:
    """For each thing when its events count: a whole one's from when it was reached (backwards: until then), a
    carrier's while the thing lay in it.
    """
    forward = way is Direction.FORWARD
    found: list[Window] = []
    for key, many in graph.reached.items():
        if key in graph.nodes:
            continue
        spans = sorted(
            (
                one.first if forward or not one.whole else EVER,
                as_of if forward and one.whole else min(one.last, as_of),
            )
            for one in many
        )
        merged: list[tuple[datetime, datetime]] = []
        for first, last in spans:
            if merged and first <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
            else:
                merged.append((first, last))
        found += [Window(key, first, last) for first, last in merged]
    return found


def within(windows_of_key: Sequence[Window], at: datetime) -> bool:
    """Whether a moment lies in one of a thing's windows (sorted, not overlapping)."""
    place = bisect_left(windows_of_key, at, key=lambda window: window.last)
    return place < len(windows_of_key) and windows_of_key[place].first <= at
