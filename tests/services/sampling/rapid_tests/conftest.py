"""A sampling app and worker of the test's own on a database of its own: uploads commit, chunk by chunk."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest_asyncio
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from services.sampling.rapid_tests.imports import Import
from services.sampling.test_sites.models import Site, Stall
from shared.app import create_app
from shared.contracts.codes import Role, Unit
from tests.conftest import service_of, settings_of
from tests.services.sampling.factories import HAISHU, stored_site
from tests.tokens import TestKeys


@dataclass
class Market:
    """An invented market whose rows commit, the officer who uploads for it, and the worker that takes files in."""

    app: FastAPI
    client: httpx.AsyncClient
    site: Site
    data_dir: Path

    @property
    def sessions(self) -> async_sessionmaker[AsyncSession]:
        sessions: async_sessionmaker[AsyncSession] = self.app.state.sessions
        return sessions

    async def upload(self, content: bytes, name: str = "七月.csv", **fields: Any) -> dict[str, Any]:
        """Send a file; the answer's body."""
        data = {"site_id": str(self.site.id)} | {field: str(value) for field, value in fields.items()}
        answer = await self.client.post("/v1/rapid-test-uploads", files={"file": (name, content)}, data=data)
        assert answer.status_code == 202, answer.text
        upload: dict[str, Any] = answer.json()
        return upload

    async def take_in(self, upload: dict[str, Any], chunks: int | None = None) -> dict[str, Any]:
        """Let a worker take in a file, or die after so many chunks; then the upload as it is shown."""
        work = Import(UUID(upload["id"]), self.sessions, self.data_dir).run()
        taken = 0
        async for _ in work:
            taken += 1
            if taken == chunks:
                break
        await work.aclose()
        return await self.get(f"/v1/rapid-test-uploads/{upload['id']}")

    async def get(self, path: str, **parameters: Any) -> dict[str, Any]:
        answer = await self.client.get(path, params=parameters)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def count(self, query: str) -> int:
        async with self.sessions() as session:
            return int(await session.scalar(text(f"SELECT count(*) FROM {query}")) or 0)


@pytest_asyncio.fixture
async def market(fresh_database: str, keys: TestKeys, tmp_path: Path) -> AsyncIterator[Market]:
    settings = settings_of(Unit.SAMPLING, fresh_database, data_dir=tmp_path)
    app = create_app(service_of(Unit.SAMPLING), settings)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(app.router.lifespan_context(app))
        app.state.token_verifier = keys.verifier
        async with app.state.sessions() as session, session.begin():
            site = await stored_site(session, code="HS-001")
            session.add(
                Stall(
                    site_id=site.id,
                    number="A-1",
                    seller_name="演示商户（虚构）",
                    seller_business_id=uuid4(),
                    valid_from=date(2020, 1, 1),
                )
            )
        token = keys.token(Role.INSPECTOR, regions=[HAISHU])
        client = await stack.enter_async_context(
            httpx.AsyncClient(
                transport=httpx.ASGITransport(app),
                base_url="http://test",
                headers={"Authorization": f"Bearer {token}"},
            )
        )
        yield Market(app, client, site, tmp_path)
