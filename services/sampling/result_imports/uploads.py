"""Files of results: received, looked at, and the rows of refused samples handed back. `imports` takes them in."""

import asyncio
import hashlib
import json
import time
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from pydantic import Field, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.result_imports import repository
from services.sampling.result_imports.models import ResultUpload
from services.sampling.result_imports.rules import UploadState
from services.sampling.result_imports.schemas import ResultUploadRead
from services.sampling.separation.service import laboratory_of
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

IMPORT = "import_results"
LIMITS = TableLimits()
_KEPT_SECONDS = 7 * 86_400


class ResultUploadNotFound(NotFound):
    slug, title = "result-upload-not-found", "没有找到这次上传"


class ResultUploadNotFinished(Conflict):
    slug, title = "result-upload-not-finished", "这次上传还没有处理完"


class ResultUploadStopped(Conflict):
    slug, title = "result-upload-stopped", "处理文件时出了意外，多次重试仍未完成"


class ResultUploadForm(Schema):
    """The fields beside the file. An empty field of an HTML form is a field that was not filled in."""

    dry_run: bool = Field(default=False, description="只检查，不收下")
    report_date: date | None = Field(default=None, description="表中没有报告日期时以此为准")

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> "ResultUploadForm":
        """Raises the problem that names each wrong field."""
        try:
            return cls.model_validate({name: text for name, text in fields.items() if text.strip()})
        except ValidationError as error:
            raise invalid_request([{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors()]) from None


def folder_of(data_dir: Path) -> Path:
    """Where files wait until they are taken in."""
    return data_dir / "result-uploads"


def path_of(data_dir: Path, upload_id: UUID) -> Path:
    return folder_of(data_dir) / f"{upload_id}.table"


async def receive(
    session: AsyncSession, received: ReceivedFile, form: ResultUploadForm, data_dir: Path, actor: Actor
) -> ResultUpload:
    """Register a received file and order the job that takes it in; the same file again gives the upload that there is.

    The job belongs to its sender alone: nobody else may watch it. Raises `NotALaboratory` for an account that is a
    laboratory's and something else besides.
    """
    if actor.has(Role.LABORATORY):
        laboratory_of(actor)
    content_key = hashlib.sha256(received.sha256 + json.dumps([str(actor.id), str(form.report_date)]).encode()).digest()
    values: dict[str, Any] = {
        "id": uuid7(),
        "version": 1,
        "uploaded_by": actor.id,
        "actor": _pack(actor),
        "file_name": received.name or "未命名",
        "file_size": received.size,
        "content_key": content_key,
        "dry_run": form.dry_run,
        "report_date": form.report_date,
    }
    if not await repository.add_upload(session, values):
        known = await repository.upload_with_content(session, content_key)
        assert known is not None
        if not await _was_given_up(session, known):
            return known
        added = await repository.add_upload(session, values)
        assert added
    title = f"{'检查' if form.dry_run else '导入'}检验结果 {values['file_name']}"
    job = await jobs.enqueue(session, IMPORT, {"upload_id": str(values["id"])}, actor=actor, title=title)
    upload = await repository.get_upload(session, values["id"])
    assert upload is not None
    upload.job_id = job.id
    await session.flush()
    received.path.rename(path_of(data_dir, upload.id))
    return upload


async def upload_for(session: AsyncSession, upload_id: UUID, actor: Actor) -> ResultUpload:
    """The actor's own upload; one whose job was stopped says so. Raises `ResultUploadNotFound`."""
    upload = await repository.own_upload(session, upload_id, actor)
    if upload is None:
        raise ResultUploadNotFound("请核对编号；只能查看自己上传的")
    await _was_given_up(session, upload)
    return upload


async def page_of(session: AsyncSession, actor: Actor, page: PageRequest) -> tuple[list[ResultUpload], str | None]:
    """One page of the actor's uploads, the latest first; those whose job was stopped say so."""
    found, following = await repository.list_uploads(session, actor, page)
    for upload in found:
        await _was_given_up(session, upload)
    return found, following


async def rejected_rows(session: AsyncSession, upload: ResultUpload) -> tuple[list[str], list[RejectedRow]]:
    """One table that can be mended and sent again: all rows of the refused samples, each with its sample and report.

    Raises `ResultUploadNotFinished` before the header was read.
    """
    if upload.preview is None:
        raise ResultUploadNotFinished("文件的表头还没有读到，请稍后再试")
    rows = await repository.rejected_rows(session, upload.id)
    return list(upload.preview["header"]), [
        RejectedRow(row.row_number, row.cells, [_said(error) for error in row.errors])
        for row in rows
        if row.cells is not None
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


def shown(upload: ResultUpload) -> ResultUploadRead:
    """The upload as its sender sees it; the stored preview also keeps the header, for the file of rejected rows."""
    values = {name: getattr(upload, name) for name in ResultUploadRead.model_fields}
    if upload.preview is not None:
        values["preview"] = {name: value for name, value in upload.preview.items() if name != "header"}
    return ResultUploadRead.model_validate(values)


async def _was_given_up(session: AsyncSession, upload: ResultUpload) -> bool:
    """Whether the upload's job ended without finishing it; if so it is marked, and its file may be sent again."""
    if upload.state in (UploadState.RECEIVED, UploadState.RUNNING) and upload.job_id is not None:
        job = await job_rows.get(session, upload.job_id)
        state = JobState.FAILED if job is None else JobState(job.state)
        if state in (JobState.CANCELLED, JobState.FAILED):
            upload.state = UploadState.CANCELLED if state is JobState.CANCELLED else UploadState.FAILED
            upload.finished_at = now()
            if upload.state is UploadState.FAILED:
                upload.problem = kept_problem(_stopped(upload, job))
            await session.flush()
    return upload.state in (UploadState.CANCELLED, UploadState.FAILED)


def _stopped(upload: ResultUpload, job: Job | None) -> ResultUploadStopped:
    reason = storable(job.error) if job and job.error else "任务的记录已清理"
    return ResultUploadStopped(
        f"已处理 {upload.rows_done} 行；请把原文件再传一次，已收下的报告不会重复。原因：{reason}"
    )


def kept_problem(problem: Problem) -> dict[str, Any]:
    """A problem as an upload keeps it."""
    document = problem.document(instance=None, request_id=None)
    return {name: document.get(name) for name in ("type", "title", "detail", "errors")}


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
        "organisation_id": str(actor.organisation_id) if actor.organisation_id else None,
    }


def unpack(packed: Mapping[str, Any]) -> Actor:
    return Actor(
        id=UUID(packed["id"]),
        name=packed["name"],
        kind=packed["kind"],
        roles=frozenset(Role(role) for role in packed["roles"]),
        regions=tuple(packed["regions"]),
        organisation_id=UUID(packed["organisation_id"]) if packed["organisation_id"] else None,
        business_id=None,
        scopes=frozenset(),
    )
