"""检验结果导入: a workbook of results, tried first or taken in, watched, and its refused samples handed back."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.clients import Refused, Services, ServicesHere, ServiceSilent
from gateway.web.forms import FieldError, checked_form
from gateway.web.pages import render
from gateway.web.upload_parts import (
    ACCEPTED_FILES,
    BUDGET_SECONDS,
    UploadView,
    file_errors,
    file_handed_on,
    megabytes_at_most,
    page_of_uploads,
    progress_stream,
    said,
    send_upload,
    upload_with_rejected,
)
from gateway.web.visitors import CanUploadResults, Visitor
from shared.contracts.codes import Role, Unit

router = APIRouter(include_in_schema=False)

UPLOADS = "/v1/result-uploads"


def view_of(upload: dict[str, Any]) -> UploadView:
    return UploadView(
        told=upload,
        act="导入",
        unit="份",
        accepted=upload["reports_accepted"],
        rejected=upload["reports_rejected"],
        counts=[
            ("可以收下的报告" if upload["dry_run"] else "已收下的报告", upload["reports_accepted"], ""),
            ("内容相同", upload["reports_duplicate"], ""),
            ("整份退回", upload["reports_rejected"], "danger"),
            ("检验项目", upload["items"], ""),
            ("待复核的报告", upload["in_doubt"], "warning"),
        ],
    )


@router.get("/result-uploads")
async def upload_list(
    request: Request,
    visitor: CanUploadResults,
    services: ServicesHere,
    cursor: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    page = await page_of_uploads(services, visitor.caller, UPLOADS, cursor)
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
            data = {"dry_run": str(dry_run).lower(), "report_date": day}
            upload_id = await send_upload(services, visitor.caller, UPLOADS, file, **data)
        except (Refused, ServiceSilent) as refusal:
            errors = file_errors(refusal, frozenset({"report_date"}))
            return _show_form(request, visitor, errors=errors, day=day, dry_run=dry_run)
        return RedirectResponse(f"/result-uploads/{upload_id}", status_code=303)


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
        limit_mb=megabytes_at_most(request),
    )


@router.get("/result-uploads/{upload_id}")
async def upload_status(
    request: Request, visitor: CanUploadResults, services: ServicesHere, upload_id: UUID
) -> Response:
    return await _show_status(request, visitor, services, upload_id)


@router.post("/result-uploads/{upload_id}/acceptance")
async def accept_trial(
    request: Request, visitor: CanUploadResults, services: ServicesHere, upload_id: UUID
) -> Response:
    """Take in the file of a trial run; it is at the sampling service already."""
    async with checked_form(request):
        path = f"{UPLOADS}/{upload_id}/acceptance"
    try:
        answer = await services.send(Unit.SAMPLING, "POST", path, visitor.caller, BUDGET_SECONDS)
    except (Refused, ServiceSilent) as refusal:
        return await _show_status(request, visitor, services, upload_id, refusal)
    return RedirectResponse(f"/result-uploads/{answer.json()['id']}", status_code=303)


async def _show_status(
    request: Request,
    visitor: Visitor,
    services: Services,
    upload_id: UUID,
    refusal: Refused | ServiceSilent | None = None,
) -> Response:
    answer, rejected = await upload_with_rejected(services, visitor.caller, f"{UPLOADS}/{upload_id}")
    return render(
        request,
        "result_upload_status.html",
        status_code=422 if refusal else 200,
        errors=[FieldError("acceptance", refusal.detail or refusal.title)] if refusal else [],
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

    async def look() -> UploadView:
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
