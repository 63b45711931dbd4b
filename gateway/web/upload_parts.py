"""What all uploads share: their states, the progress as a stream, refused rows handed on, refusals of a file."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.responses import Response

from gateway.clients import Caller, Refused, Services, ServiceSilent
from gateway.web.forms import FieldError
from gateway.web.pages import ENVIRONMENT
from shared.contracts.codes import Unit

SECONDS_BETWEEN_LOOKS = 1.0
SENDING_SECONDS = 300.0
MEGABYTE = 1024 * 1024
FINAL = frozenset({"done", "failed", "cancelled"})
STATES = {
    "received": ("unknown", "已收到，待处理"),
    "running": ("warning", "处理中"),
    "done": ("ok", "已处理完"),
    "failed": ("danger", "文件无法处理"),
    "cancelled": ("unknown", "已取消"),
}
ACCEPTED_FILES = ".csv,.xlsx,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Watched(Protocol):
    """An upload as its progress is shown (`upload_progress.html`)."""

    @property
    def is_final(self) -> bool: ...


async def progress_stream(look: Callable[[], Awaitable[Watched]]) -> Response:
    """The progress part of a status page as a stream; `finished` ends it.

    The first look is had before the answer begins, so that an unknown upload is refused like on any other page.
    """
    first = await look()

    async def events() -> Any:
        upload, shown = first, ""
        while True:
            if upload.is_final:
                yield ServerSentEvent("", event="finished")
                return
            part = ENVIRONMENT.get_template("upload_progress.html").render(upload=upload)
            if part != shown:
                yield ServerSentEvent(part)
                shown = part
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
            upload = await look()

    return EventSourceResponse(events())


async def file_handed_on(services: Services, caller: Caller, path: str) -> Response:
    """A file of the sampling service, to be saved."""
    answer = await services.send(Unit.SAMPLING, "GET", path, caller, SENDING_SECONDS)
    kept = {name: answer.headers[name] for name in ("content-type", "content-disposition") if name in answer.headers}
    return Response(answer.content, headers=kept | {"cache-control": "private, no-cache"})


def file_errors(refusal: Refused | ServiceSilent, fields: frozenset[str]) -> list[FieldError]:
    """A refusal at the field it concerns; the file stays chosen only in the person's hand, so the words say so."""
    if isinstance(refusal, Refused) and refusal.errors:
        places = [(error.pointer.strip("/"), error.message) for error in refusal.errors]
        return [FieldError(name if name in fields else "file", message) for name, message in places]
    return [FieldError("file", f"{refusal.detail or refusal.title}（文件没有送出，请再选一次）")]


def said(error: dict[str, Any]) -> str:
    """One fault of a row, with its column."""
    return f"“{error['column']}”：{error['message']}" if error.get("column") else str(error["message"])
