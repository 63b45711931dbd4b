"""Kinds of jobs for the tests, and a worker of its own process that runs them: `python -m tests.shared.jobs.trial`."""

import asyncio
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from services.sampling.settings import Settings
from shared.contracts.codes import Unit
from shared.http.problems import Problem
from shared.jobs.definition import JobContext, JobKind
from shared.jobs.runner import Pace, run_jobs

QUICK = Pace(
    poll=timedelta(seconds=0.3),
    silence=timedelta(seconds=2),
    beat_seconds=0.1,
    first_pause_seconds=0.05,
    progress_seconds=0,
    farewell_seconds=0.3,
    restart_seconds=0.2,
)


class UnreadableError(Problem):
    slug, title, status = "unreadable", "文件读不了", 422


async def count_up(context: JobContext) -> Mapping[str, Any]:
    """Write one row a step, each in its own transaction, and go on where an earlier attempt ended."""
    steps = int(context.payload["steps"])
    async with context.sessions() as session:
        done = await session.scalar(text("SELECT count(*) FROM trial_steps")) or 0
    for step in range(done, steps):
        async with context.sessions() as session, session.begin():
            await session.execute(text("INSERT INTO trial_steps VALUES (:step)"), {"step": step})
        await context.progress(step + 1, steps, accepted=step + 1)
        await asyncio.sleep(float(context.payload.get("seconds", 0)))
    return {"steps": steps}


async def stumble(context: JobContext) -> None:
    """Fail until it has been tried `times` times."""
    async with context.sessions() as session, session.begin():
        await session.execute(text("INSERT INTO trial_steps VALUES (0)"))
        tried = await session.scalar(text("SELECT count(*) FROM trial_steps")) or 0
    if tried < int(context.payload["times"]):
        raise RuntimeError(f"第 {tried} 次没成")


async def refuse(_: JobContext) -> None:
    """Find that what it was given is no good."""
    raise UnreadableError("第 3 行不是 UTF-8")


async def sleep(context: JobContext) -> None:
    """Do nothing for a long time, without ever asking whether it should stop."""
    await asyncio.sleep(600)


async def tick(context: JobContext) -> None:
    """Leave a mark."""
    async with context.sessions() as session, session.begin():
        await session.execute(text("INSERT INTO trial_steps VALUES (-1)"))


KINDS = (
    JobKind("count_up", "数数", count_up),
    JobKind("stumble", "磕磕绊绊", stumble, attempts=3),
    JobKind("refuse", "读文件", refuse),
    JobKind("sleep", "睡觉", sleep, attempts=2),
)
EVERY_SECOND = JobKind("tick", "报时", tick, cron="* * * * * *")


@dataclass(frozen=True)
class Trial:
    """The unit whose jobs are run."""

    unit: Unit = Unit.SAMPLING
    jobs: tuple[JobKind, ...] = KINDS


async def _main() -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await run_jobs(Trial(), Settings(), stop, QUICK)


if __name__ == "__main__":
    asyncio.run(_main())
