"""The drawing of a trace: a lane for each holder, time from left to right, lines where goods went on. Pure.

The drawing says nothing that the table beside it does not say; it carries the same numbers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.web.traceability.trace_words import UNNAMED, step

Answer = Mapping[str, Any]

MOST_MARKS = 60
LABEL, COLUMN, LANE, TOP, RADIUS = 150, 62, 68, 30, 14
_NAME = 9


@dataclass(frozen=True, slots=True)
class Lane:
    name: str
    short: str
    y: int


@dataclass(frozen=True, slots=True)
class Mark:
    """An event: its number in the table, and where it stands."""

    number: int
    label: str
    title: str
    x: int
    y: int
    is_start: bool


@dataclass(frozen=True, slots=True)
class Line:
    """Goods went on from one event to another; a straight line, or a bend from lane to lane."""

    path: str


@dataclass(frozen=True, slots=True)
class Drawing:
    width: int
    height: int
    lanes: Sequence[Lane]
    marks: Sequence[Mark]
    lines: Sequence[Line]
    left_out: int


def draw(trace: Answer) -> Drawing:
    """The first events of a trace; `left_out` says how many more there are."""
    events = trace["timeline"][:MOST_MARKS]
    lanes: dict[str, Lane] = {}
    marks: list[Mark] = []
    for place, event in enumerate(events):
        key = event["holder"]["key"] if event["holder"] else ""
        if key not in lanes:
            name = event["holder"]["name"] if event["holder"] else UNNAMED
            short = name if len(name) <= _NAME else f"{name[: _NAME - 1]}…"
            lanes[key] = Lane(name, short, TOP + LANE * len(lanes) + LANE // 2)
        said = step(event)
        title = f"{place + 1}. {lanes[key].name}，{said}"
        own = trace["key"] in event["keys"]
        marks.append(Mark(place + 1, said, title, LABEL + COLUMN * place + COLUMN // 2, lanes[key].y, own))
    pairs = links(events)
    return Drawing(
        width=LABEL + COLUMN * max(len(marks), 1),
        height=TOP + LANE * max(len(lanes), 1),
        lanes=list(lanes.values()),
        marks=marks,
        lines=[Line(_path(marks[one], marks[other])) for one, other in pairs],
        left_out=len(trace["timeline"]) - len(events),
    )


def links(events: Sequence[Answer]) -> list[tuple[int, int]]:
    """Which event each goes on from, as places in the order of time: for each of its goods the last event at the same
    holder, or, where it comes in, the last time that somebody sent it.
    """
    found: dict[tuple[int, int], None] = {}
    for place, event in enumerate(events):
        for key in event["keys"]:
            before = [one for one in range(place) if key in events[one]["keys"]]
            if before:
                found[_from(events, before, event), place] = None
    return list(found)


def _from(events: Sequence[Answer], before: Sequence[int], event: Answer) -> int:
    sent = [one for one in before if events[one]["step"] == "shipping" and _holder(events[one]) != _holder(event)]
    own = [one for one in before if _holder(events[one]) == _holder(event)]
    if event["step"] in ("receiving", "accepting", "unloading") and sent:
        return sent[-1]
    return (own or before)[-1]


def _holder(event: Answer) -> str | None:
    return event["holder"]["key"] if event["holder"] else None


def _path(one: Mark, other: Mark) -> str:
    if one.y == other.y:
        bow = 0 if other.x - one.x <= COLUMN else LANE // 3
        return f"M{one.x} {one.y}Q{(one.x + other.x) // 2} {one.y - bow} {other.x} {other.y}"
    middle = (one.x + other.x) // 2
    return f"M{one.x} {one.y}C{middle} {one.y} {middle} {other.y} {other.x} {other.y}"
