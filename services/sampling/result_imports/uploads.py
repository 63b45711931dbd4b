"""Files of results: received and looked at. `imports` takes them in."""

import hashlib
import json
from pathlib import Path
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.result_imports import repository
from services.sampling.result_imports.models import ResultUpload
from services.sampling.result_imports.schemas import ResultUploadForm
from services.sampling.separation.service import laboratory_of
from shared.contracts.codes import Role
from shared.http.auth import Actor
from shared.http.problems import NotFound
from shared.tabular.limits import TableLimits
from shared.tabular.receiving import ReceivedFile
from shared.uploads import service as uploads
from shared.uploads.senders import packed

IMPORT = "import_results"
LIMITS = TableLimits()


class ResultUploadNotFound(NotFound):
    slug, title = "result-upload-not-found", "没有找到这次上传"


async def receive(
    session: AsyncSession, received: ReceivedFile, form: ResultUploadForm, data_dir: Path, actor: Actor
) -> ResultUpload:
    """Register a received file and order the job that takes it in; the same file again gives the upload that there is.

    The job belongs to its sender alone: nobody else may watch it. Raises `NotALaboratory` for an account that is a
    laboratory's and something else besides.
    """
    if actor.has(Role.LABORATORY):
        laboratory_of(actor)
    how = json.dumps([str(actor.id), str(form.report_date)])
    values = {
        **form.model_dump(),
        "actor": packed(actor),
        "file_name": received.name or "未命名",
        "file_size": received.size,
        "content_key": hashlib.sha256(received.sha256 + how.encode()).digest(),
    }
    upload, is_new = await uploads.register(session, ResultUpload, values, actor, job=IMPORT, content="检验结果")
    if is_new:
        received.path.rename(upload.path_in(data_dir))
    return upload


async def upload_for(session: AsyncSession, upload_id: UUID, actor: Actor) -> ResultUpload:
    """The actor's own upload; one whose job was stopped says so. Raises `ResultUploadNotFound`."""
    upload = await uploads.find(session, ResultUpload, repository.own_uploads(actor), upload_id)
    if upload is None:
        raise ResultUploadNotFound("请核对编号；只能查看自己上传的")
    return upload
