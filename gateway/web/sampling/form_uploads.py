"""抽样单工作簿: the national workbook of forms, tried first or taken in, watched, and its refused rows handed back."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import ServicesHere
from gateway.web.forms import FieldError, checked_form
from gateway.web.pages import render
from gateway.web.regions import places_below
from gateway.web.sampling.upload_desk import (
    ACCEPTED_FILES,
    UploadDesk,
    UploadView,
    is_trial,
    megabytes_at_most,
    said,
)
from gateway.web.visitors import DRAWERS, CanDraw, CanReadDraws, Visitor
from shared.contracts.codes import RowOutcome
from shared.database import Session

router = APIRouter(include_in_schema=False)

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


DESK = UploadDesk(
    path="/v1/form-uploads",
    page="/form-uploads",
    ask="选一个抽样单工作簿（XLSX 或 CSV）",
    fields=frozenset({"region_code"}),
    view_of=view_of,
)


@router.get("/form-uploads")
async def upload_list(
    request: Request,
    visitor: CanReadDraws,
    services: ServicesHere,
    cursor: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    page = await DESK.page_of_uploads(services, visitor.caller, cursor)
    return render(request, "sampling/form_uploads.html", imports=visitor.actor.has(*DRAWERS), **page)


@router.get("/form-uploads/new")
async def upload_form(request: Request, visitor: CanDraw, session: Session) -> Response:
    return await _show_form(request, visitor, session)


@router.post("/form-uploads/new")
async def send_file(request: Request, visitor: CanDraw, services: ServicesHere, session: Session) -> Response:
    async with checked_form(request) as form:
        region = str(form.get("region_code", ""))
        sent = await DESK.send(services, visitor.caller, form, region_code=region)
        if isinstance(sent, Response):
            return sent
        return await _show_form(request, visitor, session, errors=sent, region=region, dry_run=is_trial(form))


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
        "sampling/form_upload.html",
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
    wanted = outcome if outcome in OUTCOMES else ""
    upload, rows = await DESK.upload_with_rows(services, visitor.caller, upload_id, wanted, cursor)
    return render(
        request,
        "sampling/form_upload_status.html",
        upload=upload,
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
    return await DESK.progress(services, visitor.caller, upload_id)


@router.get("/form-uploads/{upload_id}/rejected-rows")
async def rejected_rows(
    visitor: CanReadDraws,
    services: ServicesHere,
    upload_id: UUID,
    format: Annotated[str, Query(pattern="^(csv|xlsx)$")] = "xlsx",  # noqa: A002 (the parameter's name)
) -> Response:
    return await DESK.rejected_file(services, visitor.caller, upload_id, f"?format={format}")
