"""What a scheme would have made of last year's facts: who would move where. Pure and reproducible."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from services.inspection.risk_grades.codes import Grade
from services.inspection.risk_grades.content import Content
from services.inspection.risk_grades.inputs import Inputs
from services.inspection.risk_grades.rules import assess

UNGRADED = "-"
"""Stands in the table for a business that has no grade."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A business as it was on the day of the replay, with the grade that was in force."""

    business_id: UUID
    name: str
    before: Grade | None
    inputs: Inputs


@dataclass(frozen=True, slots=True)
class Moved:
    """One business, its grade before and by the scheme, with the score and how much of it is unknown."""

    business_id: UUID
    name: str
    before: Grade | None
    after: Grade
    score: Decimal
    unknown: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """Every business by id, and the table: grade before → grade after → how many."""

    rows: tuple[Moved, ...]
    table: dict[str, dict[str, int]]
    riskier: int
    safer: int
    same: int


def replay(content: Content, subjects: Sequence[Subject], on: date) -> Outcome:
    """Grade everybody by the scheme as of a day. The same scheme, subjects and day give the same outcome."""
    rows = []
    for subject in sorted(subjects, key=lambda one: one.business_id):
        result = assess(content, subject.inputs, on)
        rows.append(
            Moved(subject.business_id, subject.name, subject.before, result.grade, result.score, len(result.unknown))
        )
    pairs = Counter((row.before.value if row.before else UNGRADED, row.after.value) for row in rows)
    befores = [*(grade.value for grade in Grade), UNGRADED]
    table = {before: {grade.value: pairs[before, grade.value] for grade in Grade} for before in befores}
    steps = [row.after.rank - row.before.rank for row in rows if row.before is not None]
    return Outcome(
        rows=tuple(rows),
        table=table,
        riskier=sum(step > 0 for step in steps),
        safer=sum(step < 0 for step in steps),
        same=sum(step == 0 for step in steps),
    )
