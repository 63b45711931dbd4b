from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI

from deploy.embedded_postgres import EmbeddedPostgres
from gateway.web.site import PAGES, install_site
from shared.http.problems import NotFound, install_problem_handlers
from shared.http.request_id import RequestIdMiddleware
from tests.gateway.web.platform import Market, open_market

OWN_PAGE = {"sec-fetch-site": "same-origin", "accept": "text/html"}
"""What a browser says when a form is sent from our own page."""


def site() -> FastAPI:
    """The pages without the rest of the gateway, plus one address whose record is gone."""
    app = FastAPI()
    install_problem_handlers(app)
    for router in PAGES:
        app.include_router(router)

    @app.get("/gone")
    async def gone() -> None:
        raise NotFound("这条记录已并入另一条")

    install_site(app)
    app.add_middleware(RequestIdMiddleware)
    return app


@pytest.fixture
async def browser() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=site(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://shian.test") as client:
        client.headers["accept"] = "text/html,application/xhtml+xml"
        yield client


@pytest_asyncio.fixture(scope="package")
async def market(
    postgres: EmbeddedPostgres, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Market]:
    """One platform for all tests of pages: each brings its own goods, none counts what others brought."""
    async with open_market(postgres, template, tmp_path_factory.mktemp("pages")) as opened:
        yield opened
