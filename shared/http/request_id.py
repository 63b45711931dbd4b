"""The request's id: taken from the caller or made here, on every log line, in every answer and every problem."""

import re
import time
from typing import Any

import structlog
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.http.addresses import without_token
from shared.http.problems import InternalError, respond
from shared.ids import uuid7
from shared.telemetry import observe_request

log = structlog.get_logger("shian.access")

HEADER = b"x-request-id"
_ACCEPTABLE = re.compile(rb"^[A-Za-z0-9_-]{8,64}$")
_QUIET = frozenset({"/healthz", "/readyz", "/metrics"})


class RequestIdMiddleware:
    """Gives each request an id, writes an access line and feeds the metrics. Pure ASGI, so streams pass through."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = next((value for name, value in scope["headers"] if name == HEADER), b"")
        request_id = given.decode() if _ACCEPTABLE.match(given) else uuid7().hex
        scope["request_id"] = request_id
        structlog.contextvars.bind_contextvars(request_id=request_id)
        started = time.perf_counter()
        status, started_answering = 500, False

        async def send_with_id(message: Message) -> None:
            nonlocal status, started_answering
            if message["type"] == "http.response.start":
                started_answering = True
                status = message["status"]
                message.setdefault("headers", [])
                message["headers"] = [*message["headers"], (HEADER, request_id.encode())]
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        except Exception:
            # Answered here and not raised further: the server would close a connection that others are using.
            log.exception("unhandled_error")
            if started_answering:
                raise
            answer = respond(Request(scope), InternalError())
            await answer(scope, receive, send_with_id)
        finally:
            seconds = time.perf_counter() - started
            route: Any = scope.get("route")
            template = getattr(route, "path", "unmatched")
            observe_request(scope["method"], template, status, seconds)
            if scope["path"] not in _QUIET:
                log.info(
                    "request",
                    method=scope["method"],
                    path=without_token(scope["path"]),
                    status=status,
                    milliseconds=round(seconds * 1000, 2),
                )
            structlog.contextvars.unbind_contextvars("request_id")
