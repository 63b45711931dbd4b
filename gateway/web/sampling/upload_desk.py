"""What the pages of every upload to the sampling service share.

How an upload is shown, sent, taken in after its trial and watched, and its refused rows handed on.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from httpx import Response as HttpAnswer
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.clients import Caller, Refused, Services, ServiceSilent
from gateway.web import words
from gateway.web.boards import ROWS_A_PAGE
from gateway.web.forms import FieldError, checked_form
from gateway.web.pages import ENVIRONMENT
from shared.contracts.codes import Unit
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


@dataclass(frozen=True)
class UploadDesk:
    """One kind of upload: where the service takes it, where its pages lie, and what they say."""

    path: str
    """Of the uploads at the sampling service."""
    page: str
    """The address below which an upload's page lies."""
    ask: str
    """What to do where no file came."""
    fields: frozenset[str]
    """The form's fields beside the file, as the service names them."""
    view_of: Callable[[dict[str, Any]], UploadView]

    async def page_of_uploads(self, services: Services, caller: Caller, cursor: str) -> dict[str, Any]:
        """One page of the caller's uploads, the latest first, as its list shows it."""
        wanted = {"limit": str(ROWS_A_PAGE)} | ({"cursor": cursor} if cursor else {})
        page = await services.get(Unit.SAMPLING, self.path, caller, BUDGET_SECONDS, **wanted)
        uploads = [self.view_of(upload) for upload in page["items"]]
        return {"uploads": uploads, "next_cursor": page["next_cursor"] or "", "cursor": cursor}

    async def send(
        self, services: Services, caller: Caller, form: FormData, **data: str
    ) -> Response | list[FieldError]:
        """Send the form's file on with `data` and its `dry_run`: the way to the upload's page, or what is wrong."""
        file = form.get("file")
        if not isinstance(file, UploadFile) or not file.filename:
            return [FieldError("file", self.ask)]
        data |= {"dry_run": str(is_trial(form)).lower()}
        files = {"file": (file.filename, file.file, file.content_type or "application/octet-stream")}
        try:
            answer = await services.send(
                Unit.SAMPLING, "POST", self.path, caller, SENDING_SECONDS, data=data, files=files
            )
        except (Refused, ServiceSilent) as refusal:
            return self._file_errors(refusal)
        return self._to_page(answer)

    def _file_errors(self, refusal: Refused | ServiceSilent) -> list[FieldError]:
        """A refusal at the field it concerns; the file stays chosen only in the person's hand, so the words say so."""
        if isinstance(refusal, Refused) and refusal.errors:
            places = [(error.pointer.strip("/"), error.message) for error in refusal.errors]
            return [FieldError(name if name in self.fields else "file", message) for name, message in places]
        return [FieldError("file", f"{refusal.detail or refusal.title}（文件没有送出，请再选一次）")]

    async def accept_trial(
        self, services: Services, caller: Caller, request: Request, upload_id: UUID
    ) -> Response | list[FieldError]:
        """Take in the file of a trial run; it is at the sampling service already."""
        async with checked_form(request):
            path = f"{self.path}/{upload_id}/acceptance"
        try:
            answer = await services.send(Unit.SAMPLING, "POST", path, caller, BUDGET_SECONDS)
        except (Refused, ServiceSilent) as refusal:
            return [FieldError("acceptance", refusal.detail or refusal.title)]
        return self._to_page(answer)

    def _to_page(self, answer: HttpAnswer) -> Response:
        return RedirectResponse(f"{self.page}/{answer.json()['id']}", status_code=303)

    async def upload(self, services: Services, caller: Caller, upload_id: UUID) -> UploadView:
        return self.view_of(await services.get(Unit.SAMPLING, f"{self.path}/{upload_id}", caller, BUDGET_SECONDS))

    async def rows(self, services: Services, caller: Caller, upload_id: UUID, outcome: str, cursor: str = "") -> Any:
        """A page of an upload's rows with this outcome; with an empty one, of all."""
        wanted = {"limit": str(ROWS_A_PAGE)}
        wanted |= {name: value for name, value in (("outcome", outcome), ("cursor", cursor)) if value}
        return await services.get(Unit.SAMPLING, f"{self.path}/{upload_id}/rows", caller, BUDGET_SECONDS, **wanted)

    async def upload_with_rows(
        self, services: Services, caller: Caller, upload_id: UUID, outcome: str, cursor: str = ""
    ) -> tuple[UploadView, Any]:
        """An upload and a page of its rows, asked for at once."""
        return await asyncio.gather(
            self.upload(services, caller, upload_id), self.rows(services, caller, upload_id, outcome, cursor)
        )

    async def progress(self, services: Services, caller: Caller, upload_id: UUID) -> Response:
        """The progress part of the status page as a stream; `finished` ends it.

        The first look is had before the answer begins, so that an unknown upload is refused like on any other page.
        """
        first = await self.upload(services, caller, upload_id)

        async def events() -> Any:
            upload, shown = first, ""
            while True:
                if upload.is_final:
                    yield ServerSentEvent("", event="finished")
                    return
                part = ENVIRONMENT.get_template("sampling/upload_progress.html").render(upload=upload)
                if part != shown:
                    yield ServerSentEvent(part)
                    shown = part
                await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
                upload = await self.upload(services, caller, upload_id)

        return EventSourceResponse(events())

    async def rejected_file(self, services: Services, caller: Caller, upload_id: UUID, query: str = "") -> Response:
        """The refused rows with the reasons beside, as a file to be corrected and sent again."""
        return await file_handed_on(services, caller, f"{self.path}/{upload_id}/rejected-rows{query}")


def is_trial(form: FormData) -> bool:
    return form.get("dry_run") == "true"


def megabytes_at_most(request: Request) -> int:
    """How large a file may be."""
    return min(int(request.app.state.settings.upload_limit_mb), TableLimits().max_bytes // MEGABYTE)


async def file_handed_on(services: Services, caller: Caller, path: str, purpose: str | None = None) -> Response:
    """A file of the sampling service, to be saved; with a `purpose`, one that it gives for that purpose only."""
    method, body = ("GET", {}) if purpose is None else ("POST", {"json": {"purpose": purpose}})
    answer = await services.send(Unit.SAMPLING, method, path, caller, SENDING_SECONDS, **body)
    kept = {name: answer.headers[name] for name in ("content-type", "content-disposition") if name in answer.headers}
    return Response(answer.content, headers=kept | {"cache-control": "private, no-cache"})


def said(error: dict[str, Any]) -> str:
    """One fault of a row, with its column."""
    return f"“{error['column']}”：{error['message']}" if error.get("column") else str(error["message"])
