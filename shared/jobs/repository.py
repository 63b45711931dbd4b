"""Every query on the table of jobs. What a worker writes holds only while it is still the job's worker (`attempt`)."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, delete, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.codes import OFFICIALS, Role
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.jobs.models import Job, JobState
from shared.regions.repository import codes_within

UNFINISHED = (JobState.QUEUED.value, JobState.RUNNING.value)


async def get(session: AsyncSession, job_id: UUID) -> Job | None:
    """The job as it stands now."""
    return await session.get(Job, job_id, populate_existing=True)


async def get_visible(session: AsyncSession, job_id: UUID, actor: Actor, *, lock: bool = False) -> Job | None:
    """The job, if the actor may see it."""
    statement = select(Job).where(Job.id == job_id, _visible_to(actor))
    return await session.scalar(statement.with_for_update() if lock else statement)


async def list_visible(
    session: AsyncSession, actor: Actor, state: JobState | None, page: PageRequest
) -> tuple[list[Job], str | None]:
    """One page of the jobs that the actor may see, the newest first."""
    statement = select(Job).where(_visible_to(actor))
    if state is not None:
        statement = statement.where(Job.state == state.value)
    return await paginate(session, statement, page, order_by=[Job.id], descending=True)


def _visible_to(actor: Actor) -> ColumnElement[bool]:
    """Its own actor's; officials' and administrators' in whose regions it lies. What the platform orders by itself
    concerns nobody's data, so that every administrator may watch it.
    """
    visible = [Job.actor_id == actor.id]
    if actor.has(*OFFICIALS, Role.ADMINISTRATOR):
        visible.append(Job.region_code.in_(codes_within(actor.regions)))
    if actor.has(Role.ADMINISTRATOR):
        visible.append(and_(Job.actor_id.is_(None), Job.region_code.is_(None)))
    return or_(*visible)


async def is_unfinished(session: AsyncSession, kind: str) -> bool:
    """Whether a job of this kind without an actor is queued or running."""
    statement = select(Job.id).where(Job.kind == kind, Job.actor_id.is_(None), Job.state.in_(UNFINISHED)).limit(1)
    return await session.scalar(statement) is not None


async def start(session: AsyncSession, job_id: UUID) -> Row[Any] | None:
    """Begin an attempt; None when the job is already finished. Whoever worked on it before no longer does."""
    statement = (
        update(Job)
        .where(Job.id == job_id, Job.state.in_(UNFINISHED))
        .values(
            state=JobState.RUNNING.value,
            attempts=Job.attempts + 1,
            started_at=func.coalesce(Job.started_at, func.clock_timestamp()),
            heartbeat_at=func.clock_timestamp(),
        )
        .returning(Job.attempts, Job.payload, Job.cancel_requested_at, Job.done, Job.total, Job.counts)
    )
    return (await session.execute(statement)).one_or_none()


async def record(session: AsyncSession, job_id: UUID, attempt: int, **values: Any) -> Row[Any] | None:
    """Write `values` and a heartbeat; None when the attempt is no longer the current one."""
    statement = (
        update(Job)
        .where(_is_current(job_id, attempt))
        .values(heartbeat_at=func.clock_timestamp(), **values)
        .returning(Job.cancel_requested_at)
    )
    return (await session.execute(statement)).one_or_none()


async def finish(session: AsyncSession, job_id: UUID, attempt: int, state: JobState, values: Mapping[str, Any]) -> bool:
    """End the job in `state`; False when the attempt is no longer the current one."""
    ended = await record(
        session, job_id, attempt, state=state.value, finished_at=func.clock_timestamp(), **dict(values)
    )
    return ended is not None


async def put_back(session: AsyncSession, job_id: UUID, attempt: int, *, counted: bool, error: str | None) -> bool:
    """Make the job wait for another attempt; one that is not `counted` was no failure of the job."""
    values: dict[str, Any] = {"state": JobState.QUEUED.value}
    values |= {"error": error} if counted else {"attempts": Job.attempts - 1}
    return await record(session, job_id, attempt, **values) is not None


def _is_current(job_id: UUID, attempt: int) -> ColumnElement[bool]:
    return and_(Job.id == job_id, Job.state == JobState.RUNNING.value, Job.attempts == attempt)


async def list_forgotten(session: AsyncSession, *, silent: timedelta) -> Sequence[Row[Any]]:
    """Unfinished jobs that nobody works on and that are not in the queue: (id, kind)."""
    statement = text("""
        SELECT id, kind FROM jobs
        WHERE state IN ('queued', 'running') AND heartbeat_at < clock_timestamp() - CAST(:silent AS interval)
          AND NOT EXISTS (SELECT FROM pgqueuer WHERE dedupe_key = jobs.id::text AND status IN ('queued', 'picked'))
        FOR UPDATE SKIP LOCKED
    """)
    return (await session.execute(statement, {"silent": silent})).all()


async def delete_finished(session: AsyncSession, *, days: int, scheduled_days: int, limit: int) -> int:
    """Delete up to `limit` jobs finished `days` ago, or `scheduled_days` ago when no person had ordered them."""
    old = (
        select(Job.id)
        .where(
            or_(
                Job.finished_at < func.now() - timedelta(days=days),
                and_(Job.actor_id.is_(None), Job.finished_at < func.now() - timedelta(days=scheduled_days)),
            )
        )
        .limit(limit)
    )
    result = await session.execute(delete(Job).where(Job.id.in_(old)))
    return int(result.rowcount)  # type: ignore[attr-defined]


async def delete_queue_log(session: AsyncSession, *, days: int) -> int:
    """Delete what the queue noted of its own work more than `days` ago."""
    statement = text("DELETE FROM pgqueuer_log WHERE created < now() - make_interval(days => :days)")
    return int((await session.execute(statement, {"days": days})).rowcount)  # type: ignore[attr-defined]
