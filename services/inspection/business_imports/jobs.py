"""The background job that works through an import file. Killed, it goes on with the first line not yet answered."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import aclosing
from typing import Any
from uuid import UUID

from services.inspection.business_imports import repository, service
from services.inspection.business_imports.columns import COLUMNS
from services.inspection.business_imports.intake import Checked, Intake, check
from services.inspection.business_imports.models import BusinessImport
from shared.contracts.codes import RowOutcome
from shared.http.problems import Problem
from shared.jobs.definition import JobCancelled, JobContext, JobKind
from shared.jobs.repository import get as get_job
from shared.tabular.cells import CellReader
from shared.tabular.files import open_table
from shared.tabular.headers import map_headers
from shared.tabular.tables import Table
from shared.times import now
from shared.uploads.taking_in import one_ahead

CHUNK = 4_000


async def import_businesses(context: JobContext) -> Mapping[str, Any]:
    """Answer every line of the file named in the payload (`import_id`) and return the counts."""
    import_id = UUID(context.payload["import_id"])
    path = service.path_of(context.settings.data_dir, import_id)
    try:
        table = await asyncio.to_thread(open_table, path, COLUMNS)
        mapping = map_headers(table.header, COLUMNS)
        mapping.ensure_usable()
        current = await _start(context, import_id, table)
        intake = Intake(current.regions, current.actor_id, dry_run=current.dry_run)
        lines = _read(table, CellReader(mapping), skip=current.rows_done)
        async with aclosing(one_ahead(lambda: asyncio.to_thread(next, lines, None))) as chunks:
            async for checked in chunks:
                async with context.sessions() as session, session.begin():
                    current = await _locked(session, import_id)
                    await intake.answer(session, current, checked)
                await context.progress(current.rows_done, table.rows_at_most, **_counts(current))
    except JobCancelled:
        await _note_if_cancelled(context, import_id)
        raise
    except Problem as problem:
        async with context.sessions() as session, session.begin():
            (await _locked(session, import_id)).fail(problem.detail or problem.title, now())
        return {"error": problem.detail or problem.title}
    async with context.sessions() as session, session.begin():
        current = await _locked(session, import_id)
        current.finish(now())
    return _counts(current)


async def _note_if_cancelled(context: JobContext, import_id: UUID) -> None:
    """Write down an order to cancel; a worker that merely ends hands the job back and looks the same from here."""
    async with context.sessions() as session, session.begin():
        job = await get_job(session, context.id)
        if job is not None and job.cancel_requested_at is not None:
            (await _locked(session, import_id)).cancel(now())


async def _start(context: JobContext, import_id: UUID, table: Table) -> BusinessImport:
    async with context.sessions() as session, session.begin():
        current = await _locked(session, import_id)
        current.header, current.format = list(table.header), table.format
        if current.dry_run:
            current.begin_again()
            await repository.forget_rows(session, import_id)
    return current


def _read(table: Table, reader: CellReader, *, skip: int) -> Iterator[Checked]:
    for chunk in table.chunks(CHUNK, skip=skip):
        yield check(chunk, reader.read(chunk))


async def _locked(session: Any, import_id: UUID) -> BusinessImport:
    current = await repository.get_import(session, import_id, for_update=True)
    assert current is not None  # the job was enqueued in the transaction that stored it
    return current


def _counts(current: BusinessImport) -> dict[str, int]:
    return {outcome.value: getattr(current, outcome.value) for outcome in RowOutcome}


IMPORT_BUSINESSES = JobKind(service.JOB, "导入主体名录", import_businesses)
