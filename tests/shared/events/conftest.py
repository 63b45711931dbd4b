"""Publishing in sampling, handling in scoring, over real HTTP between real schemas."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

import pytest
import pytest_asyncio
import uvicorn
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from deploy.processes import free_port
from services.sampling.settings import Settings as SamplingSettings
from services.scoring.settings import Settings as ScoringSettings
from shared.app import create_app
from shared.contracts.codes import Unit
from shared.database import create_engine, create_sessions
from shared.events import outbox, relay
from shared.events.outbox import publish_all
from tests.shared.events.trial import (
    QUICK,
    SECRET,
    SUBSCRIBER,
    TrialHeld,
    create_effects,
    subscriptions_with,
)


@dataclass
class Stage:
    """One publisher and one subscriber on a database of their own."""

    url: str
    sampling: AsyncEngine
    scoring: AsyncEngine
    app: FastAPI
    port: int = field(default_factory=free_port)

    @property
    def sessions(self) -> async_sessionmaker[AsyncSession]:
        return create_sessions(self.sampling)

    @property
    def sampling_settings(self) -> SamplingSettings:
        return SamplingSettings(
            database_url=self.url, events_secret=SECRET, scoring_url=f"http://127.0.0.1:{self.port}"
        )

    async def publish(self, *events: TrialHeld) -> None:
        """Publish in one committed transaction."""
        async with self.sessions() as session, session.begin():
            await publish_all(session, [(event, str(event.number)) for event in events])

    async def effects(self) -> list[int]:
        async with self.scoring.connect() as connection:
            return list((await connection.execute(text("SELECT number FROM trial_effects ORDER BY number"))).scalars())

    async def owed(self) -> int:
        async with self.sampling.connect() as connection:
            return await connection.scalar(text("SELECT count(*) FROM outbox_deliveries WHERE parked_at IS NULL")) or 0

    @asynccontextmanager
    async def subscriber(self) -> AsyncIterator[None]:
        """The subscriber's server while the block runs."""
        async with serving(self.app, self.port):
            yield

    @asynccontextmanager
    async def relay(self, pace: relay.Pace = QUICK, **addresses: str) -> AsyncIterator[None]:
        """A relay of the publisher while the block runs."""
        settings = self.sampling_settings.model_copy(update=addresses)
        stop = asyncio.Event()
        task = asyncio.create_task(relay.run_relay(settings, stop, pace))
        try:
            yield
        finally:
            stop.set()
            await task


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to pytest."""
        yield


@asynccontextmanager
async def serving(app: FastAPI, port: int) -> AsyncIterator[None]:
    """`app` on a loopback port while the block runs."""
    server = _Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None, lifespan="on"))
    task = asyncio.create_task(server.serve())
    while not server.started:
        assert not task.done(), "the server did not start"
        await asyncio.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        await task


@pytest_asyncio.fixture
async def stage(fresh_database: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    table = subscriptions_with(Unit.SCORING)
    monkeypatch.setattr(outbox, "SUBSCRIPTIONS", table)
    monkeypatch.setattr(relay, "SUBSCRIPTIONS", table)
    sampling = create_engine(SamplingSettings(database_url=fresh_database))
    settings = ScoringSettings(database_url=fresh_database, events_secret=SECRET, log_level="ERROR")
    scoring = create_engine(settings)
    await create_effects(scoring)
    yield Stage(fresh_database, sampling, scoring, create_app(SUBSCRIBER, settings))
    await sampling.dispose()
    await scoring.dispose()
