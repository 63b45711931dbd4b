"""Jobs that every unit runs on a schedule: fold the figures, throw away what nobody needs any more."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from shared.audit.jobs import SEAL_AUDIT
from shared.events import repository as events
from shared.figures.jobs import FOLD_FIGURES
from shared.http.idempotency import forget_old_answers
from shared.jobs import repository as jobs
from shared.jobs.definition import JobContext, JobKind

OUTBOX_DAYS = 30
INBOX_DAYS = 180  # far longer than an event can still be on its way, else its duplicate would be taken for new
JOB_DAYS = 365
SCHEDULED_JOB_DAYS = 3
CHUNK = 5000


async def _prune_events(context: JobContext) -> Mapping[str, Any]:
    return {
        "outbox": await _in_chunks(context, lambda s: events.delete_delivered(s, days=OUTBOX_DAYS, limit=CHUNK)),
        "inbox": await _in_chunks(context, lambda s: events.delete_remembered(s, days=INBOX_DAYS, limit=CHUNK)),
    }


async def _prune_jobs(context: JobContext) -> Mapping[str, Any]:
    async def delete_jobs(session: AsyncSession) -> int:
        return await jobs.delete_finished(session, days=JOB_DAYS, scheduled_days=SCHEDULED_JOB_DAYS, limit=CHUNK)

    deleted = await _in_chunks(context, delete_jobs)
    async with context.sessions() as session, session.begin():
        await jobs.delete_queue_log(session, days=SCHEDULED_JOB_DAYS)
    return {"jobs": deleted}


async def _forget_answers(context: JobContext) -> Mapping[str, Any]:
    async with context.sessions() as session, session.begin():
        return {"answers": await forget_old_answers(session)}


async def _in_chunks(context: JobContext, delete: Callable[[AsyncSession], Awaitable[int]]) -> int:
    """Delete in short transactions, so that nobody waits for the locks of a long one."""
    total = 0
    while True:
        async with context.sessions() as session, session.begin():
            deleted = await delete(session)
        total += deleted
        await context.progress(total, None)
        if deleted < CHUNK:
            return total


CHASSIS_JOBS = (
    FOLD_FIGURES,
    SEAL_AUDIT,
    JobKind("prune_events", "清理已送达的事件", _prune_events, cron="11 3 * * *"),
    JobKind("prune_jobs", "清理旧任务", _prune_jobs, cron="23 3 * * *"),
    JobKind("forget_old_answers", "清理幂等键的旧答复", _forget_answers, cron="37 3 * * *"),
)
"""The worker adds them to those of the unit."""
