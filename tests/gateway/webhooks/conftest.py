"""A gateway that hears events, and an outside system's own server that receives them."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from aiohttp import web
from fastapi import FastAPI
from standardwebhooks.webhooks import Webhook as Verifier

from gateway.identity.users.models import User
from gateway.main import service
from gateway.settings import Settings
from gateway.webhooks.delivery import claim_next, serve
from shared import times
from shared.app import create_app
from shared.contracts.codes import Role
from shared.events.signature import sign
from shared.ids import uuid7
from tests.gateway.identity.conftest import HAISHU, NANHAI, NINGBO, Gateway, identity_database

__all__ = ["HAISHU", "NANHAI", "NINGBO", "identity_database"]

SAMPLES = Path(__file__).resolve().parents[2] / "contracts" / "events"
WHISTLE = "sampling.rapid_test.failed.v1"
UNITS_SECRET = "test-only-" + "x" * 32
TABLES = "webhook_attempts, webhook_deliveries, webhook_messages, webhooks, inbox_events"


@dataclass
class Receiver:
    """An outside system: answers with `status`, or what `statuses` says next, after `seconds` or when released; keeps
    what came.
    """

    port: int = 0
    status: int = 200
    statuses: list[int] = field(default_factory=list)
    seconds: float = 0.0
    answer: str = "收到"
    release: asyncio.Event = field(default_factory=asyncio.Event)
    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/in"

    async def take(self, request: web.Request) -> web.Response:
        self.bodies.append(await request.read())
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        if self.seconds:
            await asyncio.wait([asyncio.ensure_future(self.release.wait())], timeout=self.seconds)
        status = self.statuses.pop(0) if self.statuses else self.status
        headers = {"X-Receiver": "演示".encode().decode("latin-1"), "Set-Cookie": "secret=1"}
        if status == 302:
            headers["Location"] = self.address
        return web.Response(status=status, text=self.answer, headers=headers)

    def verified(self, secret: str, number: int = -1) -> dict[str, Any]:
        """One message as the public library reads it, which raises where the signature is not good."""
        Verifier(secret).verify(self.bodies[number], self.headers[number])
        body: dict[str, Any] = json.loads(self.bodies[number])
        return body


@dataclass
class Hearing(Gateway):
    """The gateway as the services and its administrators know it."""

    async def hears(self, event_type: str = WHISTLE, *, identifier: UUID | None = None, **data: Any) -> httpx.Response:
        """An event arrives as the relay of its service delivers it: signed, in a batch."""
        event = json.loads((SAMPLES / f"{event_type}.json").read_text(encoding="utf-8"))
        event["id"] = str(identifier or uuid4())
        event["data"] |= data
        body = json.dumps([event]).encode()
        headers = sign(UNITS_SECRET, uuid7(), body) | {"Content-Type": "application/cloudevents-batch+json"}
        answer = await self.http.post("/events", content=body, headers=headers)
        assert answer.status_code == 200, answer.text
        assert answer.json()["receipts"][0]["outcome"] in ("accepted", "duplicate"), answer.text
        return answer

    async def subscribe(self, user: User, url: str, *, secret: bool = True, **changes: Any) -> tuple[str, str]:
        """A webhook's id and its secret."""
        return await self.subscribe_as(self.bearer(user), url, secret=secret, **changes)

    async def subscribe_as(
        self, headers: dict[str, str], url: str, *, secret: bool = True, **changes: Any
    ) -> tuple[str, str]:
        body = {"name": "某区应急平台（演示）", "url": url, "event_types": [WHISTLE], "regions": [HAISHU]} | changes
        made = await self.http.post("/api/v1/webhooks", json=body, headers=headers | {"Idempotency-Key": uuid4().hex})
        assert made.status_code == 201, made.text
        webhook_id: str = made.json()["id"]
        return webhook_id, await self.issue(headers, webhook_id) if secret else ""

    async def issue(self, headers: dict[str, str], webhook_id: str, overlap_hours: int = 24) -> str:
        body = {"overlap_hours": overlap_hours}
        issued = await self.http.post(f"/api/v1/webhooks/{webhook_id}/secrets", json=body, headers=headers)
        assert issued.status_code == 201, issued.text
        assert issued.headers["cache-control"] == "no-store"
        secret: str = issued.json()["secret"]
        return secret

    async def deliver(self, at: datetime | None = None, settings: Settings | None = None) -> int:
        """Everything that is due is sent, now or at another time; returns how much arrived."""
        delivered = 0
        while (claim := await claim_next(self.app.state.sessions, [], at)) is not None:
            delivered += await serve(self.app.state.sessions, settings or self.settings, claim, at)
        return delivered

    async def state_of(self, webhook_id: str) -> Any:
        rows = await self.execute("SELECT * FROM webhooks WHERE id = :id", id=webhook_id)
        return rows[0]

    async def log(self, user: User, webhook_id: str) -> list[dict[str, Any]]:
        answer = await self.http.get(f"/api/v1/webhooks/{webhook_id}/deliveries", headers=self.bearer(user))
        items: list[dict[str, Any]] = answer.json()["items"]
        return items


def later(**span: float) -> datetime:
    return times.now() + timedelta(**span)


@pytest.fixture(scope="session")
def hearing_app(identity_database: str, signing_keys: Path, tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """Made once a run: FastAPI takes its time over hundreds of routes."""
    settings = Settings(
        database_url=identity_database,
        signing_keys_dir=signing_keys,
        data_dir=tmp_path_factory.mktemp("webhooks"),
        requests_per_minute=0,
        events_secret=UNITS_SECRET,
        webhooks_to_private_addresses=True,
        log_level="WARNING",
        database_pool_size=4,
    )
    return create_app(service, settings)


@pytest_asyncio.fixture
async def gateway(hearing_app: FastAPI) -> AsyncIterator[Hearing]:
    app = hearing_app
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, client=("192.0.2.10", 40000))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
            running = Hearing(app, http)
            yield running
            await running.execute(f"TRUNCATE {TABLES}")
            await running.empty()


@pytest_asyncio.fixture
async def administrator(gateway: Hearing) -> User:
    return await gateway.add_user("wang.fang", roles=(Role.ADMINISTRATOR,), regions=(NINGBO,))


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving(Receiver()) as ready:
        yield ready


class receiving:  # noqa: N801 (used as a context manager)
    """A receiver while it listens on the loopback."""

    def __init__(self, receiver: Receiver) -> None:
        app = web.Application()
        app.router.add_post("/in", receiver.take)
        self._receiver, self._runner = receiver, web.AppRunner(app, shutdown_timeout=0)

    async def __aenter__(self) -> Receiver:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self._receiver.port = self._runner.addresses[0][1]
        return self._receiver

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()
