"""抽样任务: dispatched from plans, by whistles and by hand."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from services.sampling.sampling_tasks import repository, service
from services.sampling.sampling_tasks.models import SamplingTask
from services.sampling.sampling_tasks.reading import show_task
from services.sampling.sampling_tasks.repository import Order, TaskFilter
from services.sampling.sampling_tasks.rules import SamplingTaskState
from services.sampling.sampling_tasks.schemas import Cancellation, SamplingTaskRead, TaskCreate
from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.regions import RegionCode
from shared.contracts.statutory_sampling import Stream
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.etags import IfMatch, set_etag
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

CanReadTasks = Annotated[Actor, Depends(Allow(*OFFICIALS, Role.SAMPLER))]
CanDispatch = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE, Role.INSPECTOR))]

router = Router(prefix="/v1/sampling-tasks", tag="抽样任务")


@router.get("")
async def list_sampling_tasks(
    actor: CanReadTasks,
    session: Session,
    page: PageParameters,
    state: Annotated[SamplingTaskState | None, Query(description="办理状态")] = None,
    region: Annotated[RegionCode | None, Query(description="只列此区划及其下级的")] = None,
    stream: Annotated[Stream | None, Query(description="任务类别")] = None,
    plan_id: Annotated[UUID | None, Query(description="所属计划")] = None,
    sampler_id: Annotated[UUID | None, Query(description="只列指派给此人的")] = None,
    due_before: Annotated[date | None, Query(description="期限不晚于")] = None,
    order: Annotated[Order, Query(description="最近下达的在前，或最先到期的在前")] = "newest",
) -> Page[SamplingTaskRead]:
    """抽样任务一览，最近下达的或最先到期的在前；抽样人员只看得到指派给自己的和尚未指派的。"""
    wanted = TaskFilter(
        state=state, region=region, stream=stream, plan_id=plan_id, sampler_id=sampler_id, due_before=due_before
    )
    tasks, following = await repository.list_tasks(session, wanted, actor, page, order)
    return Page(items=[show_task(progress) for progress in tasks], next_cursor=following)


@router.post("", status_code=201)
async def create_sampling_task(
    body: TaskCreate, actor: CanDispatch, session: Session, response: Response, _: Idempotent
) -> SamplingTaskRead:
    """手工下达抽样任务。"""
    task = await service.create(session, body, actor)
    response.headers["Location"] = f"/v1/sampling-tasks/{task.id}"
    return await _answer(session, response, task)


@router.get("/{task_id}")
async def read_sampling_task(
    task_id: UUID, actor: CanReadTasks, session: Session, response: Response
) -> SamplingTaskRead:
    """一项抽样任务：应抽、已抽、期限、抽样人员。"""
    return await _answer(session, response, await service.task_for(session, task_id, actor))


@router.post("/{task_id}/cancellation")
async def cancel_sampling_task(
    task_id: UUID, body: Cancellation, actor: CanDispatch, version: IfMatch, session: Session, response: Response
) -> SamplingTaskRead:
    """撤销抽样任务，写明原因；已抽的样品照常办理。"""
    return await _answer(session, response, await service.cancel(session, task_id, body.reason, version, actor))


async def _answer(session: Session, response: Response, task: SamplingTask) -> SamplingTaskRead:
    set_etag(response, task)
    [progress] = await repository.progress_of(session, [task])
    return show_task(progress)
