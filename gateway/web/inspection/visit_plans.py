"""一周安排与先后次序: the week's visits on tiles by town, and in which order to visit."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import ServicesHere
from gateway.web.boards import ROWS_A_PAGE
from gateway.web.inspection.inspection import Answer, ask, day, moment, page_of, told_one
from gateway.web.inspection.visits import tabs
from gateway.web.pages import render
from gateway.web.regions import places_below, region_name
from gateway.web.row_form_pages import FormPage, Sending, show_form, take_form
from gateway.web.row_forms import RowForm, begun
from gateway.web.steps import Field
from gateway.web.visitors import OFFICE, CanReadInspections, IsOffice, Visitor
from gateway.web.words import day_words
from shared.contracts.codes import Unit
from shared.database import Session
from shared.times import day_of, now

router = APIRouter(include_in_schema=False)

PLANS, PAGES = "/v1/visit-plans", "/visit-plans"
RUNS, ORDER_PAGES = "/v1/priority-runs", "/visit-priorities"
WEEKDAYS = "一二三四五六日"
ORDERS = (("usual", "实际"), ("rules", "规则"), ("scorecard", "评分卡"))
SHOWN_LINES = 4
Cursor = Annotated[str, Query(max_length=1000)]


@router.get(PAGES)
async def plan_list(
    request: Request, visitor: CanReadInspections, services: ServicesHere, session: Session, cursor: Cursor = ""
) -> Response:
    page = await page_of(services, visitor, PLANS, cursor)
    return render(
        request,
        "inspection/visit_plans.html",
        tabs=tabs(visitor),
        plans=[
            {**each, "place": await region_name(session, each["region_code"])} | _week(each) for each in page["items"]
        ],
        plans_here=visitor.actor.has(*OFFICE),
        next_cursor=page["next_cursor"] or "",
        cursor=cursor,
    )


@router.get(PAGES + "/new")
async def new_plan(request: Request, visitor: IsOffice, session: Session) -> Response:
    page, form = await _form(session, visitor)
    return show_form(request, page, form, begun(form))


@router.post(PAGES + "/new")
async def make_plan(request: Request, visitor: IsOffice, services: ServicesHere, session: Session) -> Response:
    page, form = await _form(session, visitor)
    sending = Sending("POST", PLANS, lambda plan: f"{PAGES}/{plan['id']}", unit=Unit.INSPECTION)
    return await take_form(request, services, visitor.caller, page, form, sending)


async def _form(session: Session, visitor: Visitor) -> tuple[FormPage, RowForm]:
    today = day_of(now())
    monday = today - timedelta(days=today.weekday())
    weeks = tuple(
        (each.isoformat(), f"{day_words(each)}起的一周") for each in (monday + timedelta(days=7 * n) for n in range(5))
    )
    head = (
        Field("region_code", "区域", "select", options=tuple(await places_below(session, visitor.actor.regions))),
        Field("monday", "哪一周", "select", options=weeks),
        Field("department", "派员单位", hint="与检查人员名录一致", value="市场监管"),
        Field("visits_a_day", "每人每天最多去几户", "decimal", value="3"),
        Field("look_ahead_days", "多少天以内到期的一并办", "decimal", "去了就一次办完，不再另去", value="60"),
    )
    page = FormPage("排一周", [("一周安排", PAGES)], PAGES, "同一户到期的事并成一次；排不下的写明缺什么。")
    return page, RowForm("排一周", head)


@router.get(PAGES + "/{plan_id}")
async def plan_page(
    request: Request, visitor: CanReadInspections, services: ServicesHere, session: Session, plan_id: UUID
) -> Response:
    """The week: tiles by town, each town's visits by day, what falls, who goes how often."""
    plan = await ask(services, visitor, f"{PLANS}/{plan_id}")
    result = plan["result"]
    names = {each["id"]: each["name"] for each in result["officers"]}
    by_town: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for each in result["visits"]:
        by_town[each["town"]].append(_visit(each, names))
    undone = [_stop(each) | {"words": each["words"]} for each in result["left_out"]]
    towns = [
        {"code": code, "name": await region_name(session, code), "visits": by_town[code]}
        for code in sorted(by_town.keys() | {each["town"] for each in undone})
    ]
    return render(
        request,
        "inspection/visit_plan.html",
        plan=_week(plan) | {"made": moment(plan["created_at"]), "sha256": plan["inputs_sha256"]},
        place=await region_name(session, plan["region_code"]),
        result=result,
        tiles=_tiles(towns, undone),
        towns=[each for each in towns if each["visits"]],
        left_out=undone,
        kept_away=[
            {**each, "checked": day(each["checked_on"]), "free": day(each["free_on"])} for each in result["kept_away"]
        ],
    )


def _tiles(towns: Sequence[Mapping[str, Any]], undone: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each town with its number of visits, the days of the week on which somebody is there, and what falls there."""
    return [
        {
            "name": town["name"],
            "visits": len(town["visits"]),
            "days": dict.fromkeys(each["weekday"] for each in town["visits"]),
            "left_out": sum(each["town"] == town["code"] for each in undone),
            "anchor": f"town-{town['code']}" if town["visits"] else "left-out",
        }
        for town in towns
    ]


def _week(plan: Answer) -> dict[str, Any]:
    monday = date.fromisoformat(plan["monday"])
    return {"id": plan["id"], "week": f"{day_words(monday)}至{day_words(monday + timedelta(days=6))}"}


def _stop(stop: Answer) -> dict[str, Any]:
    return {
        "business_id": stop["business_id"],
        "name": stop["name"],
        "town": stop["town"],
        "due": day(stop["due"]) if stop["due"] else "没有期限",
        "duties": [
            f"{each['label']}" + (f"（{day(each['due'])}到期）" if each["due"] else "") for each in stop["duties"]
        ],
    }


def _visit(visit: Answer, names: Mapping[str, str]) -> dict[str, Any]:
    on = date.fromisoformat(visit["day"])
    return _stop(visit) | {
        "day": f"{on.month}月{on.day}日 周{WEEKDAYS[on.weekday()]}",
        "weekday": f"周{WEEKDAYS[on.weekday()]}",
        "officers": [names[each] for each in visit["officers"]],
        "late": visit["late"],
    }


@router.get(ORDER_PAGES)
async def order_page(
    request: Request,
    visitor: CanReadInspections,
    services: ServicesHere,
    session: Session,
    region: Annotated[str, Query(pattern="^([0-9]{12})?$")] = "",
    cursor: Cursor = "",
) -> Response:
    """In which order to visit, why, and how that was measured."""
    code = region or next(iter(visitor.actor.regions), "")
    wanted = {"region": code, "limit": str(ROWS_A_PAGE)} | ({"cursor": cursor} if cursor else {})
    page, known = await told_one(services, visitor, "/v1/visit-priorities", **wanted)
    items = page["items"] if page else []
    run, _ = await told_one(services, visitor, f"{RUNS}/{items[0]['run_id']}") if items else (None, True)
    comparison = run["training"]["comparison"] if run else None
    return render(
        request,
        "inspection/visit_priorities.html",
        tabs=tabs(visitor),
        place=await region_name(session, code),
        known=known,
        run=run,
        as_of=day(run["as_of"]) if run else "",
        places=[each | {"why": _why(each)} for each in items],
        orders=_orders(comparison) if comparison else [],
        comparison=comparison and {**comparison, "since": day(comparison["since"]), "until": day(comparison["until"])},
        next_cursor=(page or {}).get("next_cursor") or "",
        cursor=cursor,
    )


def _why(place: Answer) -> str:
    shown = place["lines"][:SHOWN_LINES]
    return "；".join(
        f"{line['feature']}：{line['band']}" + (f"（{line['points']:+d} 分）" if place["score"] is not None else "")
        for line in shown
    )


def _orders(comparison: Answer) -> list[dict[str, Any]]:
    orders = comparison["orders"]
    return [{"name": name, **orders[code]} for code, name in ORDERS if code in orders]
