"""Taking in an uploaded file of results, some samples at a time.

A batch of whole samples is one transaction, which stores their reports and moves the checkpoint. Whoever is killed
loses what nobody was told about; the next worker goes on at the checkpoint, which is always the first row of a sample.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from services.sampling.result_imports.columns import LABELS
from services.sampling.result_imports.grouping import Group, grouped, scattered
from services.sampling.result_imports.intake import Intake, Taken
from services.sampling.result_imports.models import ResultUpload, ResultUploadRow
from services.sampling.result_imports.statements import Statement, statement_of
from services.sampling.result_imports.workbooks import ReportRow, Workbook, open_workbook, reports_without_items
from shared.contracts.codes import RowOutcome
from shared.http.problems import FieldError, Problem
from shared.tabular.cells import storable
from shared.times import day_of, now
from shared.uploads.repository import add_rows
from shared.uploads.senders import unpacked
from shared.uploads.taking_in import begin, fail, held, note_preview, one_ahead

TRANSACTION_ROWS = 6_000
_SCATTERED = "这份样品的行没有排在一起，整份退回；请按抽样单编号排序，让同一样品的行相连，再传"
_WHOLE = "同一样品的其他行有误，整份退回"
_NO_ITEMS = "项目表中没有这份样品的检验项目"


@dataclass(frozen=True, slots=True)
class _Batch:
    """Whole samples, in the order of the file: those that state a report, and those that are at fault already."""

    groups: Sequence[Group]
    statements: Sequence[Statement]
    rows: int


@dataclass
class Import:
    """One upload being taken in by a worker."""

    upload_id: UUID
    sessions: async_sessionmaker[AsyncSession]
    data_dir: Path

    async def run(self) -> AsyncGenerator[ResultUpload, None]:
        """Take in the file from its checkpoint; yields the upload after each committed batch.

        Raises the problem of a file that cannot be read, after noting it on the upload.
        """
        async with self.sessions() as session, session.begin():
            upload = await begin(session, ResultUpload, self.upload_id)
            if upload is None:
                return
            intake = await Intake.open(session, unpacked(upload.actor))
        path = upload.path_in(self.data_dir)
        try:
            workbook = await asyncio.to_thread(open_workbook, path)
            apart = await asyncio.to_thread(scattered, workbook.keys())
        except Problem as problem:
            await fail(self.sessions, upload, self.data_dir, problem)
            raise
        await note_preview(self.sessions, upload, workbook.preview(), workbook.items.rows_at_most)
        batches = _batches(workbook, upload, apart)
        async with aclosing(one_ahead(lambda: asyncio.to_thread(next, batches, None))) as ahead:
            async for batch in ahead:
                async with self.sessions() as session, session.begin():
                    upload = await held(session, upload)
                    if upload is None:
                        return
                    await _take(session, intake, upload, workbook, batch)
                yield upload
        async with self.sessions() as session, session.begin():
            upload = await held(session, upload)
            if upload is None:
                return
            await _finish(session, upload, workbook)
        yield upload
        if not upload.dry_run:  # the file of a dry run waits for its acceptance; the sweep clears it away
            path.unlink(missing_ok=True)


def _batches(workbook: Workbook, upload: ResultUpload, apart: frozenset[str]) -> Iterator[_Batch]:
    """Samples by the transaction, after those that are decided."""
    start, today = upload.rows_done, day_of(now())
    if workbook.reports is not None and start:
        for key in filter(None, _until(workbook.keys(), start)):
            if key in workbook.reports:
                workbook.reports[key].used = True
    rows = chain.from_iterable(workbook.rows(start))
    groups: list[Group] = []
    count = 0
    for group in grouped(rows, start):
        groups.append(group)
        count += len(group.rows)
        if count >= TRANSACTION_ROWS:
            yield _stated(workbook, groups, upload, apart, today)
            groups, count = [], 0
    if groups:
        yield _stated(workbook, groups, upload, apart, today)


def _until(keys: Iterator[str | None], count: int) -> Iterator[str | None]:
    return (key for _, key in zip(range(count), keys, strict=False))


def _stated(
    workbook: Workbook, groups: Sequence[Group], upload: ResultUpload, apart: frozenset[str], today: Any
) -> _Batch:
    statements = []
    for group in groups:
        report = _report_of(workbook, group)
        if group.key in apart:
            group.reject(group.rows[0], _SCATTERED, "scattered", LABELS["sample"])
        main = report.values if report is not None else None
        statement = statement_of(group, main, upload.report_date, today, workbook.lod_header)
        if statement is not None and (report is None or not report.errors):
            statements.append(statement)
    return _Batch(groups, statements, sum(len(group.rows) for group in groups))


def _report_of(workbook: Workbook, group: Group) -> ReportRow | None:
    """The report sheet's row of a sample; that it is missing or at fault is the sample's fault."""
    if workbook.reports is None or group.key is None:
        return None
    report = workbook.reports.get(group.key)
    if report is None:
        message = f"「{workbook.report_sheet}」表中没有这份样品"
        group.reject(group.rows[0], message, "no_report", LABELS["sample"])
        return None
    report.used = True
    if report.errors:
        message = f"「{workbook.report_sheet}」表第 {report.number} 行有误：" + "；".join(
            f"{error.column}：{error.message}" for error in report.errors
        )
        group.reject(group.rows[0], message, "report", LABELS["sample"])
    return report


async def _take(session: AsyncSession, intake: Intake, upload: ResultUpload, workbook: Workbook, batch: _Batch) -> None:
    answers: list[Taken] = []
    if batch.statements:
        answers = await intake.take(session, batch.statements, upload.id, dry_run=upload.dry_run)
    by_start = {answer.statement.group.start: answer for answer in answers}
    rows: list[dict[str, Any]] = []
    for group in batch.groups:
        answer = by_start.get(group.start)
        if answer is None or answer.outcome is RowOutcome.REJECTED:
            if answer is not None and answer.error is not None:
                at = next((row for row in group.rows if row.number == answer.error.row), group.rows[0])
                at.errors.append(answer.error)
            upload.reports_rejected += 1
            rows += _rejected(upload.id, workbook, group)
        elif answer.outcome is RowOutcome.DUPLICATE:
            upload.reports_duplicate += 1
            rows.append(_duplicate(upload.id, workbook, group, answer))
        else:
            upload.reports_accepted += 1
            upload.items += len(answer.statement.items)
            upload.in_doubt += answer.in_doubt
    await add_rows(session, ResultUploadRow, rows)
    upload.rows_done += batch.rows
    upload.advance()


def _rejected(upload_id: UUID, workbook: Workbook, group: Group) -> Iterator[dict[str, Any]]:
    """All rows of a refused sample: those at fault with their reasons, the others with the reason that it is whole."""
    report = workbook.reports.get(group.key or "") if workbook.reports is not None else None
    faulty = next((row.number for row in group.rows if row.errors), group.rows[0].number)
    for row in group.rows:
        errors = row.errors or [
            FieldError(pointer="", message=f"{_WHOLE}（第 {faulty} 行）", code="whole", row=row.number)
        ]
        yield {
            "upload_id": upload_id,
            "sheet": workbook.items.sheet or "",
            "row_number": row.number,
            "sample": storable(group.key or ""),
            "outcome": RowOutcome.REJECTED,
            "report_id": None,
            "cells": workbook.cells_of(row, group.key, report),
            "errors": [error.model_dump(mode="json", exclude_none=True) for error in errors],
        }


def _duplicate(upload_id: UUID, workbook: Workbook, group: Group, answer: Taken) -> dict[str, Any]:
    assert answer.error is not None
    return {
        "upload_id": upload_id,
        "sheet": workbook.items.sheet or "",
        "row_number": group.rows[0].number,
        "sample": group.key or "",
        "outcome": RowOutcome.DUPLICATE,
        "report_id": answer.report_id,
        "cells": None,
        "errors": [answer.error.model_dump(mode="json", exclude_none=True)],
    }


async def _finish(session: AsyncSession, upload: ResultUpload, workbook: Workbook) -> None:
    """Rows of the report sheet that nothing in the file belongs to are told too; then the upload is done."""
    sheet = workbook.report_sheet or ""
    left = [*reports_without_items(workbook.reports or {}), *(("", report) for report in workbook.orphans)]
    rows = [
        {
            "upload_id": upload.id,
            "sheet": sheet,
            "row_number": report.number,
            "sample": storable(key),
            "outcome": RowOutcome.REJECTED,
            "report_id": None,
            "cells": None,
            "errors": [
                FieldError(
                    pointer="/sample", message=_NO_ITEMS, code="no_items", row=report.number, column=LABELS["sample"]
                ).model_dump(mode="json", exclude_none=True)
            ],
        }
        for key, report in left
    ]
    await add_rows(session, ResultUploadRow, rows)
    upload.reports_rejected += len(rows)
    upload.finish()
    upload.advance()
