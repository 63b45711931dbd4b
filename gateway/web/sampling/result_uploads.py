"""检验结果导入: a workbook of results, tried first or taken in, watched, and its refused samples handed back."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import Services, ServicesHere
from gateway.web.forms import FieldError, checked_form
from gateway.web.pages import render
from gateway.web.sampling.upload_desk import (
    ACCEPTED_FILES,
    UploadDesk,
    UploadView,
    is_trial,
    megabytes_at_most,
    said,
)
from gateway.web.visitors import CanUploadResults, Visitor
from shared.contracts.codes import Role, RowOutcome

router = APIRouter(include_in_schema=False)


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


DESK = UploadDesk(
    path="/v1/result-uploads",
    page="/result-uploads",
    ask="选一个检验结果文件（XLSX 或 CSV）",
    fields=frozenset({"report_date"}),
    view_of=view_of,
)


@router.get("/result-uploads")
async def upload_list(
    request: Request,
    visitor: CanUploadResults,
    services: ServicesHere,
    cursor: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    page = await DESK.page_of_uploads(services, visitor.caller, cursor)
    return render(request, "sampling/result_uploads.html", above=_above(visitor), **page)


@router.get("/result-uploads/new")
async def upload_form(request: Request, visitor: CanUploadResults) -> Response:
    return _show_form(request, visitor)


@router.post("/result-uploads/new")
async def send_file(request: Request, visitor: CanUploadResults, services: ServicesHere) -> Response:
    async with checked_form(request) as form:
        day = str(form.get("report_date", ""))
        sent = await DESK.send(services, visitor.caller, form, report_date=day)
        if isinstance(sent, Response):
            return sent
        return _show_form(request, visitor, errors=sent, day=day, dry_run=is_trial(form))


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
        "sampling/result_upload.html",
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
    taken = await DESK.accept_trial(services, visitor.caller, request, upload_id)
    return taken if isinstance(taken, Response) else await _show_status(request, visitor, services, upload_id, taken)


async def _show_status(
    request: Request, visitor: Visitor, services: Services, upload_id: UUID, errors: list[FieldError] | None = None
) -> Response:
    upload, rejected = await DESK.upload_with_rows(services, visitor.caller, upload_id, RowOutcome.REJECTED)
    return render(
        request,
        "sampling/result_upload_status.html",
        status_code=422 if errors else 200,
        errors=errors or [],
        above=_above(visitor),
        upload=upload,
        rows=[
            (row["sheet"], row["row_number"], row["sample"], [said(error) for error in row["errors"]])
            for row in rejected["items"]
        ],
        more_rows=bool(rejected["next_cursor"]),
    )


@router.get("/result-uploads/{upload_id}/progress")
async def upload_progress(visitor: CanUploadResults, services: ServicesHere, upload_id: UUID) -> Response:
    return await DESK.progress(services, visitor.caller, upload_id)


@router.get("/result-uploads/{upload_id}/rejected-rows")
async def rejected_rows(visitor: CanUploadResults, services: ServicesHere, upload_id: UUID) -> Response:
    """All rows of the refused samples; a sample is corrected as a whole."""
    return await DESK.rejected_file(services, visitor.caller, upload_id)


def _above(visitor: Visitor) -> list[tuple[str, str]]:
    """Where the way up leads: the laboratory's desk, or the bureau's reports."""
    desk = ("盲样检验", "/laboratory") if visitor.actor.has(Role.LABORATORY) else ("检验报告", "/reports")
    return [desk]
