"""What an evaluation comes to, as it is stored and answered. Numbers are decimals: exact, or of 28 digits."""

from datetime import date
from decimal import Decimal
from typing import Literal

from services.scoring.scheme_language.codes import NodeClass
from services.scoring.scheme_language.rule_kinds import Part

State = Literal["scored", "uncertain", "not_applicable"]
Holds = Literal["yes", "no", "unknown"]
Verdict = Literal["passed", "failed", "undetermined", "not_asked"]
"""`not_asked`: the scheme has no gate, so there is nothing to pass; it only brings points and a grade."""


class Score(Part):
    """A clause or group. `points` only when certain; `low` is certain, `high` what the unknown may still bring."""

    code: str
    title: str
    node_class: NodeClass
    parent: str | None
    state: State
    points: Decimal | None
    low: Decimal
    high: Decimal
    maximum: Decimal
    steps: tuple[str, ...]
    reasons: tuple[str, ...]


class VetoResult(Part):
    """A veto clause: whether what it requires holds."""

    code: str
    title: str
    holds: Holds
    steps: tuple[str, ...]


class ClassTotal(Part):
    """The sum over one class of clauses."""

    node_class: NodeClass
    low: Decimal
    high: Decimal
    maximum: Decimal


class GateResult(Part):
    """One gate of the verdict, in order."""

    kind: str
    holds: Holds
    steps: tuple[str, ...]


class Grade(Part):
    """The grade; null while the unknown could still change it, then from `worst` to `best`."""

    grade: str | None
    worst: str
    best: str
    overrides: tuple[str, ...]
    lock_months: int | None
    steps: tuple[str, ...]


class EvaluationResult(Part):
    """Everything an evaluation found, each figure with its steps."""

    scheme: str
    version: str
    official: bool
    on: date
    scores: tuple[Score, ...]
    vetoes: tuple[VetoResult, ...]
    classes: tuple[ClassTotal, ...]
    points: Decimal | None
    low: Decimal
    high: Decimal
    maximum: Decimal
    shown: str
    gates: tuple[GateResult, ...]
    verdict: Verdict
    verdict_label: str
    grade: Grade | None
