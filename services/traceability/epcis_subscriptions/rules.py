"""When a scheduled subscription is due, and how long a failing one waits. Pure.

A schedule's fields are lists of numbers and ranges (EPCIS 2.0 §8.2.5.3: `5`, `1,15`, `[1-5]`; `1-5`, `0/30` and `*` are
read as well). A time matches when all fields do. Fields finer than the finest one given are zero, so that
`{"hour": "1", "minute": "5"}` is once a day; coarser ones that are missing are open. The clock is Asia/Shanghai's.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from shared.times import SHANGHAI

FIELDS: Mapping[str, tuple[int, int]] = {
    "month": (1, 12),
    "dayOfMonth": (1, 31),
    "dayOfWeek": (1, 7),
    "hour": (0, 23),
    "minute": (0, 59),
    "second": (0, 59),
}
_FINER = ("hour", "minute", "second")
_ELEMENT = re.compile(r"(?:(?P<any>\*)|\[?(?P<first>\d{1,2})(?:-(?P<last>\d{1,2}))?\]?)(?:/(?P<step>\d{1,2}))?")
_MOST_DAYS = 366 * 9  # 29 February on a given weekday may be eight years away, and more over 2100

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=10), timedelta(hours=1)
MOST_FAILURES = 20
"""Failures in a row after which a subscription is paused: about half a day."""


class BadSchedule(ValueError):  # noqa: N818 (what was given, not what went wrong)
    """A field that cannot be read, or a schedule that never comes; `field` says which, the message (Chinese) why."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Schedule:
    """The values of each field at which it is due."""

    months: frozenset[int]
    days: frozenset[int]
    weekdays: frozenset[int]
    hours: tuple[int, ...]
    minutes: tuple[int, ...]
    seconds: tuple[int, ...]

    def next_after(self, instant: datetime) -> datetime:
        """The first time after `instant` at which it is due, in UTC. Raises `BadSchedule` when there is none."""
        start = instant.astimezone(SHANGHAI).replace(microsecond=0) + timedelta(seconds=1)
        for ahead in range(_MOST_DAYS):
            day = start.date() + timedelta(days=ahead)
            if day.month in self.months and day.day in self.days and day.isoweekday() in self.weekdays:
                earliest = (start.hour, start.minute, start.second) if ahead == 0 else (0, 0, 0)
                for hour in self.hours:
                    for minute in self.minutes:
                        for second in self.seconds:
                            if (hour, minute, second) >= earliest:
                                due = datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=SHANGHAI)
                                return due.astimezone(UTC)
        raise BadSchedule("dayOfMonth", "这样的日期永远不会到来，请核对月、日、星期")


def read_schedule(fields: Mapping[str, str]) -> Schedule:
    """The schedule of `fields`. Raises `BadSchedule`."""
    if not fields:
        raise BadSchedule("", "schedule 至少要有 second、minute、hour、dayOfMonth、month、dayOfWeek 之一")
    finest = max((_FINER.index(name) for name in fields if name in _FINER), default=-1)
    values = {}
    for name, (low, high) in FIELDS.items():
        if name in fields:
            values[name] = _values(name, fields[name], low, high)
        elif name in _FINER and _FINER.index(name) > finest:
            values[name] = [0]
        else:
            values[name] = list(range(low, high + 1))
    return Schedule(
        months=frozenset(values["month"]),
        days=frozenset(values["dayOfMonth"]),
        weekdays=frozenset(values["dayOfWeek"]),
        hours=tuple(values["hour"]),
        minutes=tuple(values["minute"]),
        seconds=tuple(values["second"]),
    )


def _values(name: str, text: str, low: int, high: int) -> list[int]:
    found: set[int] = set()
    for element in text.split(","):
        read = _ELEMENT.fullmatch(element.strip())
        if read is None:
            raise BadSchedule(name, "应为数字、范围 [1-5] 或以逗号隔开的列表")
        step = int(read["step"] or 1)
        first = low if read["any"] else int(read["first"])
        last = high if read["any"] or (read["step"] and not read["last"]) else int(read["last"] or first)
        if not low <= first <= last <= high or step < 1:
            raise BadSchedule(name, f"应在 {low} 到 {high} 之间，范围从小到大")
        found.update(range(first, last + 1, step))
    return sorted(found)


def pause_after(failures: int) -> timedelta:
    """How long to wait after so many failures in a row (from 1): doubling from ten seconds to an hour."""
    doublings: int = 2 ** min(failures - 1, 20)
    return min(FIRST_PAUSE * doublings, LONGEST_PAUSE)
