"""Quarters in which a supervision visit is owed, and those in which none was made. Pure."""

from collections.abc import Iterable, Iterator
from datetime import date

from services.inspection.grid.periods import Stretch
from shared.contracts.figures import Period, PeriodKind


def owed_quarters(days: Stretch, until: date) -> Iterator[Period]:
    """The quarters that lie wholly within an assignment and have begun by a day, the first one first.

    A quarter in which the assignment began or ended owes nothing: nobody had the whole of it.
    """
    quarter = Period.containing(days.since, PeriodKind.QUARTER)
    while quarter.first <= until:
        if days.covers(Stretch(quarter.first, quarter.end)):
            yield quarter
        quarter = Period(PeriodKind.QUARTER, quarter.end)


def visits_in(quarter: Period, visited_on: Iterable[date]) -> int:
    return sum(1 for day in visited_on if quarter.first <= day < quarter.end)


def standing(quarter: Period, visits: int, required: int, today: date) -> bool | None:
    """Whether a quarter was met; None while it may still be."""
    if visits >= required:
        return True
    return False if quarter.end <= today else None
