"""一户一档: businesses found by name; what files lack; what runs out."""

import asyncio
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import ServicesHere
from gateway.web import words
from gateway.web.inspection.inspection import Answer, ask, one_of, page_of
from gateway.web.pages import render
from gateway.web.regions import places_below, region_name
from gateway.web.visitors import CanReadInspections, Visitor
from shared import times
from shared.contracts.inspection import (
    BusinessKind,
    BusinessStatus,
    LicenceKind,
)
from shared.database import Session

router = APIRouter(include_in_schema=False)

BUSINESSES = "/v1/businesses"
USCC_LENGTH = 18
STATUS_BADGES = {"active": "ok", "suspended": "warning", "closed": "unknown"}
WARNINGS = (("expired_trading", "已过期仍在营"), ("expiring", "即将到期"), ("expired_closed", "已过期，停业中"))
WARNING_BADGES = {"expired_trading": "danger", "expiring": "warning", "expired_closed": "unknown"}
EXPIRING = {**{kind.value: kind.label for kind in LicenceKind}, "health_certificate": "健康证明"}
Cursor = Annotated[str, Query(max_length=1000)]


def tabs(visitor: Visitor) -> list[tuple[str, str]]:
    return [
        ("主体名录", "/businesses"),
        ("证照到期", "/businesses/expiring"),
        ("建档不齐", "/businesses/incomplete"),
        ("风险等级", "/businesses/grades"),
    ]


@router.get("/businesses")
async def business_list(
    request: Request,
    visitor: CanReadInspections,
    services: ServicesHere,
    session: Session,
    q: Annotated[str, Query(max_length=60)] = "",
    kind: Annotated[str, Query(max_length=40)] = "",
    status: Annotated[str, Query(max_length=20)] = "",
    region: Annotated[str, Query(max_length=12)] = "",
    cursor: Cursor = "",
) -> Response:
    """By a part of the name, or by the whole code."""
    places = await places_below(session, visitor.actor.regions, region)
    wanted = _searched(q.strip()) | {
        "kind": one_of(set(BusinessKind), kind),
        "status": one_of(set(BusinessStatus), status),
        "region": one_of(dict(places), region),
    }
    page = await page_of(services, visitor, BUSINESSES, cursor, **wanted)
    return render(
        request,
        "inspection/businesses.html",
        tabs=tabs(visitor),
        q=q,
        filters=[
            ("kind", "业态", [("", "全部"), *((each.value, each.label) for each in BusinessKind)], kind),
            ("status", "状态", [("", "全部"), *((each.value, each.label) for each in BusinessStatus)], status),
            ("region", "区域", [("", "全部"), *places], region),
        ],
        narrowed=any((q, kind, status, region)),
        businesses=[await listed(session, each) for each in page["items"]],
        next_cursor=page["next_cursor"] or "",
        cursor=cursor,
    )


def _searched(text: str) -> dict[str, str]:
    if len(text) == USCC_LENGTH and text.isascii():
        return {"uscc": text.upper()}
    return {"q": text} if text else {}


@router.get("/businesses/expiring")
async def expiring(
    request: Request,
    visitor: CanReadInspections,
    services: ServicesHere,
    session: Session,
    state: Annotated[str, Query(max_length=20)] = "",
    kind: Annotated[str, Query(max_length=40)] = "",
    region: Annotated[str, Query(max_length=12)] = "",
    cursor: Cursor = "",
) -> Response:
    """Permits and health certificates that have run out or soon will, the longest ago first."""
    places = await places_below(session, visitor.actor.regions)
    wanted = {
        "state": one_of(dict(WARNINGS), state),
        "kind": one_of(EXPIRING, kind),
        "region": one_of(dict(places), region),
    }
    page = await page_of(services, visitor, "/v1/licence-warnings", cursor, **wanted)
    return render(
        request,
        "inspection/expiring.html",
        tabs=tabs(visitor),
        filters=[
            ("state", "情形", [("", "全部"), *WARNINGS], state),
            ("kind", "证照", [("", "全部"), *EXPIRING.items()], kind),
            ("region", "区域", [("", "全部"), *places], region),
        ],
        narrowed=any((state, kind, region)),
        warnings=[
            {
                **each,
                "kind_label": EXPIRING.get(each["kind"], each["kind"]),
                "badge": (WARNING_BADGES[each["state"]], dict(WARNINGS)[each["state"]]),
                "left": words.day_left(date.fromisoformat(each["valid_to"]), times.day_of(times.now()))[1],
                "place": await region_name(session, each["region_code"]),
            }
            for each in page["items"]
        ],
        next_cursor=page["next_cursor"] or "",
        cursor=cursor,
    )


@router.get("/businesses/incomplete")
async def incomplete(
    request: Request,
    visitor: CanReadInspections,
    services: ServicesHere,
    session: Session,
    kind: Annotated[str, Query(max_length=40)] = "",
    region: Annotated[str, Query(max_length=12)] = "",
    cursor: Cursor = "",
) -> Response:
    """Files that lack something, and what; beside it what a file of the kind has to hold."""
    places = await places_below(session, visitor.actor.regions)
    wanted = {"kind": one_of(set(BusinessKind), kind), "region": one_of(dict(places), region)}
    page, requirements = await asyncio.gather(
        page_of(services, visitor, "/v1/incomplete-files", cursor, **wanted),
        ask(services, visitor, "/v1/file-requirements"),
    )
    return render(
        request,
        "inspection/incomplete_files.html",
        tabs=tabs(visitor),
        filters=[
            ("kind", "业态", [("", "全部"), *((each.value, each.label) for each in BusinessKind)], kind),
            ("region", "区域", [("", "全部"), *places], region),
        ],
        narrowed=bool(kind or region),
        files=[
            {
                **each,
                "kind_label": BusinessKind(each["kind"]).label,
                "place": await region_name(session, each["region_code"]),
                "lacks": [one["label"] for one in each["missing"]],
            }
            for each in page["items"]
        ],
        requirement=next((each for each in requirements if each["kind"] == kind), None),
        figure=f"/regions/{region or visitor.actor.regions[0]}/figures/inspection.file_completeness_rate",
        next_cursor=page["next_cursor"] or "",
        cursor=cursor,
    )


async def listed(session: Session, business: Answer) -> dict[str, Any]:
    return {
        **business,
        "kind_label": BusinessKind(business["kind"]).label,
        "badge": (STATUS_BADGES[business["status"]], BusinessStatus(business["status"]).label),
        "place": await region_name(session, business["region_code"]),
    }
