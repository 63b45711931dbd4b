"""Files of results: received, looked at, and dry runs accepted. `imports` takes them in."""

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
from shared.contracts.uploads import UploadState
from shared.http.auth import Actor
from shared.http.problems import Conflict, NotFound
from shared.tabular.limits import TableLimits
from shared.tabular.receiving import ReceivedFile
from shared.uploads import service as uploads
from shared.uploads.senders import packed

IMPORT = "import_results"
LIMITS = TableLimits()


class ResultUploadNotFound(NotFound):
    slug, title = "result-upload-not-found", "没有找到这次上传"


class DryRunNotAcceptable(Conflict):
    slug, title = "dry-run-not-acceptable", "这次试算不能直接转为报送"


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


async def accept(session: AsyncSession, upload_id: UUID, data_dir: Path, actor: Actor) -> ResultUpload:
    """Take in the file of a finished dry run, as if its sender had sent it again; asked again, the same upload.

    Raises `ResultUploadNotFound` for anybody but the sender, `DryRunNotAcceptable` where nothing is to be taken in, or
    the file is kept no longer.
    """
    dry = await upload_for(session, upload_id, actor)
    if not dry.dry_run:
        raise DryRunNotAcceptable("这次上传不是试算，已经收下的不必再报")
    if dry.state is not UploadState.DONE:
        raise DryRunNotAcceptable("试算还没有完成，或文件无法处理；请等它完成，或改好文件再传")
    if actor.has(Role.LABORATORY):
        laboratory_of(actor)
    values = {
        "actor": packed(actor),
        "dry_run": False,
        **{name: getattr(dry, name) for name in ("report_date", "file_name", "file_size", "content_key")},
    }
    upload, is_new = await uploads.register(session, ResultUpload, values, actor, job=IMPORT, content="检验结果")
    if is_new:
        try:
            upload.path_in(data_dir).hardlink_to(dry.path_in(data_dir))
        except FileNotFoundError:
            raise DryRunNotAcceptable("试算的文件只保留 7 天，已经清理；请重新上传文件") from None
    return upload


async def upload_for(session: AsyncSession, upload_id: UUID, actor: Actor) -> ResultUpload:
    """The actor's own upload; one whose job was stopped says so. Raises `ResultUploadNotFound`."""
    upload = await uploads.find(session, ResultUpload, repository.own_uploads(actor), upload_id)
    if upload is None:
        raise ResultUploadNotFound("请核对编号；只能查看自己上传的")
    return upload
