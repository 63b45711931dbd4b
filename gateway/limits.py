"""How large a request may be: its headers, and its body by what it carries. Checked before anything is parsed or
passed on.
"""

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.settings import Settings
from shared.http.problems import PayloadTooLarge, Problem, respond

_MB = 2**20
_FILES = (
    b"multipart/form-data",
    b"text/csv",
    b"application/octet-stream",
    b"application/vnd.openxmlformats-officedocument",
)


class HeadersTooLarge(Problem):
    slug, title, status = "headers-too-large", "请求头过大", 431


class RequestLimits:
    """Refuses a body that says it is too large at once, and one that grows too large while it streams. Pure ASGI,
    keeps nothing.
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
            await respond(Request(scope), problem)(scope, receive, send)
            return
        megabytes, way_out = settings.json_limit_mb, "上传文件请写明它的 Content-Type，如 text/csv，那样可以更大"
        if _is_file(headers):
            megabytes, way_out = settings.upload_limit_mb, "请分次上传"
        too_large = PayloadTooLarge(f"这类请求的正文不能超过 {megabytes} MB；{way_out}")
        length = headers.get(b"content-length", b"0")
        if length.isdigit() and int(length) > megabytes * _MB:
            await respond(Request(scope), too_large)(scope, receive, send)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > megabytes * _MB:
                raise too_large
            return message

        await self.app(scope, receive if b"content-length" in headers else counted, send)


def _is_file(headers: dict[bytes, bytes]) -> bool:
    return headers.get(b"content-type", b"").lower().startswith(_FILES)
