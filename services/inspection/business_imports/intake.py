"""Answering the lines of a file by the thousand: one statement a table, no object a row.

A chunk is read and checked in a thread, then answered in one transaction. What holds for a business entered by itself
holds here: the same rules tell duplicates, the same figures count, the same event goes out for each.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import compress
from typing import Any
from uuid import UUID

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.business_imports import repository
from services.inspection.business_imports.columns import LABELS, LICENCES, POSITION, faults_of_position
from services.inspection.business_imports.models import BusinessImport, BusinessImportRow
from services.inspection.businesses.closures.models import BusinessClosure
from services.inspection.businesses.completeness.service import count_anew
from services.inspection.businesses.models import Business, Licence, TimelineEntry
from services.inspection.businesses.persons.models import BusinessPerson
from services.inspection.businesses.repository import known_like, lock_identities
from services.inspection.businesses.rules import Identity, Known, likeness, squeeze
from services.inspection.businesses.service import CLOSED_BEFORE
from services.inspection.database import Base
from shared.contracts.codes import RowOutcome
from shared.contracts.inspection import (
    BusinessRegistered,
    BusinessStatus,
    ClosureKind,
    LicenceKind,
    LicenceStatus,
    PersonRole,
    TimelineKind,
)
from shared.copying import BulkCopy, Columns
from shared.events.outbox import publish_all
from shared.http.problems import FieldError
from shared.ids import uuid7_series
from shared.tabular.cells import ParsedChunk, storable
from shared.tabular.tables import Chunk
from shared.times import day_of, now

_OF_BUSINESS = (
    *("uscc", "name", "kind", "status", "region_code", "address", "phone", "scope", "stall_number"),
    *POSITION,
)
_WRITTEN = (
    *_OF_BUSINESS,
    *LICENCES,
    *("legal_representative", "licence_valid_to", "licence_authority", "same_uscc_confirmed"),
)
_REPEATED = {
    RowOutcome.DUPLICATE: "这个主体已经建档，未再录入",
    RowOutcome.SUSPECTED_DUPLICATE: (
        "统一社会信用代码与在档的另一主体相同而名称不同；确为一照多址请在“一照多址”列填“是”再传"
    ),
}


@dataclass(frozen=True, slots=True)
class Checked:
    """Consecutive lines with their values by column, and what is wrong with those that are wrong, by index."""

    chunk: Chunk
    values: Mapping[str, Sequence[Any]]
    faults: dict[int, list[FieldError]]

    def identity(self, index: int) -> Identity:
        """What tells the business of a line from another."""
        values = self.values
        return Identity(
            values["uscc"][index], values["name"][index], values["region_code"][index], values["stall_number"][index]
        )


@dataclass(frozen=True, slots=True)
class _Answers:
    """What became of the lines that are whole, by index: whose id they enter under, or which business they repeat."""

    outcomes: dict[int, RowOutcome]
    business_ids: dict[int, UUID | None]

    @property
    def accepted(self) -> list[int]:
        return [index for index, outcome in self.outcomes.items() if outcome is RowOutcome.ACCEPTED]


def check(chunk: Chunk, parsed: ParsedChunk) -> Checked:
    """Check what can be told from the lines alone. Blocking."""
    empty = [None] * len(parsed)
    values = {name: parsed.values.get(name, empty) for name in _WRITTEN}
    faults = {index: list(errors) for index, errors in parsed.errors.items()}
    for index, errors in faults_of_position(values, parsed.row_numbers).items():
        faults.setdefault(index, errors)
    return Checked(chunk, values, faults)


class Intake:
    """Enters the lines of one file. Keep it for all chunks: it remembers regions, encoded values and, in a dry run,
    what would be on file by now.
    """

    def __init__(self, regions: Sequence[str], actor_id: UUID, *, dry_run: bool) -> None:
        self._regions, self._actor_id, self._dry_run = regions, actor_id, dry_run
        self._places: dict[str, bool] = {}
        self._would_be_known = Known()
        self._would_be_ids: set[UUID] = set()
        self._copies: dict[Any, BulkCopy] = {}

    async def answer(self, session: AsyncSession, current: BusinessImport, checked: Checked) -> None:
        """Answer every line of a chunk: enter what is new, write down why the others are not."""
        await self._refuse_places(session, checked)
        answers = await self._judge(session, checked)
        if answers.accepted and not self._dry_run:
            await self._enter(session, checked, answers)
        await self._write_exceptions(session, current.id, checked, answers)
        current.add([*answers.outcomes.values(), *(RowOutcome.REJECTED for _ in checked.faults)])
        await session.flush()

    async def _refuse_places(self, session: AsyncSession, checked: Checked) -> None:
        codes = checked.values["region_code"]
        if unknown := {code for code in codes if code is not None and code not in self._places}:
            allowed = await repository.places_for(session, unknown, self._regions)
            self._places |= {code: code in allowed for code in unknown}
        for index, code in enumerate(codes):
            if index not in checked.faults and not self._places[code]:
                message = f"区划 {code} 应为在用的镇街或村（社区），且在您的管辖区域内"
                checked.faults[index] = [_fault(checked, index, "region_code", message, "region_code")]

    async def _judge(self, session: AsyncSession, checked: Checked) -> _Answers:
        """Tell new businesses from those on file and from earlier lines."""
        lines = [index for index in range(len(checked.chunk.rows)) if index not in checked.faults]
        identities = {index: checked.identity(index) for index in lines}
        await lock_identities(session, identities.values())
        known = Known(await known_like(session, list(identities.values())))
        answers = _Answers({}, {})
        for index, own_id in zip(lines, uuid7_series(len(lines)), strict=True):
            identity, confirmed = identities[index], bool(checked.values["same_uscc_confirmed"][index])
            outcome, other = known.judge(identity, confirmed=confirmed)
            if outcome is RowOutcome.ACCEPTED and self._dry_run:
                outcome, other = self._would_be_known.judge(identity, confirmed=confirmed)
            if outcome is RowOutcome.ACCEPTED:
                other = UUID(bytes=own_id)
                (self._would_be_known if self._dry_run else known).add(other, identity)
                if self._dry_run:
                    self._would_be_ids.add(other)
            answers.outcomes[index] = outcome
            answers.business_ids[index] = None if other in self._would_be_ids else other
        return answers

    async def _enter(self, session: AsyncSession, checked: Checked, answers: _Answers) -> None:
        rows, at = answers.accepted, now()
        values = {name: [column[index] for index in rows] for name, column in checked.values.items()}
        ids = [answers.business_ids[index] for index in rows]
        keys = [business_id.bytes for business_id in ids if business_id is not None]
        values["status"] = [status or BusinessStatus.ACTIVE for status in values["status"]]
        await self._copy(
            session,
            Business,
            {"id": keys}
            | {name: values[name] for name in _OF_BUSINESS}
            | {
                "name_key": list(map(squeeze, values["name"])),
                "likeness": list(map(likeness, values["name"])),
                "address_key": list(map(likeness, values["address"])),
            },
            {"registered_at": at, "version": 1},
        )
        await self._enter_permits(session, values, keys, at)
        await self._enter_representatives(session, values, keys, at)
        await self._enter_closures(session, values, keys, at)
        await self._copy(
            session,
            TimelineEntry,
            {"id": uuid7_series(len(keys)), "business_id": keys},
            {
                "kind": TimelineKind.REGISTERED,
                "summary": TimelineKind.REGISTERED.label,
                "details": "{}",
                "happened_at": at,
                "actor_id": self._actor_id,
            },
        )
        registered = [business_id for business_id in ids if business_id is not None]
        await count_anew(session, registered, are_new=True)
        await publish_all(session, _told(registered, values))

    async def _enter_permits(
        self, session: AsyncSession, values: Mapping[str, Sequence[Any]], keys: Sequence[bytes], at: datetime
    ) -> None:
        for kind in LicenceKind:
            numbers = values[kind.value]
            has = [number is not None for number in numbers]
            if any(has):
                await self._copy(
                    session,
                    Licence,
                    {
                        "id": uuid7_series(sum(has)),
                        "business_id": list(compress(keys, has)),
                        "number": list(compress(numbers, has)),
                        "valid_to": list(compress(values["licence_valid_to"], has)),
                        "authority": list(compress(values["licence_authority"], has)),
                    },
                    {"kind": kind, "items": "[]", "stated_status": LicenceStatus.VALID, "recorded_at": at},
                )

    async def _enter_representatives(
        self, session: AsyncSession, values: Mapping[str, Sequence[Any]], keys: Sequence[bytes], at: datetime
    ) -> None:
        names = values["legal_representative"]
        has = [name is not None for name in names]
        if any(has):
            await self._copy(
                session,
                BusinessPerson,
                {
                    "id": uuid7_series(sum(has)),
                    "business_id": list(compress(keys, has)),
                    "name": list(compress(names, has)),
                },
                {"role": PersonRole.LEGAL_REPRESENTATIVE, "recorded_at": at, "version": 1},
            )

    async def _enter_closures(
        self, session: AsyncSession, values: Mapping[str, Sequence[Any]], keys: Sequence[bytes], at: datetime
    ) -> None:
        for kind in (ClosureKind.SUSPENSION, ClosureKind.DEREGISTRATION):
            closed = list(compress(keys, (status is kind.status for status in values["status"])))
            if closed:
                await self._copy(
                    session,
                    BusinessClosure,
                    {"id": uuid7_series(len(closed)), "business_id": closed},
                    {
                        "kind": kind,
                        "closed_on": day_of(at),
                        "reason": CLOSED_BEFORE,
                        "recorded_at": at,
                        "recorded_by": self._actor_id,
                    },
                )

    async def _write_exceptions(
        self, session: AsyncSession, import_id: UUID, checked: Checked, answers: _Answers
    ) -> None:
        """Keep every line that was not simply taken in, as it stood in the file, and why."""
        reasons = checked.faults | {
            index: [_fault(checked, index, "uscc", _REPEATED[outcome], outcome.value)]
            for index, outcome in answers.outcomes.items()
            if outcome is not RowOutcome.ACCEPTED
        }
        if not reasons:
            return
        lines = sorted(reasons)
        repeated = [answers.business_ids.get(index) for index in lines]
        await self._copy(
            session,
            BusinessImportRow,
            {
                "row_number": [checked.chunk.row_numbers[index] for index in lines],
                "outcome": [answers.outcomes.get(index, RowOutcome.REJECTED) for index in lines],
                "business_id": [business_id and business_id.bytes for business_id in repeated],
                "cells": [_json([storable(cell) for cell in checked.chunk.rows[index]]) for index in lines],
                "reasons": [
                    _json([fault.model_dump(mode="json", exclude_none=True) for fault in reasons[index]])
                    for index in lines
                ],
            },
            {"import_id": import_id},
        )

    async def _copy(self, session: AsyncSession, model: type[Base], columns: Columns, same: Mapping[str, Any]) -> None:
        table = model.__table__
        assert isinstance(table, Table)
        copy = self._copies.setdefault(model, BulkCopy(table))
        await copy.write(session, columns, same, len(next(iter(columns.values()))))


def _told(ids: Sequence[UUID], values: Mapping[str, Sequence[Any]]) -> Iterator[tuple[BusinessRegistered, UUID]]:
    """The same event for each as for a business entered by itself."""
    told = (values[name] for name in ("uscc", "name", "kind", "status", "region_code", "stall_number"))
    for business_id, uscc, name, kind, status, region_code, stall_number in zip(ids, *told, strict=True):
        event = BusinessRegistered(
            business_id=business_id,
            version=1,
            uscc=uscc,
            name=name,
            kind=kind,
            status=status,
            region_code=region_code,
            site_id=None,
            stall_number=stall_number,
        )
        yield event, business_id


def _fault(checked: Checked, index: int, name: str, message: str, code: str) -> FieldError:
    row, column = checked.chunk.row_numbers[index], LABELS[name]
    return FieldError(pointer=f"/{name}", message=message, code=code, row=row, column=column)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
