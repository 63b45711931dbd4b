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

from services.sampling.form_workbooks import repository
from services.sampling.form_workbooks.columns import COLUMNS
from services.sampling.form_workbooks.intake import Known, Row, store
from services.sampling.form_workbooks.models import FormUpload
from services.sampling.form_workbooks.uploads import LIMITS, path_of
from services.sampling.rapid_tests.rules import UploadState
from services.sampling.rapid_tests.uploads import kept_problem
from shared.contracts.codes import RowOutcome
from shared.http.problems import Problem
from shared.tabular.cells import CellReader, storable
from shared.tabular.files import open_table
from shared.tabular.headers import HeaderMapping, map_headers
from shared.tabular.preview import preview_of
from shared.tabular.tables import Table
from shared.times import now

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
            upload = await repository.get_upload(session, self.upload_id, lock=True)
            if upload is None or not upload.is_under_way:
                return
            upload.state = UploadState.RUNNING
        path = path_of(self.data_dir, self.upload_id)
        try:
            table, mapping = await asyncio.to_thread(_open, path, upload.sheet, upload.mapping)
            preview = await asyncio.to_thread(preview_of, table, mapping)
            await self._note(preview, table.rows_at_most)
            mapping.ensure_usable()
        except Problem as problem:
            await self._fail(problem)
            raise
        chunks, known, start = _read(table, mapping, skip=upload.rows_done), Known(), upload.rows_done
        while rows := await asyncio.to_thread(next, chunks, None):
            taken = await self._take(rows, start, known)
            if taken is None:  # another worker has taken over
                return
            start += len(rows)
            yield taken
        yield await self._finish()
        path.unlink(missing_ok=True)

    async def _take(self, rows: list[Row], start: int, known: Known) -> FormUpload | None:
        async with self.sessions() as session, session.begin():
            upload = await repository.get_upload(session, self.upload_id, lock=True)
            if upload is None or upload.rows_done != start or upload.state is not UploadState.RUNNING:
                return None
            await known.judge(session, rows)
            if not upload.dry_run:
                await store(session, upload, rows)
            await repository.add_rows(session, [_answer(upload, row) for row in rows])
            counts = Counter(row.outcome for row in rows)
            upload.accepted += counts[RowOutcome.ACCEPTED]
            upload.duplicate += counts[RowOutcome.DUPLICATE]
            upload.rejected += counts[RowOutcome.REJECTED]
            upload.rows_done += len(rows)
            upload.advance()
        return upload

    async def _note(self, preview: dict[str, Any], rows_at_most: int) -> None:
        async with self.sessions() as session, session.begin():
            upload = await self._locked(session)
            upload.preview, upload.rows_expected = preview, rows_at_most

    async def _finish(self) -> FormUpload:
        async with self.sessions() as session, session.begin():
            upload = await self._locked(session)
            upload.stop(UploadState.DONE, now(), None)
            upload.rows_expected = upload.rows_done
        return upload

    async def _fail(self, problem: Problem) -> None:
        async with self.sessions() as session, session.begin():
            (await self._locked(session)).stop(UploadState.FAILED, now(), kept_problem(problem))
        path_of(self.data_dir, self.upload_id).unlink(missing_ok=True)

    async def _locked(self, session: AsyncSession) -> FormUpload:
        upload = await repository.get_upload(session, self.upload_id, lock=True)
        assert upload is not None
        return upload


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
