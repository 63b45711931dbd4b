"""The office's board of overdue corrections: by place, by who gave the time limit, by how long."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import ServicesHere
from gateway.web.boards import ROWS_A_PAGE
from gateway.web.inspection.corrections import BADGES, tabs
from gateway.web.inspection.inspection import ask, day, last_day, moment
from gateway.web.pages import render
from gateway.web.regions import places_below, region_name
from gateway.web.visitors import CanReadInspections
from shared.database import Session

router = APIRouter(include_in_schema=False)

OVERDUE = "/v1/overdue-corrections"


@router.get("/corrections/overdue")
async def overdue_board(
    request: Request,
    visitor: CanReadInspections,
    services: ServicesHere,
    session: Session,
    region: Annotated[str, Query(max_length=12)] = "",
    officer: Annotated[str, Query(max_length=40)] = "",
    age: Annotated[str, Query(max_length=10)] = "",
    cursor: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    """What has run out: by place, by who gave the time limit, by how long; each with what was done about it."""
    places = await places_below(session, visitor.actor.regions)
    here = region if region in dict(places) else visitor.actor.regions[0]
    summary = await ask(services, visitor, f"{OVERDUE}/summary", region=here)
    ages = _ages(summary["band_days"])
    limits = next((bounds for key, _, bounds in ages if key == age), {})
    officers = {str(each["officer_id"]): each["officer_name"] for each in summary["officers"]}
    wanted = (
        {"limit": str(ROWS_A_PAGE), "region": here} | limits | ({"officer": officer} if officer in officers else {})
    )
    page = await ask(services, visitor, OVERDUE, **wanted, **({"cursor": cursor} if cursor else {}))
    return render(
        request,
        "inspection/corrections_overdue.html",
        tabs=tabs(visitor),
        place=await region_name(session, here),
        as_of=moment(summary["as_of"]),
        filters=[
            ("region", "区域", places, here),
            ("age", "逾期多久", [("", "全部"), *((key, label) for key, label, _ in ages)], age),
            ("officer", "谁责令的", [("", "全部"), *officers.items()], officer),
        ],
        ages=[label for _, label, _ in ages],
        total=summary["everything"],
        by_place=[{**each, "name": await region_name(session, each["region_code"])} for each in summary["places"]],
        by_officer=summary["officers"],
        corrections=[
            {
                **each,
                "place": await region_name(session, each["region_code"]),
                "due": last_day(each["due_at"]),
                "badge": (BADGES[each["state"]], each["state_label"]),
                "escalated": day(each["escalated_at"]),
            }
            for each in page["items"]
        ],
        next_cursor=page["next_cursor"] or "",
        cursor=cursor,
    )


def _ages(bounds: list[int]) -> list[tuple[str, str, dict[str, str]]]:
    """Key, words and query of each band: `不满7天`, `7至30天`, `90天以上`."""
    found = []
    for lower, upper in zip([0, *bounds], [*bounds, None], strict=True):
        words = f"不满{upper}天" if not lower else f"{lower}至{upper}天" if upper else f"{lower}天以上"
        query = ({"at_least_days": str(lower)} if lower else {}) | ({"below_days": str(upper)} if upper else {})
        found.append((str(lower), words, query))
    return found
