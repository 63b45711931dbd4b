"""Workbooks of forms: received, looked at, and their rejected rows handed back. `imports` takes them in."""

import asyncio
import hashlib
import json
import time
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.form_workbooks import repository
from services.sampling.form_workbooks.models import FormUpload
from services.sampling.form_workbooks.schemas import FormUploadForm, FormUploadRead
from services.sampling.rapid_tests.rules import UploadState
from services.sampling.rapid_tests.uploads import kept_problem
from shared.http.auth import Actor
from shared.http.pagination import PageRequest
from shared.http.problems import Conflict, NotFound
from shared.ids import uuid7
from shared.jobs import repository as job_rows
from shared.jobs import service as jobs
from shared.jobs.models import JobState
from shared.regions.scope import ensure_in_scope
from shared.tabular.cells import storable
from shared.tabular.limits import TableLimits
from shared.tabular.receiving import ReceivedFile
from shared.tabular.rejected import RejectedRow
from shared.times import now

IMPORT = "import_sample_forms"
LIMITS = TableLimits(max_bytes=50 * 1024 * 1024, max_rows=50_000)
_KEPT_SECONDS = 7 * 86_400


class FormUploadNotFound(NotFound):
    slug, title = "form-upload-not-found", "没有找到这次上传"


class FormUploadNotFinished(Conflict):
    slug, title = "form-upload-not-finished", "这次上传还没有处理完"


class FormUploadStopped(Conflict):
    slug, title = "form-upload-stopped", "处理文件时出了意外，多次重试仍未完成"


def folder_of(data_dir: Path) -> Path:
    """Where files wait until they are taken in."""
    return data_dir / "form-uploads"


def path_of(data_dir: Path, upload_id: UUID) -> Path:
    return folder_of(data_dir) / f"{upload_id}.table"


async def receive(
    session: AsyncSession, received: ReceivedFile, form: FormUploadForm, data_dir: Path, actor: Actor
) -> FormUpload:
    """Register a received file and order the job that takes it in; the same file again gives the upload that there is.

    Raises OutsideRegion.
    """
    await ensure_in_scope(session, actor, form.region_code)
    how = json.dumps([form.region_code, form.sheet, form.mapping], sort_keys=True)
    content_key = hashlib.sha256(received.sha256 + how.encode()).digest()
    values: dict[str, Any] = {
        "id": uuid7(),
        "version": 1,
        "region_code": form.region_code,
        "uploaded_by": actor.id,
        "uploader_name": actor.name,
        "file_name": received.name or "未命名",
        "file_size": received.size,
        "content_key": content_key,
        "dry_run": form.dry_run,
        "sheet": form.sheet,
        "mapping": form.mapping,
    }
    if not await repository.add_upload(session, values):
        known = await repository.upload_with_content(session, content_key)
        assert known is not None
        await _note_if_given_up(session, known)
        if known.state not in (UploadState.FAILED, UploadState.CANCELLED):
            return known
        added = await repository.add_upload(session, values)
        assert added
    title = f"{'检查' if form.dry_run else '导入'}抽样单 {values['file_name']}"
    payload = {"upload_id": str(values["id"])}
    job = await jobs.enqueue(session, IMPORT, payload, actor=actor, title=title, region_code=form.region_code)
    upload = await repository.get_upload(session, values["id"])
    assert upload is not None
    upload.job_id = job.id
    await session.flush()
    received.path.rename(path_of(data_dir, upload.id))
    return upload


async def upload_for(session: AsyncSession, upload_id: UUID, actor: Actor) -> FormUpload:
    """The upload, if it is for the actor's regions; one whose job was stopped says so. Raises FormUploadNotFound."""
    upload = await repository.visible_upload(session, upload_id, actor)
    if upload is None:
        raise FormUploadNotFound("请核对编号；只能查看辖区内的上传")
    await _note_if_given_up(session, upload)
    return upload


async def page_of(session: AsyncSession, actor: Actor, page: PageRequest) -> tuple[list[FormUpload], str | None]:
    """One page of uploads that the actor may see, the latest first; those whose job was stopped say so."""
    found, following = await repository.list_uploads(session, actor, page)
    for upload in found:
        await _note_if_given_up(session, upload)
    return found, following


async def rejected_rows(session: AsyncSession, upload: FormUpload) -> tuple[list[str], list[RejectedRow]]:
    """The header of the file and its rejected rows so far. Raises FormUploadNotFinished before the header was read."""
    if upload.preview is None:
        raise FormUploadNotFinished("文件的表头还没有读到，请稍后再试")
    rows = await repository.rejected_rows(session, upload.id)
    return list(upload.preview["header"]), [
        RejectedRow(row.row_number, row.cells or [], [_said(error) for error in row.errors]) for row in rows
    ]


async def sweep(session: AsyncSession, data_dir: Path) -> int:
    """Delete files older than a week whose upload is not under way; returns how many."""
    deleted = 0
    for path in await asyncio.to_thread(_old_files, folder_of(data_dir)):
        upload = await repository.get_upload(session, UUID(path.stem))
        if upload is not None:
            await _note_if_given_up(session, upload)
        if upload is None or not upload.is_under_way:
            await asyncio.to_thread(path.unlink, missing_ok=True)
            deleted += 1
    return deleted


def shown(upload: FormUpload) -> FormUploadRead:
    """The upload as callers see it; the stored preview also keeps the header, for the file of rejected rows."""
    values = {name: getattr(upload, name) for name in FormUploadRead.model_fields}
    if upload.preview is not None:
        values["preview"] = {name: value for name, value in upload.preview.items() if name != "header"}
    return FormUploadRead.model_validate(values)


async def _note_if_given_up(session: AsyncSession, upload: FormUpload) -> None:
    """An upload whose job ended without finishing it says so, and its file may be sent again."""
    if not upload.is_under_way or upload.job_id is None:
        return
    job = await job_rows.get(session, upload.job_id)
    state = JobState.FAILED if job is None else JobState(job.state)
    if state is JobState.CANCELLED:
        upload.stop(UploadState.CANCELLED, now(), None)
    elif state is JobState.FAILED:
        reason = storable(job.error) if job and job.error else "任务的记录已清理"
        detail = f"已处理 {upload.rows_done} 行；请把原文件再传一次，已收下的行不会重复。原因：{reason}"
        upload.stop(UploadState.FAILED, now(), kept_problem(FormUploadStopped(detail)))
    await session.flush()


def _old_files(folder: Path) -> list[Path]:
    oldest = time.time() - _KEPT_SECONDS
    return [path for path in folder.glob("*.*") if path.stat().st_mtime < oldest]


def _said(error: dict[str, Any]) -> str:
    column = error.get("column")
    return f"{column}：{error['message']}" if column else str(error["message"])
