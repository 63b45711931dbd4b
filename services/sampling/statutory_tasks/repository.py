"""Every query on statutory sampling tasks."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.statutory_tasks.models import TASK_NUMBERS, StatutoryTask
from shared.clocks.models import ClockRow
from shared.contracts.sampling import TaskState
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.repository import codes_within
from shared.regions.scope import within_scope


async def list_tasks(
    session: AsyncSession, state: TaskState | None, region: str | None, actor: Actor, page: PageRequest
) -> tuple[list[tuple[StatutoryTask, ClockRow]], str | None]:
    """One page of the tasks in the actor's regions, the newest first, each with its clock."""
    statement = within_scope(select(StatutoryTask), StatutoryTask.region_code, actor)
    if state is not None:
        statement = statement.where(StatutoryTask.state == state)
    if region is not None:
        statement = statement.where(StatutoryTask.region_code.in_(codes_within([region])))
    tasks, following = await paginate(session, statement, page, order_by=[StatutoryTask.id], descending=True)
    found = await session.scalars(select(ClockRow).where(ClockRow.id.in_([task.clock_id for task in tasks])))
    clocks = {clock.id: clock for clock in found}
    return [(task, clocks[task.clock_id]) for task in tasks], following


async def lock_task(session: AsyncSession, task_id: UUID) -> StatutoryTask | None:
    """One task as it is now, held until the end of the transaction."""
    statement = select(StatutoryTask).where(StatutoryTask.id == task_id).with_for_update()
    return await session.scalar(statement.execution_options(populate_existing=True))


async def next_numbers(session: AsyncSession, count: int) -> list[int]:
    """The next running numbers, without waiting for anybody."""
    return list(await session.scalars(select(TASK_NUMBERS.next_value()).select_from(func.generate_series(1, count))))
