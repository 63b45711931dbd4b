"""A job ordered in a committed transaction is run to its end, whatever happens to the worker."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
from pgqueuer.core.executors import ScheduleExecutorFactoryParameters
from pgqueuer.domain.types import CronEntrypoint, CronExpression
from sqlalchemy import text

from shared.jobs.models import JobState
from shared.jobs.runner import Pace, ShanghaiSchedule
from shared.jobs.service import cancel, enqueue, enqueue_scheduled
from tests.shared.jobs.conftest import ORDERER, Workshop
from tests.shared.jobs.trial import EVERY_SECOND, KINDS, QUICK
from tests.waiting import eventually

ROOT = Path(__file__).resolve().parents[3]


async def test_a_job_runs_only_if_its_transaction_commits(workshop: Workshop) -> None:
    async with workshop.sessions() as session:
        await enqueue(session, "count_up", {"steps": 3}, actor=None, title="不算数")
        await session.rollback()
    ordered = await workshop.order("count_up", steps=2)
    async with workshop.worker():
        job = await workshop.reaches(ordered, JobState.SUCCEEDED)
    assert await workshop.steps() == [0, 1]
    assert (job.done, job.total, job.counts, job.result) == (2, 2, {"accepted": 2}, {"steps": 2})
    assert job.started_at and job.finished_at and job.attempts == 1


async def test_a_new_job_wakes_an_idle_worker(workshop: Workshop) -> None:
    async with workshop.worker(pace=replace(QUICK, poll=timedelta(hours=1))):
        await asyncio.sleep(1)
        await workshop.reaches(await workshop.order("count_up", steps=1), JobState.SUCCEEDED)


async def test_a_failed_attempt_is_tried_again_with_its_reason_shown(workshop: Workshop) -> None:
    ordered = await workshop.order("stumble", times=3)
    async with workshop.worker():
        job = await workshop.reaches(ordered, JobState.SUCCEEDED)
    assert job.attempts == 3
    assert job.error is None


async def test_a_job_fails_for_good_after_the_attempts_of_its_kind(workshop: Workshop) -> None:
    ordered = await workshop.order("stumble", times=99)
    async with workshop.worker():
        job = await workshop.reaches(ordered, JobState.FAILED)
    assert job.attempts == 3
    assert job.error == "RuntimeError: 第 3 次没成"


async def test_a_problem_is_an_answer_and_not_tried_again(workshop: Workshop) -> None:
    ordered = await workshop.order("refuse")
    async with workshop.worker():
        job = await workshop.reaches(ordered, JobState.FAILED)
    assert job.attempts == 1
    assert job.error == "文件读不了：第 3 行不是 UTF-8"


async def test_a_running_job_is_cancelled_and_keeps_what_it_committed(workshop: Workshop) -> None:
    ordered = await workshop.order("count_up", steps=1000, seconds=0.05)
    async with workshop.worker():
        await eventually(partial(_has_gone_on, workshop, 2))
        await _cancel(workshop, ordered)
        job = await workshop.reaches(ordered, JobState.CANCELLED)
    committed = len(await workshop.steps())  # the last may have been cut off between its commit and its report
    assert 0 < job.done <= committed <= job.done + 1 < 1000


async def test_a_job_that_never_reports_is_cancelled_too(workshop: Workshop) -> None:
    ordered = await workshop.order("sleep")
    async with workshop.worker():
        await workshop.reaches(ordered, JobState.RUNNING)
        await _cancel(workshop, ordered)
        await workshop.reaches(ordered, JobState.CANCELLED)


async def test_a_job_cancelled_while_it_waits_never_begins(workshop: Workshop) -> None:
    ordered = await workshop.order("count_up", steps=1)
    await _cancel(workshop, ordered)
    later = await workshop.order("refuse")
    async with workshop.worker():
        await workshop.reaches(later, JobState.FAILED)
    assert (await workshop.job(ordered)).state == JobState.CANCELLED
    assert await workshop.steps() == []


async def test_a_worker_that_stops_hands_its_job_to_the_next_without_counting_it(workshop: Workshop) -> None:
    ordered = await workshop.order("count_up", steps=30, seconds=0.05)
    async with workshop.worker():
        await eventually(partial(_has_gone_on, workshop, 1))
    assert (await workshop.job(ordered)).state == JobState.QUEUED
    async with workshop.worker():
        job = await workshop.reaches(ordered, JobState.SUCCEEDED)
    assert job.attempts == 1
    assert await workshop.steps() == list(range(30))


async def test_a_job_that_lost_its_place_in_the_queue_is_put_back(workshop: Workshop) -> None:
    ordered = await workshop.order("count_up", steps=1)
    async with workshop.engine.begin() as connection:
        await connection.execute(text("DELETE FROM pgqueuer"))
        await connection.execute(text("UPDATE jobs SET heartbeat_at = now() - interval '1 minute'"))
    async with workshop.worker():
        await workshop.reaches(ordered, JobState.SUCCEEDED)


async def test_an_overtaken_worker_changes_nothing_more(workshop: Workshop) -> None:
    ordered = await workshop.order("count_up", steps=1000, seconds=0.05)
    async with workshop.worker():
        await workshop.reaches(ordered, JobState.RUNNING)
        async with workshop.engine.begin() as connection:  # as if another had begun the next attempt
            await connection.execute(text("UPDATE jobs SET attempts = attempts + 1"))
        await eventually(partial(_stands_still, workshop))
        assert len(await workshop.steps()) < 1000
        assert (await workshop.job(ordered)).state == JobState.RUNNING


async def test_a_scheduled_job_runs_by_itself_once_for_all_workers(workshop: Workshop) -> None:
    async with workshop.worker(EVERY_SECOND), workshop.worker(EVERY_SECOND):
        await asyncio.sleep(4.5)
    async with workshop.engine.connect() as connection:
        jobs = (await connection.execute(text("SELECT title, created_at FROM jobs ORDER BY id"))).all()
    assert 2 <= len(jobs) <= 5
    assert {job.title for job in jobs} == {"报时"}


async def test_a_scheduled_job_waits_for_the_one_before_it(workshop: Workshop) -> None:
    async with workshop.sessions() as session, session.begin():
        assert await enqueue_scheduled(session, KINDS[0]) is not None
        assert await enqueue_scheduled(session, KINDS[0]) is None


def test_a_schedule_is_read_on_the_clock_of_shanghai() -> None:
    parameters = ScheduleExecutorFactoryParameters(
        CronEntrypoint("x"), CronExpression("30 3 * * *"), lambda _: asyncio.sleep(0), clean_old=False
    )
    due = ShanghaiSchedule(parameters).get_next()
    assert due > datetime.now(UTC)
    assert (due.hour, due.minute) == (19, 30)


def test_a_dead_worker_is_noticed_within_half_a_minute() -> None:
    assert Pace().silence + Pace().poll <= timedelta(seconds=30)


@pytest.mark.processes
async def test_a_job_whose_worker_is_killed_again_and_again_is_finished_exactly(workshop: Workshop) -> None:
    ordered = await workshop.order("count_up", steps=60, seconds=0.05)
    for _ in range(3):
        before = len(await workshop.steps())
        with worker_process(workshop) as process:
            await eventually(partial(_has_gone_on, workshop, before + 5))
            process.kill()
    with worker_process(workshop):
        job = await workshop.reaches(ordered, JobState.SUCCEEDED)
    assert await workshop.steps() == list(range(60))
    assert job.attempts == 4


@pytest.mark.processes
async def test_a_job_that_kills_its_workers_is_given_up(workshop: Workshop) -> None:
    ordered = await workshop.order("sleep")
    for attempt in (1, 2):
        with worker_process(workshop) as process:
            await eventually(partial(_is_begun, workshop, ordered, attempt))
            process.kill()
    async with workshop.worker():
        job = await workshop.reaches(ordered, JobState.FAILED)
    assert job.error == "执行它的进程连续 2 次中途退出，已停止重试"


@pytest.mark.processes
async def test_sigterm_hands_the_job_back_and_ends_the_worker_cleanly(workshop: Workshop) -> None:
    ordered = await workshop.order("sleep")
    with worker_process(workshop) as process:
        await workshop.reaches(ordered, JobState.RUNNING)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(process.wait, 10) == 0
    job = await workshop.job(ordered)
    assert (job.state, job.attempts) == (JobState.QUEUED, 0)


@contextmanager
def worker_process(workshop: Workshop) -> Iterator["subprocess.Popen[bytes]"]:
    """A worker in a process of its own, ended with the block."""
    environment = os.environ | {"SHIAN_DATABASE_URL": workshop.url}
    with subprocess.Popen([sys.executable, "-m", "tests.shared.jobs.trial"], cwd=ROOT, env=environment) as process:
        try:
            yield process
        finally:
            process.kill()


async def _stands_still(workshop: Workshop) -> bool:
    before = await workshop.steps()
    await asyncio.sleep(0.3)
    return before == await workshop.steps()


async def _has_gone_on(workshop: Workshop, steps: int) -> bool:
    return len(await workshop.steps()) >= steps


async def _is_begun(workshop: Workshop, ordered: UUID, attempt: int) -> bool:
    job = await workshop.job(ordered)
    return job.attempts == attempt and job.state == JobState.RUNNING


async def _cancel(workshop: Workshop, ordered: UUID) -> None:
    async with workshop.sessions() as session, session.begin():
        await cancel(session, ordered, ORDERER)
