"""The sweep as the background job that every service runs each minute."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from shared.clocks.service import open_clock
from shared.clocks.sweep import SWEEP
from shared.contracts.codes import SERVICES, Unit
from shared.database import create_engine, create_sessions
from shared.events.models import OutboxEvent
from shared.jobs import repository
from shared.jobs.models import JobState
from shared.jobs.runner import run_jobs
from shared.jobs.service import enqueue
from shared.times import now
from tests.conftest import service_of, settings_of
from tests.waiting import PATIENCE


@pytest.mark.parametrize("unit", SERVICES)
def test_every_service_sweeps_its_clocks_each_minute(unit: Unit) -> None:
    assert SWEEP in service_of(unit).jobs
    assert SWEEP.cron == "* * * * *"


async def test_the_job_takes_every_ended_clock_in_chunks(fresh_database: str) -> None:
    settings = settings_of(Unit.SCORING, fresh_database)
    engine = create_engine(settings)
    sessions = create_sessions(engine)
    async with sessions() as session, session.begin():
        for _ in range(510):
            await open_clock(
                session,
                code="rapid_test_objection",
                object_type="rapid_test",
                object_id=uuid4(),
                region_code="330203000000",
                triggered_at=now() - timedelta(hours=5),
                title="（演示）豇豆快检",
            )
        job = await enqueue(session, SWEEP.name, {}, actor=None, title=SWEEP.label)
    stop = asyncio.Event()
    worker = asyncio.create_task(run_jobs(service_of(Unit.SCORING), settings, stop))
    try:
        async with asyncio.timeout(PATIENCE), sessions() as session:
            while (done := await repository.get(session, job.id)) is None or done.state != JobState.SUCCEEDED:
                session.expunge_all()
                await session.rollback()
                await asyncio.sleep(0.05)
            assert done.result == {"swept": 510}
            told = select(func.count()).where(OutboxEvent.type == "scoring.clock.elapsed.v1")
            assert await session.scalar(told) == 510
    finally:
        stop.set()
        await worker
        await engine.dispose()
