"""Registering uploads, telling how they stand, handing back what was refused, clearing away what nobody fetches."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.uploads import UploadState
from shared.http.auth import Actor
from shared.http.pagination import PageRequest
from shared.jobs import repository as job_rows
from shared.jobs import service as jobs
from shared.jobs.models import JobState
from shared.tabular.cells import storable
from shared.tabular.rejected import RejectedRow
from shared.uploads import repository
from shared.uploads.models import AnUpload, Upload

Shown = TypeVar("Shown", bound=BaseModel)

_KEPT_SECONDS = 7 * 86_400


async def register(
    session: AsyncSession,
    model: type[AnUpload],
    values: Mapping[str, Any],
    actor: Actor,
    *,
    job: str,
    content: str,
    region_code: str | None = None,
) -> tuple[AnUpload, bool]:
    """The upload of a file with its `job`, and whether it is new: its file still has to be put in place then.

    `content` is what the file holds, in the words of the job's title. The same file again gives the upload there is.
    """
    values = {"uploaded_by": actor.id, **values}
    upload = await repository.add(session, model, values)
    if upload is None:
        known = await repository.with_content(session, model, values["content_key"])
        assert known is not None
        if not await was_given_up(session, known):
            return known, False
        upload = await repository.add(session, model, values)
        assert upload is not None
    title = f"{'检查' if upload.dry_run else '导入'}{content} {upload.file_name}"
    payload = {"upload_id": str(upload.id)}
    upload.job_id = (await jobs.enqueue(session, job, payload, actor=actor, title=title, region_code=region_code)).id
    await session.flush()
    return upload, True


async def find(
    session: AsyncSession, model: type[AnUpload], visible: Select[AnUpload], upload_id: UUID
) -> AnUpload | None:
    """One of the `visible` uploads; one whose job was stopped says so."""
    upload = await session.scalar(visible.where(model.id == upload_id))
    if upload is not None:
        await was_given_up(session, upload)
    return upload


async def page_of(
    session: AsyncSession, model: type[AnUpload], visible: Select[AnUpload], page: PageRequest
) -> tuple[list[AnUpload], str | None]:
    """One page of the `visible` uploads, the latest first; those whose job was stopped say so."""
    found, following = await repository.page_of(session, model, visible, page)
    for upload in found:
        await was_given_up(session, upload)
    return found, following


async def was_given_up(session: AsyncSession, upload: Upload) -> bool:
    """Whether the upload's job ended without finishing it; if so it is marked, and its file may be sent again."""
    if upload.state.is_under_way and upload.job_id is not None:
        job = await job_rows.get(session, upload.job_id)
        if job is not None and job.state == JobState.CANCELLED:
            upload.stop(UploadState.CANCELLED)
        elif job is None or job.state == JobState.FAILED:
            reason = storable(job.error) if job and job.error else "任务的记录已清理"
            again = f"请把原文件再传一次，已收下的{upload.TAKEN_IN}不会重复"
            upload.stop(UploadState.FAILED, upload.STOPPED(f"已处理 {upload.rows_done} 行；{again}。原因：{reason}"))
        await session.flush()
    return upload.state in (UploadState.CANCELLED, UploadState.FAILED)


async def rejected_rows(session: AsyncSession, upload: Upload, rows: type[Any]) -> tuple[list[str], list[RejectedRow]]:
    """The header of the file and its rejected rows so far. Raises `upload.NOT_FINISHED` before the header was read."""
    if upload.preview is None:
        raise upload.NOT_FINISHED("文件的表头还没有读到，请稍后再试")
    rejected: Sequence[Any] = await repository.rejected_rows(session, rows, upload.id)
    return list(upload.preview["header"]), [
        RejectedRow(row.row_number, row.cells, [_said(error) for error in row.errors])
        for row in rejected
        if row.cells is not None
    ]


def _said(error: Mapping[str, Any]) -> str:
    column = error.get("column")
    return f"{column}：{error['message']}" if column else str(error["message"])


def shown(upload: Upload, schema: type[Shown]) -> Shown:
    """The upload as callers see it, without the header that the stored preview keeps."""
    values = {name: getattr(upload, name) for name in schema.model_fields}
    if upload.preview is not None:
        values["preview"] = {name: value for name, value in upload.preview.items() if name != "header"}
    return schema.model_validate(values)


async def sweep(session: AsyncSession, model: type[Upload], data_dir: Path) -> int:
    """Delete files older than a week whose upload is not under way; returns how many."""
    deleted = 0
    for path in await asyncio.to_thread(_old_files, data_dir / model.FOLDER):
        upload = await repository.get(session, model, UUID(path.stem))
        if upload is None or upload.state is UploadState.DONE or await was_given_up(session, upload):
            await asyncio.to_thread(path.unlink, missing_ok=True)
            deleted += 1
    return deleted


def _old_files(folder: Path) -> list[Path]:
    oldest = time.time() - _KEPT_SECONDS
    return [path for path in folder.glob("*.*") if path.stat().st_mtime < oldest]
