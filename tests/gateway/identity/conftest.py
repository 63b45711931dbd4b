"""A gateway on a database of these tests' own: signing in commits, so it cannot share one that is rolled back."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest_asyncio
from fastapi import FastAPI
from sqlalchemy import text

from deploy.embedded_postgres import EmbeddedPostgres
from gateway.identity.passwords import desk
from gateway.identity.users.models import User, UserStatus
from gateway.main import service
from gateway.settings import Settings
from shared.app import create_app
from shared.contracts.codes import Role
from shared.http.auth import Actor

HAISHU, NINGBO, NANHAI = "330203000000", "330200000000", "440605000000"
PASSWORD = "Correct-horse-42"
TABLES = (
    "audit_entries",
    "audit_records",
    "failed_sign_ins",
    "refresh_tokens",
    "sign_ins",
    "web_sessions",
    "deputations",
    "external_identities",
    "recovery_codes",
    "second_factors",
    "api_keys",
    "api_clients",
    "users",
    "organisations",
    "idempotency_records",
)


@dataclass
class Gateway:
    """The running app and a caller without token, at an address of the documentation range."""

    app: FastAPI
    http: httpx.AsyncClient

    @property
    def settings(self) -> Settings:
        settings: Settings = self.app.state.settings
        return settings

    async def add_user(
        self,
        login: str = "li.ming",
        *,
        roles: tuple[Role, ...] = (Role.INSPECTOR,),
        regions: tuple[str, ...] = (HAISHU,),
        status: UserStatus = UserStatus.ACTIVE,
    ) -> User:
        user = User(
            id=uuid4(),
            login=login,
            display_name=f"演示·{login}",
            roles=list(roles),
            regions=list(regions),
            status=status,
        )
        user.set_password(await desk.hash(PASSWORD))
        async with self.app.state.sessions() as session, session.begin():
            session.add(user)
        return user

    def bearer(self, user: User, life: timedelta = timedelta(minutes=5)) -> dict[str, str]:
        return self.bearer_of(user.as_actor(), life)

    def bearer_of(self, actor: Actor, life: timedelta = timedelta(minutes=5)) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.app.state.token_issuer.issue(actor, life)}"}

    async def sign_in(self, login: str = "li.ming", password: str = PASSWORD) -> httpx.Response:
        grant = {"grant_type": "password", "login": login, "password": password}
        return await self.http.post("/api/v1/tokens", json=grant)

    async def refresh(self, token: str) -> httpx.Response:
        return await self.http.post("/api/v1/tokens", json={"grant_type": "refresh_token", "refresh_token": token})

    async def execute(self, statement: str, **parameters: Any) -> list[Any]:
        async with self.app.state.sessions() as session, session.begin():
            result = await session.execute(text(statement), parameters)
            return list(result.all()) if result.returns_rows else []

    async def empty(self) -> None:
        """Forget everything; as superuser, with the trigger that keeps the audit trail switched off."""
        async with self.app.state.sessions() as session, session.begin():
            await session.execute(text("SET LOCAL session_replication_role = replica"))
            await session.execute(text(f"TRUNCATE {', '.join(TABLES)}"))

    async def audited(self, action: str, subject: UUID | None = None) -> int:
        """How many entries of this kind there are, of one subject or of all."""
        whose = "" if subject is None else "AND subject_id = :subject"
        count = f"SELECT count(*) FROM audit_entries WHERE action = :action {whose}"
        rows = await self.execute(count, action=action, **({} if subject is None else {"subject": subject}))
        return int(rows[0][0])


@pytest_asyncio.fixture(scope="session")
async def identity_database(postgres: EmbeddedPostgres, template: str) -> AsyncIterator[str]:
    name = f"shian_identity_{uuid4().hex}"
    connection = await asyncpg.connect(postgres.url())
    await connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    yield postgres.url(name)
    await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await connection.close()


@pytest_asyncio.fixture
async def gateway(identity_database: str, signing_keys: Path, tmp_path: Path) -> AsyncIterator[Gateway]:
    settings = Settings(
        database_url=identity_database,
        signing_keys_dir=signing_keys,
        data_dir=tmp_path,
        lockout_failures=3,
        sign_in_requests_per_minute=200,
        log_level="WARNING",
        database_pool_size=4,
    )
    app = create_app(service, settings)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, client=("192.0.2.10", 40000))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
            running = Gateway(app, http)
            yield running
            await running.empty()


@pytest_asyncio.fixture
async def administrator(gateway: Gateway) -> User:
    return await gateway.add_user("wang.fang", roles=(Role.ADMINISTRATOR,), regions=(NINGBO,))
