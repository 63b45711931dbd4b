"""The market operator's upload: send a file, watch it being taken in, get back the rows that were refused.

Works without a script: a plain form, then a status page that refreshes itself. With one, the status comes as a stream.
"""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import Services, ServicesHere
from gateway.web.boards import ROWS_A_PAGE
from gateway.web.forms import FieldError, checked_form
from gateway.web.pages import render
from gateway.web.sampling.rapid_test_words import RecordWords, record_words
from gateway.web.sampling.upload_desk import (
    ACCEPTED_FILES,
    BUDGET_SECONDS,
    UploadDesk,
    UploadView,
    is_trial,
    megabytes_at_most,
    said,
)
from gateway.web.visitors import CanUploadFiles, Visitor
from shared.contracts.codes import RowOutcome, Unit
from shared.ids import uuid7

router = APIRouter(include_in_schema=False)


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


DESK = UploadDesk(
    path="/v1/rapid-test-uploads",
    page="/rapid-tests/uploads",
    ask="选一个快检记录文件（CSV 或 XLSX）",
    fields=frozenset({"site_id"}),
    view_of=view_of,
)


@router.get("/rapid-tests")
async def upload_list(
    request: Request,
    visitor: CanUploadFiles,
    services: ServicesHere,
    cursor: Annotated[str, Query(max_length=400)] = "",
) -> Response:
    return render(request, "sampling/uploads.html", **await DESK.page_of_uploads(services, visitor.caller, cursor))


@router.get("/rapid-tests/upload")
async def upload_form(request: Request, visitor: CanUploadFiles, services: ServicesHere) -> Response:
    return await _show_form(request, visitor, services)


@router.post("/rapid-tests/upload")
async def send_file(request: Request, visitor: CanUploadFiles, services: ServicesHere) -> Response:
    async with checked_form(request) as form:
        site = str(form.get("site_id", ""))
        sent = await DESK.send(services, visitor.caller, form, site_id=site)
        if isinstance(sent, Response):
            return sent
        return await _show_form(request, visitor, services, errors=sent, site=site, dry_run=is_trial(form))


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
        "sampling/upload.html",
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
    taken = await DESK.accept_trial(services, visitor.caller, request, upload_id)
    if isinstance(taken, Response):
        return taken
    return await _show_status(request, visitor, services, upload_id, errors=taken)


async def _show_status(
    request: Request,
    visitor: Visitor,
    services: Services,
    upload_id: UUID,
    *,
    cursor: str = "",
    confirmed: str = "",
    errors: list[FieldError] | None = None,
) -> Response:
    upload, rejected = await DESK.upload_with_rows(services, visitor.caller, upload_id, RowOutcome.REJECTED)
    suspected, next_cursor = await _suspected(services, visitor, upload, cursor)
    return render(
        request,
        "sampling/upload_status.html",
        status_code=422 if errors else 200,
        errors=errors or [],
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
    if upload.dry_run:
        page = await DESK.rows(services, visitor.caller, UUID(upload.id), RowOutcome.SUSPECTED_DUPLICATE, cursor)
        found = [{"row_number": str(row["row_number"]), "id": ""} for row in page["items"]]
    else:
        wanted = {"upload_id": upload.id, "suspected_duplicates": "true", "limit": str(ROWS_A_PAGE)}
        wanted |= {"cursor": cursor} if cursor else {}
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
    return await DESK.progress(services, visitor.caller, upload_id)


@router.get("/rapid-tests/uploads/{upload_id}/rejected-rows")
async def rejected_rows(visitor: CanUploadFiles, services: ServicesHere, upload_id: UUID) -> Response:
    return await DESK.rejected_file(services, visitor.caller, upload_id)
