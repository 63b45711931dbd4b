"""Files of rapid tests: received, looked at, and dry runs accepted. `imports` takes them in."""

import hashlib
import json
from pathlib import Path
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.rapid_tests import repository
from services.sampling.rapid_tests.models import RapidTestUpload
from services.sampling.rapid_tests.schemas import UploadForm
from services.sampling.test_sites.service import site_for
from shared.contracts.uploads import UploadState
from shared.http.auth import Actor
from shared.http.problems import Conflict, NotFound
from shared.tabular.limits import TableLimits
from shared.tabular.receiving import ReceivedFile
from shared.uploads import service as uploads
from shared.uploads.senders import packed

IMPORT = "import_rapid_tests"
LIMITS = TableLimits()


class UploadNotFound(NotFound):
    slug, title = "rapid-test-upload-not-found", "没有找到这次上传"


class DryRunNotAcceptable(Conflict):
    slug, title = "dry-run-not-acceptable", "这次试算不能直接转为上报"


async def receive(
    session: AsyncSession, received: ReceivedFile, form: UploadForm, data_dir: Path, actor: Actor
) -> RapidTestUpload:
    """Register a received file and order the job that takes it in; the same file again gives the upload that there is.

    Raises `SiteNotFound`.
    """
    upload, is_new = await _register(session, received.name or "未命名", received.size, received.sha256, form, actor)
    if is_new:
        received.path.rename(upload.path_in(data_dir))
    return upload


async def accept(session: AsyncSession, upload_id: UUID, data_dir: Path, actor: Actor) -> RapidTestUpload:
    """Take in the file of a finished dry run, as if its sender had sent it again; asked again, the same upload.

    Raises `UploadNotFound` for anybody but the sender, `DryRunNotAcceptable` where nothing is to be taken in, or the
    file is kept no longer, `SiteNotFound`.
    """
    dry = await upload_for(session, upload_id, actor)
    if dry.uploaded_by != actor.id:
        raise UploadNotFound("只有试算的人自己能转为上报；请自己上传这个文件")
    if not dry.dry_run:
        raise DryRunNotAcceptable("这次上传不是试算，已经收下的不必再报")
    if dry.state is not UploadState.DONE:
        raise DryRunNotAcceptable("试算还没有完成，或文件无法处理；请等它完成，或改好文件再传")
    how = {"site_id": dry.site_id, "sheet": dry.sheet, "mapping": json.dumps(dry.mapping)}
    form = UploadForm.model_validate(how)
    upload, is_new = await _register(session, dry.file_name, dry.file_size, dry.file_sha256, form, actor)
    if is_new:
        try:
            upload.path_in(data_dir).hardlink_to(dry.path_in(data_dir))
        except FileNotFoundError:
            raise DryRunNotAcceptable("试算的文件只保留 7 天，已经清理；请重新上传文件") from None
    return upload


async def _register(
    session: AsyncSession, name: str, size: int, sha256: bytes, form: UploadForm, actor: Actor
) -> tuple[RapidTestUpload, bool]:
    """The upload of a file with its job, and whether it is new: its file still has to be put in place then.

    Two uploads are the same by the file, the site (or else the sender), and how it is to be read.
    """
    site = await site_for(session, form.site_id, actor) if form.site_id else None
    how = json.dumps([str(form.site_id or actor.id), form.sheet, form.mapping], sort_keys=True)
    values = {
        **form.model_dump(),
        "actor": packed(actor),
        "file_name": name,
        "file_size": size,
        "file_sha256": sha256,
        "content_key": hashlib.sha256(sha256 + how.encode()).digest(),
    }
    return await uploads.register(
        session,
        RapidTestUpload,
        values,
        actor,
        job=IMPORT,
        content="快检结果",
        region_code=site.region_code if site else None,
    )


async def upload_for(session: AsyncSession, upload_id: UUID, actor: Actor) -> RapidTestUpload:
    """The upload, if the actor may see it; one whose job was stopped says so. Raises `UploadNotFound`."""
    upload = await uploads.find(session, RapidTestUpload, repository.visible_uploads(actor), upload_id)
    if upload is None:
        raise UploadNotFound("请核对编号；只能查看自己上传的，或辖区内检测点的")
    return upload
