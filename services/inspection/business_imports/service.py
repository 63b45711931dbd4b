"""Bulk imports of businesses: keeping the file, ordering its import, accepting a dry run."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import anyio
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.business_imports import repository
from services.inspection.business_imports.models import BusinessImport
from shared.contracts.codes import RowOutcome
from shared.contracts.inspection import ImportState
from shared.http.auth import Actor
from shared.http.problems import Conflict, NotFound
from shared.ids import uuid7
from shared.jobs.service import enqueue
from shared.tabular.limits import TableLimits
from shared.tabular.problems import TableTooLarge

FOLDER = "business-imports"
JOB = "import_businesses"


class UnknownImport(NotFound):
    """No import of the caller has this id."""

    slug, title = "unknown-business-import", "没有这次导入"


class ImportIdTaken(Conflict):
    """The id belongs to another file."""

    slug, title = "business-import-id-taken", "这个导入编号已用于另一份文件"


class DryRunNotFinished(Conflict):
    """Only a dry run that answered every line can be accepted."""

    slug, title = "dry-run-not-finished", "试算还没有完成"


def path_of(data_dir: Path, import_id: UUID) -> Path:
    """Return where the file of an import is kept."""
    return data_dir / "inspection" / FOLDER / str(import_id)


async def keep_file(content: AsyncIterator[bytes], path: Path) -> tuple[str, int]:
    """Write an upload to `path` as it comes in and return its SHA-256 and size.

    Raises `TableTooLarge` and then keeps nothing.
    """
    limit, size, digest = TableLimits().max_bytes, 0, hashlib.sha256()
    await anyio.Path(path.parent).mkdir(parents=True, exist_ok=True)
    async with await anyio.open_file(path, "wb") as file:
        async for piece in content:
            size += len(piece)
            if size > limit:
                break
            digest.update(piece)
            await file.write(piece)
    if size > limit:
        await anyio.Path(path).unlink()
        raise TableTooLarge(f"文件超过 {limit // 1024 // 1024} MB，请分成几份再传")
    return digest.hexdigest(), size


async def begin(
    session: AsyncSession,
    actor: Actor,
    import_id: UUID,
    content: AsyncIterator[bytes],
    name: str,
    data_dir: Path,
    *,
    dry_run: bool = False,
) -> BusinessImport:
    """Keep an uploaded file and order its import. The same file sent again under the same id orders nothing."""
    arriving = path_of(data_dir, uuid7())
    sha256, size = await keep_file(content, arriving)
    known = await repository.get_import(session, import_id)
    if known is not None:
        await anyio.Path(arriving).unlink()
        if known.actor_id != actor.id or known.sha256 != sha256 or (dry_run and not known.dry_run):
            raise ImportIdTaken("请为每份文件新编一个 UUID；要查看进度请用 GET")
        return known
    await anyio.Path(arriving).rename(path_of(data_dir, import_id))
    begun = BusinessImport(
        id=import_id,
        file_name=name,
        format=None,
        sha256=sha256,
        size=size,
        dry_run=dry_run,
        state=ImportState.QUEUED,
        header=[],
        actor_id=actor.id,
        regions=list(actor.regions),
        **dict.fromkeys(("rows_done", *(outcome.value for outcome in RowOutcome)), 0),
    )
    session.add(begun)
    payload = {"import_id": str(import_id)}
    title = f"试算主体名录：{name}" if dry_run else f"导入主体名录：{name}"
    begun.job_id = (await enqueue(session, JOB, payload, actor=actor, title=title)).id
    await session.flush()
    await session.refresh(begun)
    return begun


async def read_import(session: AsyncSession, actor: Actor, import_id: UUID) -> BusinessImport:
    """Return an import of the caller. Raises `UnknownImport`."""
    found = await repository.get_import(session, import_id)
    if found is None or found.actor_id != actor.id:
        raise UnknownImport("请核对编号；只能查看自己的导入")
    return found


async def accept(session: AsyncSession, actor: Actor, import_id: UUID) -> BusinessImport:
    """Take in the file of a finished dry run; again, the same import. Raises `UnknownImport`, `DryRunNotFinished`."""
    found = await repository.get_import(session, import_id, for_update=True)
    if found is None or found.actor_id != actor.id:
        raise UnknownImport("请核对编号；只能转录自己的试算")
    if not found.dry_run:
        return found
    if found.state is not ImportState.FINISHED:
        raise DryRunNotFinished("请等它完成；文件读不出来的请改好再传")
    await repository.forget_rows(session, found.id)
    payload = {"import_id": str(import_id)}
    job = await enqueue(session, JOB, payload, actor=actor, title=f"导入主体名录：{found.file_name}")
    found.take_for_real(job.id)
    await session.flush()
    return found
