"""Files of tickets: received and looked at. `imports` takes them in."""

import hashlib
import json
from pathlib import Path
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.subjects import service as subjects
from services.traceability.ticket_uploads import repository
from services.traceability.ticket_uploads.models import TicketUpload
from services.traceability.ticket_uploads.schemas import TicketUploadForm
from shared.http.auth import Actor
from shared.http.problems import NotFound
from shared.tabular.limits import TableLimits
from shared.tabular.receiving import ReceivedFile
from shared.uploads import service as uploads
from shared.uploads.senders import packed

IMPORT = "import_tickets"
LIMITS = TableLimits(max_bytes=20 * 1024 * 1024, max_rows=50_000)


class TicketUploadNotFound(NotFound):
    slug, title = "ticket-upload-not-found", "没有找到这次上传"


async def receive(
    session: AsyncSession, received: ReceivedFile, form: TicketUploadForm, data_dir: Path, actor: Actor
) -> TicketUpload:
    """Register a received file and order the job that takes it in; the same file again gives the upload that there is.

    Raises what `subjects.acting` raises.
    """
    subject = await subjects.acting(session, form.business_id, actor)
    how = json.dumps([str(subject.id), form.sheet, form.mapping], sort_keys=True)
    values = {
        **form.model_dump(),
        "business_id": subject.id,
        "region_code": subject.region_code,
        "sender": packed(actor),
        "file_name": received.name or "未命名",
        "file_size": received.size,
        "content_key": hashlib.sha256(received.sha256 + how.encode()).digest(),
    }
    upload, is_new = await uploads.register(
        session, TicketUpload, values, actor, job=IMPORT, content="票据", region_code=subject.region_code
    )
    if is_new:
        received.path.rename(upload.path_in(data_dir))
    return upload


async def upload_for(session: AsyncSession, upload_id: UUID, actor: Actor) -> TicketUpload:
    """The upload; one whose job was stopped says so. Raises `TicketUploadNotFound`."""
    upload = await uploads.find(session, TicketUpload, repository.visible_uploads(actor), upload_id)
    if upload is None:
        raise TicketUploadNotFound("请核对编号；只能查看自己上传的，或本主体、本市场、辖区内的")
    return upload
