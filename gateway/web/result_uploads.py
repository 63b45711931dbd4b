"""检验结果导入: a workbook of results, tried first or taken in, watched, and its refused samples handed back."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.clients import Refused, ServicesHere, ServiceSilent
from gateway.web import words
from gateway.web.boards import ROWS_A_PAGE
from gateway.web.forms import FieldError, checked_form
from gateway.web.pages import render
from gateway.web.upload_parts import (
    ACCEPTED_FILES,
    FINAL,
    MEGABYTE,
    SENDING_SECONDS,
    STATES,
    file_errors,
    file_handed_on,
    progress_stream,
    said,
)
from gateway.web.visitors import CanUploadResults, Visitor
from shared.contracts.codes import Role, RowOutcome, Unit
from shared.tabular.limits import TableLimits

router = APIRouter(include_in_schema=False)

UPLOADS = "/v1/result-uploads"
BUDGET_SECONDS = 5.0


@dataclass(frozen=True)
class ResultUpload:
    """An upload as the pages show it; `counts` are name, number and look."""

    id: str
    title: str
    state: tuple[str, str]
    is_final: bool
    dry_run: bool
    when: str
    done: int
    total: int
    words: str
    accepted: int
    rejected: int
    has_rejected_file: bool
    counts: list[tuple[str, int, str]]
    preview: dict[str, Any] | None
    problem: dict[str, Any] | None

    @property
    def headline(self) -> str:
        """The state in a few words, as the browser's tab shows it."""
        if self.state[0] != "ok":
            return self.state[1]
        act, taken = ("试算完", "可收") if self.dry_run else ("导入完", "收下")
        return f"{act}，{taken}{self.accepted}份、退回{self.rejected}份"


def view_of(upload: dict[str, Any]) -> ResultUpload:
    done, total, dry_run = upload["rows_done"], upload["rows_expected"] or 0, upload["dry_run"]
    is_final = upload["state"] in FINAL
    total = max(total, done)
    progress = f"已核对 {done:,} 行" + (f"，共约 {total:,} 行" if total else "") + "。可以离开，回来还在这里。"
    return ResultUpload(
        id=upload["id"],
        title=upload["file_name"],
        state=STATES[upload["state"]],
        is_final=is_final,
        dry_run=dry_run,
        when=words.full_time(datetime.fromisoformat(upload["created_at"])),
        done=done,
        total=total,
        words=f"共核对 {done:,} 行。" if is_final else progress,
        accepted=upload["reports_accepted"],
        rejected=upload["reports_rejected"],
        has_rejected_file=upload["reports_rejected"] > 0 and upload["preview"] is not None,
        counts=[
            ("可以收下的报告" if dry_run else "已收下的报告", upload["reports_accepted"], ""),
            ("内容相同", upload["reports_duplicate"], ""),
            ("整份退回", upload["reports_rejected"], "danger"),
            ("检验项目", upload["items"], ""),
            ("待复核的报告", upload["in_doubt"], "warning"),
        ],
        preview=upload["preview"],
        problem=upload["problem"],
    )


@router.get("/result-uploads")
async def upload_list(
    request: Request,
    visitor: CanUploadResults,
    services: ServicesHere,
    cursor: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    wanted = {"limit": str(ROWS_A_PAGE)} | ({"cursor": cursor} if cursor else {})
    page = await services.get(Unit.SAMPLING, UPLOADS, visitor.caller, BUDGET_SECONDS, **wanted)
    return render(
        request,
        "result_uploads.html",
        above=_above(visitor),
        uploads=[view_of(upload) for upload in page["items"]],
        next_cursor=page["next_cursor"] or "",
        cursor=cursor,
    )


@router.get("/result-uploads/new")
async def upload_form(request: Request, visitor: CanUploadResults) -> Response:
    return _show_form(request, visitor)


@router.post("/result-uploads/new")
async def send_file(request: Request, visitor: CanUploadResults, services: ServicesHere) -> Response:
    async with checked_form(request) as form:
        dry_run, day = form.get("dry_run") == "true", str(form.get("report_date", ""))
        file = form.get("file")
        if not isinstance(file, UploadFile) or not file.filename:
            errors = [FieldError("file", "选一个检验结果文件（XLSX 或 CSV）")]
            return _show_form(request, visitor, errors=errors, day=day, dry_run=dry_run)
        try:
            answer = await services.send(
                Unit.SAMPLING,
                "POST",
                UPLOADS,
                visitor.caller,
                SENDING_SECONDS,
                data={"dry_run": str(dry_run).lower(), "report_date": day},
                files={"file": (file.filename, file.file, file.content_type or "application/octet-stream")},
            )
        except (Refused, ServiceSilent) as refusal:
            errors = file_errors(refusal, frozenset({"report_date"}))
            return _show_form(request, visitor, errors=errors, day=day, dry_run=dry_run)
        return RedirectResponse(f"/result-uploads/{answer.json()['id']}", status_code=303)


def _show_form(
    request: Request,
    visitor: Visitor,
    *,
    errors: list[FieldError] | None = None,
    day: str = "",
    dry_run: bool = True,
) -> Response:
    return render(
        request,
        "result_upload.html",
        status_code=422 if errors else 200,
        above=_above(visitor),
        errors=errors or [],
        day=day,
        dry_run=dry_run,
        accepted_files=ACCEPTED_FILES,
        is_laboratory=visitor.actor.has(Role.LABORATORY),
        limit_mb=min(request.app.state.settings.upload_limit_mb, TableLimits().max_bytes // MEGABYTE),
    )


@router.get("/result-uploads/{upload_id}")
async def upload_status(
    request: Request, visitor: CanUploadResults, services: ServicesHere, upload_id: UUID
) -> Response:
    path = f"{UPLOADS}/{upload_id}"
    wanted = {"outcome": RowOutcome.REJECTED.value, "limit": str(ROWS_A_PAGE)}
    answer, rejected = await asyncio.gather(
        services.get(Unit.SAMPLING, path, visitor.caller, BUDGET_SECONDS),
        services.get(Unit.SAMPLING, f"{path}/rows", visitor.caller, BUDGET_SECONDS, **wanted),
    )
    return render(
        request,
        "result_upload_status.html",
        above=_above(visitor),
        upload=view_of(answer),
        rows=[
            (row["sheet"], row["row_number"], row["sample"], [said(error) for error in row["errors"]])
            for row in rejected["items"]
        ],
        more_rows=bool(rejected["next_cursor"]),
    )


@router.get("/result-uploads/{upload_id}/progress")
async def upload_progress(visitor: CanUploadResults, services: ServicesHere, upload_id: UUID) -> Response:
    """The progress part of the status page as a stream."""

    async def look() -> ResultUpload:
        path = f"{UPLOADS}/{upload_id}"
        return view_of(await services.get(Unit.SAMPLING, path, visitor.caller, BUDGET_SECONDS))

    return await progress_stream(look)


@router.get("/result-uploads/{upload_id}/rejected-rows")
async def rejected_rows(visitor: CanUploadResults, services: ServicesHere, upload_id: UUID) -> Response:
    """All rows of the refused samples with the reasons, as a file to be corrected and sent again."""
    return await file_handed_on(services, visitor.caller, f"{UPLOADS}/{upload_id}/rejected-rows")


def _above(visitor: Visitor) -> list[tuple[str, str]]:
    """Where the way up leads: the laboratory's desk, or the bureau's reports."""
    desk = ("盲样检验", "/laboratory") if visitor.actor.has(Role.LABORATORY) else ("检验报告", "/reports")
    return [desk]
