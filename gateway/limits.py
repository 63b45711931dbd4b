"""How large a request may be, its headers and its body by what it carries, and how long its body may keep us waiting.
Checked before anything is parsed or passed on.
"""

import asyncio

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.settings import Settings
from gateway.web.problem_pages import refuse
from shared.contracts.epcis import CAPTURE_BYTES
from shared.contracts.scopes import READING
from shared.http.problems import PayloadTooLarge, Problem

_MB = 2**20
_FILES = (
    b"multipart/form-data",
    b"text/csv",
    b"application/octet-stream",
    b"application/vnd.openxmlformats-officedocument",
)
_OF_STANDARDS = {"/api/traceability/epcis/": CAPTURE_BYTES}
"""Paths below which a service tells its senders a limit of its own, in bytes; it holds here, too."""


class HeadersTooLarge(Problem):
    slug, title, status = "headers-too-large", "请求头过大", 431


class RequestTooSlow(Problem):
    slug, title, status = "request-too-slow", "请求正文迟迟没有传完", 408


class RequestLimits:
    """Refuses a body that says it is too large at once, one that grows too large while it streams, and one that stops
    coming. Pure ASGI, keeps nothing.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        settings: Settings = scope["app"].state.settings
        headers: dict[bytes, bytes] = dict(scope["headers"])
        if sum(len(name) + len(value) for name, value in scope["headers"]) > settings.header_limit_kb * 1024:
            problem: Problem = HeadersTooLarge(f"请求头总长不能超过 {settings.header_limit_kb} KB")
            await refuse(Request(scope), problem)(scope, receive, send)
            return
        limit, way_out = _body_limit(scope["path"], headers, settings)
        too_large = PayloadTooLarge(f"这类请求的正文不能超过 {limit // _MB} MB；{way_out}")
        length = headers.get(b"content-length", b"0")
        if length.isdigit() and int(length) > limit:
            await refuse(Request(scope), too_large)(scope, receive, send)
            return
        received, ended = 0, headers.get(b"content-length") == b"0" or scope["method"] in READING

        async def watched() -> Message:
            """The next part of the body; after its end whatever comes next, however late: the caller's leaving."""
            nonlocal received, ended
            if ended:
                return await receive()
            try:
                message = await asyncio.wait_for(receive(), settings.body_idle_seconds)
            except TimeoutError:
                raise RequestTooSlow(f"{settings.body_idle_seconds:g} 秒内没有收到新的内容，请检查网络后重试") from None
            ended = not message.get("more_body", False)
            received += len(message.get("body", b""))
            if received > limit:
                raise too_large
            return message

        await self.app(scope, watched, send)


def _body_limit(path: str, headers: dict[bytes, bytes], settings: Settings) -> tuple[int, str]:
    """How many bytes the body may have, and what to do when it has more."""
    for start, limit in _OF_STANDARDS.items():
        if path.startswith(start):
            return limit, "请分几份提交"
    if _is_file(headers):
        return settings.upload_limit_mb * _MB, "请分次上传"
    return settings.json_limit_mb * _MB, "上传文件请写明它的 Content-Type，如 text/csv，那样可以更大"


def _is_file(headers: dict[bytes, bytes]) -> bool:
    return headers.get(b"content-type", b"").lower().startswith(_FILES)
