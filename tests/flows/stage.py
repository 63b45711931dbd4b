"""A whole platform for a flow: all units on a database of the flow's own, and people who know the gateway only."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx
import pytest

from deploy.all_in_one import AllInOne
from gateway.dashboards import section
from gateway.identity.demo_token import demo_token
from gateway.settings import Settings
from shared.contracts.codes import Role, Unit
from tests.flows.ledger import Ledger
from tests.flows.people import DISTRICT, Person


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
async def set_stage(database_url: str, signing_keys: Path, data_dir: Path) -> AsyncIterator[Stage]:
    async with AsyncExitStack() as stack:
        # Five units share one event loop here; what a dashboard may wait for them is tested elsewhere.
        patient = stack.enter_context(pytest.MonkeyPatch.context())
        patient.setattr(section, "BUDGET_SECONDS", 30)
        platform = await stack.enter_async_context(AllInOne(database_url, data_dir, signing_keys_dir=signing_keys))
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
