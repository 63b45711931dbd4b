"""A whole platform for a flow: all units on a database of the test's own, and people who know the gateway only."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
import pytest_asyncio

from deploy.all_in_one import AllInOne
from gateway.dashboards import section
from gateway.identity.demo_token import demo_token
from gateway.settings import Settings
from shared.contracts.codes import Role, Unit
from tests.flows.ledger import Ledger
from tests.flows.people import DISTRICT, Person

PersonOf = Callable[[Role], Person]


@pytest_asyncio.fixture
async def platform(
    fresh_database: str, signing_keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[AllInOne]:
    # Five units share one event loop here; what a dashboard may wait for them is tested elsewhere.
    monkeypatch.setattr(section, "BUDGET_SECONDS", 30)
    async with AllInOne(fresh_database, tmp_path, signing_keys_dir=signing_keys) as platform:
        yield platform


@pytest_asyncio.fixture
async def person_of(platform: AllInOne) -> AsyncIterator[PersonOf]:
    """`person_of(Role.INSPECTOR)`: somebody of that role in 海曙区."""
    async with AsyncExitStack() as stack:
        people: dict[Role, Person] = {}

        def find(role: Role) -> Person:
            if role not in people:
                settings = platform.settings[Unit.GATEWAY]
                assert isinstance(settings, Settings)
                client = httpx.AsyncClient(
                    base_url=platform.address_of(Unit.GATEWAY),
                    headers={"Authorization": f"Bearer {demo_token(settings, role, DISTRICT)}"},
                    timeout=60,
                )
                stack.push_async_callback(client.aclose)
                people[role] = Person(client)
            return people[role]

        yield find


@pytest_asyncio.fixture
async def ledger(platform: AllInOne, fresh_database: str) -> AsyncIterator[Ledger]:
    connection: asyncpg.Connection[Any] = await asyncpg.connect(fresh_database)
    yield Ledger(connection)
    await connection.close()
