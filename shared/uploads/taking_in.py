"""What every worker does that takes a file in: begin, hold its place against other workers, say what was wrong."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from shared.contracts.uploads import UploadState
from shared.http.problems import Problem
from shared.uploads import repository
from shared.uploads.models import AnUpload, Upload

Item = TypeVar("Item")


async def begin(session: AsyncSession, model: type[AnUpload], upload_id: UUID) -> AnUpload | None:
    """The upload, now running; None when there is nothing left to do."""
    upload = await repository.get(session, model, upload_id, lock=True)
    if upload is None or not upload.state.is_under_way:
        return None
    upload.state = UploadState.RUNNING
    return upload


async def held(session: AsyncSession, upload: AnUpload) -> AnUpload | None:
    """The upload as this worker left it, locked; None when another has taken over."""
    current = await repository.get(session, type(upload), upload.id, lock=True)
    if current is None or current.rows_done != upload.rows_done or current.state is not UploadState.RUNNING:
        return None
    return current


async def note_preview(
    sessions: async_sessionmaker[AsyncSession], upload: Upload, preview: dict[str, Any], rows_expected: int
) -> None:
    """Tell the sender how the file was read, before its rows are."""
    async with sessions() as session, session.begin():
        current = await _locked(session, upload)
        current.preview, current.rows_expected = preview, rows_expected


async def fail(sessions: async_sessionmaker[AsyncSession], upload: Upload, data_dir: Path, problem: Problem) -> None:
    """The file as a whole cannot be taken in: say why, and keep it no longer."""
    async with sessions() as session, session.begin():
        (await _locked(session, upload)).stop(UploadState.FAILED, problem)
    upload.path_in(data_dir).unlink(missing_ok=True)


async def _locked(session: AsyncSession, upload: Upload) -> Upload:
    current = await repository.get(session, type(upload), upload.id, lock=True)
    assert current is not None
    return current


async def one_ahead(following: Callable[[], Coroutine[Any, Any, Item | None]]) -> AsyncGenerator[Item, None]:
    """What `following` gives until None; the next is under way while the database works on this one."""
    task = asyncio.create_task(following())
    try:
        while (item := await task) is not None:
            task = asyncio.create_task(following())
            yield item
    finally:
        task.cancel()
