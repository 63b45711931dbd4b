"""`/api/{service}/v1/…`: every request to a service passes through here, both bodies as streams. Two standards have
their own addresses: EPCIS beside `/v1` (`/api/traceability/epcis/…`), and codes at the root of the site (`/01/…`),
where whoever scans one is led on.

Pure ASGI over aiohttp's own client, because a proxy lives in its hot path (docs/adr/0003-streaming-proxy.md). What it
promises:

- The token and a system's scopes (`sampling:write`) are checked here and again in the service.
- Nothing is buffered: an upload of 100 MB takes a few hundred kilobytes, an event stream arrives as it is written.
- When the caller goes away the service's request is cancelled.
- A request that may have reached the service is never sent twice, unless its method is idempotent.
- Cookies stop here; hop-by-hop headers and what a caller claims about the way it came do too.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import aiohttp
import structlog
from multidict import CIMultiDict
from starlette.datastructures import URLPath
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import Message, Receive, Scope, Send
from yarl import URL

from gateway.doubt_limit import ensure_few, raises_doubt
from gateway.settings import Settings
from shared.contracts.codes import Unit
from shared.contracts.scopes import READING
from shared.http.auth import TokenVerifier, ensure_scope
from shared.http.problems import NotFound, Problem, Unauthenticated, Unavailable

log = structlog.get_logger(__name__)

_AUDIT = ("/v1/audit/heads", "/v1/audit/consistency", "/v1/audit/verifier")

PUBLIC_PATHS: dict[Unit, tuple[str, ...]] = {
    Unit.SAMPLING: (*_AUDIT, "/v1/published-tables", "/v1/public-lot-tests"),
    Unit.INSPECTION: (*_AUDIT, "/v1/public-results/", "/v1/open-data/", "/v1/public-draws"),
    Unit.SCORING: (*_AUDIT, "/v1/public-surveys/"),
    Unit.TRACEABILITY: (
        *_AUDIT,
        "/v1/public-codes",
        "/v1/code-keys",
        "/v1/public-tickets/",
        "/v1/public-certificates/",
        "/v1/recall-verifier",
    ),
}
"""Paths of a service that may be called without a token, by prefix; the service itself decides what it answers."""

_BESIDE_V1: dict[Unit, tuple[str, ...]] = {Unit.TRACEABILITY: ("/epcis",)}
"""First segments that are reached from outside beside `/v1/`: interfaces whose paths a standard lays down."""

RESOLVER_PREFIX = "/resolver"
"""Where the traceability service resolves codes; not reached by any address under `/api`."""

_HOP_BY_HOP = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
# What a caller says about its own way here is not believed; a trusted proxy in front of us is uvicorn's affair.
_NOT_FORWARDED = _HOP_BY_HOP | {
    b"cookie",
    b"expect",
    b"forwarded",
    b"host",
    b"x-forwarded-for",
    b"x-forwarded-host",
    b"x-forwarded-proto",
    b"x-forwarded-prefix",
    b"x-real-ip",
    b"x-request-id",
}
# The server in front adds its own date and server, the chassis its own request id.
_NOT_RETURNED = _HOP_BY_HOP | {b"date", b"server", b"set-cookie", b"x-request-id"}

# Below uvicorn's five seconds, so that a connection is not taken up again in the moment in which the service closes it.
_KEEP_ALIVE_SECONDS = 4.0
_RETRY_AFTER = {"Retry-After": "5"}


class ServiceDown(Unavailable):
    slug = "service-unavailable"

    def __init__(self, unit: Unit) -> None:
        super().__init__(
            f"{unit.label}服务暂时连不上，请求没有送达，请稍后重试", headers=_RETRY_AFTER, service=unit.value
        )


class AnswerLost(Problem):
    slug, title, status = "answer-lost", "服务没有答完", 502

    def __init__(self, unit: Unit, method: str) -> None:
        advice = "请重试" if method in READING else "请求可能已经办理，请先查询，或用同一个 Idempotency-Key 重试"
        super().__init__(f"{unit.label}服务在答复前断开；{advice}", headers=_RETRY_AFTER, service=unit.value)


class AnswerLate(Problem):
    slug, title, status = "answer-late", "服务没有在时限内答复", 504

    def __init__(self, unit: Unit, method: str) -> None:
        advice = "请重试" if method in READING else "请求可能仍在办理，请先查询，或用同一个 Idempotency-Key 重试"
        super().__init__(f"{unit.label}服务太久没有答复；{advice}", headers=_RETRY_AFTER, service=unit.value)


class CallerGone(Exception):  # noqa: N818 (an event, not an error)
    """The caller closed the connection."""


def open_upstream(settings: Settings) -> aiohttp.ClientSession:
    """The connections to the services: no cookies, no decoding, no proxies of the environment."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=_KEEP_ALIVE_SECONDS),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
        timeout=aiohttp.ClientTimeout(
            total=None, sock_connect=settings.upstream_connect_seconds, sock_read=settings.upstream_idle_seconds
        ),
    )


@dataclass(frozen=True, slots=True)
class Proxy:
    """The ASGI app mounted at `/api/{unit}`."""

    unit: Unit

    @property
    def path(self) -> str:
        return f"/api/{self.unit.value}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["route"] = self  # so that metrics count these requests under our path
        if scope["type"] != "http":
            raise NotFound("这里只接受 HTTP 请求")
        path = _service_path(scope, self.unit)
        method: str = scope["method"]
        settings: Settings = scope["app"].state.settings
        await self._admit(scope, method, path)
        if self.unit is Unit.TRACEABILITY and raises_doubt(method, path):
            ensure_few(scope["app"].state.doubt_window, scope["client"][0] if scope.get("client") else "")
        exchange = _Exchange(self.unit, method, scope, receive, send)
        await exchange.run(scope["app"].state.upstream, URL(settings.address_of(self.unit) + path, encoded=True))

    async def _admit(self, scope: Scope, method: str, path: str) -> None:
        if path.startswith(PUBLIC_PATHS.get(self.unit, ())):
            return
        verifier: TokenVerifier = scope["app"].state.token_verifier
        authorization = _header(scope, b"authorization").decode("latin-1")
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated("请求须带 Authorization: Bearer 令牌", headers={"WWW-Authenticate": "Bearer"})
        ensure_scope(await verifier.verify(token), self.unit, method)


class CodeResolver(BaseRoute):
    """The route of every code: `/01/0952…/10/…` and the like at the root of the site, for anybody and without a token.

    A first segment of two to four digits is meant to be a code, and so is one of the names that such a number once had;
    whether it is one the service decides. What it answers is a redirect, a list of links or a problem, to be read from
    any page, so CORS is open.
    """

    path = "/{ai}/{value}"

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] == "http" and _CODE_PATH.match(scope["path"]):
            return Match.FULL, {"endpoint": self}
        return Match.NONE, {}

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        raise NoMatchFound(name, path_params)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["route"] = self  # so that metrics count all codes under one path
        settings: Settings = scope["app"].state.settings
        path = _raw_path(scope)
        if _leads_out(path):
            raise NotFound("码里不能有 . 或 .. 这样的路径段")
        address = settings.address_of(Unit.TRACEABILITY) + RESOLVER_PREFIX + path + _query_of(scope)
        exchange = _Exchange(Unit.TRACEABILITY, scope["method"], scope, receive, send, prefix="")
        await exchange.run(scope["app"].state.upstream, URL(address, encoded=True))


_CODE_PATH = re.compile(
    r"/(?:[0-9]{2,4}|q|gtin|sscc|gln|party|gdti|gcn|ginc|gsin|grai|giai|itip|cpid|gmn|gsrnp?|refno)/"
    r"|/\.well-known/gs1resolver$"
)


class _Exchange:
    """One request and its answer. `prefix` stands before the service's own paths out here."""

    def __init__(
        self, unit: Unit, method: str, scope: Scope, receive: Receive, send: Send, *, prefix: str | None = None
    ) -> None:
        self.unit, self.method, self.scope = unit, method, scope
        self.prefix = f"/api/{unit.value}" if prefix is None else prefix
        self.receive, self.send = receive, send
        self.request_ended = asyncio.Event()
        self.request_broke: CallerGone | Problem | None = None
        self.started = False

    async def run(self, upstream: aiohttp.ClientSession, url: URL) -> None:
        forward = asyncio.ensure_future(self._forward(upstream, url))
        watch = asyncio.ensure_future(self._watch(forward))
        try:
            await forward
        except asyncio.CancelledError:
            if not watch.done() or watch.cancelled():
                raise  # we are being stopped, not the caller gone
            log.info("caller_gone", service=self.unit.value)
        except CallerGone:
            log.info("caller_gone", service=self.unit.value)
        finally:
            forward.cancel()
            watch.cancel()

    async def _watch(self, forward: asyncio.Future[None]) -> None:
        """Cancel the request to the service when the caller goes; only after its body was read, as both read the same
        channel.
        """
        await self.request_ended.wait()
        while (await self.receive())["type"] != "http.disconnect":
            pass
        forward.cancel()

    async def _forward(self, upstream: aiohttp.ClientSession, url: URL) -> None:
        has_body = any(name in (b"content-length", b"transfer-encoding") for name, _ in self.scope["headers"])
        if not has_body:
            self.request_ended.set()
        try:
            async with upstream.request(
                self.method,
                url,
                headers=_request_headers(self.scope, self.prefix),
                data=self._request_body() if has_body else None,
                allow_redirects=False,
            ) as response:
                await self._answer(response)
        except aiohttp.ClientConnectorError as error:
            log.warning("service_down", service=self.unit.value, error=str(error))
            raise ServiceDown(self.unit) from error
        except TimeoutError as error:
            raise self._broken(error, AnswerLate(self.unit, self.method)) from error
        except aiohttp.ClientError as error:
            if self.request_broke is not None:
                raise self.request_broke from None
            raise self._broken(error, AnswerLost(self.unit, self.method)) from error

    def _broken(self, error: Exception, problem: Problem) -> Exception:
        """What to raise: the problem while it can still be said; afterwards the error itself, which cuts the answer
        short for all to see.
        """
        log.warning("service_broke_off", service=self.unit.value, answer_begun=self.started, error=repr(error))
        return RuntimeError("the service broke off its answer") if self.started else problem

    async def _request_body(self) -> AsyncIterator[bytes]:
        """The body as it comes. What goes wrong with it is kept: the client wraps what its own sending raises."""
        more = True
        while more:
            try:
                message = await self.receive()
            except Problem as problem:  # it grew too large
                self.request_broke = problem
                raise
            if message["type"] == "http.disconnect":
                self.request_broke = CallerGone()
                raise self.request_broke
            if chunk := message.get("body", b""):
                yield chunk
            more = message.get("more_body", False)
        self.request_ended.set()

    async def _answer(self, response: aiohttp.ClientResponse) -> None:
        self.started = True
        await self.send(
            {
                "type": "http.response.start",
                "status": response.status,
                "headers": list(_response_headers(response.raw_headers, self.prefix, response.url)),
            }
        )
        content = response.content
        async for chunk in content.iter_any():
            await self.send(_part(chunk, more=not content.at_eof()))
            if content.at_eof():
                return
        await self.send(_part(b"", more=False))


def _part(chunk: bytes, *, more: bool) -> Message:
    return {"type": "http.response.body", "body": chunk, "more_body": more}


def _service_path(scope: Scope, unit: Unit) -> str:
    """The path at the service as it was written, with its query. Little is reached from outside, and no `..` leads
    out of it.
    """
    path = _raw_path(scope).removeprefix(f"/api/{unit.value}")
    if not is_reached(unit, path) or _leads_out(path):
        raise NotFound(f"{unit.label}服务的接口都在 /api/{unit.value}/v1/ 之下")
    return path + _query_of(scope)


def is_reached(unit: Unit, path: str) -> bool:
    """Whether a path of a service is reached from outside."""
    return path.startswith("/v1/") or f"/{path[1:].partition('/')[0]}" in _BESIDE_V1.get(unit, ())


def _raw_path(scope: Scope) -> str:
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    return raw.partition(b"?")[0].decode("latin-1")


def _query_of(scope: Scope) -> str:
    query: bytes = scope["query_string"]
    return f"?{query.decode('latin-1')}" if query else ""


def _leads_out(path: str) -> bool:
    return not {".", ".."}.isdisjoint(unquote(path).replace("\\", "/").split("/"))


def _header(scope: Scope, wanted: bytes) -> bytes:
    return next((value for name, value in scope["headers"] if name == wanted), b"")


def _request_headers(scope: Scope, prefix: str) -> CIMultiDict[str]:
    dropped = _NOT_FORWARDED | _named_by_connection(scope["headers"])
    headers = CIMultiDict(
        (name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"] if name not in dropped
    )
    client = scope["client"][0] if scope.get("client") else "unknown"
    node = f'"[{client}]"' if ":" in client else client
    host = _header(scope, b"host").decode("latin-1")
    headers["Forwarded"] = f'for={node};host="{host}";proto={scope["scheme"]}'
    headers["X-Forwarded-For"] = client
    headers["X-Forwarded-Host"] = host
    headers["X-Forwarded-Proto"] = scope["scheme"]
    headers["X-Forwarded-Prefix"] = prefix
    headers["X-Request-Id"] = scope["request_id"]
    return headers


def _response_headers(raw: Iterable[tuple[bytes, bytes]], prefix: str, asked: URL) -> Iterable[tuple[bytes, bytes]]:
    named = [(name.lower(), value) for name, value in raw]
    dropped = _NOT_RETURNED | _named_by_connection(named)
    for name, value in named:
        if name not in dropped:
            yield name, _location(value, prefix, asked) if name == b"location" else value


def _location(value: bytes, prefix: str, asked: URL) -> bytes:
    """Where the service points to, as it is reached out here: `/v1/samples/7`, or the same with the service's own
    address before it, is `/api/sampling/v1/samples/7`. What lies elsewhere stays as it is.
    """
    own = str(asked.origin()).encode()
    path = value.removeprefix(own)
    if path.startswith(b"/") and not path.startswith(b"//"):
        return prefix.encode() + path
    return value


def _named_by_connection(headers: Iterable[tuple[bytes, bytes]]) -> frozenset[bytes]:
    """Headers that the sender declares to be for the next hop only."""
    return frozenset(
        part.strip().lower() for name, value in headers if name == b"connection" for part in value.split(b",")
    )
