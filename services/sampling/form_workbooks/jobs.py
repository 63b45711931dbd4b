"""Background jobs of workbooks of forms."""

from collections.abc import Mapping
from contextlib import aclosing
from typing import Any
from uuid import UUID

from services.sampling.form_workbooks.imports import FormImport
from services.sampling.form_workbooks.uploads import IMPORT, sweep
from shared.jobs.definition import JobContext, JobKind

_COUNTS = ("accepted", "duplicate", "rejected")


async def take_in_forms(context: JobContext) -> Mapping[str, Any]:
    """Take in a workbook from its checkpoint on, chunk by chunk."""
    upload_id = UUID(context.payload["upload_id"])
    counts: dict[str, int] = {}
    async with aclosing(FormImport(upload_id, context.sessions, context.settings.data_dir).run()) as chunks:
        async for upload in chunks:
            counts = {name: getattr(upload, name) for name in _COUNTS}
            await context.progress(upload.rows_done, upload.rows_expected, **counts)
    return {"upload_id": str(upload_id), "counts": counts}


async def sweep_forms(context: JobContext) -> Mapping[str, Any]:
    """Delete files that nobody will take in any more: of stopped jobs and of broken connections."""
    async with context.sessions() as session, session.begin():
        return {"deleted": await sweep(session, context.settings.data_dir)}


IMPORT_FORMS = JobKind(name=IMPORT, label="导入抽样单", run=take_in_forms)
SWEEP_FORMS = JobKind(name="sweep_form_uploads", label="清理未收下的抽样单文件", run=sweep_forms, cron="40 3 * * *")
