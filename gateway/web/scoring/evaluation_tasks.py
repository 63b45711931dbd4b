"""Tasks of evaluations (创建任务): the board by state and time limit, and one task with its steps."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import ServicesHere
from gateway.web.boards import ROWS_A_PAGE
from gateway.web.pages import render
from gateway.web.scoring import evaluation_steps, evaluation_views
from gateway.web.scoring.evaluations import ask
from gateway.web.step_pages import Subject, act_of, show_step, step_named, take_step
from gateway.web.visitors import CanReadEvaluations, Visitor
from shared import times
from shared.contracts.codes import Unit
from shared.contracts.evaluations import TaskState

router = APIRouter(include_in_schema=False)

DUE = (("", "不限"), ("0", "已超期"), ("3", "3 日内到期"), ("7", "7 日内到期"), ("30", "30 日内到期"))


@router.get("/evaluation-tasks")
@router.get("/evaluations/{evaluation_id}/tasks")
async def task_board(
    request: Request,
    visitor: CanReadEvaluations,
    services: ServicesHere,
    evaluation_id: UUID | None = None,
    state: Annotated[str, Query(max_length=20)] = "",
    due: Annotated[str, Query(max_length=3)] = "",
    unit: Annotated[str, Query(max_length=100)] = "",
    done: Annotated[str, Query(max_length=40)] = "",
    cursor: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    """All tasks that the visitor may see, or those of one run."""
    wanted = {"limit": str(ROWS_A_PAGE)} | ({"cursor": cursor} if cursor else {})
    wanted |= {"evaluation_id": str(evaluation_id)} if evaluation_id else {}
    wanted |= {"state": state} if state in set(TaskState) else {}
    wanted |= {"due_within_days": due} if due in {days for days, _ in DUE if days} else {}
    wanted |= {"unit": unit} if unit else {}
    page = await ask(services, visitor, "/v1/evaluation-tasks", **wanted)
    run = await ask(services, visitor, f"/v1/evaluations/{evaluation_id}") if evaluation_id else None
    gives = run is not None and run["state"] == "open"
    return render(
        request,
        "scoring/evaluation_tasks.html",
        tasks=[evaluation_views.task_shown(task, times.now()) for task in page["items"]],
        run=run,
        states=[("", "全部"), *((each.value, each.label) for each in TaskState)],
        state=state,
        dues=DUE,
        due=due,
        unit=unit,
        giving=[step for step in evaluation_steps.GIVING_STEPS if gives and step.roles & visitor.actor.roles],
        done=act_of(done, evaluation_steps.GIVING_STEPS),
        next_cursor=page["next_cursor"] or "",
        cursor=cursor,
    )


@router.get("/evaluation-tasks/{task_id}")
async def task_page(
    request: Request,
    visitor: CanReadEvaluations,
    services: ServicesHere,
    task_id: UUID,
    done: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    task = await ask(services, visitor, f"/v1/evaluation-tasks/{task_id}")
    return render(
        request,
        "scoring/evaluation_task.html",
        task=evaluation_views.task_shown(task, times.now()),
        actions=evaluation_steps.offered_on_task(task, visitor.actor.roles),
        entries=evaluation_views.history(task["entries"], evaluation_views.TASK_ENTRIES),
        done=act_of(done, evaluation_steps.TASK_STEPS),
    )


@router.get("/evaluation-tasks/{task_id}/{slug}")
async def step_form(
    request: Request, visitor: CanReadEvaluations, services: ServicesHere, task_id: UUID, slug: str
) -> Response:
    task = await ask(services, visitor, f"/v1/evaluation-tasks/{task_id}")
    return show_step(request, _subject(task, visitor), step_named(slug, evaluation_steps.TASK_STEPS))


@router.post("/evaluation-tasks/{task_id}/{slug}")
async def send_step(
    request: Request, visitor: CanReadEvaluations, services: ServicesHere, task_id: UUID, slug: str
) -> Response:
    path = f"/v1/evaluation-tasks/{task_id}"

    async def now() -> Subject:
        return _subject(await ask(services, visitor, path), visitor)

    step = step_named(slug, evaluation_steps.TASK_STEPS)
    address = f"/evaluation-tasks/{task_id}"
    return await take_step(request, services, visitor.caller, step, path, address, now, unit=Unit.SCORING)


def _subject(task: dict[str, Any], visitor: Visitor) -> Subject:
    return Subject(
        title=task["title"],
        state=TaskState(task["state"]).label,
        crumbs=[("创建任务", "/evaluation-tasks"), (task["title"], f"/evaluation-tasks/{task['id']}")],
        address=f"/evaluation-tasks/{task['id']}",
        offered=evaluation_steps.offered_on_task(task, visitor.actor.roles),
        version=str(task["version"]),
        entries=evaluation_views.history(task["entries"], evaluation_views.TASK_ENTRIES),
    )
