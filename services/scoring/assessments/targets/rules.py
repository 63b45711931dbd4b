"""Where a target stands and where its course leads. Pure; compared unrounded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction


class Aim(StrEnum):
    """What is promised. A fact promises nothing: it is where the plan began."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    FACT = "fact"


class Outlook(StrEnum):
    """Where a target stands. Without two readings on different days nobody can say where it leads."""

    REACHED = "reached"
    ON_COURSE = "on_course"
    BEHIND = "behind"
    MISSED = "missed"
    UNKNOWN = "unknown"
    FACT = "fact"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Outlook.REACHED: "已达到",
    Outlook.ON_COURSE: "预计能达到",
    Outlook.BEHIND: "预计达不到",
    Outlook.MISSED: "到期未达到",
    Outlook.UNKNOWN: "尚不能判断",
    Outlook.FACT: "起点数",
}


@dataclass(frozen=True, slots=True)
class Reading:
    on: date
    value: Decimal


@dataclass(frozen=True, slots=True)
class Prospect:
    """The last reading that counts, and what the course comes to on the due day; null where nobody knows."""

    outlook: Outlook
    latest: Reading | None
    forecast: Decimal | None


def prospect(
    aim: Aim, target: Decimal | None, due_on: date | None, readings: Sequence[Reading], today: date, *, is_share: bool
) -> Prospect:
    """Where a target stands today. `readings`: one a day, any order; what was read after the due day does not count.

    `is_share`: percentages, so that no course leads below 0 or above 100.
    """
    counted = sorted((one for one in readings if due_on is None or one.on <= due_on), key=lambda one: one.on)
    latest = counted[-1] if counted else None
    if aim is Aim.FACT or target is None:
        return Prospect(Outlook.FACT, latest, None)
    if latest is not None and _holds(aim, latest.value, target):
        return Prospect(Outlook.REACHED, latest, None)
    if due_on is not None and today > due_on:
        return Prospect(Outlook.UNKNOWN if latest is None else Outlook.MISSED, latest, None)
    ahead = None if due_on is None else forecast(counted, due_on, is_share=is_share)
    if ahead is None:
        return Prospect(Outlook.UNKNOWN, latest, None)
    return Prospect(Outlook.ON_COURSE if _holds(aim, ahead, target) else Outlook.BEHIND, latest, ahead)


def forecast(readings: Sequence[Reading], on: date, *, is_share: bool) -> Decimal | None:
    """The straight line of least squares through the readings, on a day; None without two different days."""
    days = [Fraction(one.on.toordinal()) for one in readings]
    values = [Fraction(one.value) for one in readings]
    if len(set(days)) < 2:
        return None
    day, value = sum(days, Fraction(0)) / len(days), sum(values, Fraction(0)) / len(values)
    spread = sum(((one - day) ** 2 for one in days), Fraction(0))
    slope = sum(((one - day) * (two - value) for one, two in zip(days, values, strict=True)), Fraction(0)) / spread
    ahead = value + slope * (on.toordinal() - day)
    if is_share:
        ahead = min(max(ahead, Fraction(0)), Fraction(100))
    return Decimal(ahead.numerator) / Decimal(ahead.denominator)


def _holds(aim: Aim, value: Decimal, target: Decimal) -> bool:
    return value >= target if aim is Aim.AT_LEAST else value <= target
