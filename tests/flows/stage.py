"""A whole platform for a flow: all units on a database of the flow's own, and people who know the gateway only."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from deploy.all_in_one import AllInOne
from gateway.dashboards import section
from gateway.identity.demo_token import demo_token
from gateway.settings import Settings
from shared.clocks.sweep import sweep_overdue
from shared.contracts.codes import SERVICES, Role, Unit
from shared.database import create_engine, create_sessions
from shared.times import now
from tests.flows.ledger import Ledger
from tests.flows.people import DISTRICT, Person
from tests.patience import patient
from tests.waiting import PATIENCE


@dataclass(frozen=True, slots=True)
class Stage:
    """The platform of a flow, one person of each role in 海曙区, and a look at what is written down."""

    platform: AllInOne
    people: dict[Role, Person]
    ledger: Ledger

    @property
    def gateway_settings(self) -> Settings:
        settings = self.platform.settings[Unit.GATEWAY]
        assert isinstance(settings, Settings)
        return settings

    @asynccontextmanager
    async def session(self, unit: Unit) -> AsyncIterator[AsyncSession]:
        """A transaction in the schema of a unit, past its interface."""
        engine = create_engine(self.platform.settings[unit])
        try:
            async with create_sessions(engine)() as session, session.begin():
                yield session
        finally:
            await engine.dispose()

    async def sweep_clocks(self) -> None:
        """Sweep every service's clocks now instead of when the minute is full."""
        for unit in SERVICES:
            async with self.session(unit) as session:
                await sweep_overdue(session, unit, now())


@asynccontextmanager
async def set_stage(database_url: str, signing_keys: Path, data_dir: Path) -> AsyncIterator[Stage]:
    async with AsyncExitStack() as stack:
        # Also the dashboard; it asks its services in a way of its own.
        unhurried = stack.enter_context(pytest.MonkeyPatch.context())
        unhurried.setattr(section, "BUDGET_SECONDS", PATIENCE)
        platform = await stack.enter_async_context(AllInOne(database_url, data_dir, signing_keys_dir=signing_keys))
        stack.enter_context(patient(platform))
        connection = await asyncpg.connect(database_url)
        stack.push_async_callback(connection.close)
        stage = Stage(platform, {}, Ledger(connection))
        for role in Role:
            client = httpx.AsyncClient(
                base_url=platform.address_of(Unit.GATEWAY),
                headers={"Authorization": f"Bearer {demo_token(stage.gateway_settings, role, DISTRICT)}"},
                timeout=60,
            )
            stage.people[role] = Person(await stack.enter_async_context(client))
        yield stage
