"""Dispatching sampling tasks, giving them to samplers, calling them off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.sampling_tasks import repository
from services.sampling.sampling_tasks.models import SamplingTask, SamplingTaskSampler
from services.sampling.sampling_tasks.problems import SamplingTaskNotFound, TaskStepRefused
from services.sampling.sampling_tasks.schemas import TaskCreate
from shared.contracts.statutory_sampling import Link, Stream
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.ids import uuid7
from shared.regions.scope import ensure_in_scope
from shared.times import day_of, now


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """What is to be sampled, where, by when; the fields mean what they mean in `SamplingTask`.

    A task without a `number` gets the next one.
    """

    stream: Stream
    link: Link
    task_source: str
    region_code: str
    quantity: int = 1
    category_code: str | None = None
    food_name: str | None = None
    business_id: UUID | None = None
    business_name: str | None = None
    due_on: date | None = None
    instructions: str = ""
    plan_id: UUID | None = None
    statutory_task_id: UUID | None = None
    number: str | None = None


@dataclass(frozen=True, slots=True)
class AssignedSampler:
    """A person who is to do a task, and the organisation he does it for."""

    user_id: UUID
    user_name: str
    organisation_id: UUID | None


async def dispatch(session: AsyncSession, orders: Sequence[Dispatch], actor: Actor | None) -> list[SamplingTask]:
    """Store many tasks with one statement, each for the bureau of its county; in the order of `orders`.

    Whether `actor` (None: the platform itself) may order in these regions is the caller's to check.
    """
    counties = await repository.counties_of(session, {order.region_code for order in orders})
    unnumbered = sum(order.number is None for order in orders)
    numbers = iter(await repository.next_numbers(session, unnumbered) if unnumbered else ())
    today = day_of(now())
    tasks = []
    for order in orders:
        bureau = counties.get(order.region_code, order.region_code)
        tasks.append(
            SamplingTask(
                id=uuid7(),
                number=order.number or f"CY{bureau[:6]}-{today:%Y%m%d}-{next(numbers):06d}",
                plan_id=order.plan_id,
                statutory_task_id=order.statutory_task_id,
                stream=order.stream,
                link=order.link,
                task_source=order.task_source,
                region_code=order.region_code,
                bureau_code=bureau,
                category_code=order.category_code,
                food_name=order.food_name,
                business_id=order.business_id,
                business_name=order.business_name,
                quantity=order.quantity,
                due_on=order.due_on,
                instructions=order.instructions,
                created_by=actor.id if actor else None,
            )
        )
    session.add_all(tasks)
    await session.flush()
    return tasks


async def create(session: AsyncSession, body: TaskCreate, actor: Actor) -> SamplingTask:
    """Dispatch a task by hand. Raises OutsideRegion."""
    await ensure_in_scope(session, actor, body.region_code)
    [task] = await dispatch(session, [Dispatch(**dict(body))], actor)
    return task


async def task_for(session: AsyncSession, task_id: UUID, actor: Actor, *, lock: bool = False) -> SamplingTask:
    """The task, if the actor may see it. Raises SamplingTaskNotFound."""
    task = await repository.visible_task(session, task_id, actor, lock=lock)
    if task is None:
        raise SamplingTaskNotFound("请核对编号；只能查看辖区内的抽样任务，抽样人员只能查看自己的")
    return task


async def assign(
    session: AsyncSession, task: SamplingTask, samplers: Sequence[AssignedSampler], actor: Actor | None = None
) -> None:
    """Give the task to these samplers instead of whoever had it. Raises TaskStepRefused for fewer than two persons.

    At least two sample on site, so fewer cannot be sent. Samples that others have taken for it stay theirs.
    """
    if len({sampler.user_id for sampler in samplers}) < 2:
        raise TaskStepRefused("现场抽样不少于两人，请至少指派两名抽样人员")
    if task.cancelled_at is not None:
        raise TaskStepRefused(f"任务已撤销，不能再指派：{task.cancelled_because}")
    rows = [
        SamplingTaskSampler(
            task_id=task.id,
            user_id=sampler.user_id,
            user_name=sampler.user_name,
            organisation_id=sampler.organisation_id,
            assigned_by=actor.id if actor else None,
        )
        for sampler in samplers
    ]
    await repository.replace_samplers(session, task.id, rows)
    task.advance()
    await session.flush()


async def cancel(session: AsyncSession, task_id: UUID, reason: str, version: int, actor: Actor) -> SamplingTask:
    """Call a task off, with the reason. Raises TaskStepRefused for one that is called off already."""
    task = await task_for(session, task_id, actor, lock=True)
    ensure_version(task, version)
    if task.statutory_task_id is not None:
        raise TaskStepRefused("快检吹哨下达的任务随吹哨办理，不能单独撤销；无法抽样的，请在吹哨作“无法复核”的结论")
    await _call_off(session, task, reason, now())
    return task


async def withdraw_for_whistle(session: AsyncSession, statutory_task_id: UUID, reason: str, at: datetime) -> None:
    """The whistle needs no sample any more: it was sampled outside the platform, or cannot be sampled at all."""
    task = await repository.task_of_whistle(session, statutory_task_id)
    if task is not None and task.cancelled_at is None:
        await _call_off(session, task, reason, at)


async def _call_off(session: AsyncSession, task: SamplingTask, reason: str, at: datetime) -> None:
    task.cancel(reason, at)
    task.advance()
    await session.flush()
