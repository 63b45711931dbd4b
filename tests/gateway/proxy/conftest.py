"""A gateway and a service as real servers on real sockets: streams, breaks and cancelling cannot be seen without."""

import asyncio
import hashlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest_asyncio
import uvicorn
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from deploy.embedded_postgres import EmbeddedPostgres
from gateway.main import service
from gateway.settings import Settings
from shared.app import create_app
from shared.contracts.codes import Role
from tests.conftest import ROLLED_BACK
from tests.tokens import TestKeys


@dataclass
class Seen:
    """What the service noticed."""

    requests: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    largest_chunk: int = 0
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)
    first_chunk: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)


def a_service(seen: Seen) -> ASGIApp:
    """A small service with the behaviours a proxy must cope with."""

    async def echo(request: Request) -> Response:
        seen.headers.append(dict(request.headers))
        body = await request.body()
        answer = {"method": request.method, "path": request.url.path, "query": request.url.query, "body": body.decode()}
        raw = request.scope["raw_path"].decode()
        return JSONResponse(answer | {"raw_path": raw}, headers={"ETag": '"3"', "X-Own": "1"})

    async def upload(request: Request) -> Response:
        digest, size = hashlib.sha256(), 0
        try:
            async for chunk in request.stream():
                digest.update(chunk)
                size += len(chunk)
                seen.largest_chunk = max(seen.largest_chunk, len(chunk))
                seen.first_chunk.set()
        except ClientDisconnect:
            seen.cancelled.set()
            raise
        return JSONResponse({"size": size, "sha256": digest.hexdigest()})

    async def events(request: Request) -> Response:
        async def produce() -> AsyncIterator[str]:
            try:
                yield "data: first\n\n"
                await seen.go_on.wait()
                yield "data: second\n\n"
            except (asyncio.CancelledError, GeneratorExit):
                seen.cancelled.set()
                raise

        return StreamingResponse(produce(), media_type="text/event-stream")

    async def download(request: Request) -> Response:
        async def produce() -> AsyncIterator[bytes]:
            for number in range(64):
                yield bytes([number]) * 65536

        return StreamingResponse(produce(), media_type="application/octet-stream")

    async def created(request: Request) -> Response:
        return JSONResponse({}, status_code=201, headers={"Location": "/v1/samples/7"})

    async def own_address(request: Request) -> Response:
        return Response(status_code=307, headers={"Location": str(request.url.replace(path="/v1/echo", query="q=1"))})

    async def elsewhere(request: Request) -> Response:
        return Response(status_code=303, headers={"Location": "https://example.org/v1/x", "Set-Cookie": "a=b"})

    async def early(request: Request) -> Response:
        return JSONResponse({"title": "过大"}, status_code=413)

    async def slow(request: Request) -> Response:
        seen.requests.append(request.method)
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            seen.cancelled.set()
            raise
        return PlainTextResponse("late")

    async def inside(request: Request) -> Response:
        return PlainTextResponse("the inside of the service")

    every = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    return Starlette(
        routes=[
            Route("/v1/echo", echo, methods=every),
            Route("/v1/echo/{rest:path}", echo, methods=every),
            Route("/v1/published-tables", echo),
            Route("/epcis", echo, methods=every),
            Route("/epcis/{rest:path}", echo, methods=every),
            Route("/resolver/00/created", created, methods=["GET"]),
            Route("/resolver/{rest:path}", echo, methods=[*every, "OPTIONS"]),
            Route("/v1/upload", upload, methods=["POST", "PUT"]),
            Route("/v1/events", events),
            Route("/v1/download", download),
            Route("/v1/samples", created, methods=["POST"]),
            Route("/v1/own-address", own_address),
            Route("/v1/elsewhere", elsewhere),
            Route("/v1/early", early, methods=["POST"]),
            Route("/v1/slow", slow, methods=every),
            Route("/events", inside, methods=every),
            Route("/metrics", inside),
        ]
    )


@asynccontextmanager
async def serve(app: ASGIApp) -> AsyncIterator[str]:
    """Serve on a free port of the loopback; gives the address."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(app, log_config=None, access_log=False, proxy_headers=False, timeout_graceful_shutdown=1)
    )
    running = asyncio.create_task(server.serve([listening]))
    while not server.started:  # noqa: ASYNC110 (uvicorn offers no event)
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await running


@dataclass
class Way:
    """The way through the gateway to the service."""

    app: FastAPI
    address: str
    http: aiohttp.ClientSession
    seen: Seen
    headers: dict[str, str]

    def request(self, method: str, path: str, **more: Any) -> Any:
        headers = self.headers | more.pop("headers", {})
        return self.http.request(method, self.address + path, headers=headers, allow_redirects=False, **more)


@pytest_asyncio.fixture
async def way(
    postgres: EmbeddedPostgres, template: str, keys: TestKeys, signing_keys: Path, tmp_path: Path
) -> AsyncIterator[Way]:
    seen = Seen()
    async with serve(a_service(seen)) as service_address:
        settings = Settings(
            database_url=postgres.url(ROLLED_BACK),
            signing_keys_dir=signing_keys,
            data_dir=tmp_path,
            log_level="WARNING",
            sampling_url=service_address,
            traceability_url=service_address,
            scoring_url="http://127.0.0.1:1",
            upstream_idle_seconds=1,
            json_limit_mb=1,
            upload_limit_mb=200,
            body_idle_seconds=1,
        )
        app = create_app(service, settings)
        token = keys.token(Role.INSPECTOR, regions=["330203000000"])
        async with serve(_trusting(app, keys)) as address, aiohttp.ClientSession() as http:
            yield Way(app, address, http, seen, {"Authorization": f"Bearer {token}"})


def _trusting(app: FastAPI, keys: TestKeys) -> ASGIApp:
    """The app, believing the keys of the test run."""

    async def trusting(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            app.state.token_verifier = keys.verifier
        await app(scope, receive, send)

    return trusting
