"""Workbooks of forms: received and looked at. `imports` takes them in."""

import hashlib
import json
from pathlib import Path
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.form_workbooks import repository
from services.sampling.form_workbooks.models import FormUpload
from services.sampling.form_workbooks.schemas import FormUploadForm
from shared.http.auth import Actor
from shared.http.problems import NotFound
from shared.regions.scope import ensure_in_scope
from shared.tabular.limits import TableLimits
from shared.tabular.receiving import ReceivedFile
from shared.uploads import service as uploads

IMPORT = "import_sample_forms"
LIMITS = TableLimits(max_bytes=50 * 1024 * 1024, max_rows=50_000)


class FormUploadNotFound(NotFound):
    slug, title = "form-upload-not-found", "没有找到这次上传"


async def receive(
    session: AsyncSession, received: ReceivedFile, form: FormUploadForm, data_dir: Path, actor: Actor
) -> FormUpload:
    """Register a received file and order the job that takes it in; the same file again gives the upload that there is.

    Raises OutsideRegion.
    """
    await ensure_in_scope(session, actor, form.region_code)
    how = json.dumps([form.region_code, form.sheet, form.mapping], sort_keys=True)
    values = {
        **form.model_dump(),
        "uploader_name": actor.name,
        "file_name": received.name or "未命名",
        "file_size": received.size,
        "content_key": hashlib.sha256(received.sha256 + how.encode()).digest(),
    }
    upload, is_new = await uploads.register(
        session, FormUpload, values, actor, job=IMPORT, content="抽样单", region_code=form.region_code
    )
    if is_new:
        received.path.rename(upload.path_in(data_dir))
    return upload


async def upload_for(session: AsyncSession, upload_id: UUID, actor: Actor) -> FormUpload:
    """The upload, if it is for the actor's regions; one whose job was stopped says so. Raises FormUploadNotFound."""
    upload = await uploads.find(session, FormUpload, repository.visible_uploads(actor), upload_id)
    if upload is None:
        raise FormUploadNotFound("请核对编号；只能查看辖区内的上传")
    return upload
