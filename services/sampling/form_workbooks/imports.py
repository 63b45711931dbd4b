"""Taking in a workbook of forms, chunk by chunk: a chunk is one transaction, which also moves the checkpoint.

Whoever is killed loses what nobody was told about; the next worker goes on at the checkpoint.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from services.sampling.form_workbooks.columns import COLUMNS
from services.sampling.form_workbooks.intake import Known, Row, store
from services.sampling.form_workbooks.models import FormUpload, FormUploadRow
from services.sampling.form_workbooks.uploads import LIMITS
from shared.contracts.codes import RowOutcome
from shared.http.problems import Problem
from shared.tabular.cells import CellReader, storable
from shared.tabular.files import open_table
from shared.tabular.headers import HeaderMapping, map_headers
from shared.tabular.preview import preview_of
from shared.tabular.tables import Table
from shared.uploads.repository import add_rows
from shared.uploads.taking_in import begin, fail, held, note_preview

CHUNK_ROWS = 500


@dataclass
class FormImport:
    """One workbook being taken in by a worker."""

    upload_id: UUID
    sessions: async_sessionmaker[AsyncSession]
    data_dir: Path

    async def run(self) -> AsyncGenerator[FormUpload, None]:
        """Take in the file from its checkpoint; yields the upload after each committed chunk.

        Raises the problem of a file that cannot be read, after noting it on the upload.
        """
        async with self.sessions() as session, session.begin():
            upload = await begin(session, FormUpload, self.upload_id)
        if upload is None:
            return
        path = upload.path_in(self.data_dir)
        try:
            table, mapping = await asyncio.to_thread(_open, path, upload.sheet, upload.mapping)
            preview = await asyncio.to_thread(preview_of, table, mapping)
            await note_preview(self.sessions, upload, preview, table.rows_at_most)
            mapping.ensure_usable()
        except Problem as problem:
            await fail(self.sessions, upload, self.data_dir, problem)
            raise
        chunks, known = _read(table, mapping, skip=upload.rows_done), Known()
        while rows := await asyncio.to_thread(next, chunks, None):
            async with self.sessions() as session, session.begin():
                upload = await held(session, upload)
                if upload is None:
                    return
                await _take(session, upload, rows, known)
            yield upload
        async with self.sessions() as session, session.begin():
            upload = await held(session, upload)
            if upload is None:
                return
            upload.finish()
        yield upload
        path.unlink(missing_ok=True)


async def _take(session: AsyncSession, upload: FormUpload, rows: list[Row], known: Known) -> None:
    await known.judge(session, rows)
    if not upload.dry_run:
        await store(session, upload, rows)
    await add_rows(session, FormUploadRow, [_answer(upload, row) for row in rows])
    counts = Counter(row.outcome for row in rows)
    upload.accepted += counts[RowOutcome.ACCEPTED]
    upload.duplicate += counts[RowOutcome.DUPLICATE]
    upload.rejected += counts[RowOutcome.REJECTED]
    upload.rows_done += len(rows)
    upload.advance()


def _open(path: Path, sheet: str | None, explicit: Mapping[str, str | int | None]) -> tuple[Table, HeaderMapping]:
    table = open_table(path, COLUMNS, LIMITS, sheet=sheet)
    return table, map_headers(table.header, COLUMNS, explicit)


def _read(table: Table, mapping: HeaderMapping, *, skip: int) -> Iterator[list[Row]]:
    reader = CellReader(mapping)
    for chunk in table.chunks(CHUNK_ROWS, skip=skip):
        parsed = reader.read(chunk)
        yield [
            Row(
                number=number,
                cells=chunk.rows[index],
                values={name: values[index] for name, values in parsed.values.items()},
                errors=list(parsed.errors.get(index, ())),
            )
            for index, number in enumerate(parsed.row_numbers)
        ]


def _answer(upload: FormUpload, row: Row) -> dict[str, Any]:
    return {
        "upload_id": upload.id,
        "row_number": row.number,
        "outcome": row.outcome,
        "sample_id": row.sample_id,
        "cells": list(map(storable, row.cells)) if row.outcome is RowOutcome.REJECTED else None,
        "errors": [error.model_dump(mode="json", exclude_none=True) for error in row.errors],
    }
