"""A trace follows what was inside then, both ways alike, whatever the order in which the records came."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.traceability.traces.rules import (
    EVER,
    FOR_EVER,
    TRANSFORMED,
    Cut,
    Direction,
    Edge,
    Graph,
    Walk,
    stays,
    windows,
)

START = datetime(2026, 7, 1, tzinfo=UTC)
END = START + timedelta(days=30)


def at(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


class Records:
    """Edges as events leave them, one number an event."""

    def __init__(self) -> None:
        self.edges: list[Edge] = []
        self.emptied: dict[str, list[datetime]] = {}
        self._number = 0

    def made(self, inputs: str, outputs: str, minute: int, node: str = "") -> "Records":
        pk = self._event()
        node = node or f"event:{pk}"
        self.edges += [Edge(one, node, pk, at(minute), TRANSFORMED) for one in inputs.split()]
        self.edges += [Edge(node, one, pk, at(minute), TRANSFORMED) for one in outputs.split()]
        return self

    def packed(self, children: str, parent: str, minute: int, kind: str = "aggregated") -> "Records":
        pk = self._event()
        self.edges += [Edge(one, parent, pk, at(minute), kind) for one in children.split()]
        return self

    def unpacked(self, children: str, parent: str, minute: int) -> "Records":
        return self.packed(children, parent, minute, "disaggregated")

    def emptied_out(self, parent: str, minute: int) -> "Records":
        self.emptied.setdefault(parent, []).append(at(minute))
        return self

    def _event(self) -> UUID:
        self._number += 1
        return UUID(int=self._number)

    def walk(self, start: str, way: Direction, *, depth: int = 50, limit: int = 1000, until: datetime = END) -> Graph:
        walk = Walk(start, way, as_of=until, depth=depth, limit=limit, is_node=False)
        while wanted := walk.wanted():
            keys = set(wanted)
            walk.feed(wanted, [e for e in self.edges if e.source in keys or e.target in keys], self.emptied)
        at_once = Walk(start, way, as_of=until, depth=depth, limit=limit, is_node=False)
        at_once.feed_all(self.edges, self.emptied)
        assert at_once.wanted() == []
        assert at_once.graph == walk.graph, "however the edges are read"
        return walk.graph

    def forward(self, start: str, **options: object) -> set[str]:
        graph = self.walk(start, Direction.FORWARD, **options)  # type: ignore[arg-type]
        return set(graph.depth) - graph.nodes - {start}

    def back(self, start: str, **options: object) -> set[str]:
        graph = self.walk(start, Direction.BACK, **options)  # type: ignore[arg-type]
        return set(graph.depth) - graph.nodes - {start}


def test_what_was_made_of_it_and_what_it_was_made_of() -> None:
    records = Records().made("pig", "side", 1).made("side spice", "sausage", 5)
    assert records.forward("pig") == {"side", "sausage"}
    assert records.back("sausage") == {"side", "spice", "pig"}


def test_nothing_is_made_of_what_came_later() -> None:
    records = Records().made("vat", "early", 1).made("late-input", "vat", 5)
    assert records.forward("late-input") == {"vat"}
    assert records.back("early") == {"vat"}


def test_a_crate_brings_only_what_lay_in_it_then() -> None:
    records = (
        Records().packed("a", "crate", 1).unpacked("a", "crate", 5).packed("b", "crate", 10).unpacked("b", "crate", 15)
    )
    records.made("crate", "soup", 12)
    assert records.back("soup") == {"crate", "b"}
    assert records.forward("a") == {"crate"}
    assert records.forward("b") == {"crate", "soup"}


def test_a_thing_s_fellows_in_a_crate_are_left_alone() -> None:
    records = Records().packed("a b", "crate", 1).packed("crate", "pallet", 2)
    assert records.forward("a") == {"crate", "pallet"}
    assert records.back("a") == {"crate", "pallet"}
    assert records.forward("pallet") == {"crate", "a", "b"}


def test_what_lay_in_a_crate_goes_with_it_only_while_it_lay_there() -> None:
    records = Records().packed("a", "crate", 1).unpacked("a", "crate", 5).packed("crate", "pallet", 10)
    assert records.forward("a") == {"crate"}
    assert records.back("pallet") == {"crate"}
    nested = Records().packed("a", "crate", 1).packed("crate", "pallet", 3).unpacked("a", "crate", 5)
    assert nested.forward("a") == {"crate", "pallet"}


def test_a_removal_that_names_nobody_empties_the_crate() -> None:
    records = Records().packed("a", "crate", 1).emptied_out("crate", 5).made("crate", "soup", 9)
    assert records.back("soup") == {"crate"}


def test_what_was_taken_out_had_been_in_since_nobody_knows_when() -> None:
    records = Records().unpacked("a", "crate", 5).made("field", "crate", 1)
    assert records.back("a") == {"crate", "field"}
    [stay] = stays(Records().unpacked("a", "crate", 5).edges, {})
    assert (stay.start, stay.end) == (EVER, at(5))


def test_seen_in_a_crate_it_is_in_it_until_it_is_taken_out() -> None:
    [stay] = stays(Records().packed("a", "crate", 3, "observed").edges, {})
    assert (stay.start, stay.end) == (at(3), FOR_EVER)


def test_circles_end() -> None:
    records = Records().made("a", "b", 1).made("b", "a", 2).made("a", "b", 3)
    assert records.forward("a") == {"b"}
    assert records.back("b") == {"a"}


def test_a_transformation_in_several_events_takes_in_before_it_gives_out() -> None:
    records = Records().made("milk", "", 1, "vat").made("", "cheese", 5, "vat").made("late", "", 9, "vat")
    assert records.back("cheese") == {"milk"}
    assert records.forward("late") == set()


def test_a_trace_stops_where_it_is_told_to_and_says_so() -> None:
    records = Records().made("a", "b", 1).made("b", "c", 2).made("c", "d", 3)
    graph = records.walk("a", Direction.FORWARD, depth=2)
    assert (graph.depth["c"], "d" in graph.depth, graph.cut) == (2, False, {Cut.DEPTH})
    assert records.walk("a", Direction.FORWARD, depth=3).cut == set()
    assert records.walk("a", Direction.FORWARD, limit=4).cut == {Cut.LIMIT}
    assert records.walk("a", Direction.FORWARD, limit=7).cut == set()


def test_as_of_a_moment_nothing_later_has_happened() -> None:
    records = Records().made("a", "b", 1).made("b", "c", 9)
    assert records.forward("a", until=at(5)) == {"b"}


def test_a_carrier_s_events_count_only_while_the_thing_lay_in_it() -> None:
    records = Records().packed("a", "crate", 2).unpacked("a", "crate", 6)
    found = {one.key: one for one in windows(records.walk("a", Direction.FORWARD), Direction.FORWARD, END)}
    assert (found["crate"].first, found["crate"].last) == (at(2), at(6))
    assert (found["a"].first, found["a"].last) == (EVER, END)


NAMES = [f"k{n}" for n in range(7)]


def world(random: Random, count: int) -> Records:
    """Any records at all: made, packed, unpacked, seen, emptied, at few moments so that many fall together."""
    records = Records()
    for _ in range(count):
        one, other = (random.sample(NAMES, random.randint(1, 2)) for _ in range(2))
        minute, parent = random.randint(1, 9), random.choice(NAMES)
        children = " ".join(name for name in one if name != parent)
        match random.randint(0, 5):
            case 0 | 1:
                records.made(" ".join(one), " ".join(other), minute)
            case 2 | 3:
                records.packed(children, parent, minute)
            case 4:
                records.unpacked(children, parent, minute)
            case _:
                records.emptied_out(parent, minute)
    return records


@given(seed=st.integers(0, 10**9), count=st.integers(1, 14))
def test_forwards_and_backwards_are_mirrors(seed: int, count: int) -> None:
    records = world(Random(seed), count)
    forward = {(one, other) for one in NAMES for other in records.forward(one)}
    back = {(other, one) for one in NAMES for other in records.back(one)}
    assert forward == back


@given(seed=st.integers(0, 10**9), count=st.integers(1, 14))
def test_the_order_of_the_records_changes_nothing(seed: int, count: int) -> None:
    records = world(Random(seed), count)
    start = NAMES[seed % len(NAMES)]
    shuffled = Records()
    shuffled.edges = Random(seed + 1).sample(records.edges, len(records.edges))
    shuffled.emptied = {key: many[::-1] for key, many in records.emptied.items()}
    for way in (Direction.BACK, Direction.FORWARD):
        one, other = records.walk(start, way), shuffled.walk(start, way)
        assert (one.depth, set(one.edges), windows_of(one, way)) == (
            other.depth,
            set(other.edges),
            windows_of(other, way),
        )


def windows_of(graph: Graph, way: Direction) -> Sequence[object]:
    return sorted(windows(graph, way, END))


@given(seed=st.integers(0, 10**9), count=st.integers(1, 14))
def test_a_wider_look_finds_all_that_a_narrower_one_does(seed: int, count: int) -> None:
    records = world(Random(seed), count)
    for start in NAMES[:3]:
        assert records.forward(start, until=at(5)) <= records.forward(start)
        assert records.forward(start, depth=2) <= records.forward(start, depth=3)
        for reached in records.forward(start, depth=1):
            assert records.walk(start, Direction.FORWARD).depth[reached] == 1


@given(seed=st.integers(0, 10**9), count=st.integers(1, 12))
def test_walking_agrees_with_trying_every_way(seed: int, count: int) -> None:
    """The same said plainly: every way tried, one moment after the other, without any shortcut."""
    records = world(Random(seed), count)
    for start in NAMES[:3]:
        assert records.forward(start) == tried_forward(records, start)


def tried_forward(records: Records, start: str) -> set[str]:
    lain = list(stays(dict.fromkeys(records.edges), records.emptied))
    seen: set[tuple[str, datetime, datetime, bool]] = set()
    pending = [(start, EVER, END, True)]
    while pending:
        state = pending.pop()
        if state in seen:
            continue
        seen.add(state)
        key, first, last, whole = state
        latest = END if whole else last
        for edge in records.edges:
            if edge.kind == TRANSFORMED and edge.source == key and first <= edge.at <= latest:
                pending.append((edge.target, edge.at, edge.at, True))
        for stay in lain:
            if stay.child == key and max(first, stay.start) <= min(latest, stay.end):
                pending.append((stay.carrier, max(first, stay.start), min(latest, stay.end), False))
            if whole and stay.carrier == key and max(first, stay.start) <= min(last, stay.end):
                pending.append((stay.child, max(first, stay.start), min(last, stay.end), True))
    return {key for key, *_ in seen if not key.startswith("event:")} - {start}
