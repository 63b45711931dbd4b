"""Background jobs of uploads."""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from shared.jobs.definition import JobContext
from shared.uploads.models import Upload
from shared.uploads.service import sweep


class Import(Protocol):
    """One upload being taken in by a worker."""

    def run(self) -> AsyncGenerator[Upload, None]:
        """Take in the file from its checkpoint on; gives the upload after each committed chunk."""


async def take_in(
    context: JobContext, importing: Callable[[UUID, async_sessionmaker[AsyncSession], Path], Import]
) -> Mapping[str, Any]:
    """Take in an uploaded file and tell how far it is."""
    upload_id = UUID(context.payload["upload_id"])
    counts: dict[str, int] = {}
    async with aclosing(importing(upload_id, context.sessions, context.settings.data_dir).run()) as chunks:
        async for upload in chunks:
            counts = {name: getattr(upload, name) for name in upload.COUNTED}
            await context.progress(upload.rows_done, upload.rows_expected, **counts)
    return {"upload_id": str(upload_id), "counts": counts}


async def sweep_files(context: JobContext, model: type[Upload]) -> Mapping[str, Any]:
    """Delete files that nobody will take in any more: of stopped jobs and of broken connections."""
    async with context.sessions() as session, session.begin():
        return {"deleted": await sweep(session, model, context.settings.data_dir)}
