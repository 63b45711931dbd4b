"""Background jobs of the import of results."""

from collections.abc import Mapping
from contextlib import aclosing
from typing import Any
from uuid import UUID

from services.sampling.result_imports.imports import Import
from services.sampling.result_imports.uploads import IMPORT, sweep
from shared.jobs.definition import JobContext, JobKind

_COUNTS = ("reports_accepted", "reports_duplicate", "reports_rejected", "items", "in_doubt")


async def take_in_upload(context: JobContext) -> Mapping[str, Any]:
    """Take in an uploaded file from its checkpoint on, batch by batch."""
    upload_id = UUID(context.payload["upload_id"])
    counts: dict[str, int] = {}
    async with aclosing(Import(upload_id, context.sessions, context.settings.data_dir).run()) as batches:
        async for upload in batches:
            counts = {name: getattr(upload, name) for name in _COUNTS}
            await context.progress(upload.rows_done, upload.rows_expected, **counts)
    return {"upload_id": str(upload_id), "counts": counts}


async def sweep_uploads(context: JobContext) -> Mapping[str, Any]:
    """Delete files that nobody will take in any more: of stopped jobs and of broken connections."""
    async with context.sessions() as session, session.begin():
        return {"deleted": await sweep(session, context.settings.data_dir)}


IMPORT_JOB = JobKind(name=IMPORT, label="导入检验结果", run=take_in_upload)
SWEEP_JOB = JobKind(name="sweep_result_uploads", label="清理未收下的结果文件", run=sweep_uploads, cron="40 3 * * *")
