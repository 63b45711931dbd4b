"""抽样单工作簿: the national workbook of forms, tried first or taken in, watched, and its refused rows handed back."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.clients import Refused, ServicesHere, ServiceSilent
from gateway.web.forms import FieldError, checked_form
from gateway.web.pages import render
from gateway.web.regions import places_below
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
from gateway.web.visitors import DRAWERS, CanDraw, CanReadDraws, Visitor
from shared.contracts.codes import RowOutcome, Unit
from shared.database import Session

router = APIRouter(include_in_schema=False)

UPLOADS = "/v1/form-uploads"
MOST_MEGABYTES = 50
"""The sampling service takes no larger workbook of forms."""
OUTCOMES = {
    RowOutcome.ACCEPTED: ("ok", "收下"),
    RowOutcome.DUPLICATE: ("unknown", "平台已有，内容相同"),
    RowOutcome.REJECTED: ("danger", "退回"),
}


def view_of(upload: dict[str, Any]) -> UploadView:
    return UploadView(
        told=upload,
        act="导入",
        unit="份",
        accepted=upload["accepted"],
        rejected=upload["rejected"],
        counts=[
            ("可以收下" if upload["dry_run"] else "已收下", upload["accepted"], ""),
            ("平台已有，内容相同", upload["duplicate"], ""),
            ("退回", upload["rejected"], "danger"),
        ],
    )


@router.get("/form-uploads")
async def upload_list(
    request: Request,
    visitor: CanReadDraws,
    services: ServicesHere,
    cursor: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    page = await page_of_uploads(services, visitor.caller, UPLOADS, cursor)
    return render(
        request,
        "form_uploads.html",
        uploads=[view_of(upload) for upload in page["items"]],
        imports=visitor.actor.has(*DRAWERS),
        next_cursor=page["next_cursor"] or "",
        cursor=cursor,
    )


@router.get("/form-uploads/new")
async def upload_form(request: Request, visitor: CanDraw, session: Session) -> Response:
    return await _show_form(request, visitor, session)


@router.post("/form-uploads/new")
async def send_file(request: Request, visitor: CanDraw, services: ServicesHere, session: Session) -> Response:
    async with checked_form(request) as form:
        dry_run, region = form.get("dry_run") == "true", str(form.get("region_code", ""))
        file = form.get("file")
        if not isinstance(file, UploadFile) or not file.filename:
            errors = [FieldError("file", "选一个抽样单工作簿（XLSX 或 CSV）")]
            return await _show_form(request, visitor, session, errors=errors, region=region, dry_run=dry_run)
        try:
            data = {"dry_run": str(dry_run).lower(), "region_code": region}
            upload_id = await send_upload(services, visitor.caller, UPLOADS, file, **data)
        except (Refused, ServiceSilent) as refusal:
            errors = file_errors(refusal, frozenset({"region_code"}))
            return await _show_form(request, visitor, session, errors=errors, region=region, dry_run=dry_run)
        return RedirectResponse(f"/form-uploads/{upload_id}", status_code=303)


async def _show_form(
    request: Request,
    visitor: Visitor,
    session: Session,
    *,
    errors: list[FieldError] | None = None,
    region: str = "",
    dry_run: bool = True,
) -> Response:
    return render(
        request,
        "form_upload.html",
        status_code=422 if errors else 200,
        errors=errors or [],
        places=await places_below(session, visitor.actor.regions),
        region=region or visitor.actor.regions[0],
        dry_run=dry_run,
        accepted_files=ACCEPTED_FILES,
        limit_mb=min(megabytes_at_most(request), MOST_MEGABYTES),
    )


@router.get("/form-uploads/{upload_id}")
async def upload_status(
    request: Request,
    visitor: CanReadDraws,
    services: ServicesHere,
    upload_id: UUID,
    outcome: Annotated[str, Query(max_length=20)] = RowOutcome.REJECTED.value,
    cursor: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    """How far it is, and row by row what became of each; at first those that were refused."""
    path = f"{UPLOADS}/{upload_id}"
    answer, rows = await upload_with_rejected(services, visitor.caller, path)
    if cursor or outcome != RowOutcome.REJECTED:
        wanted = {"limit": "50"} | ({"outcome": outcome} if outcome in OUTCOMES else {})
        wanted |= {"cursor": cursor} if cursor else {}
        rows = await services.get(Unit.SAMPLING, f"{path}/rows", visitor.caller, BUDGET_SECONDS, **wanted)
    return render(
        request,
        "form_upload_status.html",
        upload=view_of(answer),
        rows=[
            {
                "number": row["row_number"],
                "badge": OUTCOMES.get(RowOutcome(row["outcome"]), ("unknown", row["outcome"])),
                "said": "；".join(said(error) for error in row["errors"]),
                "sample": row["sample_id"] or "",
            }
            for row in rows["items"]
        ],
        outcomes=[*((each.value, label) for each, (_, label) in OUTCOMES.items()), ("", "全部")],
        outcome=outcome,
        imports=visitor.actor.has(*DRAWERS),
        next_cursor=rows["next_cursor"] or "",
        cursor=cursor,
    )


@router.get("/form-uploads/{upload_id}/progress")
async def upload_progress(visitor: CanReadDraws, services: ServicesHere, upload_id: UUID) -> Response:
    """The progress part of the status page as a stream."""

    async def look() -> UploadView:
        path = f"{UPLOADS}/{upload_id}"
        return view_of(await services.get(Unit.SAMPLING, path, visitor.caller, BUDGET_SECONDS))

    return await progress_stream(look)


@router.get("/form-uploads/{upload_id}/rejected-rows")
async def rejected_rows(
    visitor: CanReadDraws,
    services: ServicesHere,
    upload_id: UUID,
    format: Annotated[str, Query(pattern="^(csv|xlsx)$")] = "xlsx",  # noqa: A002 (the parameter's name)
) -> Response:
    """The refused rows with the reasons beside, as a file to be corrected and sent again."""
    return await file_handed_on(services, visitor.caller, f"{UPLOADS}/{upload_id}/rejected-rows?format={format}")
