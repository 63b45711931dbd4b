"""Every query on sampling tasks."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple, TypeVarTuple
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, delete, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.food_categories.models import FoodCategory
from services.sampling.samples.models import Sample
from services.sampling.samples.scope import sees_whole_regions
from services.sampling.sampling_tasks.models import TASK_NUMBERS, SamplingTask, SamplingTaskSampler
from services.sampling.sampling_tasks.rules import SamplingTaskState
from shared.contracts.codes import Role
from shared.contracts.statutory_sampling import SampleState, Stream
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate, paginate_rows
from shared.regions.models import RegionAncestor, RegionRow
from shared.regions.repository import codes_within
from shared.regions.scope import within_scope

COUNTY_LEVEL = 3
COUNTED = (SampleState.TAKEN, SampleState.RECEIVED, SampleState.REPORTED, SampleState.CONCLUDED)
"""Samples that a task is done with; one that was refused, rejected or voided has to be taken again."""

Columns = TypeVarTuple("Columns")
Order = Literal["newest", "due"]


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """What a list of sampling tasks is narrowed to; None leaves a side open. `region` takes in all below it."""

    state: SamplingTaskState | None = None
    region: str | None = None
    stream: Stream | None = None
    plan_id: UUID | None = None
    sampler_id: UUID | None = None
    due_before: date | None = None


class Progress(NamedTuple):
    """A task, how many samples were taken for it, what its category is called, and who is to take them."""

    task: SamplingTask
    taken: int
    category_name: str | None
    samplers: Sequence[SamplingTaskSampler]


def taken_for_task() -> ScalarSelect[int]:
    """How many samples count for the task of the enclosing select."""
    counted = select(func.count()).where(Sample.task_id == SamplingTask.id, Sample.state.in_(COUNTED))
    return counted.correlate(SamplingTask).scalar_subquery()


async def taken_for(session: AsyncSession, task_id: UUID) -> int:
    """How many samples count for this task."""
    return (
        await session.scalar(select(taken_for_task()).select_from(SamplingTask).where(SamplingTask.id == task_id)) or 0
    )


def may_do(user_id: UUID) -> ColumnElement[bool]:
    """Whether the task of the enclosing select is this person's: assigned to him, or to nobody yet."""
    assigned = select(SamplingTaskSampler.task_id).where(SamplingTaskSampler.task_id == SamplingTask.id)
    return or_(assigned.where(SamplingTaskSampler.user_id == user_id).exists(), ~assigned.exists())


def visible_tasks(statement: Select[*Columns], actor: Actor) -> Select[*Columns]:
    """Limit a select that reads `SamplingTask` to the actor's regions; of these a sampler sees his own."""
    statement = within_scope(statement, SamplingTask.region_code, actor)
    if sees_whole_regions(actor):
        return statement
    return statement.where(may_do(actor.id) if actor.has(Role.SAMPLER) and actor.business_id is None else false())


async def visible_task(
    session: AsyncSession, task_id: UUID, actor: Actor, *, lock: bool = False
) -> SamplingTask | None:
    """One task as it is now, if the actor may see it; `lock` holds it for a change."""
    statement = visible_tasks(select(SamplingTask).where(SamplingTask.id == task_id), actor)
    statement = statement.execution_options(populate_existing=True)
    return await session.scalar(statement.with_for_update(of=SamplingTask) if lock else statement)


async def task_of_whistle(session: AsyncSession, statutory_task_id: UUID) -> SamplingTask | None:
    """The sampling task that came from a whistle's task, held for a change."""
    statement = select(SamplingTask).where(SamplingTask.statutory_task_id == statutory_task_id).with_for_update()
    return await session.scalar(statement.execution_options(populate_existing=True))


async def list_tasks(
    session: AsyncSession, wanted: TaskFilter, actor: Actor, page: PageRequest, order: Order = "newest"
) -> tuple[list[Progress], str | None]:
    """One page of the tasks the actor may see: the newest first, or what is due first with what has no day last."""
    statement = visible_tasks(select(SamplingTask), actor)
    if wanted.state is not None:
        statement = statement.where(_stands(wanted.state))
    if wanted.region is not None:
        statement = statement.where(SamplingTask.region_code.in_(codes_within([wanted.region])))
    if wanted.stream is not None:
        statement = statement.where(SamplingTask.stream == wanted.stream)
    if wanted.plan_id is not None:
        statement = statement.where(SamplingTask.plan_id == wanted.plan_id)
    if wanted.sampler_id is not None:
        own = select(SamplingTaskSampler.task_id).where(SamplingTaskSampler.user_id == wanted.sampler_id)
        statement = statement.where(SamplingTask.id.in_(own))
    if wanted.due_before is not None:
        statement = statement.where(SamplingTask.due_on <= wanted.due_before)
    if order == "due":
        day = func.coalesce(SamplingTask.due_on, date.max).label("due_day")
        statement = statement.add_columns(day, SamplingTask.id)
        rows, following = await paginate_rows(session, statement, page, order_by=[day, SamplingTask.id.expression])
        return await progress_of(session, [row[0] for row in rows]), following
    tasks, following = await paginate(session, statement, page, order_by=[SamplingTask.id], descending=True)
    return await progress_of(session, tasks), following


async def progress_of(session: AsyncSession, tasks: Sequence[SamplingTask]) -> list[Progress]:
    """The tasks in their order, each with what was taken, its category by name, and who is to take it."""
    ids = [task.id for task in tasks]
    counts = select(Sample.task_id, func.count()).where(Sample.task_id.in_(ids), Sample.state.in_(COUNTED))
    taken = dict((await session.execute(counts.group_by(Sample.task_id))).all())
    codes = {task.category_code for task in tasks if task.category_code}
    named = select(FoodCategory.code, FoodCategory.name).where(FoodCategory.code.in_(codes))
    names = dict((await session.execute(named)).all()) if codes else {}
    samplers: dict[UUID, list[SamplingTaskSampler]] = {}
    for sampler in await samplers_of(session, ids):
        samplers.setdefault(sampler.task_id, []).append(sampler)
    return [
        Progress(task, taken.get(task.id, 0), names.get(task.category_code or ""), samplers.get(task.id, []))
        for task in tasks
    ]


async def samplers_of(session: AsyncSession, task_ids: Collection[UUID]) -> Sequence[SamplingTaskSampler]:
    """Who is to do these tasks."""
    statement = select(SamplingTaskSampler).where(SamplingTaskSampler.task_id.in_(task_ids))
    return (await session.scalars(statement.order_by(SamplingTaskSampler.user_name))).all()


async def replace_samplers(session: AsyncSession, task_id: UUID, samplers: Sequence[SamplingTaskSampler]) -> None:
    await session.execute(delete(SamplingTaskSampler).where(SamplingTaskSampler.task_id == task_id))
    session.add_all(samplers)
    await session.flush()


async def counties_of(session: AsyncSession, region_codes: Collection[str]) -> dict[str, str]:
    """For each region the county (district) it lies in; a region above county level is missing."""
    statement = (
        select(RegionAncestor.code, RegionAncestor.ancestor_code)
        .join(RegionRow, RegionRow.code == RegionAncestor.ancestor_code)
        .where(RegionAncestor.code.in_(region_codes), RegionRow.level == COUNTY_LEVEL)
    )
    return dict((await session.execute(statement)).all())


async def next_numbers(session: AsyncSession, count: int) -> list[int]:
    """The next running numbers, without waiting for anybody."""
    return list(await session.scalars(select(TASK_NUMBERS.next_value()).select_from(func.generate_series(1, count))))


def _stands(state: SamplingTaskState) -> ColumnElement[bool]:
    standing = SamplingTask.cancelled_at.is_(None)
    if state is SamplingTaskState.CANCELLED:
        return ~standing
    done = taken_for_task() >= SamplingTask.quantity
    return and_(standing, done if state is SamplingTaskState.DONE else ~done)
