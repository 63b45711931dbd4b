"""The gateway's port is public: metrics are for the machine itself, or for who shows the token."""

from collections.abc import AsyncIterator

import httpx
import pytest_asyncio
from fastapi import FastAPI

from shared.app import create_app
from shared.contracts.codes import Unit
from tests.conftest import service_of, settings_of


@pytest_asyncio.fixture
async def app() -> AsyncIterator[FastAPI]:
    app = create_app(service_of(Unit.SAMPLING), settings_of(Unit.SAMPLING, "postgresql://nobody@127.0.0.1:1/none"))
    async with app.router.lifespan_context(app):
        yield app


async def scrape(app: FastAPI, peer: str, **headers: str) -> int:
    transport = httpx.ASGITransport(app, client=(peer, 40000))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        return (await http.get("/metrics", headers=headers)).status_code


async def test_without_a_token_only_this_machine_reads_metrics(app: FastAPI) -> None:
    assert [await scrape(app, peer) for peer in ("127.0.0.1", "::1")] == [200, 200]
    assert [await scrape(app, peer) for peer in ("192.0.2.10", "2001:db8::1", "")] == [403, 403, 403]


async def test_a_proxy_on_this_machine_does_not_open_metrics_to_others(app: FastAPI) -> None:
    assert await scrape(app, "127.0.0.1", **{"X-Forwarded-For": "192.0.2.10"}) == 403
    assert await scrape(app, "127.0.0.1", Forwarded="for=192.0.2.10") == 403


async def test_with_a_token_who_shows_it_reads_metrics_from_anywhere(app: FastAPI) -> None:
    app.state.settings = app.state.settings.model_copy(update={"metrics_token": "demo-token"})
    shown = {"Authorization": "Bearer demo-token"}
    assert await scrape(app, "192.0.2.10", **shown) == 200
    assert await scrape(app, "192.0.2.10", Authorization="Bearer else") == 401
    assert await scrape(app, "127.0.0.1") == 401
