"""Adding up what is overdue: by place, by who gave the time limit, by how long. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

Key = TypeVar("Key")

BANDS = (7, 30, 90)
"""Whole days up to which a band goes; the last one has no end. How the board is cut, no legal length."""


@dataclass(frozen=True, slots=True)
class Counted:
    """So many corrections of one place and officer, overdue for so many whole days."""

    place: str
    officer_id: UUID | None
    officer_name: str
    days: int
    number: int


@dataclass
class Tally:
    """How many are overdue, and how many of them in each band of days."""

    total: int = 0
    bands: list[int] = field(default_factory=lambda: [0] * (len(BANDS) + 1))
    oldest_days: int = 0

    def add(self, days: int, number: int) -> None:
        self.total += number
        self.bands[sum(days >= bound for bound in BANDS)] += number
        self.oldest_days = max(self.oldest_days, days)


def tallied(rows: Iterable[Counted]) -> tuple[Tally, dict[str, Tally], dict[tuple[UUID | None, str], Tally]]:
    """All of them, by place, by officer; the fullest first, of as many the one with the oldest."""
    everything = Tally()
    places: dict[str, Tally] = {}
    officers: dict[tuple[UUID | None, str], Tally] = {}
    for row in rows:
        everything.add(row.days, row.number)
        places.setdefault(row.place, Tally()).add(row.days, row.number)
        officers.setdefault((row.officer_id, row.officer_name), Tally()).add(row.days, row.number)
    return everything, _fullest_first(places), _fullest_first(officers)


def _fullest_first(tallies: dict[Key, Tally]) -> dict[Key, Tally]:
    return dict(sorted(tallies.items(), key=lambda each: (-each[1].total, -each[1].oldest_days, str(each[0]))))
