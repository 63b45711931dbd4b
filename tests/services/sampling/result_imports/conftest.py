"""A sampling app and worker of the test's own on a database of its own: uploads commit, batch by batch."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest_asyncio

from shared.app import create_app
from shared.contracts.codes import Role, Unit
from tests.conftest import service_of, settings_of
from tests.services.sampling.apart import stored_laboratory
from tests.services.sampling.factories import HAISHU
from tests.services.sampling.result_imports.making import House
from tests.tokens import TestKeys


@pytest_asyncio.fixture
async def house(fresh_database: str, keys: TestKeys, tmp_path: Path) -> AsyncIterator[House]:
    settings = settings_of(Unit.SAMPLING, fresh_database, data_dir=tmp_path)
    app = create_app(service_of(Unit.SAMPLING), settings)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(app.router.lifespan_context(app))
        app.state.token_verifier = keys.verifier
        async with app.state.sessions() as session, session.begin():
            laboratory = await stored_laboratory(session)

        async def client(token: str) -> httpx.AsyncClient:
            return await stack.enter_async_context(
                httpx.AsyncClient(
                    transport=httpx.ASGITransport(app),
                    base_url="http://test",
                    headers={"Authorization": f"Bearer {token}"},
                )
            )

        officer = await client(keys.token(Role.FOOD_SAFETY_OFFICE, regions=[HAISHU]))
        tester = await client(keys.token(Role.LABORATORY, regions=[HAISHU], org=str(laboratory.id)))
        yield House(app, officer, tester, laboratory, tmp_path)
