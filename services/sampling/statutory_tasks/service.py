"""Assigning statutory sampling tasks, recording the sample, and keeping count of what was done in time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.figures import service as figures
from services.sampling.sampling_tasks import service as sampling_tasks
from services.sampling.sampling_tasks.repository import counties_of
from services.sampling.sampling_tasks.service import Dispatch
from services.sampling.statutory_tasks import repository
from services.sampling.statutory_tasks.models import Standing, StatutoryTask
from shared.clocks.models import ClockRow
from shared.clocks.service import Opening, cancel_clock, clocks_of, meet_clock, open_clocks
from shared.contracts.clocks import ClockState
from shared.contracts.statutory_sampling import Link, Stream
from shared.http.auth import Actor
from shared.ids import uuid7
from shared.times import day_of, now

CLOCK_OBJECT = "statutory_task"
FOLLOW_UP = "statutory_sampling_follow_up"
TASK_SOURCE = "快检吹哨"


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be sampled, for which whistle, at whose stall (null: not known)."""

    whistle_id: UUID
    site_id: UUID
    region_code: str
    title: str
    food_name: str
    seller_business_id: UUID | None
    seller_name: str | None
    link: Link


async def assign(session: AsyncSession, orders: Sequence[Order], at: datetime) -> list[StatutoryTask]:
    """Give each order, as a numbered task with its clock, to the bureau of its county (食品安全法 §112, §87).

    Each is dispatched to the samplers as well, as a sampling task of the same number.
    """
    counties = await counties_of(session, {order.region_code for order in orders})
    numbers = await repository.next_numbers(session, len(orders))
    ids = [uuid7() for _ in orders]
    clocks = await open_clocks(
        session,
        [
            Opening(
                code=FOLLOW_UP,
                object_type=CLOCK_OBJECT,
                object_id=task_id,
                region_code=order.region_code,
                triggered_at=at,
                title=order.title,
            )
            for order, task_id in zip(orders, ids, strict=True)
        ],
    )
    tasks = []
    for order, task_id, clock, number in zip(orders, ids, clocks, numbers, strict=True):
        bureau = counties.get(order.region_code, order.region_code)
        tasks.append(
            StatutoryTask(
                id=task_id,
                whistle_id=order.whistle_id,
                number=f"JC{bureau[:6]}-{day_of(at):%Y%m%d}-{number:06d}",
                title=order.title,
                site_id=order.site_id,
                region_code=order.region_code,
                bureau_code=bureau,
                clock_id=clock.id,
                assigned_at=at,
            )
        )
    session.add_all(tasks)
    await session.flush()
    await sampling_tasks.dispatch(
        session,
        [
            Dispatch(
                stream=Stream.SUPERVISION,
                link=order.link,
                task_source=TASK_SOURCE,
                region_code=order.region_code,
                food_name=order.food_name,
                business_id=order.seller_business_id,
                business_name=order.seller_name,
                due_on=day_of(clock.due_at),
                instructions=f"快检疑似阳性：{order.title}；优先抽取停售的同一批",
                statutory_task_id=task.id,
                number=task.number,
            )
            for order, task, clock in zip(orders, tasks, clocks, strict=True)
        ],
        None,
    )
    return tasks


async def record_sample(session: AsyncSession, task: StatutoryTask, number: str, at: datetime, actor: Actor) -> None:
    """The sample was taken: the duty is done, on time or late."""
    task.record_sample(number, at)
    clock = await meet_clock(session, task.clock_id, evidence=f"抽样单 {number}", actor=actor, at=at)
    await _settle(session, task, clock)


async def conclude(session: AsyncSession, task: StatutoryTask, reason: str, at: datetime, actor: Actor) -> None:
    """The whistle has its outcome. Where nothing was sampled, the clock falls away; having been overdue stays."""
    task.conclude(at)
    if task.sampled_at is None:
        await sampling_tasks.withdraw_for_whistle(session, task.id, reason, at)
        await _settle(session, task, await cancel_clock(session, task.clock_id, reason=reason, actor=actor, at=at))


async def settle(session: AsyncSession, task_id: UUID) -> None:
    """Take note of what the sweep found. The clock itself is asked, in whatever order its messages come."""
    task = await repository.lock_task(session, task_id)
    if task is not None:
        clocks = await clocks_of(session, CLOCK_OBJECT, task.id)
        await _settle(session, task, next(clock for clock in clocks if clock.id == task.clock_id))


async def _settle(session: AsyncSession, task: StatutoryTask, clock: ClockRow) -> None:
    """Count the task on the day it was done in time, or on the day it became overdue; otherwise not yet."""
    standing = None
    if clock.state is ClockState.BREACHED or (clock.closed_at is not None and clock.closed_at > clock.due_at):
        standing = Standing(on_time=False, day=day_of(clock.due_at))
    elif clock.state is ClockState.MET and clock.closed_at is not None:
        standing = Standing(on_time=True, day=day_of(clock.closed_at))
    if standing != task.standing:
        await figures.record_follow_up(session, task.region_code, before=task.standing, after=standing)
        task.count(standing, now())
        await session.flush()
