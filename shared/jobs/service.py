"""Ordering and cancelling background jobs."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.codes import Role
from shared.database import driver_connection
from shared.http.auth import Actor
from shared.http.problems import Forbidden, NotFound
from shared.ids import uuid7
from shared.jobs import queue, repository
from shared.jobs.definition import JobKind
from shared.jobs.models import Job


class JobNotFound(NotFound):
    slug, title = "job-not-found", "没有这个任务"


async def enqueue(
    session: AsyncSession,
    kind: str,
    payload: Mapping[str, Any],
    *,
    actor: Actor | None,
    title: str,
    region_code: str | None = None,
) -> Job:
    """Order a job of a registered `kind` (its `JobKind.name`). It is run if and only if this transaction commits.

    `payload` must be JSON; `region_code` is the region whose officials may watch it besides `actor`.
    """
    job = Job(
        id=uuid7(),
        kind=kind,
        title=title,
        payload=dict(payload),
        actor_id=actor.id if actor else None,
        region_code=region_code,
    )
    session.add(job)
    await session.flush()
    await queue.put(await driver_connection(session), kind, job.id)
    return job


async def enqueue_scheduled(session: AsyncSession, kind: JobKind) -> Job | None:
    """Order a scheduled job; None when the one before has not finished, so that slow runs do not pile up."""
    if await repository.is_unfinished(session, kind.name):
        return None
    return await enqueue(session, kind.name, {}, actor=None, title=kind.label)


async def find(session: AsyncSession, job_id: UUID, actor: Actor) -> Job:
    """The job, if the actor may see it. Raises `JobNotFound`."""
    job = await repository.get_visible(session, job_id, actor)
    if job is None:
        raise _not_found()
    return job


async def cancel(session: AsyncSession, job_id: UUID, actor: Actor) -> Job:
    """Ask a job to stop; what it has committed stays. Who ordered it may, and administrators of its region."""
    job = await repository.get_visible(session, job_id, actor, lock=True)
    if job is None:
        raise _not_found()
    if job.actor_id != actor.id and not (actor.has(Role.ADMINISTRATOR) and job.region_code is not None):
        raise Forbidden("只有发起人和任务所在区域的系统管理员可以取消任务；平台自行安排的任务不能取消")
    job.request_cancellation()
    await session.flush()
    return job


def _not_found() -> JobNotFound:
    return JobNotFound("没有这个任务，或它不在您可查看的范围内")
