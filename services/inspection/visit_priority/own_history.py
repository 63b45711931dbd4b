"""The bureau's own inspections as a history, with what was known of each business on the first day of each window."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.risk_grades.codes import FAVOURABLE
from services.inspection.visit_priority import repository
from services.inspection.visit_priority.history import Inspection, Value, Windows
from shared.contracts.inspection import BusinessStatus

KIND, GRADE, ADVERSE = "类别", "风险等级", "近一年不利情形"
NO_GRADE = "没有评定"
A_YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class OwnHistory:
    """Past inspections, and whom the register holds today with what is known of each. Businesses by their ids."""

    inspections: Sequence[Inspection]
    register: Mapping[str, Mapping[str, Value]]


@dataclass(frozen=True, slots=True)
class _Known:
    """What the service knows of businesses, by day."""

    kinds: Mapping[UUID, str]
    grades: Mapping[UUID, Sequence[tuple[date, str]]]
    adverse: Mapping[UUID, Sequence[date]]

    def on(self, business_id: UUID, day: date) -> dict[str, Value]:
        """As it was known before that day."""
        days = self.adverse.get(business_id, ())
        grades = self.grades.get(business_id, ())
        held = bisect_left([since for since, _ in grades], day)
        return {
            KIND: self.kinds[business_id],
            GRADE: grades[held - 1][1] if held else NO_GRADE,
            ADVERSE: Decimal(bisect_left(days, day) - bisect_left(days, day - A_YEAR)),
        }


async def gather(
    session: AsyncSession, rows: Sequence[Row[Any, Any, Any, Any]], today: date, window_days: int
) -> OwnHistory:
    """Gather the history of these files (rows of `repository.files_of`) as far as it lies before today."""
    ids = {row.id for row in rows}
    goes_on = {row.id: row.merged_into if row.merged_into in ids else row.id for row in rows}
    checks = [check for check in await repository.checks_of(session, goes_on) if check.checked_on < today]
    people = await repository.inspectors_of(session, [check.source_id for check in checks])
    names = _names(people)
    known = await _known(session, rows, goes_on)
    windows = Windows(min((check.checked_on for check in checks), default=today), window_days)
    inspections = [
        Inspection(
            business=str(goes_on[check.business_id]),
            on=check.checked_on,
            found=check.key_failed > 0,
            known=known.on(goes_on[check.business_id], windows.begin(windows.of(check.checked_on))),
            inspectors=tuple(sorted({names[_who(one)] for one in people.get(check.source_id, ())})),
        )
        for check in checks
    ]
    there = [row.id for row in rows if row.status is not BusinessStatus.CLOSED]
    return OwnHistory(inspections, {str(one): known.on(one, today) for one in there})


async def _known(
    session: AsyncSession, rows: Sequence[Row[Any, Any, Any, Any]], goes_on: Mapping[UUID, UUID]
) -> _Known:
    grades: dict[UUID, list[tuple[date, str]]] = defaultdict(list)
    for row in await repository.grades_since(session, goes_on):
        grades[goes_on[row.business_id]].append((row.valid_from, row.grade.label))
    adverse: dict[UUID, list[date]] = defaultdict(list)
    for row in await repository.fact_days(session, goes_on):
        if row.kind not in FAVOURABLE:
            adverse[goes_on[row.business_id]].append(row.day)
    for days in adverse.values():
        days.sort()
    for held in grades.values():
        held.sort()
    return _Known({row.id: row.kind.label for row in rows}, grades, adverse)


def _who(inspector: Mapping[str, Any]) -> str:
    return str(inspector.get("user_id") or inspector["name"])


def _names(people: Mapping[UUID, Sequence[Mapping[str, Any]]]) -> dict[str, str]:
    """What each inspector is called; those of one name are told apart by their accounts."""
    called = {_who(one): str(one["name"]) for each in people.values() for one in each}
    often = Counter(called.values())
    return {who: name if often[name] == 1 else f"{name}（{who[-6:]}）" for who, name in called.items()}
