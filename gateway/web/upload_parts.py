"""What all uploads share: how one is shown, sent and watched, its refused rows handed on, refusals of a file."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import Caller, Refused, Services, ServiceSilent
from gateway.web import words
from gateway.web.boards import ROWS_A_PAGE
from gateway.web.forms import FieldError
from gateway.web.pages import ENVIRONMENT
from shared.contracts.codes import RowOutcome, Unit
from shared.contracts.uploads import UploadState
from shared.tabular.limits import TableLimits

SECONDS_BETWEEN_LOOKS = 1.0
BUDGET_SECONDS = 5.0
SENDING_SECONDS = 300.0
MEGABYTE = 1024 * 1024
LOOKS = {UploadState.RUNNING: "warning", UploadState.DONE: "ok", UploadState.FAILED: "danger"}
ACCEPTED_FILES = ".csv,.xlsx,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class UploadView:
    """An upload as the pages show it: what the service tells of it, and its `counts` as name, number and look.

    `accepted` and `rejected` are counted in `unit`; `act` is what sending the file in earnest is called.
    """

    told: dict[str, Any]
    act: str
    unit: str
    accepted: int
    rejected: int
    counts: list[tuple[str, int, str]]

    @property
    def id(self) -> str:
        return str(self.told["id"])

    @property
    def title(self) -> str:
        return str(self.told["file_name"])

    @property
    def dry_run(self) -> bool:
        return bool(self.told["dry_run"])

    @property
    def state(self) -> tuple[str, str]:
        """Its look and its words."""
        state = UploadState(self.told["state"])
        return LOOKS.get(state, "unknown"), state.label

    @property
    def is_final(self) -> bool:
        return not UploadState(self.told["state"]).is_under_way

    @property
    def when(self) -> str:
        return words.full_time(datetime.fromisoformat(self.told["created_at"]))

    @property
    def done(self) -> int:
        return int(self.told["rows_done"])

    @property
    def total(self) -> int:
        return max(self.told["rows_expected"] or 0, self.done)

    @property
    def words(self) -> str:
        """How far it is."""
        if self.is_final:
            return f"共核对 {self.done:,} 行。"
        return (
            f"已核对 {self.done:,} 行"
            + (f"，共约 {self.total:,} 行" if self.total else "")
            + "。可以离开，回来还在这里。"
        )

    @property
    def headline(self) -> str:
        """The state in a few words, as the browser's tab shows it."""
        look, state = self.state
        if look != "ok":
            return state
        act, taken = ("试算", "可收") if self.dry_run else (self.act, "收下")
        return f"{act}完，{taken}{self.accepted}{self.unit}、退回{self.rejected}{self.unit}"

    @property
    def nothing_to_take(self) -> str:
        """Why a trial has nothing that could be taken in; empty where it has."""
        if not self.dry_run or self.accepted or not self.is_final:
            return ""
        if self.rejected:
            return "没有可以收下的：原因和改法列在下面，改好文件再送来。"
        return "没有新的内容可以收下：文件里的平台都已经有了，或者没有数据行。"

    @property
    def has_rejected_file(self) -> bool:
        return self.rejected > 0 and self.told["preview"] is not None


async def page_of_uploads(services: Services, caller: Caller, path: str, cursor: str) -> Any:
    """One page of the caller's uploads, the latest first."""
    wanted = {"limit": str(ROWS_A_PAGE)} | ({"cursor": cursor} if cursor else {})
    return await services.get(Unit.SAMPLING, path, caller, BUDGET_SECONDS, **wanted)


async def upload_with_rejected(services: Services, caller: Caller, path: str) -> tuple[Any, Any]:
    """An upload and the first page of its rejected rows."""
    wanted = {"outcome": RowOutcome.REJECTED.value, "limit": str(ROWS_A_PAGE)}
    return await asyncio.gather(
        services.get(Unit.SAMPLING, path, caller, BUDGET_SECONDS),
        services.get(Unit.SAMPLING, f"{path}/rows", caller, BUDGET_SECONDS, **wanted),
    )


async def send_upload(services: Services, caller: Caller, path: str, file: UploadFile, **data: str) -> str:
    """Send a file with the fields beside it; returns the upload's id. Raises `Refused`, `ServiceSilent`."""
    files = {"file": (file.filename, file.file, file.content_type or "application/octet-stream")}
    answer = await services.send(Unit.SAMPLING, "POST", path, caller, SENDING_SECONDS, data=data, files=files)
    return str(answer.json()["id"])


def megabytes_at_most(request: Request) -> int:
    """How large a file may be."""
    return min(int(request.app.state.settings.upload_limit_mb), TableLimits().max_bytes // MEGABYTE)


async def progress_stream(look: Callable[[], Awaitable[UploadView]]) -> Response:
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
