"""Sampling tasks by hand: giving one out, and taking it back with the reason."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import Services, ServicesHere
from gateway.web.regions import places_below
from gateway.web.row_form_pages import FormPage, Sending, show_form, take_form
from gateway.web.row_forms import RowForm, begun
from gateway.web.sampling.categories import category_options
from gateway.web.sampling.plan_form import LINKS, STREAMS
from gateway.web.sampling.sampling_tasks import STATES, listed
from gateway.web.step_pages import Subject, show_step, take_step
from gateway.web.steps import Field, Step
from gateway.web.visitors import DRAWERS, CanDraw, Visitor
from shared import times
from shared.contracts.codes import Unit
from shared.database import Session

router = APIRouter(include_in_schema=False)

BUDGET_SECONDS = 5.0
TASKS = "/v1/sampling-tasks"
NEW = FormPage("下达抽样任务", [("抽样任务", "/sampling-tasks")], "/sampling-tasks")
CANCELLATION = Step(
    "cancellation",
    "撤销任务",
    frozenset(DRAWERS),
    (Field("reason", "撤销的原因", "words"),),
    "已抽的样品照常办理。快检吹哨的任务随吹哨撤销，不能单独撤销。",
)


@router.get("/sampling-tasks/new")
async def new_task(request: Request, visitor: CanDraw, services: ServicesHere, session: Session) -> Response:
    form = await _form(services, session, visitor)
    return show_form(request, NEW, form, begun(form))


@router.post("/sampling-tasks/new")
async def give_out(request: Request, visitor: CanDraw, services: ServicesHere, session: Session) -> Response:
    sending = Sending("POST", TASKS, lambda task: f"/sampling-tasks/{task['id']}?done=new")
    form = await _form(services, session, visitor)
    return await take_form(request, services, visitor.caller, NEW, form, sending)


@router.get("/sampling-tasks/{task_id}/cancellation")
async def cancellation_form(request: Request, visitor: CanDraw, services: ServicesHere, task_id: UUID) -> Response:
    return show_step(request, await _subject(services, visitor, task_id), CANCELLATION)


@router.post("/sampling-tasks/{task_id}/cancellation")
async def cancel(request: Request, visitor: CanDraw, services: ServicesHere, task_id: UUID) -> Response:
    async def now() -> Subject:
        return await _subject(services, visitor, task_id)

    path, address = f"{TASKS}/{task_id}", f"/sampling-tasks/{task_id}"
    return await take_step(request, services, visitor.caller, CANCELLATION, path, address, now)


async def _form(services: Services, session: Session, visitor: Visitor) -> RowForm:
    places = await places_below(session, visitor.actor.regions)
    categories = await category_options(services, visitor)
    head = (
        Field("stream", "抽检性质", "select", options=STREAMS, value=STREAMS[0][0]),
        Field("link", "环节", "select", options=LINKS),
        Field("region_code", "在哪里抽", "select", options=tuple(places), value=places[0][0] if places else ""),
        Field("task_source", "任务来源", hint="如 区级监督抽检"),
        Field("category_code", "食品类别", "select", options=(("", "不限类别"), *categories), required=False),
        Field("food_name", "食品名称", hint="不填为不限品种", required=False),
        Field("business_name", "被抽样单位", hint="不填为不指定", required=False),
        Field("quantity", "批次", "decimal", value="1"),
        Field("due_on", "完成期限", "day", "当日计入", required=False),
        Field("instructions", "抽样要求", "words", required=False),
    )
    return RowForm(
        "下达任务", head, (), "计划内的任务由分配方案下达；这里下达计划外的。下达后再抽取抽样人员和检验机构。"
    )


async def _subject(services: Services, visitor: Visitor, task_id: UUID) -> Subject:
    task: dict[str, Any] = await services.get(Unit.SAMPLING, f"{TASKS}/{task_id}", visitor.caller, BUDGET_SECONDS)
    address = f"/sampling-tasks/{task_id}"
    is_open = task["state"] == "open" and task["statutory_task_id"] is None
    return Subject(
        title=f"{listed(task, times.day_of(times.now()))['title']}，{task['number']}",
        state=STATES[task["state"]] if task["statutory_task_id"] is None else "随快检吹哨办理",
        crumbs=[("抽样任务", "/sampling-tasks"), (task["number"], address)],
        address=address,
        offered=[CANCELLATION] if is_open else [],
        version=str(task["version"]),
    )
