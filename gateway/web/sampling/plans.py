"""Sampling plans (抽检计划): the list, and one plan against its targets, against time and over its places."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import Services, ServicesHere
from gateway.web import csv_export, words
from gateway.web.boards import ROWS_A_PAGE
from gateway.web.pages import render
from gateway.web.regions import region_name
from gateway.web.sampling import plans_views
from gateway.web.sampling.plans_allocations import listed_allocation
from gateway.web.step_pages import Subject, act_of, show_step, step_named, take_step
from gateway.web.steps import Step
from gateway.web.visitors import PLAN_KEEPERS, SAMPLE_READERS, CanKeepPlans, CanReadPlans, Visitor
from shared import times
from shared.contracts.codes import Unit
from shared.contracts.statutory_sampling import Stream
from shared.database import Session

router = APIRouter(include_in_schema=False)

BUDGET_SECONDS = 5.0
MOST_PLACES = 50_000
"""Rows of an exported list of places; a district has thousands."""

STEPS = (
    Step("issue", "下达", frozenset(PLAN_KEEPERS), (), "下达后不能再改：目标所用的人口固定，全覆盖名单按登记册列出。"),
    Step("closure", "结束", frozenset(PLAN_KEEPERS), (), "结束后不再分配和下达任务，已有的数不变。"),
)
NEXT_STEP = {"draft": "issue", "issued": "closure"}
DONE = {"drawn-up": "拟定计划，核对后下达", "draft": "保存草稿"}
PLACES_HEADER = ("要求", "名称", "区划代码", "区划", "当年已抽批次", "达到次数的日期")
GOALS_HEADER = (
    *("目标", "类别", "进度", "已抽", "已有结论", "目标批次", "完成率%", "按时间应完成", "差多少（正数为落后）"),
    *("年终预测", "预测下限", "预测上限", "预计", "目标怎样算出"),
)


@router.get("/sampling-plans")
async def plan_list(
    request: Request,
    visitor: CanReadPlans,
    services: ServicesHere,
    session: Session,
    year: Annotated[str, Query(max_length=4)] = "",
    stream: Annotated[str, Query(max_length=20)] = "",
    cursor: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    today = times.day_of(times.now())
    chosen = plans_views.default_year(today, year)
    wanted = {"limit": str(ROWS_A_PAGE), "year": str(chosen)}
    wanted |= ({"stream": stream} if stream in set(Stream) else {}) | ({"cursor": cursor} if cursor else {})
    page = await services.get(Unit.SAMPLING, "/v1/sampling-plans", visitor.caller, BUDGET_SECONDS, **wanted)
    plans = [plans_views.listed(plan) for plan in page["items"]]
    for plan in plans:
        plan["place"] = await region_name(session, plan["region_code"])
    return render(
        request,
        "sampling/plans.html",
        plans=plans,
        year=str(chosen),
        years=plans_views.year_choices(today),
        stream=stream,
        streams=[("", "全部"), *((each.value, each.label) for each in Stream)],
        keeps=visitor.actor.has(*PLAN_KEEPERS),
        next_cursor=page["next_cursor"] or "",
        cursor=cursor,
    )


@router.get("/sampling-plans/{plan_id}")
async def plan_page(
    request: Request,
    visitor: CanReadPlans,
    services: ServicesHere,
    session: Session,
    plan_id: UUID,
    sort: Annotated[str, Query(max_length=20)] = "",
    full: Annotated[str, Query(max_length=1)] = "",
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    path = f"/v1/sampling-plans/{plan_id}"
    plan, progress, allocations = await asyncio.gather(
        _ask(services, visitor, path),
        _ask(services, visitor, f"{path}/progress"),
        _ask(services, visitor, f"{path}/allocations"),
    )
    regions = plans_views.region_rows(plan, progress)
    categories = plans_views.category_rows(progress)
    return render(
        request,
        "sampling/plan.html",
        plan=plans_views.listed(plan),
        place=await region_name(session, plan["region_code"]),
        progress=progress,
        as_of=words.day_words(times.day_of(times.now())),
        tiles=plans_views.tiles(plan, progress),
        time_share=plans_views.time_share(progress),
        tables=[
            table
            for table, rows in (
                (plans_views.goal_table("按辖区的目标", "地区", regions, sort), regions),
                (plans_views.goal_table("按环节和类别的目标", "环节与类别", categories, sort), categories),
            )
            if rows
        ],
        shown=None if full else ROWS_A_PAGE,
        duties=plans_views.duties(plan, progress),
        allocations=[listed_allocation(each) for each in allocations["items"]],
        next_step=next((step for step in STEPS if step.slug == NEXT_STEP.get(plan["state"])), None)
        if visitor.actor.has(*PLAN_KEEPERS)
        else None,
        keeps=visitor.actor.has(*PLAN_KEEPERS),
        sees_tasks=visitor.actor.has(*SAMPLE_READERS),
        done=DONE.get(done) or act_of(done, STEPS),
    )


@router.get("/sampling-plans/{plan_id}/progress.csv")
async def export_progress(visitor: CanReadPlans, services: ServicesHere, plan_id: UUID) -> Response:
    path = f"/v1/sampling-plans/{plan_id}"
    plan, progress = await asyncio.gather(_ask(services, visitor, path), _ask(services, visitor, f"{path}/progress"))
    named = [("辖区", row) for row in plans_views.region_rows(plan, progress)]
    named += [("环节与类别", row) for row in plans_views.category_rows(progress)]
    goals = {each["target_id"]: each["progress"] for each in (*progress["regions"], *progress["categories"])}
    rows = []
    for kind, row in named:
        seen = goals[row["target_id"]]["forecast"] or {"expected": None, "low": None, "high": None}
        rows.append(
            [
                *(row["name"], kind, row["badge"][1], row["taken"], row["concluded"], row["planned"]),
                *(row["completion"], row["expected"], row["lag"]),
                *(seen["expected"], seen["low"], seen["high"], row["outlook"], row["steps"]),
            ]
        )
    return csv_export.download(f"{plan['title']}进度.csv", GOALS_HEADER, rows)


@router.get("/sampling-plans/{plan_id}/coverage")
async def coverage_page(
    request: Request,
    visitor: CanReadPlans,
    services: ServicesHere,
    session: Session,
    plan_id: UUID,
    duty_id: Annotated[str, Query(max_length=40)] = "",
    covered: Annotated[str, Query(max_length=5)] = "false",
    cursor: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    """The places that a plan's duties name: first who has not been sampled yet."""
    plan = await _ask(services, visitor, f"/v1/sampling-plans/{plan_id}")
    wanted = _wanted_places(duty_id, covered) | {"limit": str(ROWS_A_PAGE)} | ({"cursor": cursor} if cursor else {})
    page = await _ask(services, visitor, f"/v1/sampling-plans/{plan_id}/coverage", **wanted)
    titles = {duty["id"]: duty for duty in plan["coverage_duties"]}
    return render(
        request,
        "sampling/plan_coverage.html",
        plan=plan,
        place=await region_name(session, plan["region_code"]),
        places=[
            each
            | {
                "duty": titles[each["duty_id"]],
                "place": await region_name(session, each["region_code"]),
                "covered_on": words.day_words(date.fromisoformat(each["covered_on"])) if each["covered_on"] else "",
            }
            for each in page["items"]
        ],
        duties=[("", "全部"), *((duty["id"], duty["title"]) for duty in plan["coverage_duties"])],
        duty_id=duty_id,
        choices=[("false", "还没有抽够的"), ("true", "已抽够的"), ("", "全部")],
        covered=covered,
        next_cursor=page["next_cursor"] or "",
        cursor=cursor,
    )


@router.get("/sampling-plans/{plan_id}/coverage.csv")
async def export_coverage(
    visitor: CanReadPlans,
    services: ServicesHere,
    session: Session,
    plan_id: UUID,
    duty_id: Annotated[str, Query(max_length=40)] = "",
    covered: Annotated[str, Query(max_length=5)] = "false",
) -> Response:
    """The whole list as a file, not only the page."""
    plan = await _ask(services, visitor, f"/v1/sampling-plans/{plan_id}")
    titles = {duty["id"]: duty["title"] for duty in plan["coverage_duties"]}
    names: dict[str, str] = {}
    rows = []
    async for each in _places(services, visitor, plan_id, _wanted_places(duty_id, covered)):
        code = each["region_code"]
        if code not in names:
            names[code] = await region_name(session, code)
        rows.append([titles[each["duty_id"]], each["name"], code, names[code], each["taken"], each["covered_on"]])
    return csv_export.download(f"{plan['title']}全覆盖名单.csv", PLACES_HEADER, rows)


@router.get("/sampling-plans/{plan_id}/steps/{slug}")
async def step_form(
    request: Request, visitor: CanKeepPlans, services: ServicesHere, plan_id: UUID, slug: str
) -> Response:
    return show_step(request, await _subject(services, visitor, plan_id), step_named(slug, STEPS))


@router.post("/sampling-plans/{plan_id}/steps/{slug}")
async def send_step(
    request: Request, visitor: CanKeepPlans, services: ServicesHere, plan_id: UUID, slug: str
) -> Response:
    async def now() -> Subject:
        return await _subject(services, visitor, plan_id)

    path, address = f"/v1/sampling-plans/{plan_id}", f"/sampling-plans/{plan_id}"
    return await take_step(request, services, visitor.caller, step_named(slug, STEPS), path, address, now)


async def _subject(services: Services, visitor: Visitor, plan_id: UUID) -> Subject:
    plan = await _ask(services, visitor, f"/v1/sampling-plans/{plan_id}")
    address = f"/sampling-plans/{plan_id}"
    return Subject(
        title=f"{plan['title']}，{words.number(plan['quantity'])}批次",
        state=plans_views.STATES[plan["state"]],
        crumbs=[("抽检计划", "/sampling-plans"), (plan["title"], address)],
        address=address,
        offered=[step for step in STEPS if step.slug == NEXT_STEP.get(plan["state"])],
        version=str(plan["version"]),
    )


async def _ask(services: Services, visitor: Visitor, path: str, **wanted: str) -> Any:
    return await services.get(Unit.SAMPLING, path, visitor.caller, BUDGET_SECONDS, **wanted)


def _wanted_places(duty_id: str, covered: str) -> dict[str, str]:
    found = {"covered": covered} if covered in ("true", "false") else {}
    return found | ({"duty_id": duty_id} if duty_id else {})


async def _places(
    services: Services, visitor: Visitor, plan_id: UUID, wanted: Mapping[str, str]
) -> AsyncIterator[dict[str, Any]]:
    """Every place of the list, page by page."""
    cursor, told = "", 0
    while told < MOST_PLACES:
        parameters = {**wanted, "limit": "200"} | ({"cursor": cursor} if cursor else {})
        page = await _ask(services, visitor, f"/v1/sampling-plans/{plan_id}/coverage", **parameters)
        for each in page["items"]:
            yield each
        told, cursor = told + len(page["items"]), page["next_cursor"] or ""
        if not cursor:
            return
