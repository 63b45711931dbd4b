"""A real PostgreSQL for every run: one throw-away server, one migrated template, and two ways to use it.

- `session_of(unit)` and `client_of(unit)` work in one transaction that is rolled back, each test in its own savepoint.
- `fresh_database` is a copy of the template for tests that commit; the two never share a database.
"""

import asyncio
import importlib
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import hypothesis
import pytest
import pytest_asyncio
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from deploy.embedded_postgres import EmbeddedPostgres
from gateway.identity.keys import make_key
from shared.app import Service, create_app
from shared.contracts.codes import Role, Unit
from shared.database import create_engine, open_unit_of_work
from shared.migrations.__main__ import load_seeds, upgrade
from shared.settings import UnitSettings
from tests.tokens import TestKeys

# A busy machine says nothing about a rule. `--hypothesis-profile=thorough` looks for longer.
UNHURRIED = hypothesis.settings(
    deadline=None,
    suppress_health_check=[
        hypothesis.HealthCheck.too_slow,
        hypothesis.HealthCheck.filter_too_much,
        hypothesis.HealthCheck.data_too_large,
    ],
)
hypothesis.settings.register_profile("suite", UNHURRIED, max_examples=60)
hypothesis.settings.register_profile("thorough", UNHURRIED, max_examples=1000)
hypothesis.settings.load_profile("suite")

ONE_PLATFORM = ("tests/browser/", "tests/gateway/web/")
"""Folders whose files share a whole platform: to start one for each worker costs more than to run them one by one."""

MODULES = {unit: f"services.{unit.value}.main" for unit in Unit if unit is not Unit.GATEWAY} | {
    Unit.GATEWAY: "gateway.main"
}
MEMORY = Path("/dev/shm")
TEMPLATE = "shian_template"
ROLLED_BACK = "shian_rolled_back"

SessionOf = Callable[[Unit], Awaitable[AsyncSession]]
ClientOf = Callable[..., Awaitable[httpx.AsyncClient]]


class ByPlatform(LoadFileScheduling):  # type: ignore[misc]  # the library is untyped
    """A file at a time to whichever worker is free, and all files of one platform to the same."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return next((folder for folder in ONE_PLATFORM if file.startswith(folder)), file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByPlatform:
    return ByPlatform(config, log)


def app_module(unit: Unit) -> Any:
    """The module that holds the unit's `service` and `app`."""
    return importlib.import_module(MODULES[unit])


def service_of(unit: Unit) -> Service:
    service: Service = app_module(unit).service
    return service


def settings_of(unit: Unit, url: str, **more: Any) -> UnitSettings:
    """Settings of a unit on the database at `url`; `more` are further settings."""
    return service_of(unit).settings(
        **{"home_region": "330203000000"} | more,
        database_url=url,
        events_secret="test-only-" + "x" * 32,
        log_level="WARNING",
    )


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """A server that lives as long as the test run and forgets everything with it.

    A copy of the template is some two thousand files. In memory, where the machine has plenty, it is made in a fraction
    of the time that a disk takes.
    """
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > 4 * 2**30
    for left in MEMORY.glob("shian-test-*-*") if roomy else ():  # by a run that was killed
        if not Path("/proc", left.name.split("-")[2]).exists():
            shutil.rmtree(left, ignore_errors=True)
    with (
        tempfile.TemporaryDirectory(prefix=f"shian-test-{os.getpid()}-", dir=MEMORY if roomy else None) as folder,
        EmbeddedPostgres(Path(folder) / "postgres", durable=False) as server,
    ):
        yield server


async def _administer(server: EmbeddedPostgres, *statements: str) -> None:
    connection = await asyncpg.connect(server.url())
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture(scope="session")
def template(postgres: EmbeddedPostgres) -> str:
    """A database with all five schemas, migrated from nothing and seeded: so every run tests the migrations."""
    asyncio.run(_administer(postgres, f"CREATE DATABASE {TEMPLATE}"))
    for unit in MODULES:
        settings = settings_of(unit, postgres.url(TEMPLATE))
        upgrade(service_of(unit), settings)
        asyncio.run(load_seeds(service_of(unit), settings))
    asyncio.run(_administer(postgres, f"CREATE DATABASE {ROLLED_BACK} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY"))
    return TEMPLATE


@asynccontextmanager
async def copied(server: EmbeddedPostgres, template: str) -> AsyncIterator[str]:
    """The address of a copy of the template, which is dropped afterwards."""
    name = f"shian_{uuid4().hex}"
    await _administer(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    yield server.url(name)
    await _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest_asyncio.fixture
async def fresh_database(postgres: EmbeddedPostgres, template: str) -> AsyncIterator[str]:
    """The address of a database of this test's own, migrated and seeded, which is dropped afterwards."""
    async with copied(postgres, template) as url:
        yield url


@pytest_asyncio.fixture(scope="session")
async def engines(postgres: EmbeddedPostgres, template: str) -> AsyncIterator[dict[Unit, AsyncEngine]]:
    made = {unit: create_engine(settings_of(unit, postgres.url(ROLLED_BACK))) for unit in MODULES}
    yield made
    for engine in made.values():
        await engine.dispose()


@pytest_asyncio.fixture
async def session_of(engines: dict[Unit, AsyncEngine]) -> AsyncIterator[SessionOf]:
    """`await session_of(Unit.SAMPLING)`: the test's session in that unit's schema; everything is rolled back."""
    async with AsyncExitStack() as stack:
        opened: dict[Unit, AsyncSession] = {}

        async def open_session(unit: Unit) -> AsyncSession:
            if unit not in opened:
                connection = await stack.enter_async_context(engines[unit].connect())
                transaction = await connection.begin()
                session = AsyncSession(connection, expire_on_commit=False, join_transaction_mode="create_savepoint")
                stack.push_async_callback(transaction.rollback)
                stack.push_async_callback(session.close)
                opened[unit] = session
            return opened[unit]

        yield open_session


@pytest.fixture(scope="session")
def keys() -> TestKeys:
    return TestKeys()


@pytest.fixture(scope="session")
def signing_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a signing key of this run, without which the gateway does not start."""
    folder = tmp_path_factory.mktemp("signing-keys")
    make_key(folder)
    return folder


def _built(unit: Unit, url: str, signing_keys: Path) -> tuple[FastAPI, UnitSettings]:
    """The unit's app and its settings. A service's is built once a run, since FastAPI takes its time over hundreds of
    routes; the gateway's counts requests, so each test has its own.
    """
    if unit in _APPS:
        return _APPS[unit]
    settings = settings_of(unit, url, signing_keys_dir=signing_keys)
    built = create_app(service_of(unit), settings), settings
    if unit is not Unit.GATEWAY:
        _APPS[unit] = built
    return built


_APPS: dict[Unit, tuple[FastAPI, UnitSettings]] = {}


@pytest_asyncio.fixture
async def client_of(
    session_of: SessionOf, keys: TestKeys, postgres: EmbeddedPostgres, signing_keys: Path, tmp_path: Path
) -> AsyncIterator[ClientOf]:
    """`await client_of(Unit.SAMPLING, Role.INSPECTOR, regions=["330203000000"])`: a caller of that unit's app.

    The app works in the test's rolled-back session; each request has a savepoint that an error rolls back.
    """
    async with AsyncExitStack() as stack:
        apps: dict[Unit, FastAPI] = {}

        async def open_client(
            unit: Unit,
            *roles: Role,
            regions: list[str] | None = None,
            business_id: UUID | None = None,
            actor_id: UUID | None = None,
        ) -> httpx.AsyncClient:
            if unit not in apps:
                apps[unit] = await _app(unit, await session_of(unit), stack)
            token = (
                keys.token(*roles, regions=regions or [], business_id=business_id, actor_id=actor_id) if roles else None
            )
            return await stack.enter_async_context(
                httpx.AsyncClient(
                    transport=httpx.ASGITransport(apps[unit]),
                    base_url="http://test",
                    headers={"Authorization": f"Bearer {token}"} if token else {},
                )
            )

        async def _app(unit: Unit, session: AsyncSession, stack: AsyncExitStack) -> FastAPI:
            app, settings = _built(unit, postgres.url(ROLLED_BACK), signing_keys)
            settings.data_dir = tmp_path
            await stack.enter_async_context(app.router.lifespan_context(app))
            app.state.token_verifier = keys.verifier
            app.dependency_overrides = {open_unit_of_work: _unit_of_work_in(session)}
            return app

        yield open_client


def _unit_of_work_in(session: AsyncSession) -> Callable[..., AsyncIterator[AsyncSession]]:
    from fastapi import Request  # noqa: PLC0415 (the annotation must be resolvable where FastAPI reads it)

    async def unit_of_work(request: Request) -> AsyncIterator[AsyncSession]:
        async with session.begin_nested():
            request.state.session = session
            yield session

    return unit_of_work
