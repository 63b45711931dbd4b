"""Taking in a file of tickets, chunk by chunk: a chunk is one transaction, which also moves the checkpoint.

Each row goes the way of a ticket that is sent by itself, within a savepoint of its own, so a row that is refused is
handed back with the reason and the others stay.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from services.traceability.ticket_uploads.columns import COLUMNS, ticket_id_of, ticket_of
from services.traceability.ticket_uploads.models import TicketUpload, TicketUploadRow
from services.traceability.ticket_uploads.service import LIMITS
from services.traceability.tickets import repository as tickets
from services.traceability.tickets.schemas import TicketWrite
from services.traceability.tickets.service import put_ticket
from shared.contracts.codes import RowOutcome
from shared.http.auth import Actor
from shared.http.problems import FieldError, Problem
from shared.http.validation_messages import explain
from shared.tabular.cells import CellReader, storable
from shared.tabular.files import open_table
from shared.tabular.headers import HeaderMapping, map_headers
from shared.tabular.preview import preview_of
from shared.tabular.tables import Table
from shared.uploads.repository import add_rows
from shared.uploads.senders import unpacked
from shared.uploads.taking_in import begin, fail, held, note_preview

CHUNK_ROWS = 200
_LABELS = {column.name: column.label for column in COLUMNS}


@dataclass(slots=True)
class Row:
    """A row as it was read, and what became of it."""

    number: int
    cells: Sequence[str]
    ticket_id: UUID
    body: Mapping[str, Any] | None
    errors: list[FieldError] = field(default_factory=list)
    outcome: RowOutcome = RowOutcome.REJECTED


class _Undone(Exception):  # noqa: N818 (what becomes of the savepoint)
    """Leaves a savepoint without keeping what was done in it."""


@dataclass
class TicketImport:
    """One file being taken in by a worker."""

    upload_id: UUID
    sessions: async_sessionmaker[AsyncSession]
    data_dir: Path

    async def run(self) -> AsyncGenerator[TicketUpload, None]:
        """Take in the file from its checkpoint; yields the upload after each committed chunk.

        Raises the problem of a file that cannot be read, after noting it on the upload.
        """
        async with self.sessions() as session, session.begin():
            upload = await begin(session, TicketUpload, self.upload_id)
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
        actor = unpacked(upload.sender)
        chunks = _read(table, mapping, upload.business_id)
        done = upload.rows_done
        while rows := await asyncio.to_thread(next, chunks, None):
            if done >= len(rows):  # read again only to count repeated rows as before
                done -= len(rows)
                continue
            async with self.sessions() as session, session.begin():
                upload = await held(session, upload)
                if upload is None:
                    return
                await _take(session, upload, rows[done:], actor)
                done = 0
            yield upload
        async with self.sessions() as session, session.begin():
            upload = await held(session, upload)
            if upload is None:
                return
            upload.finish()
        yield upload
        path.unlink(missing_ok=True)


async def _take(session: AsyncSession, upload: TicketUpload, rows: Sequence[Row], actor: Actor) -> None:
    for row in rows:
        if row.body is not None and not row.errors:
            await _enter(session, row, actor, dry_run=upload.dry_run)
    await add_rows(session, TicketUploadRow, [_answer(upload, row) for row in rows])
    counts = Counter(row.outcome for row in rows)
    upload.accepted += counts[RowOutcome.ACCEPTED]
    upload.duplicate += counts[RowOutcome.DUPLICATE]
    upload.rejected += counts[RowOutcome.REJECTED]
    upload.rows_done += len(rows)
    upload.advance()


async def _enter(session: AsyncSession, row: Row, actor: Actor, *, dry_run: bool) -> None:
    """Enter the row's ticket, or only try to."""
    try:
        body = TicketWrite.model_validate(row.body)
        async with session.begin_nested():
            known = await tickets.get(session, row.ticket_id)
            await put_ticket(session, row.ticket_id, body, actor)
            row.outcome = RowOutcome.ACCEPTED if known is None else RowOutcome.DUPLICATE
            if dry_run:
                raise _Undone
    except _Undone:
        pass
    except ValidationError as invalid:
        row.errors = [_fault(row, error["loc"], explain(error), error["type"]) for error in invalid.errors()]
    except Problem as problem:
        row.outcome = RowOutcome.REJECTED
        said = [_fault(row, error.pointer.split("/"), error.message, error.code) for error in problem.errors]
        row.errors = said or [_fault(row, (), f"{problem.title}：{problem.detail or ''}".rstrip("："), problem.slug)]


def _fault(row: Row, place: Sequence[Any], message: str, code: str) -> FieldError:
    """A fault of a row at its column, as far as one column stands for the place."""
    name = next((str(part) for part in reversed(place) if str(part) in _LABELS), "")
    return FieldError(
        pointer=f"/{name}" if name else "", message=message, code=code, row=row.number, column=_LABELS.get(name)
    )


def _open(path: Path, sheet: str | None, explicit: Mapping[str, str | int | None]) -> tuple[Table, HeaderMapping]:
    table = open_table(path, COLUMNS, LIMITS, sheet=sheet)
    return table, map_headers(table.header, COLUMNS, explicit)


def _read(table: Table, mapping: HeaderMapping, business_id: UUID) -> Iterator[list[Row]]:
    reader, seen = CellReader(mapping), Counter[UUID]()
    for chunk in table.chunks(CHUNK_ROWS, skip=0):
        parsed = reader.read(chunk)
        rows = []
        for index, number in enumerate(parsed.row_numbers):
            values = {name: found[index] for name, found in parsed.values.items()}
            errors = list(parsed.errors.get(index, ()))
            first = ticket_id_of(values, business_id, 0) if not errors else business_id
            own = first if not seen[first] else ticket_id_of(values, business_id, seen[first])
            seen[first] += not errors
            body = None if errors else ticket_of(values, business_id)
            rows.append(Row(number, chunk.rows[index], own, body, errors))
        yield rows


def _answer(upload: TicketUpload, row: Row) -> dict[str, Any]:
    is_rejected = row.outcome is RowOutcome.REJECTED
    return {
        "upload_id": upload.id,
        "row_number": row.number,
        "outcome": row.outcome,
        "ticket_id": None if is_rejected or upload.dry_run else row.ticket_id,
        "cells": list(map(storable, row.cells)) if is_rejected else None,
        "errors": [error.model_dump(mode="json", exclude_none=True) for error in row.errors],
    }
