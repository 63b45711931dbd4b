"""The market operator's upload: send a file, watch it being taken in, get back the rows that were refused.

Works without a script: a plain form, then a status page that refreshes itself. With one, the status comes as a stream.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.clients import Refused, Services, ServicesHere, ServiceSilent
from gateway.web import words
from gateway.web.boards import ROWS_A_PAGE
from gateway.web.forms import FieldError, checked_form
from gateway.web.pages import render
from gateway.web.rapid_test_words import RecordWords, record_words
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
from gateway.web.visitors import CanUploadFiles, Visitor
from shared.contracts.codes import RowOutcome, Unit
from shared.ids import uuid7
from shared.tabular.limits import TableLimits

router = APIRouter(include_in_schema=False)

UPLOADS = "/v1/rapid-test-uploads"
BUDGET_SECONDS = 5.0


@dataclass(frozen=True)
class UploadView:
    """An upload as the pages show it; `counts` are name, number and look."""

    id: str
    title: str
    state: tuple[str, str]
    is_final: bool
    dry_run: bool
    when: str
    done: int
    total: int
    rejected: int
    rejected_known: bool
    words: str
    counts: list[tuple[str, int, str]]
    preview: dict[str, Any] | None
    problem: dict[str, Any] | None
    positives: int
    accepted: int
    duplicate: int
    suspected: int

    @property
    def headline(self) -> str:
        """The state in a few words, as the browser's tab shows it."""
        if self.state[0] == "ok":
            act, taken = ("试算完", "可收") if self.dry_run else ("上报完", "收下")
            return f"{act}，{taken}{self.accepted}行、退回{self.rejected}行"
        return self.state[1]


def view_of(upload: dict[str, Any]) -> UploadView:
    done, total, dry_run = upload["rows_done"], upload["rows_expected"] or 0, upload["dry_run"]
    is_final = upload["state"] in FINAL
    total = max(total, done)
    progress = f"已核对 {done:,} 行" + (f"，共约 {total:,} 行" if total else "") + "。可以离开，回来还在这里。"
    accepted = "可以收下" if dry_run else "已收下"
    return UploadView(
        id=upload["id"],
        title=upload["file_name"],
        state=STATES[upload["state"]],
        is_final=is_final,
        dry_run=dry_run,
        when=words.full_time(datetime.fromisoformat(upload["created_at"])),
        done=done,
        total=total,
        rejected=upload["rejected"],
        rejected_known=upload["rejected"] > 0 and upload["preview"] is not None,
        words=f"共核对 {done:,} 行。" if is_final else progress,
        counts=[
            (accepted, upload["accepted"], ""),
            ("重复", upload["duplicate"], ""),
            ("疑似重复", upload["suspected_duplicate"], "warning"),
            ("退回", upload["rejected"], "danger"),
            ("疑似阳性", upload["positives"], "danger"),
            ("仪器异常", upload["instrument_errors"], "warning"),
            ("待判定", upload["undetermined"], "warning"),
        ],
        preview=upload["preview"],
        problem=upload["problem"],
        positives=upload["positives"],
        accepted=upload["accepted"],
        duplicate=upload["duplicate"],
        suspected=upload["suspected_duplicate"],
    )


@router.get("/rapid-tests")
async def upload_list(
    request: Request,
    visitor: CanUploadFiles,
    services: ServicesHere,
    cursor: Annotated[str, Query(max_length=400)] = "",
) -> Response:
    wanted = {"limit": str(ROWS_A_PAGE)} | ({"cursor": cursor} if cursor else {})
    page = await services.get(Unit.SAMPLING, UPLOADS, visitor.caller, BUDGET_SECONDS, **wanted)
    return render(
        request,
        "uploads.html",
        uploads=[view_of(upload) for upload in page["items"]],
        next_cursor=page["next_cursor"] or "",
        cursor=cursor,
    )


@router.get("/rapid-tests/upload")
async def upload_form(request: Request, visitor: CanUploadFiles, services: ServicesHere) -> Response:
    return await _show_form(request, visitor, services)


@router.post("/rapid-tests/upload")
async def send_file(request: Request, visitor: CanUploadFiles, services: ServicesHere) -> Response:
    async with checked_form(request) as form:
        site, dry_run, file = str(form.get("site_id", "")), form.get("dry_run") == "true", form.get("file")
        if not isinstance(file, UploadFile) or not file.filename:
            errors = [FieldError("file", "选一个快检记录文件（CSV 或 XLSX）")]
            return await _show_form(request, visitor, services, errors=errors, site=site, dry_run=dry_run)
        try:
            answer = await services.send(
                Unit.SAMPLING,
                "POST",
                UPLOADS,
                visitor.caller,
                SENDING_SECONDS,
                data={"site_id": site, "dry_run": str(dry_run).lower()},
                files={"file": (file.filename, file.file, file.content_type or "application/octet-stream")},
            )
        except (Refused, ServiceSilent) as refusal:
            errors = file_errors(refusal, frozenset({"site_id"}))
            return await _show_form(request, visitor, services, errors=errors, site=site, dry_run=dry_run)
        return RedirectResponse(f"/rapid-tests/uploads/{answer.json()['id']}", status_code=303)


async def _show_form(
    request: Request,
    visitor: CanUploadFiles,
    services: ServicesHere,
    *,
    errors: list[FieldError] | None = None,
    site: str = "",
    dry_run: bool = True,
) -> Response:
    wanted = {"active": "true", "limit": "200"}
    page = await services.get(Unit.SAMPLING, "/v1/test-sites", visitor.caller, BUDGET_SECONDS, **wanted)
    sites = [(each["id"], each["name"]) for each in page["items"]]
    return render(
        request,
        "upload.html",
        status_code=422 if errors else 200,
        errors=errors or [],
        sites=[*sites, ("", "按文件里的“检测点”一列")],
        site=site or (sites[0][0] if len(sites) == 1 else ""),
        dry_run=dry_run,
        accepted_files=ACCEPTED_FILES,
        limit_mb=min(request.app.state.settings.upload_limit_mb, TableLimits().max_bytes // MEGABYTE),
    )


@router.get("/rapid-tests/uploads/{upload_id}")
async def upload_status(
    request: Request,
    visitor: CanUploadFiles,
    services: ServicesHere,
    upload_id: UUID,
    cursor: Annotated[str, Query(max_length=400)] = "",
    confirmed: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    return await _show_status(request, visitor, services, upload_id, cursor=cursor, confirmed=confirmed)


@router.post("/rapid-tests/uploads/{upload_id}/acceptance")
async def accept_trial(request: Request, visitor: CanUploadFiles, services: ServicesHere, upload_id: UUID) -> Response:
    """Take in the file of a trial run; it is at the sampling service already."""
    async with checked_form(request):
        path = f"{UPLOADS}/{upload_id}/acceptance"
    try:
        answer = await services.send(Unit.SAMPLING, "POST", path, visitor.caller, BUDGET_SECONDS)
    except (Refused, ServiceSilent) as refusal:
        return await _show_status(request, visitor, services, upload_id, refusal=refusal)
    return RedirectResponse(f"/rapid-tests/uploads/{answer.json()['id']}", status_code=303)


async def _show_status(
    request: Request,
    visitor: Visitor,
    services: Services,
    upload_id: UUID,
    *,
    cursor: str = "",
    confirmed: str = "",
    refusal: Refused | ServiceSilent | None = None,
) -> Response:
    path = f"{UPLOADS}/{upload_id}"
    answer, rejected = await asyncio.gather(
        services.get(Unit.SAMPLING, path, visitor.caller, BUDGET_SECONDS),
        services.get(
            Unit.SAMPLING,
            f"{path}/rows",
            visitor.caller,
            BUDGET_SECONDS,
            outcome=RowOutcome.REJECTED.value,
            limit=str(ROWS_A_PAGE),
        ),
    )
    upload = view_of(answer)
    suspected, next_cursor = await _suspected(services, visitor, upload, cursor)
    return render(
        request,
        "upload_status.html",
        status_code=422 if refusal else 200,
        errors=[FieldError("acceptance", refusal.detail or refusal.title)] if refusal else [],
        upload=upload,
        rows=[(row["row_number"], [said(error) for error in row["errors"]]) for row in rejected["items"]],
        more_rows=bool(rejected["next_cursor"]),
        suspected=suspected,
        next_cursor=next_cursor,
        cursor=cursor,
        confirmed=confirmed,
        key_of=lambda: str(uuid7()),
    )


async def _suspected(
    services: Services, visitor: Visitor, upload: UploadView, cursor: str
) -> tuple[list[dict[str, str]], str]:
    """One page of the rows that read like an earlier record, and the cursor of the next.

    Of an upload they are records that wait for a person's word, and leave the list with it; a trial run has kept no
    record, only the row and the earlier record that it is like.
    """
    if not upload.suspected:
        return [], ""
    wanted = {"limit": str(ROWS_A_PAGE)} | ({"cursor": cursor} if cursor else {})
    if upload.dry_run:
        wanted |= {"outcome": RowOutcome.SUSPECTED_DUPLICATE.value}
        path = f"{UPLOADS}/{upload.id}/rows"
        page = await services.get(Unit.SAMPLING, path, visitor.caller, BUDGET_SECONDS, **wanted)
        found = [{"row_number": str(row["row_number"]), "id": ""} for row in page["items"]]
    else:
        wanted |= {"upload_id": upload.id, "suspected_duplicates": "true"}
        page = await services.get(Unit.SAMPLING, "/v1/rapid-tests", visitor.caller, BUDGET_SECONDS, **wanted)
        found = [_suspected_test(record_words(test)) for test in page["items"]]
    return found, page["next_cursor"] or ""


def _suspected_test(record: RecordWords) -> dict[str, str]:
    return {
        "id": record.id,
        "row_number": record.row_number,
        "title": record.title,
        "value": record.value + record.unit,
        "stall": "，".join(part for part in (record.stall, record.seller) if part),
        "when": record.when,
        "earlier": record.earlier,
    }


@router.get("/rapid-tests/uploads/{upload_id}/progress")
async def upload_progress(visitor: CanUploadFiles, services: ServicesHere, upload_id: UUID) -> Response:
    """The progress part of the status page as a stream."""

    async def look() -> UploadView:
        path = f"{UPLOADS}/{upload_id}"
        return view_of(await services.get(Unit.SAMPLING, path, visitor.caller, BUDGET_SECONDS))

    return await progress_stream(look)


@router.get("/rapid-tests/uploads/{upload_id}/rejected-rows")
async def rejected_rows(visitor: CanUploadFiles, services: ServicesHere, upload_id: UUID) -> Response:
    """The rows that were refused, with the reason beside each, as a file to be corrected and sent again."""
    return await file_handed_on(services, visitor.caller, f"{UPLOADS}/{upload_id}/rejected-rows")
