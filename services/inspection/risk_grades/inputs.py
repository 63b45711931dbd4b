"""What a business is graded by: the answers of its profile, its inspections, the facts of all services."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.inspection.checklists.content import Code, Count, Part, Share
from services.inspection.risk_grades.codes import FactKind, FactState
from services.inspection.risk_grades.content import Quantity
from shared.contracts.scoring import CreditGrade

Answer = Quantity | Annotated[tuple[Code, ...], Field(min_length=1, max_length=200)]
"""A number for a factor that is counted, else every choice that holds. What is not answered is unknown."""


class Check(Part):
    """The result of one inspection. `*_open` items nobody could judge; `score_share`: points got ÷ points due.

    `full`: it covered every item that applies to the business (全项目).
    """

    source_id: UUID
    on: date
    full: bool
    key_checked: Count
    key_failed: Count
    key_open: Count
    general_checked: Count
    general_failed: Count
    general_open: Count
    score_share: Share | None


class Fact(Part):
    """One dated fact and what became of it."""

    id: UUID
    kind: FactKind
    state: FactState
    on: date


class Inputs(Part):
    """Everything a grade depends on, but the scheme and the day."""

    on_file_since: date
    answers: Annotated[Mapping[Code, Answer], Field(max_length=200)]
    checks: tuple[Check, ...]
    facts: tuple[Fact, ...]


CREDIT_CLASS = "credit_class"
"""The factor that the credit grade told by scoring answers; its choices are a, b, c and d."""


def with_credit(inputs: Inputs, grade: CreditGrade) -> Inputs:
    """The inputs with the credit grade that scoring told. What an officer wrote before does not stand against it."""
    return inputs.model_copy(update={"answers": {**inputs.answers, CREDIT_CLASS: (grade.value.lower(),)}})


def as_number(answer: Decimal | tuple[str, ...] | None) -> Decimal | None:
    """The answer, if it is a number."""
    return answer if isinstance(answer, Decimal) else None


def as_choices(answer: Decimal | tuple[str, ...] | None) -> tuple[str, ...]:
    """The answer, if it is choices; none otherwise."""
    return answer if isinstance(answer, tuple) else ()
