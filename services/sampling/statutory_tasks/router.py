"""监督抽检任务 that come from whistles."""

from typing import Annotated

from fastapi import Depends, Query

from services.sampling.statutory_tasks import repository
from services.sampling.statutory_tasks.schemas import TaskListed, TaskRead
from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.regions import RegionCode
from shared.contracts.sampling import TaskState
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

CanReadTasks = Annotated[Actor, Depends(Allow(*OFFICIALS, Role.SAMPLER, Role.EXTERNAL_SYSTEM, Role.ADMINISTRATOR))]

router = Router(prefix="/v1/statutory-tasks", tag="监督抽检任务")


@router.get("")
async def list_statutory_tasks(
    actor: CanReadTasks,
    session: Session,
    page: PageParameters,
    state: Annotated[TaskState | None, Query(description="办理状态")] = None,
    region: Annotated[RegionCode | None, Query(description="只列此区划及其下级的")] = None,
) -> Page[TaskListed]:
    """快检吹哨下达的监督抽检任务，最近的在前。"""
    rows, following = await repository.list_tasks(session, state, region, actor, page)
    items = [
        TaskListed(**dict(TaskRead.model_validate(task)), due_at=clock.due_at, clock_state=clock.state)
        for task, clock in rows
    ]
    return Page(items=items, next_cursor=following)
