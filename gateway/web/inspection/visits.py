"""Supervision visits: what an officer does today, follow-up visits, records of visits."""

import asyncio
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import Services, ServicesHere
from gateway.web import words
from gateway.web.inspection.inspection import Answer, day, moment, one_of, page_of, told, told_one
from gateway.web.inspection.visit_form_fields import KINDS
from gateway.web.pages import render
from gateway.web.regions import places_below, region_name
from gateway.web.visitors import LENIENCY_READERS, VISIT_MAKERS, CanReadInspections, Visitor
from shared import times
from shared.contracts.inspection import BusinessKind, VisitOutcome, VisitState
from shared.database import Session

router = APIRouter(include_in_schema=False)

SHOWN_TODAY = 15
STATE_BADGES = {
    "waiting": "unknown",
    "quarantined": "warning",
    "draft": "running",
    "incomplete": "warning",
    "awaiting_files": "warning",
    "complete": "ok",
}
STATES = (
    ("draft", "检查中"),
    ("incomplete", "要素不齐"),
    ("awaiting_files", "等待附件"),
    ("complete", "完整"),
    ("quarantined", "待核（隔离）"),
)
UNFINISHED = frozenset({"draft", "incomplete", "awaiting_files"})


@router.get("/visits")
async def today(
    request: Request,
    visitor: CanReadInspections,
    services: ServicesHere,
    session: Session,
    q: Annotated[str, Query(max_length=60)] = "",
) -> Response:
    """What an officer has to do: bounded lists, what is due first in front; whom to visit is found by name."""
    if not visitor.actor.has(*VISIT_MAKERS):
        return await records(request, visitor, services, session)
    limit, now = str(SHOWN_TODAY), times.now()
    (follow_ups, one), (open_records, two), (corrections, three), (planned, four), (found, five) = await asyncio.gather(
        told(services, visitor, "/v1/visits", state=VisitState.SCHEDULED.value, most=limit),
        _unfinished(services, visitor),
        told(services, visitor, "/v1/corrections", state="reported", order="due", most=limit),
        _planned(services, visitor, times.day_of(now)),
        told(services, visitor, "/v1/businesses", q=q, status="active", most=limit) if q.strip() else _nothing(),
    )
    return render(
        request,
        "inspection/visits_today.html",
        tabs=tabs(visitor),
        follow_ups=[listed_follow_up(each, now) for each in follow_ups],
        records=await named(services, visitor, [await listed(session, each) for each in open_records]),
        corrections=corrections,
        planned=planned,
        found=[
            {
                **each,
                "kind_label": BusinessKind(each["kind"]).label,
                "place": await region_name(session, each["region_code"]),
            }
            for each in found
        ],
        q=q,
        day=day,
        silent=not all((one, two, three, four, five)),
        on=words.day_words(times.day_of(now)),
        visitor_id=str(visitor.actor.id),
    )


def tabs(visitor: Visitor) -> list[tuple[str, str]]:
    """The pages of this part, for this person."""
    own = [("今天的检查", "/visits"), ("移动终端", "/terminal/")] if visitor.actor.has(*VISIT_MAKERS) else []
    leniency = [("检查人员的宽严", "/visit-priorities/inspectors")] if visitor.actor.has(*LENIENCY_READERS) else []
    return [
        *own,
        ("检查记录", "/visits/records"),
        ("跟进检查", "/visits/follow-ups"),
        ("待核的上传", "/visits/quarantine"),
        ("纸质检查", "/visits/paper-checks"),
        ("一周安排", "/visit-plans"),
        ("先去哪里", "/visit-priorities"),
        *leniency,
    ]


async def _nothing() -> tuple[list[dict[str, Any]], bool]:
    return [], True


async def _unfinished(services: Services, visitor: Visitor) -> tuple[list[dict[str, Any]], bool]:
    """Visits of the visitor's regions that are not finished yet."""
    found = await asyncio.gather(
        *(told(services, visitor, "/v1/visit-records", state=state, most="5") for state in sorted(UNFINISHED))
    )
    return [each for items, _ in found for each in items], all(answered for _, answered in found)


async def _planned(services: Services, visitor: Visitor, today: date) -> tuple[list[dict[str, Any]], bool]:
    """What the latest plan has for this month and the next, with whom it is about."""
    plans, answered = await told(services, visitor, "/v1/inspection-plans", most="1")
    if not plans:
        return [], answered
    path = f"/v1/inspection-plans/{plans[0]['id']}/inspections"
    first = today.replace(day=1)
    following = (first + timedelta(days=31)).replace(day=1)
    asked = await asyncio.gather(
        *(told(services, visitor, path, month=month.isoformat(), most=str(SHOWN_TODAY)) for month in (first, following))
    )
    inspections = [each for items, _ in asked for each in items][:SHOWN_TODAY]
    businesses = await asyncio.gather(
        *(told_one(services, visitor, f"/v1/businesses/{each['business_id']}") for each in inspections)
    )
    known = [(each, business) for each, (business, _) in zip(inspections, businesses, strict=True) if business]
    planned = [{**each, "name": business["name"], "by": day(each["by"])} for each, business in known]
    return planned, all(answered for _, answered in asked)


@router.get("/visits/follow-ups")
async def follow_ups(
    request: Request,
    visitor: CanReadInspections,
    services: ServicesHere,
    session: Session,
    state: Annotated[str, Query(max_length=20)] = "scheduled",
    region: Annotated[str, Query(max_length=12)] = "",
    overdue: Annotated[str, Query(max_length=5)] = "",
    cursor: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    """Follow-up visits after suspect positives, what is due first in front."""
    places = await places_below(session, visitor.actor.regions)
    wanted = {
        "state": one_of(set(VisitState), state),
        "region": one_of(dict(places), region),
        "overdue": one_of(("true",), overdue),
    }
    page = await page_of(services, visitor, "/v1/visits", cursor, **wanted)
    now = times.now()
    return render(
        request,
        "inspection/follow_ups.html",
        tabs=tabs(visitor),
        filters=[
            ("state", "办到哪里", [*((each.value, each.label) for each in VisitState), ("", "全部")], state),
            ("region", "区域", [("", "全部"), *places], region),
            ("overdue", "期限", [("", "全部"), ("true", "只看超期的")], overdue),
        ],
        visits=[
            listed_follow_up(each, now) | {"place": await region_name(session, each["region_code"])}
            for each in page["items"]
        ],
        may_visit=visitor.actor.has(*VISIT_MAKERS),
        next_cursor=page["next_cursor"] or "",
        cursor=cursor,
    )


@router.get("/visits/records")
async def records(
    request: Request,
    visitor: CanReadInspections,
    services: ServicesHere,
    session: Session,
    state: Annotated[str, Query(max_length=20)] = "",
    region: Annotated[str, Query(max_length=12)] = "",
    contested: Annotated[str, Query(max_length=5)] = "",
    cursor: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    """Records of visits, the latest first."""
    places = await places_below(session, visitor.actor.regions)
    wanted = {
        "state": one_of(dict(STATES), state),
        "region": one_of(dict(places), region),
        "contested": one_of(("true",), contested),
    }
    page = await page_of(services, visitor, "/v1/visit-records", cursor, **wanted)
    return render(
        request,
        "inspection/visit_records.html",
        tabs=tabs(visitor),
        filters=[
            ("state", "办到哪里", [("", "全部"), *STATES], state),
            ("region", "区域", [("", "全部"), *places], region),
            ("contested", "分歧", [("", "全部"), ("true", "只看几方填的不同的")], contested),
        ],
        narrowed=any((state, region, contested)),
        records=await named(services, visitor, [await listed(session, each) for each in page["items"]]),
        next_cursor=page["next_cursor"] or "",
        cursor=cursor,
    )


def listed_follow_up(visit: Answer, now: datetime) -> dict[str, Any]:
    """A follow-up visit as a line of a list."""
    due = datetime.fromisoformat(visit["due_at"])
    is_open = visit["state"] == VisitState.SCHEDULED
    said_due = words.clock_words("", due, now)
    return {
        **visit,
        "title": visit["business_name"] or visit["target"],
        "stall": f"{visit['site_name']}{visit['stall_number'] or ''}" if visit["site_name"] else "",
        "goods": f"{visit['product_name']}，{visit['item_name']}",
        "badge": ("warning" if is_open else "ok", VisitState(visit["state"]).label),
        "due": ("danger" if due < now else "running", said_due.words) if is_open else ("", moment(visit["visited_at"])),
        "outcome_label": VisitOutcome(visit["outcome"]).label if visit["outcome"] else "",
    }


async def listed(session: Session, record: Answer) -> dict[str, Any]:
    return {
        **record,
        "name": record["unregistered_place"]
        or ("一户一档的主体" if record["business_id"] else "还没有写明被检查的是谁"),
        "kind_label": dict(KINDS).get(record["kind"], record["kind"]),
        "badge": (STATE_BADGES.get(record["state"], "unknown"), record["state_label"]),
        "when": moment(record["began_at"]) or moment(record["created_at"]),
        "place": await region_name(session, record["region_code"]),
        "address": f"/visits/records/{record['id']}",
    }


async def named(services: Services, visitor: Visitor, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The records with the names of their businesses, each asked for once."""
    ids = sorted({str(each["business_id"]) for each in records if each["business_id"]})
    found = await asyncio.gather(*(told_one(services, visitor, f"/v1/businesses/{one}") for one in ids))
    names = {one: business["name"] for one, (business, _) in zip(ids, found, strict=True) if business}
    return [{**each, "name": names.get(str(each["business_id"]), each["name"])} for each in records]
