"""Files of tickets over HTTP."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from services.traceability.subjects.router import CanReadChains, CanWriteChains
from services.traceability.ticket_uploads import repository, service
from services.traceability.ticket_uploads.models import TicketUpload, TicketUploadRow
from services.traceability.ticket_uploads.schemas import TicketUploadForm, TicketUploadRead, TicketUploadRowRead
from services.traceability.ticket_uploads.service import LIMITS
from shared.contracts.codes import FileFormat, RowOutcome
from shared.database import Session
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router
from shared.tabular.downloads import REJECTED_FILE, rejected_file
from shared.tabular.receiving import received_file
from shared.uploads.repository import page_of_rows
from shared.uploads.service import page_of, rejected_rows, shown

FILE_FORM = TicketUploadForm.request_body("CSV（UTF-8 或 GB18030）或 .xlsx", {"file": "七月.csv", "dry_run": False})

router = Router(prefix="/v1/ticket-uploads", tag="票据与进货查验")


@router.post("", status_code=202, openapi_extra=FILE_FORM)
async def upload_tickets(
    request: Request, actor: CanWriteChains, session: Session, response: Response
) -> TicketUploadRead:
    """上传销售、进货的表格，一行一票；同一文件再传，答复同一次上传，同一行再传不会重复。"""
    data_dir: Path = request.app.state.settings.data_dir
    async with received_file(request, data_dir / TicketUpload.FOLDER, max_bytes=LIMITS.max_bytes) as received:
        form = TicketUploadForm.read(received.fields)
        upload = await service.receive(session, received, form, data_dir, actor)
    response.headers["Location"] = f"/v1/jobs/{upload.job_id}"
    return shown(upload, TicketUploadRead)


@router.get("")
async def list_ticket_uploads(actor: CanReadChains, session: Session, page: PageParameters) -> Page[TicketUploadRead]:
    """上传过的文件，近的在前。"""
    found, following = await page_of(session, TicketUpload, repository.visible_uploads(actor), page)
    return Page(items=[shown(upload, TicketUploadRead) for upload in found], next_cursor=following)


@router.get("/{upload_id}")
async def read_ticket_upload(upload_id: UUID, actor: CanReadChains, session: Session) -> TicketUploadRead:
    """一次上传：进度、表头对照、各类行数。"""
    return shown(await service.upload_for(session, upload_id, actor), TicketUploadRead)


@router.get("/{upload_id}/rows")
async def list_ticket_upload_rows(
    upload_id: UUID,
    actor: CanReadChains,
    session: Session,
    page: PageParameters,
    outcome: Annotated[RowOutcome | None, Query(description="只列这一种结果的行")] = None,
) -> Page[TicketUploadRowRead]:
    """逐行答复，按文件中的次序。"""
    upload = await service.upload_for(session, upload_id, actor)
    rows, following = await page_of_rows(session, TicketUploadRow, upload.id, outcome, page)
    return Page(items=[TicketUploadRowRead.model_validate(row) for row in rows], next_cursor=following)


@router.get("/{upload_id}/rejected-rows", response_class=Response, responses=REJECTED_FILE)
async def download_rejected_tickets(
    upload_id: UUID,
    actor: CanReadChains,
    session: Session,
    format: Annotated[FileFormat, Query(description="csv 或 xlsx")] = FileFormat.CSV,  # noqa: A002 (the parameter's name)
) -> Response:
    """下载退回的行：原有的列加上行号与原因，改正后可以再传。"""
    upload = await service.upload_for(session, upload_id, actor)
    header, rows = await rejected_rows(session, upload, TicketUploadRow)
    return await rejected_file(header, rows, upload.id, format)
