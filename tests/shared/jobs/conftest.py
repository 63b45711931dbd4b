"""Jobs of sampling on a database of the test's own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from services.sampling.settings import Settings
from shared.contracts.codes import Role
from shared.database import create_engine, create_sessions
from shared.http.auth import Actor
from shared.jobs import repository
from shared.jobs.definition import JobKind
from shared.jobs.models import Job, JobState
from shared.jobs.runner import Pace, run_jobs
from shared.jobs.service import enqueue
from tests.shared.jobs.trial import KINDS, QUICK, Trial
from tests.waiting import eventually

ORDERER = Actor(
    id=UUID("0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1b"),
    name="测试人员",
    kind="user",
    roles=frozenset({Role.INSPECTOR}),
    regions=(),
    organisation_id=None,
    business_id=None,
    scopes=frozenset(),
)
"""Who orders the jobs of these tests, and so may cancel them."""


@dataclass
class Workshop:
    """Where jobs are ordered, run and looked at."""

    url: str
    engine: AsyncEngine

    @property
    def settings(self) -> Settings:
        return Settings(database_url=self.url)

    @property
    def sessions(self) -> async_sessionmaker[AsyncSession]:
        return create_sessions(self.engine)

    async def order(self, kind: str, **payload: Any) -> UUID:
        async with self.sessions() as session, session.begin():
            return (await enqueue(session, kind, payload, actor=ORDERER, title=kind)).id

    async def job(self, job_id: UUID) -> Job:
        async with self.sessions() as session:
            job = await repository.get(session, job_id)
        assert job is not None
        return job

    async def reaches(self, job_id: UUID, state: JobState) -> Job:
        """The job once it stands in `state`; fails when it does not get there."""

        async def is_reached() -> bool:
            return (await self.job(job_id)).state == state

        await eventually(is_reached)
        return await self.job(job_id)

    async def steps(self) -> list[int]:
        async with self.engine.connect() as connection:
            return list((await connection.execute(text("SELECT step FROM trial_steps ORDER BY step"))).scalars())

    @asynccontextmanager
    async def worker(self, *kinds: JobKind, pace: Pace = QUICK) -> AsyncIterator[None]:
        """A worker in this process while the block runs."""
        stop = asyncio.Event()
        task = asyncio.create_task(run_jobs(Trial(jobs=kinds or KINDS), self.settings, stop, pace))
        try:
            yield
        finally:
            stop.set()
            await task


@pytest_asyncio.fixture
async def workshop(fresh_database: str) -> AsyncIterator[Workshop]:
    engine = create_engine(Settings(database_url=fresh_database))
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE trial_steps (step int)"))
    yield Workshop(fresh_database, engine)
    await engine.dispose()
