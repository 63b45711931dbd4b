"""Taking in an uploaded file, chunk by chunk.

A few chunks are one transaction, which stores their tests and moves the checkpoint. Whoever is killed loses what nobody
was told about; the next worker goes on at the checkpoint. Chunks are small for the sake of memory, transactions larger
because each pays for its whistles and its figures.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from asyncpg import UniqueViolationError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from services.sampling.rapid_tests.batches import QUANTITIES, Batch, Taken
from services.sampling.rapid_tests.columns import COLUMNS
from services.sampling.rapid_tests.intake import Intake
from services.sampling.rapid_tests.judging import Judged
from services.sampling.rapid_tests.models import RapidTestUpload, RapidTestUploadRow
from services.sampling.rapid_tests.rules import is_unit
from services.sampling.rapid_tests.uploads import LIMITS
from shared.contracts.codes import RowOutcome
from shared.http.problems import FieldError, Problem
from shared.tabular.cells import CellReader, ParsedChunk, storable
from shared.tabular.files import open_table
from shared.tabular.headers import HeaderMapping, map_headers
from shared.tabular.preview import preview_of
from shared.tabular.tables import Chunk, Table
from shared.uploads.repository import add_rows
from shared.uploads.senders import unpacked
from shared.uploads.taking_in import begin, fail, held, note_preview, one_ahead

CHUNK_ROWS = 1_500
TRANSACTION_ROWS = 10_000
_TRIES = 3
_LABELS = {column.name: column.label for column in COLUMNS}


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Rows of the file as they were judged; of those that are rejected also the cells, by index."""

    start: int
    judged: Judged
    cells: Mapping[int, Sequence[str]]

    def __len__(self) -> int:
        return self.judged.batch.count


@dataclass
class Import:
    """One upload being taken in by a worker."""

    upload_id: UUID
    sessions: async_sessionmaker[AsyncSession]
    data_dir: Path

    async def run(self) -> AsyncGenerator[RapidTestUpload, None]:
        """Take in the file from its checkpoint; yields the upload after each committed chunk.

        Raises the problem of a file that cannot be read, after noting it on the upload.
        """
        async with self.sessions() as session, session.begin():
            upload = await begin(session, RapidTestUpload, self.upload_id)
            if upload is None:
                return
            intake = await Intake.open(session, unpacked(upload.actor), upload.site_id)
        path = upload.path_in(self.data_dir)
        try:
            table, mapping = await asyncio.to_thread(_open, path, upload.sheet, upload.mapping)
            preview = await asyncio.to_thread(preview_of, table, mapping)
            await note_preview(self.sessions, upload, preview, table.rows_at_most)
            _ensure_readable(mapping)
        except Problem as problem:
            await fail(self.sessions, upload, self.data_dir, problem)
            raise
        async for done in self._take_chunks(upload, intake, table, mapping):
            yield done
        if not upload.dry_run:  # the file of a dry run waits for its acceptance; the sweep clears it away
            path.unlink(missing_ok=True)

    async def _take_chunks(
        self, upload: RapidTestUpload, intake: Intake, table: Table, mapping: HeaderMapping
    ) -> AsyncGenerator[RapidTestUpload, None]:
        chunks = _read(table, mapping, skip=upload.rows_done)

        async def following() -> _Chunk | None:
            """The next chunk, read and judged in a thread; None at the end of the file."""
            read = await asyncio.to_thread(next, chunks, None)
            if read is None:
                return None
            chunk, parsed = read
            batch = _batch(upload, mapping, parsed)
            async with self.sessions() as session:
                await intake.look_up(session, batch)
            judged = await asyncio.to_thread(intake.judge, batch)
            return _Chunk(chunk.start, judged, {index: chunk.rows[index] for index in batch.errors})

        async with aclosing(one_ahead(following)) as judged:
            async for first in judged:
                async with self.sessions() as session, session.begin():
                    current = await held(session, upload)
                    if current is None:
                        return
                    await _take_some(session, intake, current, first, judged)
                upload = current
                yield upload
        async with self.sessions() as session, session.begin():
            current = await held(session, upload)
            if current is None:
                return
            current.finish()
        yield current


async def _take_some(
    session: AsyncSession, intake: Intake, upload: RapidTestUpload, first: _Chunk, following: AsyncIterator[_Chunk]
) -> None:
    """A few chunks, one transaction."""
    taken: list[Taken] = []
    rows: list[dict[str, Any]] = []
    done = 0
    chunk: _Chunk | None = first
    while chunk is not None:
        taken.append(await _store(session, intake, chunk.judged, dry_run=upload.dry_run))
        rows += _upload_rows(upload, chunk, taken[-1])
        done += len(chunk)
        # Sites are locked in one order within a chunk, so a chunk that names sites row by row stands alone.
        is_full = done >= TRANSACTION_ROWS or "site" in chunk.judged.batch.values
        chunk = None if is_full else await anext(following, None)
    if not upload.dry_run:
        await intake.follow_up(session, taken)
    await add_rows(session, RapidTestUploadRow, rows)
    upload.rows_done += done
    for name in taken[0].counts:
        setattr(upload, name, getattr(upload, name) + sum(part.counts[name] for part in taken))
    upload.advance()


def _open(path: Path, sheet: str | None, explicit: Mapping[str, str | int | None]) -> tuple[Table, HeaderMapping]:
    table = open_table(path, COLUMNS, LIMITS, sheet=sheet)
    return table, map_headers(table.header, COLUMNS, explicit)


def _ensure_readable(mapping: HeaderMapping) -> None:
    if mapping.position_of("printed_result") is None and mapping.position_of("printed_value") is None:
        message = "缺少「检测值」或「判定结果」：至少要有其中一列"
        error = FieldError(pointer="/mapping/printed_result", message=message, code="missing", column="判定结果")
        mapping = HeaderMapping(mapping.mapped, mapping.unused, (*mapping.errors, error))
    mapping.ensure_usable()


def _read(table: Table, mapping: HeaderMapping, *, skip: int) -> Iterator[tuple[Chunk, ParsedChunk]]:
    reader = CellReader(mapping)
    for chunk in table.chunks(CHUNK_ROWS, skip=skip):
        yield chunk, reader.read(chunk)


def _batch(upload: RapidTestUpload, mapping: HeaderMapping, parsed: ParsedChunk) -> Batch:
    headers = {found.column.name: found.header for found in mapping.mapped}
    values = dict(parsed.values)
    for name in QUANTITIES:
        if (unit := mapping.unit_of(name)) and name in values:
            values[name] = [pair and (pair[0], pair[1] or unit) for pair in values[name]]
    unit = mapping.unit_of("printed_value")

    def place_of(index: int, name: str, message: str, code: str) -> FieldError:
        column = headers.get(name, _LABELS.get(name))
        pointer = f"/{name}" if name else ""
        return FieldError(pointer=pointer, message=message, code=code, row=parsed.row_numbers[index], column=column)

    return Batch(
        count=len(parsed),
        values=values,
        same={"upload_id": upload.id},
        place_of=place_of,
        errors={index: list(errors) for index, errors in parsed.errors.items()},
        row_numbers=parsed.row_numbers,
        default_unit=unit if unit and is_unit(unit) else None,
    )


async def _store(session: AsyncSession, intake: Intake, judged: Judged, *, dry_run: bool) -> Taken:
    """When somebody has just stored one of these records, a second look finds it."""
    for attempt in range(1, _TRIES + 1):
        try:
            async with session.begin_nested():
                return await intake.store(session, judged, dry_run=dry_run)
        except UniqueViolationError:
            if attempt == _TRIES:
                raise
    raise AssertionError("unreachable")


def _upload_rows(upload: RapidTestUpload, chunk: _Chunk, taken: Taken) -> Iterator[dict[str, Any]]:
    row_numbers = chunk.judged.batch.row_numbers or ()
    for index, answer in taken.exceptions.items():
        is_suspect = answer.outcome is RowOutcome.SUSPECTED_DUPLICATE and not upload.dry_run
        yield {
            "upload_id": upload.id,
            "row_number": row_numbers[index],
            "outcome": answer.outcome,
            "test_id": UUID(bytes=taken.ids[index]) if is_suspect else answer.test_id,
            "cells": list(map(storable, chunk.cells[index])) if answer.outcome is RowOutcome.REJECTED else None,
            "errors": [error.model_dump(mode="json", exclude_none=True) for error in answer.errors],
        }
