"""Files of rapid tests: received, looked at, and their rejected rows handed back. `imports` takes them in."""

import asyncio
import hashlib
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from pydantic import Field, Json, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.rapid_tests import repository
from services.sampling.rapid_tests.models import RapidTestUpload
from services.sampling.rapid_tests.rules import UploadState
from services.sampling.rapid_tests.schemas import UploadRead
from services.sampling.test_sites.service import site_for
from shared.contracts.codes import Role
from shared.contracts.schema import Schema
from shared.http.auth import Actor
from shared.http.pagination import PageRequest
from shared.http.problems import Conflict, NotFound, Problem, invalid_request
from shared.ids import uuid7
from shared.jobs import repository as job_rows
from shared.jobs import service as jobs
from shared.jobs.models import Job, JobState
from shared.tabular.cells import storable
from shared.tabular.limits import TableLimits
from shared.tabular.receiving import ReceivedFile
from shared.tabular.rejected import RejectedRow
from shared.times import now

IMPORT = "import_rapid_tests"
LIMITS = TableLimits()
_KEPT_SECONDS = 7 * 86_400


class UploadNotFound(NotFound):
    slug, title = "rapid-test-upload-not-found", "没有找到这次上传"


class UploadNotFinished(Conflict):
    slug, title = "rapid-test-upload-not-finished", "这次上传还没有处理完"


class UploadStopped(Conflict):
    slug, title = "rapid-test-upload-stopped", "处理文件时出了意外，多次重试仍未完成"


class DryRunNotAcceptable(Conflict):
    slug, title = "dry-run-not-acceptable", "这次试算不能直接转为上报"


class UploadForm(Schema):
    """The fields beside the file. An empty field of an HTML form is a field that was not filled in."""

    site_id: UUID | None = Field(default=None, description="检测点；表中有「检测点」一列时可不填")
    dry_run: bool = Field(default=False, description="只检查，不收下")
    sheet: str | None = Field(default=None, max_length=100, description="工作表名")
    mapping: Json[dict[str, str | int | None]] = Field(
        default_factory=dict, description="字段名到表头（或从 1 数起的列号）的对照，JSON"
    )

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> "UploadForm":
        """Raises the problem that names each wrong field."""
        try:
            return cls.model_validate({name: text for name, text in fields.items() if text.strip()})
        except ValidationError as error:
            raise invalid_request([{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors()]) from None


def folder_of(data_dir: Path) -> Path:
    """Where files wait until they are taken in."""
    return data_dir / "rapid-test-uploads"


async def receive(
    session: AsyncSession, received: ReceivedFile, form: UploadForm, data_dir: Path, actor: Actor
) -> RapidTestUpload:
    """Register a received file and order the job that takes it in; the same file again gives the upload that there is.

    Raises `SiteNotFound`.
    """
    upload, is_new = await _register(session, received.name or "未命名", received.size, received.sha256, form, actor)
    if is_new:
        received.path.rename(path_of(data_dir, upload.id))
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
            path_of(data_dir, upload.id).hardlink_to(path_of(data_dir, dry.id))
        except FileNotFoundError:
            raise DryRunNotAcceptable("试算的文件只保留 7 天，已经清理；请重新上传文件") from None
    return upload


async def _register(
    session: AsyncSession, name: str, size: int, sha256: bytes, form: UploadForm, actor: Actor
) -> tuple[RapidTestUpload, bool]:
    """The upload of a file with its job, and whether it is new: its file still has to be put in place then."""
    site = await site_for(session, form.site_id, actor) if form.site_id else None
    content_key = _content_key(sha256, form, actor)
    upload_id = uuid7()
    values: dict[str, Any] = {
        "id": upload_id,
        "version": 1,
        "site_id": form.site_id,
        "uploaded_by": actor.id,
        "actor": _pack(actor),
        "file_name": name,
        "file_size": size,
        "file_sha256": sha256,
        "content_key": content_key,
        "dry_run": form.dry_run,
        "sheet": form.sheet,
        "mapping": form.mapping,
    }
    if not await repository.add_upload(session, values):
        known = await repository.upload_with_content(session, content_key)
        assert known is not None
        if not await _was_given_up(session, known):
            return known, False
        added = await repository.add_upload(session, values)
        assert added
    title = f"{'检查' if form.dry_run else '导入'}快检结果 {name}"
    job = await jobs.enqueue(
        session,
        IMPORT,
        {"upload_id": str(upload_id)},
        actor=actor,
        title=title,
        region_code=site.region_code if site else None,
    )
    upload = await repository.get_upload(session, upload_id)
    assert upload is not None
    upload.job_id = job.id
    await session.flush()
    return upload, True


async def upload_for(session: AsyncSession, upload_id: UUID, actor: Actor) -> RapidTestUpload:
    """The upload, if the actor may see it; one whose job was stopped says so. Raises `UploadNotFound`."""
    upload = await repository.visible_upload(session, upload_id, actor)
    if upload is None:
        raise UploadNotFound("请核对编号；只能查看自己上传的，或辖区内检测点的")
    await _was_given_up(session, upload)
    return upload


async def page_of(session: AsyncSession, actor: Actor, page: PageRequest) -> tuple[list[RapidTestUpload], str | None]:
    """One page of uploads that the actor may see, the latest first; those whose job was stopped say so."""
    found, following = await repository.list_uploads(session, actor, page)
    for upload in found:
        await _was_given_up(session, upload)
    return found, following


async def rejected_rows(session: AsyncSession, upload: RapidTestUpload) -> tuple[list[str], list[RejectedRow]]:
    """The header of the file and its rejected rows so far. Raises `UploadNotFinished` before the header was read."""
    if upload.preview is None:
        raise UploadNotFinished("文件的表头还没有读到，请稍后再试")
    rows = await repository.rejected_rows(session, upload.id)
    return list(upload.preview["header"]), [
        RejectedRow(row.row_number, row.cells or [], [_said(error) for error in row.errors]) for row in rows
    ]


async def sweep(session: AsyncSession, data_dir: Path) -> int:
    """Delete files older than a week whose upload is not under way; returns how many."""
    deleted = 0
    for path in await asyncio.to_thread(_old_files, folder_of(data_dir)):
        upload = await repository.get_upload(session, UUID(path.stem))
        if upload is None or upload.state is UploadState.DONE or await _was_given_up(session, upload):
            await asyncio.to_thread(path.unlink, missing_ok=True)
            deleted += 1
    return deleted


def _old_files(folder: Path) -> list[Path]:
    oldest = time.time() - _KEPT_SECONDS
    return [path for path in folder.glob("*.*") if path.stat().st_mtime < oldest]


def shown(upload: RapidTestUpload) -> UploadRead:
    """The upload as callers see it; the stored preview also keeps the header, for the file of rejected rows."""
    values = {name: getattr(upload, name) for name in UploadRead.model_fields}
    if upload.preview is not None:
        values["preview"] = {name: value for name, value in upload.preview.items() if name != "header"}
    return UploadRead.model_validate(values)


async def _was_given_up(session: AsyncSession, upload: RapidTestUpload) -> bool:
    """Whether the upload's job ended without finishing it; if so it is marked, and its file may be sent again."""
    if upload.state in (UploadState.RECEIVED, UploadState.RUNNING) and upload.job_id is not None:
        job = await job_rows.get(session, upload.job_id)
        state = JobState.FAILED if job is None else JobState(job.state)
        if state in (JobState.CANCELLED, JobState.FAILED):
            upload.state = UploadState.CANCELLED if state is JobState.CANCELLED else UploadState.FAILED
            upload.finished_at = now()
            if upload.state is UploadState.FAILED:
                upload.problem = _why_it_stopped(upload, job)
            await session.flush()
    return upload.state in (UploadState.CANCELLED, UploadState.FAILED)


def _why_it_stopped(upload: RapidTestUpload, job: Job | None) -> dict[str, Any]:
    reason = storable(job.error) if job and job.error else "任务的记录已清理"
    stopped = UploadStopped(f"已处理 {upload.rows_done} 行；请把原文件再传一次，已收下的行不会重复。原因：{reason}")
    return kept_problem(stopped)


def kept_problem(problem: Problem) -> dict[str, Any]:
    """A problem as an upload keeps it."""
    document = problem.document(instance=None, request_id=None)
    return {name: document.get(name) for name in ("type", "title", "detail", "errors")}


def _content_key(sha256: bytes, form: UploadForm, actor: Actor) -> bytes:
    """What makes two uploads the same: the file, the site (or else the sender), and how it is to be read."""
    whose = str(form.site_id or actor.id)
    how = json.dumps([whose, form.sheet, form.mapping], sort_keys=True)
    return hashlib.sha256(sha256 + how.encode()).digest()


def path_of(data_dir: Path, upload_id: UUID) -> Path:
    return folder_of(data_dir) / f"{upload_id}.table"


def _said(error: Mapping[str, Any]) -> str:
    column = error.get("column")
    return f"{column}：{error['message']}" if column else str(error["message"])


def _pack(actor: Actor) -> dict[str, Any]:
    """The caller as the job needs him: it acts with the rights he had when he sent the file."""
    return {
        "id": str(actor.id),
        "name": actor.name,
        "kind": actor.kind,
        "roles": sorted(role.value for role in actor.roles),
        "regions": list(actor.regions),
        "business_id": str(actor.business_id) if actor.business_id else None,
    }


def unpack(packed: Mapping[str, Any]) -> Actor:
    return Actor(
        id=UUID(packed["id"]),
        name=packed["name"],
        kind=packed["kind"],
        roles=frozenset(Role(role) for role in packed["roles"]),
        regions=tuple(packed["regions"]),
        organisation_id=None,
        business_id=UUID(packed["business_id"]) if packed["business_id"] else None,
        scopes=frozenset(),
    )
