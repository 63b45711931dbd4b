"""Working days: pure day arithmetic over the State Council's yearly holiday notices (国务院办公厅放假通知).

A notice names only the exceptions to the week: days off (放假) and make-up workdays (调休上班). Every other day follows
its weekday. A year without a notice is counted by weekday alone and every answer that touched it says ``provisional``,
because Spring Festival will move it. A day is a day in Asia/Shanghai.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import NamedTuple

ONE_DAY = timedelta(days=1)
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One exception to the week, as a notice prints it: a day off or a make-up workday, and for which holiday."""

    day: date
    working: bool
    name: str


class ReckonedDay(NamedTuple):
    """A day found by counting; ``provisional`` when a year on the way has no notice yet."""

    day: date
    provisional: bool


class ReckonedCount(NamedTuple):
    """A number of working days; ``provisional`` when a year on the way has no notice yet."""

    days: int
    provisional: bool


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """The exceptions by day, and the years whose notice is loaded."""

    exceptions: Mapping[date, CalendarDay]
    published_years: frozenset[int]

    @classmethod
    def of(cls, days: Iterable[CalendarDay], published_years: Iterable[int]) -> "WorkingCalendar":
        """Build from day rows; of two rows for one day the later wins (next year's notice may move 31 December)."""
        return cls(MappingProxyType({row.day: row for row in days}), frozenset(published_years))

    def is_working_day(self, day: date) -> bool:
        """Whether offices work on ``day``: the notice decides, otherwise Monday to Friday."""
        exception = self.exceptions.get(day)
        return exception.working if exception else day.weekday() < SATURDAY

    def is_provisional(self, first: date, last: date) -> bool:
        """Whether any year from ``first`` to ``last`` has no notice."""
        return any(year not in self.published_years for year in range(first.year, last.year + 1))

    def next_working_day(self, day: date) -> ReckonedDay:
        """Give ``day`` itself if it is a working day, otherwise the first one after it."""
        found = day
        while not self.is_working_day(found):
            found += ONE_DAY
        return ReckonedDay(found, self.is_provisional(day, found))

    def add_working_days(self, day: date, count: int) -> ReckonedDay:
        """Give the ``count``-th working day after ``day`` (``day`` itself is never counted; 0 gives ``day``).

        Raises ValueError for a negative count.
        """
        if count < 0:
            raise ValueError(f"工作日数不能为负数：{count}。请填写 0 或正整数。")
        found, left = day, count
        while left:
            found += ONE_DAY
            left -= self.is_working_day(found)
        return ReckonedDay(found, count > 0 and self.is_provisional(day + ONE_DAY, found))

    def working_days_between(self, start: date, end: date) -> ReckonedCount:
        """Count the working days after ``start`` up to and including ``end``; negative when ``end`` is earlier."""
        first, last = min(start, end), max(start, end)
        days = sum(self.is_working_day(first + ONE_DAY * step) for step in range(1, (last - first).days + 1))
        provisional = first < last and self.is_provisional(first + ONE_DAY, last)
        return ReckonedCount(days if start <= end else -days, provisional)


def faults_of_notice(year: int, days: Sequence[CalendarDay]) -> list[tuple[str, str]]:
    """Give what cannot be so in a notice for ``year``, as pairs of a JSON pointer and a Chinese sentence.

    A notice names days of its year or of the December before; each day once; a make-up workday is a Saturday or Sunday.
    """
    faults, seen = [], set[date]()
    for index, row in enumerate(days):
        if row.day.year != year and (row.day.year, row.day.month) != (year - 1, 12):
            faults.append((f"/days/{index}/day", f"{row.day} 不在 {year} 年（或上年 12 月）内，请改正日期"))
        if row.day in seen:
            faults.append((f"/days/{index}/day", f"{row.day} 写了两次，请只保留一行"))
        if row.working and row.day.weekday() < SATURDAY:
            faults.append((f"/days/{index}/working", f"{row.day} 不是周六、周日，不能是调休上班日"))
        seen.add(row.day)
    if all(row.working for row in days):
        faults.append(("/days", "放假通知里没有放假日，请照通知补全"))
    return faults
