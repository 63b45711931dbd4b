"""The market operator's upload: send a file, watch it being taken in, get back the rows that were refused.

Works without a script: a plain form, then a status page that refreshes itself. With one, the status comes as a stream.
"""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.clients import Refused, Services, ServicesHere, ServiceSilent
from gateway.web.boards import ROWS_A_PAGE
from gateway.web.forms import FieldError, checked_form
from gateway.web.pages import render
from gateway.web.sampling.rapid_test_words import RecordWords, record_words
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
from gateway.web.visitors import CanUploadFiles, Visitor
from shared.contracts.codes import RowOutcome, Unit
from shared.ids import uuid7

router = APIRouter(include_in_schema=False)

UPLOADS = "/v1/rapid-test-uploads"


def view_of(upload: dict[str, Any]) -> UploadView:
    return UploadView(
        told=upload,
        act="上报",
        unit="行",
        accepted=upload["accepted"],
        rejected=upload["rejected"],
        counts=[
            ("可以收下" if upload["dry_run"] else "已收下", upload["accepted"], ""),
            ("重复", upload["duplicate"], ""),
            ("疑似重复", upload["suspected_duplicate"], "warning"),
            ("退回", upload["rejected"], "danger"),
            ("疑似阳性", upload["positives"], "danger"),
            ("仪器异常", upload["instrument_errors"], "warning"),
            ("待判定", upload["undetermined"], "warning"),
        ],
    )


@router.get("/rapid-tests")
async def upload_list(
    request: Request,
    visitor: CanUploadFiles,
    services: ServicesHere,
    cursor: Annotated[str, Query(max_length=400)] = "",
) -> Response:
    page = await page_of_uploads(services, visitor.caller, UPLOADS, cursor)
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
            data = {"site_id": site, "dry_run": str(dry_run).lower()}
            upload_id = await send_upload(services, visitor.caller, UPLOADS, file, **data)
        except (Refused, ServiceSilent) as refusal:
            errors = file_errors(refusal, frozenset({"site_id"}))
            return await _show_form(request, visitor, services, errors=errors, site=site, dry_run=dry_run)
        return RedirectResponse(f"/rapid-tests/uploads/{upload_id}", status_code=303)


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
        limit_mb=megabytes_at_most(request),
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
    answer, rejected = await upload_with_rejected(services, visitor.caller, f"{UPLOADS}/{upload_id}")
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
    if not upload.told["suspected_duplicate"]:
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
