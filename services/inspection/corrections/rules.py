"""Time limits of corrections and moments of their steps. Pure.

The law gives no length for a correction: 食品生产经营监督检查管理办法第三十三条 asks for a written time limit and
leaves it to the document. So every length here is what a document states.
"""

from dataclasses import dataclass
from datetime import date, datetime

from shared.contracts.clocks import LengthUnit
from shared.times import day_of, in_words

DEADLINE_CODES = {
    LengthUnit.WORKING_DAY: "correction_deadline_working_days",
    LengthUnit.CALENDAR_DAY: "correction_deadline_calendar_days",
}
LAST_ORDINARY_ORDER = 2
"""Two deadlines are given in the ordinary course; another one only after somebody has escalated."""


class ImpossibleMoment(ValueError):  # noqa: N818 (what was given, not what went wrong)
    """A step is said to have happened when it cannot have; the message (Chinese) gives both times."""


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """What a document states: so many units, counted from the day after it."""

    length: int
    unit: LengthUnit

    @property
    def code(self) -> str:
        """The rule by which it is counted."""
        return DEADLINE_CODES[self.unit]

    @property
    def in_words(self) -> str:
        return f"{self.length}{self.unit.label}"


def limit_until(last_day: date, ordered_at: datetime) -> TimeLimit | None:
    """The limit of a document that names its last day; None for a day not after that of the order."""
    days = (last_day - day_of(ordered_at)).days
    return TimeLimit(days, LengthUnit.CALENDAR_DAY) if days >= 1 else None


def moment_of(given: datetime | None, present: datetime, since: datetime, what: str) -> datetime:
    """When a step counts: as `given`, by default at `present`; not in the future, not before `since`, when `what` was.

    People write minutes, so what happened in the minute of `since` counts as following it at once. A terminal's clock
    may be fast: a `since` in the future asks for nothing more than the present. Raises `ImpossibleMoment`.
    """
    since = min(since, present)
    at = given or present
    if at > present:
        raise ImpossibleMoment(f"不能晚于现在 {in_words(present)}，现为 {in_words(at)}")
    if at < since.replace(second=0, microsecond=0):
        raise ImpossibleMoment(f"不能早于“{what}”的时间 {in_words(since)}，现为 {in_words(at)}，请核对")
    return max(at, since)


def is_overdue_ended(due_at: datetime, *ends: datetime | None) -> tuple[date, date | None] | None:
    """From which day (Asia/Shanghai) a deadline was overdue and on which it no longer was; None if it never was.

    `ends` are what ended it: done, replaced by another deadline, closed; None for what has not happened.
    """
    happened = [end for end in ends if end is not None]
    end = min(happened, default=None)
    if end is not None and end <= due_at:
        return None
    return day_of(due_at), day_of(end) if end is not None else None
