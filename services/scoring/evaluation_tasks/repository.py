"""Every query on tasks."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload, selectinload

from services.scoring.evaluation_tasks.models import EvaluationTask, TaskUnit
from shared.clocks.models import ClockRow
from shared.contracts.evaluations import TaskState, UnitPart
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.scope import within_scope

CLOCK_OBJECT = "evaluation_task"


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """What a list is narrowed to; None leaves a side open. `due_before` keeps what is still to be done by then."""

    evaluation_id: UUID | None = None
    state: TaskState | None = None
    unit: str | None = None
    part: UnitPart | None = None
    due_before: datetime | None = None


async def list_tasks(
    session: AsyncSession, wanted: TaskFilter, actor: Actor, page: PageRequest
) -> tuple[list[EvaluationTask], str | None]:
    """One page of the tasks in the actor's regions, with their units, in the order in which they were given."""
    statement = within_scope(select(EvaluationTask), EvaluationTask.region_code, actor)
    statement = statement.options(selectinload(EvaluationTask.units))
    if wanted.evaluation_id is not None:
        statement = statement.where(EvaluationTask.evaluation_id == wanted.evaluation_id)
    if wanted.state is not None:
        statement = statement.where(EvaluationTask.state == wanted.state)
    if wanted.unit is not None:
        named = select(TaskUnit.task_id).where(TaskUnit.name == wanted.unit)
        if wanted.part is not None:
            named = named.where(TaskUnit.part == wanted.part)
        statement = statement.where(EvaluationTask.id.in_(named))
    if wanted.due_before is not None:
        due = select(ClockRow.object_id).where(
            ClockRow.object_type == CLOCK_OBJECT, ClockRow.due_at < wanted.due_before, ClockRow.closed_at.is_(None)
        )
        statement = statement.where(EvaluationTask.id.in_(due), EvaluationTask.state == TaskState.OPEN)
    order = [EvaluationTask.evaluation_id, EvaluationTask.number]
    return await paginate(session, statement, page, order_by=order)


async def visible_task(
    session: AsyncSession, task_id: UUID, actor: Actor, *, lock: bool = False
) -> EvaluationTask | None:
    """One task with units and history, if it is in the actor's regions; `lock` holds it for a change."""
    statement = (
        within_scope(select(EvaluationTask).where(EvaluationTask.id == task_id), EvaluationTask.region_code, actor)
        .options(selectinload(EvaluationTask.units), selectinload(EvaluationTask.entries))
        .execution_options(populate_existing=True)
    )
    return await session.scalar(statement.with_for_update(of=EvaluationTask) if lock else statement)


async def clocks_by_task(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, ClockRow]:
    """The clock of each task."""
    statement = (
        select(ClockRow)
        .where(ClockRow.object_type == CLOCK_OBJECT, ClockRow.object_id.in_(ids))
        .options(joinedload(ClockRow.rule), selectinload(ClockRow.entries))
    )
    return {clock.object_id: clock for clock in await session.scalars(statement)}


async def open_tasks_due(session: AsyncSession, before: datetime) -> Sequence[UUID]:
    """The tasks that nobody has reported and whose end comes before the moment."""
    due = select(ClockRow.object_id).where(
        ClockRow.object_type == CLOCK_OBJECT, ClockRow.due_at <= before, ClockRow.closed_at.is_(None)
    )
    statement = select(EvaluationTask.id).where(EvaluationTask.id.in_(due), EvaluationTask.state == TaskState.OPEN)
    return (await session.scalars(statement.order_by(EvaluationTask.id))).all()


async def held_task(session: AsyncSession, task_id: UUID) -> EvaluationTask | None:
    """One task with its history, held for a change."""
    statement = select(EvaluationTask).filter_by(id=task_id).options(selectinload(EvaluationTask.entries))
    return await session.scalar(statement.with_for_update(of=EvaluationTask))


async def last_number(session: AsyncSession, evaluation_id: UUID) -> int:
    """The number of the run's last task; 0 before the first."""
    statement = select(func.max(EvaluationTask.number)).where(EvaluationTask.evaluation_id == evaluation_id)
    return int(await session.scalar(statement) or 0)


async def standing_tasks(session: AsyncSession, evaluation_id: UUID) -> Sequence[EvaluationTask]:
    """The run's tasks but for those withdrawn, with their units."""
    statement = (
        select(EvaluationTask)
        .where(EvaluationTask.evaluation_id == evaluation_id, EvaluationTask.state != TaskState.WITHDRAWN)
        .order_by(EvaluationTask.number)
        .options(selectinload(EvaluationTask.units))
    )
    return (await session.scalars(statement)).all()
