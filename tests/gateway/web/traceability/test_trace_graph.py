"""The drawing of a trace tells what its table tells: every event once, in order, in its holder's lane."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gateway.web.traceability.trace_graph import MOST_MARKS, draw, links
from gateway.web.traceability.trace_words import lot, shares, things

STEPS = st.sampled_from(["commissioning", "shipping", "receiving", "retail_selling", "https://example.com/own"])
HOLDERS = st.sampled_from(["农场", "熟食坊", "店一", "店二", None])
KEYS = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=2, unique=True)


@st.composite
def traces(draw_one: st.DrawFn) -> dict[str, Any]:
    told = draw_one(st.lists(st.tuples(STEPS, HOLDERS, KEYS), max_size=MOST_MARKS + 5))
    timeline = [
        {"step": step, "keys": keys, "holder": {"key": who, "name": f"演示{who}（虚构）"} if who else None}
        for step, who, keys in told
    ]
    return {"key": "a", "timeline": timeline}


@given(traces())
def test_every_event_is_drawn_once_in_its_lane_from_left_to_right(trace: dict[str, Any]) -> None:
    drawing = draw(trace)
    assert len(drawing.marks) + drawing.left_out == len(trace["timeline"])
    assert [mark.number for mark in drawing.marks] == list(range(1, len(drawing.marks) + 1))
    assert [mark.x for mark in drawing.marks] == sorted({mark.x for mark in drawing.marks})
    lanes = {lane.y: lane.name for lane in drawing.lanes}
    for mark, event in zip(drawing.marks, trace["timeline"], strict=False):
        assert lanes[mark.y] == (event["holder"]["name"] if event["holder"] else "没有写明地点")
        assert (mark.x <= drawing.width, mark.y <= drawing.height) == (True, True)


@given(traces())
def test_goods_go_forward_and_only_where_they_were(trace: dict[str, Any]) -> None:
    events = trace["timeline"]
    found = links(events)
    assert all(one < other and set(events[one]["keys"]) & set(events[other]["keys"]) for one, other in found)
    reached = {other for _, other in found}
    for place, event in enumerate(events):
        was_before = any(set(event["keys"]) & set(earlier["keys"]) for earlier in events[:place])
        assert (place in reached) == was_before


def test_what_one_sends_to_two_is_drawn_from_the_sender() -> None:
    def event(step: str, who: str) -> dict[str, Any]:
        return {"step": step, "keys": ["a"], "holder": {"key": who, "name": who}}

    told = [event("shipping", "甲"), event("receiving", "乙"), event("shipping", "甲"), event("receiving", "丙")]
    assert links(told) == [(0, 1), (0, 2), (2, 3)]


@given(st.lists(st.sampled_from(["330203000000", "330203001000", "440605000000", None]), max_size=30))
def test_every_holder_counts_in_the_county_where_it_lies(regions: list[str | None]) -> None:
    found = shares([{"region_code": region} for region in regions])
    assert sum(count for _, count, _ in found) == sum(region is not None for region in regions)
    assert all(code.endswith("000000") and 1 <= depth <= 7 for code, _, depth in found if depth is not None)


def test_lots_are_called_as_their_labels_say() -> None:
    assert lot("https://id.gs1.org/01/09520123456788/10/L1") == "L1"
    assert lot("urn:shian:lot:0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1b:DEMO-L1") == "DEMO-L1"
    assert things(["x/1", "x/2", "x/3", "x/4"], {"x/1": "演示酱鸭"}) == "演示酱鸭 1、2、3 等4种"
