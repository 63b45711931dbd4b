"""Hours of a person's year against what is required, and when an exam may be sat again. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from services.inspection.grid.periods import Stretch


class ImpossibleAttempt(ValueError):  # noqa: N818 (what was asked, not what went wrong)
    """The exam cannot be sat so; the message (Chinese) says why."""


@dataclass(frozen=True, slots=True)
class YearOfHours:
    """A person's hours in a year. `required` is None where no rule asks for any: then nothing is met or missed."""

    required: Decimal | None
    hours: Decimal

    @property
    def met(self) -> bool | None:
        return None if self.required is None else self.hours >= self.required

    @property
    def missing(self) -> Decimal:
        return max(Decimal(0), (self.required or Decimal(0)) - self.hours)


def hours_that_count(attendances: Iterable[tuple[Any, int, Decimal]]) -> Decimal:
    """The sum over sessions (any key) of the hours last recorded: a later number corrects the one before."""
    latest: dict[Any, tuple[int, Decimal]] = {}
    for session, number, hours in attendances:
        if session not in latest or latest[session][0] < number:
            latest[session] = (number, hours)
    return sum((hours for _, hours in latest.values()), Decimal(0))


def on_roster_for(days: Stretch, year: int, today: date) -> bool:
    """Whether somebody counts for a year: he is on the roster at its end, or today while it is not over."""
    end = min(date(year, 12, 31), today)
    return days.holds(end)


def next_attempt(results: Sequence[bool]) -> int:
    """The number of a person's next attempt at an exam, after those that were passed or not. Raises
    `ImpossibleAttempt`.
    """
    if any(results):
        raise ImpossibleAttempt("这次考试已经合格，不再补考")
    return len(results) + 1


def shares(counts: Mapping[str, int]) -> dict[str, Decimal | None]:
    """The three rates of a roster in percent: trained, examined, passed of those examined; None for none of none."""
    return {
        "trained": _percent(counts["trained"], counts["persons"]),
        "examined": _percent(counts["examined"], counts["persons"]),
        "passed": _percent(counts["passed"], counts["examined"]),
    }


def _percent(part: int, whole: int) -> Decimal | None:
    return None if whole == 0 else (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.01"))
