"""Sampling tasks (抽样任务) for whoever samples: what is due first, how many of how many, one with its samples."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import Refused, Services, ServicesHere, ServiceSilent
from gateway.web import words
from gateway.web.boards import ROWS_A_PAGE
from gateway.web.pages import render
from gateway.web.regions import region_name
from gateway.web.sampling import draw_words
from gateway.web.sampling.sample_receipt import BADGES
from gateway.web.sampling.whistles import listed as listed_whistle
from gateway.web.visitors import (
    DRAW_READERS,
    DRAWERS,
    LABORATORY_READERS,
    SAMPLE_READERS,
    SAMPLE_TAKERS,
    SAMPLER_READERS,
    CanReadSamples,
    Visitor,
)
from shared import times
from shared.contracts.codes import Role, Unit
from shared.contracts.statutory_sampling import Link, SampleState, Stream
from shared.database import Session

router = APIRouter(include_in_schema=False)

BUDGET_SECONDS = 3.0
STATES = {"open": "待抽样", "done": "已抽足", "cancelled": "已撤销"}
TASK_BADGES = {"open": "warning", "done": "ok", "cancelled": "unknown"}
DONE = {"new": "下达任务", "cancellation": "撤销任务"}
STATE_CHOICES = [*STATES.items(), ("", "全部")]

BESIDE = (
    ("样品一览", "/samples", SAMPLE_READERS),
    ("抽样单导入", "/form-uploads", DRAW_READERS),
    ("随机抽取", "/assignment-draws", DRAW_READERS),
    ("抽样人员名册", "/samplers", SAMPLER_READERS),
    ("检验机构名册", "/laboratories", LABORATORY_READERS),
)
"""Pages that belong to sampling and stand in no navigation of their own."""


@router.get("/sampling-tasks")
async def task_list(
    request: Request,
    visitor: CanReadSamples,
    services: ServicesHere,
    session: Session,
    state: Annotated[str, Query(max_length=20)] = "open",
    plan_id: UUID | None = None,
    cursor: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    wanted = {"limit": str(ROWS_A_PAGE), "order": "due"} | ({"state": state} if state in STATES else {})
    wanted |= ({"plan_id": str(plan_id)} if plan_id else {}) | ({"cursor": cursor} if cursor else {})
    page = await services.get(Unit.SAMPLING, "/v1/sampling-tasks", visitor.caller, BUDGET_SECONDS, **wanted)
    today = times.day_of(times.now())
    tasks = [listed(task, today, str(visitor.actor.id)) for task in page["items"]]
    for task in tasks:
        task["place"] = await region_name(session, task["region_code"])
    return render(
        request,
        "sampling/sampling_tasks.html",
        tasks=tasks,
        drafts=await drafts(services, visitor),
        may_order=visitor.actor.has(*DRAWERS),
        beside=[(name, address) for name, address, roles in BESIDE if visitor.actor.has(*roles)],
        states=STATE_CHOICES,
        state=state if state in STATES else "",
        plan_id=str(plan_id or ""),
        next_cursor=page["next_cursor"] or "",
        cursor=cursor,
    )


@router.get("/sampling-tasks/{task_id}")
async def task_page(
    request: Request,
    visitor: CanReadSamples,
    services: ServicesHere,
    session: Session,
    task_id: UUID,
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    path = f"/v1/sampling-tasks/{task_id}"
    task = await services.get(Unit.SAMPLING, path, visitor.caller, BUDGET_SECONDS)
    wanted = {"task_id": str(task_id), "limit": "100"}
    samples = await services.get(Unit.SAMPLING, "/v1/samples", visitor.caller, BUDGET_SECONDS, **wanted)
    may_draw = visitor.actor.has(*DRAWERS) and task["state"] == "open"
    return render(
        request,
        "sampling/sampling_task.html",
        task=listed(task, times.day_of(times.now()), str(visitor.actor.id))
        | {"place": await region_name(session, task["region_code"])},
        whistle=await _whistle_of(services, visitor, task),
        samples=[listed_sample(sample) for sample in samples["items"]],
        may_take=visitor.actor.has(*SAMPLE_TAKERS) and task["state"] != "cancelled",
        draws=await draws_for(services, visitor, task_id) if visitor.actor.has(*DRAW_READERS) else None,
        may_draw=may_draw,
        may_cancel=may_draw and task["statutory_task_id"] is None,
        done=DONE.get(done, ""),
    )


async def draws_for(services: Services, visitor: Visitor, task_id: UUID) -> list[dict[str, Any]]:
    """The draws for a task, the latest first."""
    wanted = {"subject_id": str(task_id), "limit": "20"}
    page = await services.get(Unit.SAMPLING, "/v1/assignment-draws", visitor.caller, BUDGET_SECONDS, **wanted)
    return [draw_words.listed(each) for each in page["items"]]


async def drafts(services: Services, visitor: Visitor) -> list[dict[str, Any]]:
    """A sampler's forms that were begun and not handed in; none where they are not told."""
    if not visitor.actor.has(Role.SAMPLER):
        return []
    wanted = {"state": SampleState.DRAFT.value, "limit": "20"}
    try:
        page = await services.get(Unit.SAMPLING, "/v1/samples", visitor.caller, BUDGET_SECONDS, **wanted)
    except (Refused, ServiceSilent):
        return []
    return [listed_sample(sample) for sample in page["items"]]


def listed(task: Mapping[str, Any], today: date, visitor_id: str = "") -> dict[str, Any]:
    """A task as a line of a list; `visitor_id` tells whether it is the reader's own."""
    state, due = task["state"], task["due_on"]
    kind, due_words = words.day_left(date.fromisoformat(due), today) if due else ("", "没有期限")
    if state != "open":
        kind, due_words = "", words.day_words(date.fromisoformat(due)) if due else "没有期限"
    own = visitor_id in {sampler["user_id"] for sampler in task["samplers"]}
    return {
        **task,
        "title": task["food_name"] or task["category_name"] or task["category_code"] or "不限品种",
        "party": task["business_name"] or "不指定单位",
        "stream": Stream(task["stream"]).label,
        "link": Link(task["link"]).label,
        "badge": (TASK_BADGES[state], STATES[state]),
        "due_kind": kind,
        "due_words": due_words,
        "people": "、".join(sampler["user_name"] for sampler in task["samplers"]) or "还没有指派，谁都可以抽",
        "own": own,
        "from_whistle": task["statutory_task_id"] is not None,
    }


def listed_sample(sample: Mapping[str, Any]) -> dict[str, Any]:
    state = SampleState(sample["state"])
    return {
        "id": sample["id"],
        "title": sample["food_name"] or "还没有填样品名称",
        "party": sample["sampled_party_name"] or "还没有填被抽样单位",
        "number": sample["number"] or "",
        "badge": (BADGES[state], state.label),
        "when": words.full_time(datetime.fromisoformat(sample["taken_at"] or sample["created_at"])),
    }


async def _whistle_of(services: Services, visitor: Visitor, task: Mapping[str, Any]) -> dict[str, Any] | None:
    """The whistle for which the task was given; None for other tasks, and where it is not told."""
    if task["statutory_task_id"] is None:
        return None
    wanted = {"region": task["bureau_code"], "limit": "200"}
    try:
        page = await services.get(Unit.SAMPLING, "/v1/statutory-tasks", visitor.caller, BUDGET_SECONDS, **wanted)
        found = next((each for each in page["items"] if each["id"] == task["statutory_task_id"]), None)
        if found is None:
            return None
        path = f"/v1/whistles/{found['whistle_id']}"
        whistle = await services.get(Unit.SAMPLING, path, visitor.caller, BUDGET_SECONDS)
    except (Refused, ServiceSilent):
        return None
    return listed_whistle(whistle) | {
        "lot": whistle["lot_code"] or "上传内容没有批号",
        "stall": whistle["stall_number"] or "没有写明",
    }
