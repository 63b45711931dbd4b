"""Running jobs: retry, schedule, progress, cancellation, and a hand-over when a worker ends or dies.

The queue says who works on what; the table of jobs says how it went. The heartbeat of a dead worker stops, and another
takes its job over within half a minute. Each attempt has a number; what an overtaken worker writes no longer holds.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any, Protocol
from uuid import UUID

import structlog
from croniter import croniter  # type: ignore[import-untyped]
from pgqueuer import PgQueuer
from pgqueuer.core.executors import ScheduleExecutor
from pgqueuer.domain.errors import RetryRequested
from pgqueuer.domain.models import Job as QueueEntry
from pgqueuer.domain.models import Schedule
from pgqueuer.domain.types import Channel
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from shared.contracts.codes import Unit
from shared.database import create_engine, create_sessions, driver_connection
from shared.http.problems import Problem
from shared.jobs import queue, repository
from shared.jobs.definition import JobCancelled, JobKind
from shared.jobs.models import JobState
from shared.jobs.service import enqueue_scheduled
from shared.settings import UnitSettings
from shared.telemetry import JOBS_FINISHED, install_tracing
from shared.times import SHANGHAI

log = structlog.get_logger(__name__)

Sessions = async_sessionmaker[AsyncSession]


class HasJobs(Protocol):
    """What the runner needs to know of the unit it runs for."""

    @property
    def unit(self) -> Unit: ...
    @property
    def jobs(self) -> Sequence[JobKind]: ...


@dataclass(frozen=True, slots=True)
class Pace:
    """How many at once, how often, how long."""

    at_once: int = 4
    poll: timedelta = timedelta(seconds=5)
    silence: timedelta = timedelta(seconds=20)  # a worker not heard of for so long is dead
    beat_seconds: float = 2.0
    first_pause_seconds: float = 5.0
    longest_pause_seconds: float = 600.0
    progress_seconds: float = 0.25
    farewell_seconds: float = 8.0  # how long running jobs may go on once the worker is to stop
    restart_seconds: float = 3.0


class Order(Enum):
    """Why the runner interrupts a job."""

    CANCEL = "cancel"
    HAND_BACK = "hand back"
    OVERTAKEN = "overtaken"


async def run_jobs(unit: HasJobs, settings: UnitSettings, stop: asyncio.Event, pace: Pace = Pace()) -> None:
    """Run the unit's jobs until `stop` is set; those still running after a few seconds then go back to the queue."""
    install_tracing(None, settings)
    engine = create_engine(settings, application_name=f"shian-{unit.unit}-jobs")
    runner = Runner(unit.jobs, settings, create_sessions(engine), stop, pace)
    while not stop.is_set():
        try:
            await _work(runner, engine, settings.schema_name, stop, pace)
        except Exception:
            log.exception("jobs_interrupted")
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pace.restart_seconds)
    await engine.dispose()


async def _work(runner: "Runner", engine: AsyncEngine, schema: str, stop: asyncio.Event, pace: Pace) -> None:
    """Run jobs on one connection of the queue until `stop` is set. Raises the database's errors."""
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        raw: Any = (await connection.get_raw_connection()).driver_connection
        entries = queue.open_queue(raw, schema)
        worker = PgQueuer(entries.driver, Channel(entries.qbe.settings.channel), queries=entries)
        runner.register(worker)
        watch = asyncio.create_task(_watch(runner, worker, stop, pace))
        try:
            await worker.run(
                dequeue_timeout=pace.poll,
                batch_size=max(1, pace.at_once // 2),
                max_concurrent_tasks=max(2, pace.at_once),
                heartbeat_timeout=pace.silence,
            )
        finally:
            watch.cancel()
            await connection.invalidate()  # it still listens


async def _watch(runner: "Runner", worker: PgQueuer, stop: asyncio.Event, pace: Pace) -> None:
    """Put forgotten jobs back into the queue now and then, and end the worker when it is to stop."""
    while not stop.is_set():
        try:
            await runner.put_back_forgotten()
        except Exception:
            log.exception("forgotten_jobs_not_checked")
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pace.silence.total_seconds())
    worker.shutdown.set()


@dataclass
class RunningJob:
    """A job under way: what its function is given (`JobContext`), and what the runner knows of it."""

    id: UUID
    attempt: int
    payload: Mapping[str, Any]
    settings: UnitSettings
    sessions: Sessions
    pace: Pace
    shown: dict[str, Any]
    order: Order | None = None
    _write_at: float = field(default=0.0, init=False)

    async def progress(self, done: int, total: int | None, **counts: int) -> None:
        """Tell how far the job is; written a few times a second at most. Raises `JobCancelled`."""
        self.shown = {"done": done, "total": total, "counts": counts}
        if time.monotonic() >= self._write_at:
            self._write_at = time.monotonic() + self.pace.progress_seconds
            await self.beat()
        if self.order is not None:
            raise JobCancelled

    async def beat(self) -> None:
        """Say that the job is alive and how far it is, and take orders."""
        async with self.sessions() as session, session.begin():
            current = await repository.record(session, self.id, self.attempt, **self.shown)
        if current is None:
            self.order = Order.OVERTAKEN
        elif current.cancel_requested_at is not None:
            self.order = Order.CANCEL


class Runner:
    """Runs one queue entry after the other, several at once."""

    def __init__(
        self, kinds: Sequence[JobKind], settings: UnitSettings, sessions: Sessions, stop: asyncio.Event, pace: Pace
    ) -> None:
        self._kinds, self._settings, self._sessions = kinds, settings, sessions
        self._stop, self._pace = stop, pace

    def register(self, worker: PgQueuer) -> None:
        """Tell the queue which kinds run here and when scheduled ones are due (cron in Asia/Shanghai)."""
        for kind in self._kinds:
            worker.entrypoint(kind.name)(self._runner_of(kind))
            if kind.cron is not None:
                worker.schedule(kind.name, kind.cron, executor_factory=ShanghaiSchedule)(self._scheduler_of(kind))

    def _runner_of(self, kind: JobKind) -> Callable[[QueueEntry], Awaitable[None]]:
        async def run(entry: QueueEntry) -> None:
            job_id = UUID((entry.payload or b"").decode())
            with structlog.contextvars.bound_contextvars(job_id=str(job_id), kind=kind.name):
                await self._run(kind, job_id)

        return run

    def _scheduler_of(self, kind: JobKind) -> Callable[[Schedule], Awaitable[None]]:
        async def schedule(_: Schedule) -> None:
            async with self._sessions() as session, session.begin():
                await enqueue_scheduled(session, kind)

        return schedule

    async def put_back_forgotten(self) -> None:
        """Queue unfinished jobs that have lost their place, as when the database was away at the wrong moment."""
        async with self._sessions() as session, session.begin():
            for job in await repository.list_forgotten(session, silent=3 * self._pace.silence):
                log.warning("job_put_back", job_id=str(job.id), kind=job.kind)
                await queue.put(await driver_connection(session), job.kind, job.id)

    async def _run(self, kind: JobKind, job_id: UUID) -> None:
        async with self._sessions() as session, session.begin():
            begun = await repository.start(session, job_id)
        if begun is None:
            return  # cancelled while it waited, or finished by a worker that died before it could say so
        shown = {"done": begun.done, "total": begun.total, "counts": begun.counts}
        job = RunningJob(job_id, begun.attempts, begun.payload, self._settings, self._sessions, self._pace, shown)
        if begun.cancel_requested_at is not None:
            await self._finish(kind, job, JobState.CANCELLED)
        elif begun.attempts > kind.attempts:
            reason = f"执行它的进程连续 {kind.attempts} 次中途退出，已停止重试"
            await self._finish(kind, job, JobState.FAILED, error=reason)
        else:
            await self._attempt(kind, job)

    async def _attempt(self, kind: JobKind, job: RunningJob) -> None:
        work = asyncio.ensure_future(kind.run(job))
        guard = asyncio.create_task(self._guard(job, work))
        try:
            await asyncio.wait({work})
        finally:
            guard.cancel()
        if job.order is Order.OVERTAKEN:
            log.warning("job_overtaken", attempt=job.attempt)
        elif work.cancelled() or isinstance(work.exception(), JobCancelled):
            await self._end_interrupted(kind, job)
        elif (error := work.exception()) is not None:
            await self._end_failed(kind, job, error)
        else:
            result = work.result()
            await self._finish(
                kind, job, JobState.SUCCEEDED, error=None, result=None if result is None else dict(result)
            )

    async def _guard(self, job: RunningJob, work: "asyncio.Future[Any]") -> None:
        """Keep the job's heartbeat, and interrupt it when it is cancelled, overtaken, or its worker has to go."""
        while job.order is None:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), self._pace.beat_seconds)
            if self._stop.is_set():
                await asyncio.sleep(self._pace.farewell_seconds)
                job.order = Order.HAND_BACK
            else:
                try:
                    await job.beat()
                except Exception as error:
                    log.warning("heartbeat_failed", error=str(error))
        work.cancel()

    async def _end_interrupted(self, kind: JobKind, job: RunningJob) -> None:
        if job.order is Order.CANCEL:
            await self._finish(kind, job, JobState.CANCELLED)
            return
        async with self._sessions() as session, session.begin():
            await repository.put_back(session, job.id, job.attempt, counted=False, error=None)
        log.info("job_handed_back")
        raise RetryRequested(reason="the worker stops")

    async def _end_failed(self, kind: JobKind, job: RunningJob, error: BaseException) -> None:
        if isinstance(error, Problem):  # an answer, not an accident: trying again would say the same
            await self._finish(
                kind, job, JobState.FAILED, error=f"{error.title}：{error}" if error.detail else error.title
            )
            return
        reason = f"{type(error).__name__}: {error}"[:2000]
        log.error("job_attempt_failed", attempt=job.attempt, exc_info=error)
        if job.attempt >= kind.attempts:
            await self._finish(kind, job, JobState.FAILED, error=reason)
            return
        async with self._sessions() as session, session.begin():
            await repository.put_back(session, job.id, job.attempt, counted=True, error=reason)
        pause = self._pace.first_pause_seconds * 2 ** (job.attempt - 1) * random.uniform(0.75, 1.25)  # noqa: S311 (no secret)
        raise RetryRequested(timedelta(seconds=min(pause, self._pace.longest_pause_seconds)), reason)

    async def _finish(self, kind: JobKind, job: RunningJob, state: JobState, **values: Any) -> None:
        async with self._sessions() as session, session.begin():
            ended = await repository.finish(session, job.id, job.attempt, state, job.shown | values)
        if ended:
            JOBS_FINISHED.labels(kind.name, state.value).inc()
            log.info("job_finished", state=state.value, attempt=job.attempt)


class ShanghaiSchedule(ScheduleExecutor):
    """A cron line read on the clock of Asia/Shanghai."""

    def get_next(self) -> datetime:
        """The next time it is due, in UTC."""
        due: datetime = croniter(self.parameters.expression, datetime.now(SHANGHAI)).get_next(datetime)
        return due.astimezone(UTC)
