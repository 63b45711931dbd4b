"""Moments as EPCIS writes them: ISO 8601 with a zone. Pure."""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

_FORM = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,12}))?(Z|[+-]\d\d:\d\d)", re.ASCII)
OFFSET = re.compile(r"[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00)", re.ASCII)
"""A difference from UTC, as `eventTimeZoneOffset` has it."""


@lru_cache(maxsize=4096)
def read_time(text: str) -> datetime | None:
    """The moment, in UTC, to the microsecond (further digits are cut); None when the text is none.

    A zone is needed. 24:00:00 and a leap second are read as the next second that the calendar has.
    """
    found = _FORM.fullmatch(text)
    if found is None or (offset := _offset(found[8])) is None:
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return _on_the_edge(found, offset)


def _on_the_edge(found: re.Match[str], offset: timedelta) -> datetime | None:
    """A moment that the calendar has only as the next second."""
    year, month, day, hour, minute, second = map(int, found.groups()[:6])
    extra = timedelta()
    if second == 60:
        second, extra = 59, timedelta(seconds=1)
    if hour == 24:
        if minute or second:
            return None
        hour, extra = 0, extra + timedelta(days=1)
    fraction = (found[7] or "").ljust(6, "0")[:6]
    try:
        local = datetime(year, month, day, hour, minute, second, int(fraction), tzinfo=UTC)
        return local + extra - offset
    except (ValueError, OverflowError):
        return None


@lru_cache(maxsize=256)
def _offset(text: str) -> timedelta | None:
    if text == "Z":
        return timedelta()
    if not OFFSET.fullmatch(text):
        return None
    sign = -1 if text[0] == "-" else 1
    return sign * timedelta(hours=int(text[1:3]), minutes=int(text[4:6]))
