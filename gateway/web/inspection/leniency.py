"""How often each inspector finds a problem, against what was to be expected where he went, on a funnel.

For leaders and auditors alone. It ranks nobody: by name in the table, by the number of inspections in the drawing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import ServicesHere
from gateway.web.inspection.inspection import ask, day
from gateway.web.inspection.visits import tabs
from gateway.web.pages import render
from gateway.web.regions import region_name
from gateway.web.visitors import CanReadLeniency
from shared.database import Session

router = APIRouter(include_in_schema=False)

RUNS, PAGE = "/v1/priority-runs", "/visit-priorities/inspectors"
WIDTH, HEIGHT, EDGE = 640, 260, 40
BADGES = {"within": "ok", "too_few": "unknown", "low": "warning", "high": "warning"}


@dataclass(frozen=True, slots=True)
class Mark:
    """One inspector on the drawing, in its own units; `title` says him in words."""

    x: float
    y: float
    low: float
    high: float
    outside: bool
    title: str


@router.get(PAGE)
async def leniency_page(
    request: Request, visitor: CanReadLeniency, services: ServicesHere, session: Session
) -> Response:
    """Of the order that was worked out last."""
    runs = (await ask(services, visitor, RUNS, limit="1"))["items"]
    run = runs[0] if runs else None
    people = await ask(services, visitor, f"{RUNS}/{run['id']}/inspectors") if run else []
    marks, expected_at = funnel(people)
    return render(
        request,
        "inspection/leniency.html",
        tabs=tabs(visitor),
        place=await region_name(session, run["region_code"]) if run else "",
        as_of=day(run["as_of"]) if run else "",
        people=[{**one, "badge": (BADGES.get(one["standing"], "danger"), one["standing_label"])} for one in people],
        marks=marks,
        expected_at=expected_at,
        size=(WIDTH, HEIGHT, EDGE),
    )


def funnel(people: Sequence[Mapping[str, Any]]) -> tuple[list[Mark], float]:
    """Whoever is compared: to the right by his inspections, up by found to expected; and where the two are equal."""
    compared = [one for one in people if one["standing"] != "too_few" and float(one["expected"])]
    shares = [[float(one[name]) / float(one["expected"]) for name in ("found", "low", "high")] for one in compared]
    top = max((max(each) for each in shares), default=2.0)
    most = max((one["inspections"] for one in compared), default=1)

    def up(share: float) -> float:
        return round(HEIGHT - EDGE - share / top * (HEIGHT - 2 * EDGE), 1)

    marks = [
        Mark(
            x=round(EDGE + one["inspections"] / most * (WIDTH - 2 * EDGE), 1),
            y=up(found),
            low=up(low),
            high=up(high),
            outside=one["standing"] != "within",
            title=(
                f"{one['inspector']}：检查 {one['inspections']} 次，有问题 {one['found']} 次，预期 {one['expected']} 次"
            ),
        )
        for one, (found, low, high) in zip(compared, shares, strict=True)
    ]
    return sorted(marks, key=lambda mark: mark.x), up(1.0)
