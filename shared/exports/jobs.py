"""The jobs that write exports, and delete them when their time is over."""

import asyncio
import hashlib
import shutil
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.exports import repository
from shared.exports.definition import MOST_ROWS, Export
from shared.exports.models import ExportFile
from shared.exports.schemas import ExportFormat
from shared.exports.service import JOB, KEPT, find_kind, path_of, revived
from shared.exports.writing import Writer, writer_of
from shared.http.pagination import PageRequest
from shared.http.problems import InvalidRequest, Unavailable
from shared.jobs.definition import JobContext, JobKind
from shared.times import now

PAGE_ROWS = 500
SPARE_BYTES = 1 << 30
CHUNK = 200


def export_jobs(exports: Sequence[Export]) -> tuple[JobKind, ...]:
    """The jobs of a unit that has exports; none where it has not."""
    if not exports:
        return ()

    async def write(context: JobContext) -> Mapping[str, Any]:
        return await _write(context, exports)

    return (
        JobKind(JOB, "导出数据", write, attempts=3),
        JobKind("forget_exports", "清理导出文件", _forget, cron="47 3 * * *"),
    )


async def _write(context: JobContext, exports: Sequence[Export]) -> Mapping[str, Any]:
    """Write the file of one export from one snapshot, and note what it is. A file that is not whole is deleted."""
    async with context.sessions() as session:
        row = await repository.get(session, UUID(context.payload["export_id"]))
    assert row is not None
    export = find_kind(exports, row.kind)
    path = path_of(context.settings.data_dir, context.settings.unit, row)
    await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
    if (await asyncio.to_thread(shutil.disk_usage, path.parent)).free < SPARE_BYTES:
        raise Unavailable("服务器剩余空间不足 1 GB，没有开始导出；请联系运维人员")
    part = path.with_suffix(".part")
    writer = writer_of(ExportFormat(row.format), part, export)
    try:
        async with context.sessions() as session:
            as_of = await repository.freeze(session)
            async for page in _pages(session, export, row):
                writer.add(page)
                session.expunge_all()
                _ensure_not_too_many(writer)
                await context.progress(writer.rows, None)
        await asyncio.to_thread(writer.close, as_of, row.filters)
        size, digest = await asyncio.to_thread(_measured, part)
        await asyncio.to_thread(part.rename, path)
    finally:
        await asyncio.to_thread(writer.release)
        await asyncio.to_thread(part.unlink, missing_ok=True)
    async with context.sessions() as session, session.begin():
        written = await repository.get(session, row.id)
        assert written is not None
        written.as_of, written.rows, written.bytes, written.sha256 = as_of, writer.rows, size, digest
        written.expires_at = now() + KEPT
        if written.deleted_at is not None:  # given up in the last moment
            await asyncio.to_thread(path.unlink, missing_ok=True)
    return {"export_id": str(row.id), "rows": writer.rows, "sha256": digest}


async def _pages(session: AsyncSession, export: Export, row: ExportFile) -> AsyncIterator[Sequence[Any]]:
    """All that the list shows to who ordered it, by its own route, page by page."""
    filters = export.filters.model_validate(row.filters)
    given = {name: getattr(filters, name) for name in filters.model_fields_set}
    caller = {export.actor_parameter: revived(row.ordered_as)}
    cursor: str | None = None
    while True:
        answer = await export.listing(session=session, page=PageRequest(cursor, PAGE_ROWS), **caller, **given)
        yield answer.items
        cursor = answer.next_cursor
        if cursor is None:
            return


def _ensure_not_too_many(writer: Writer) -> None:
    if writer.rows > MOST_ROWS:
        raise InvalidRequest(f"超过 {MOST_ROWS} 行，请缩小区域或时间范围，分次导出")


def _measured(path: Path) -> tuple[int, str]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return path.stat().st_size, digest


async def _forget(context: JobContext) -> Mapping[str, Any]:
    """Delete the files whose time is over; what was exported by whom stays on record."""
    deleted = 0
    while True:
        async with context.sessions() as session, session.begin():
            rows = await repository.expired(session, now(), CHUNK)
            for row in rows:
                path = path_of(context.settings.data_dir, context.settings.unit, row)
                await asyncio.to_thread(path.unlink, missing_ok=True)
                row.deleted_at = now()
        deleted += len(rows)
        await context.progress(deleted, None)
        if len(rows) < CHUNK:
            return {"files": deleted}
