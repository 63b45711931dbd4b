"""What a recall must have done, how well it worked, and what its scope is bound to. Pure."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from services.traceability.units.codes import comparable_units, converted
from shared.contracts.traceability import RecallLevel, RecallState

SCOPE_FORMAT = "shian-recall-scope/1"
_SHARE = Decimal("0.01")


class Step(StrEnum):
    """What may happen to a recall, as its history tells it."""

    OPENED = "opened"
    GRADED = "graded"
    HELD = "held"
    NOTIFIED = "notified"
    EXTENDED = "extended"
    ACKNOWLEDGED = "acknowledged"
    REPORTED = "reported"
    VERIFIED = "verified"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return {
            "opened": "立项，冻结召回范围",
            "graded": "定级",
            "held": "锁定批次",
            "notified": "发出召回通知",
            "extended": "扩大召回范围",
            "acknowledged": "确认收到通知",
            "reported": "报告库存、退回、销毁",
            "verified": "现场核实",
            "closed": "召回结束",
            "withdrawn": "撤销召回",
        }[self]


AFTER: Mapping[Step, frozenset[RecallState]] = {
    Step.GRADED: frozenset({RecallState.OPEN, RecallState.NOTIFIED}),
    Step.NOTIFIED: frozenset({RecallState.OPEN}),
    Step.EXTENDED: frozenset({RecallState.OPEN, RecallState.NOTIFIED}),
    Step.ACKNOWLEDGED: frozenset({RecallState.NOTIFIED}),
    Step.REPORTED: frozenset({RecallState.NOTIFIED}),
    Step.VERIFIED: frozenset({RecallState.NOTIFIED}),
    Step.WITHDRAWN: frozenset({RecallState.OPEN, RecallState.NOTIFIED}),
}
"""In which states a step is possible. A recall is closed from `notified`, a rehearsal from `open`."""


def closes_from(*, rehearsal: bool) -> RecallState:
    return RecallState.OPEN if rehearsal else RecallState.NOTIFIED


def canonical(value: Any) -> bytes:
    """The one spelling that is hashed: JSON, UTF-8, keys sorted, no blanks. Amounts stand as texts."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def sha256(value: Any) -> str:
    return hashlib.sha256(canonical(value)).hexdigest()


class Line(NamedTuple):
    """What a holder had of one thing, by the records, and what he has reported. None: not known, not reported."""

    key: str
    unit: str
    taken_in: Decimal
    left: Decimal | None
    sold: Decimal
    stock: Decimal | None
    returned: Decimal | None
    destroyed: Decimal | None

    @property
    def is_reported(self) -> bool:
        return self.stock is not None

    @property
    def out(self) -> Decimal:
        """What he still had by the records, and what consumers have of him."""
        return max(self.left or Decimal(0), Decimal(0)) + self.sold

    @property
    def recovered(self) -> Decimal:
        return sum((part for part in (self.stock, self.returned, self.destroyed) if part), Decimal(0))


@dataclass(frozen=True, slots=True)
class NoticeFacts:
    """A notice as the rules look at it."""

    holder_name: str
    acknowledged: bool
    lines: Sequence[Line]
    evidence: int


class Recovered(NamedTuple):
    """How much of what was out has come back, in one unit; `share` in per cent, None where it cannot be told."""

    unit: str
    out: Decimal | None
    recovered: Decimal
    share: Decimal | None


class Missing(NamedTuple):
    code: str
    says: str


def share_of(part: int | Decimal, whole: int | Decimal) -> Decimal | None:
    """Per cent to two places; None of nothing."""
    return (Decimal(part) * 100 / Decimal(whole)).quantize(_SHARE, ROUND_HALF_UP) if whole else None


def recovery(lines: Iterable[Line]) -> list[Recovered]:
    """How much of what the records say was still out has been secured.

    Out is what holders still had by the records and what they had sold to consumers. Where a record does not say how
    much, what was out is not known, and no share is told.
    """
    by_unit: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        unit = next((known for known in by_unit if known in comparable_units(line.unit)), line.unit)
        by_unit[unit].append(line)
    found = []
    for unit, own in by_unit.items():
        known = all(line.left is not None for line in own)
        out = sum((converted(line.out, line.unit, unit) for line in own), Decimal(0))
        back = sum((converted(line.recovered, line.unit, unit) for line in own), Decimal(0))
        found.append(Recovered(unit, out if known else None, back, share_of(back, out) if known else None))
    return found


def missing(
    *, level: RecallLevel | None, rehearsal: bool, complete: bool, notices: Sequence[NoticeFacts]
) -> list[Missing]:
    """What a recall lacks before it may be closed. A rehearsal only needs its scope."""
    found = []
    if not complete:
        found.append(Missing("scope", "召回范围没有追到底：请由看得到后续记录的机关扩大范围，或写明范围已足够的理由"))
    if rehearsal:
        return found
    if level is None:
        found.append(Missing("level", "还没有定级"))
    for one in notices:
        if not one.acknowledged:
            found.append(Missing("acknowledgement", f"{one.holder_name}没有确认收到通知"))
        unreported = [line for line in one.lines if not line.is_reported]
        if unreported or not one.lines:
            found.append(Missing("report", f"{one.holder_name}没有报告库存、退回、销毁"))
        if any(line.stock for line in one.lines):
            found.append(Missing("stock", f"{one.holder_name}还有封存的库存没有退回或销毁"))
        if any(line.destroyed for line in one.lines) and not one.evidence:
            found.append(Missing("evidence", f"{one.holder_name}报告了销毁，没有凭据"))
    return found


class RehearsalScore(NamedTuple):
    minutes: Decimal
    links: int
    gaps: int
    score: Decimal


def rehearse(opened_at: datetime, closed_at: datetime, *, links: int, gaps: int) -> RehearsalScore:
    """How a rehearsal went: the minutes it took, and of 100 points what the links without a record leave."""
    minutes = (Decimal((closed_at - opened_at).total_seconds()) / 60).quantize(_SHARE, ROUND_HALF_UP)
    score = share_of(max(links - gaps, 0), links) if links else Decimal("0.00")
    assert score is not None
    return RehearsalScore(minutes, links, gaps, score)
