"""创建任务 over HTTP."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from services.scoring.evaluation_tasks import giving, repository, service
from services.scoring.evaluation_tasks.models import EvaluationTask
from services.scoring.evaluation_tasks.repository import TaskFilter
from services.scoring.evaluation_tasks.responsibilities import read_responsibilities
from services.scoring.evaluation_tasks.schemas import (
    ResponsibilitiesRead,
    ResponsibilityRead,
    ResponsibilityText,
    TaskNote,
    TaskRead,
    TaskReason,
    TasksCreate,
    TasksFromScheme,
    TasksFromText,
    TaskSummary,
    UnreadableRead,
)
from services.scoring.evaluations.router import CanReadEvaluations
from shared.contracts.codes import Role
from shared.contracts.evaluations import TaskState, UnitPart
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.etags import IfMatch, set_etag
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router
from shared.times import now

router = Router(prefix="/v1", tag="创建任务")

CanGiveTasks = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE))]
CanReportTasks = Annotated[
    Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE, Role.INSPECTOR, Role.CASE_HANDLER, Role.GRID_OFFICER))
]


@router.post("/responsibility-texts", summary="读责任分解：方案文字里的责任单位、牵头与参与单位，什么都不保存")
async def read_text(body: ResponsibilityText, _: CanGiveTasks) -> ResponsibilitiesRead:
    found, unreadable = read_responsibilities(body.text)
    return ResponsibilitiesRead(
        found=[ResponsibilityRead.model_validate(one) for one in found],
        unreadable=[UnreadableRead.model_validate(one) for one in unreadable],
    )


@router.post("/evaluations/{evaluation_id}/tasks", status_code=201, summary="逐项下达任务")
async def give_tasks(
    evaluation_id: UUID, body: TasksCreate, actor: CanGiveTasks, session: Session, _: Idempotent
) -> list[TaskSummary]:
    return await service.show_summaries(session, await giving.give(session, evaluation_id, body, actor))


@router.post("/evaluations/{evaluation_id}/tasks/by-scheme", status_code=201, summary="按细则逐条下达，已有的不重复")
async def give_tasks_by_scheme(
    evaluation_id: UUID, body: TasksFromScheme, actor: CanGiveTasks, session: Session, _: Idempotent
) -> list[TaskSummary]:
    return await service.show_summaries(session, await giving.give_by_scheme(session, evaluation_id, body, actor))


@router.post("/evaluations/{evaluation_id}/tasks/by-text", status_code=201, summary="按方案文字的责任分解下达")
async def give_tasks_by_text(
    evaluation_id: UUID, body: TasksFromText, actor: CanGiveTasks, session: Session, _: Idempotent
) -> list[TaskSummary]:
    """有一处读不懂就一项也不下达；先用 `POST /v1/responsibility-texts` 试读。"""
    return await service.show_summaries(session, await giving.give_by_text(session, evaluation_id, body, actor))


@router.get("/evaluation-tasks", summary="创建任务一览")
async def list_tasks(
    actor: CanReadEvaluations,
    session: Session,
    page: PageParameters,
    evaluation_id: UUID | None = None,
    state: TaskState | None = None,
    unit: Annotated[str | None, Query(max_length=100, pattern=r"^[^\x00]*$", description="只列此单位的")] = None,
    part: Annotated[UnitPart | None, Query(description="与 unit 同用：牵头的或配合的")] = None,
    due_within_days: Annotated[
        int | None, Query(ge=0, le=365, description="只列多少日内到期（含已超期）还没有上报的")
    ] = None,
) -> Page[TaskSummary]:
    due = None if due_within_days is None else now() + timedelta(days=due_within_days)
    wanted = TaskFilter(evaluation_id, state, unit, part, due)
    tasks, following = await repository.list_tasks(session, wanted, actor, page)
    return Page(items=await service.show_summaries(session, tasks), next_cursor=following)


@router.get("/evaluation-tasks/{task_id}", summary="一项任务：单位、期限、经过")
async def read_task(task_id: UUID, actor: CanReadEvaluations, session: Session, response: Response) -> TaskRead:
    return await _answer(session, response, await service.task_for(session, task_id, actor))


@router.post("/evaluation-tasks/{task_id}/report", summary="上报完成")
async def report_task(
    task_id: UUID, body: TaskNote, actor: CanReportTasks, version: IfMatch, session: Session, response: Response
) -> TaskRead:
    return await _answer(session, response, await service.report(session, task_id, body, version, actor))


@router.post("/evaluation-tasks/{task_id}/acceptance", summary="核对属实，任务完成（上报人之外的人）")
async def accept_task(
    task_id: UUID, body: TaskNote, actor: CanGiveTasks, version: IfMatch, session: Session, response: Response
) -> TaskRead:
    return await _answer(session, response, await service.accept(session, task_id, body, version, actor))


@router.post("/evaluation-tasks/{task_id}/return", summary="退回，写明还差什么")
async def return_task(
    task_id: UUID, body: TaskReason, actor: CanGiveTasks, version: IfMatch, session: Session, response: Response
) -> TaskRead:
    return await _answer(session, response, await service.send_back(session, task_id, body, version, actor))


@router.post("/evaluation-tasks/{task_id}/reminder", summary="催办，记在任务经过里")
async def remind_of_task(
    task_id: UUID, body: TaskNote, actor: CanGiveTasks, version: IfMatch, session: Session, response: Response
) -> TaskRead:
    return await _answer(session, response, await service.remind(session, task_id, body, version, actor))


@router.post("/evaluation-tasks/{task_id}/withdrawal", summary="撤销任务")
async def withdraw_task(
    task_id: UUID, body: TaskReason, actor: CanGiveTasks, version: IfMatch, session: Session, response: Response
) -> TaskRead:
    return await _answer(session, response, await service.withdraw(session, task_id, body, version, actor))


async def _answer(session: Session, response: Response, task: EvaluationTask) -> TaskRead:
    set_etag(response, task)
    return await service.show_task(session, task)
