"""Time as the field reads it: instants are UTC with a zone, a day is a day in Asia/Shanghai."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
_FIRST, _LAST = datetime.min.replace(tzinfo=SHANGHAI), datetime.max.replace(tzinfo=SHANGHAI)


def now() -> datetime:
    """The present instant, in UTC."""
    return datetime.now(UTC)


def in_shanghai(instant: datetime) -> datetime:
    """`instant` in Asia/Shanghai. Hours that lie beyond the calendar there count as its first or last moment, so that
    a clock that is centuries off is told and refused as any other wrong time.
    """
    try:
        return instant.astimezone(SHANGHAI)
    except (OverflowError, ValueError):
        return _LAST if instant.year > 1 else _FIRST


def day_of(instant: datetime) -> date:
    """The calendar day in Asia/Shanghai on which `instant` falls."""
    return in_shanghai(instant).date()


def last_day(end: datetime) -> date:
    """The last day in Asia/Shanghai of a time that ends at `end`: its midnight is the 24:00 of the day before."""
    return day_of(end - timedelta.resolution)


def start_of_day(day: date) -> datetime:
    """The first instant of `day` in Asia/Shanghai."""
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)


def in_words(instant: datetime) -> str:
    """A moment as people here write it, in Asia/Shanghai: `2026年7月24日 09:30`."""
    local = in_shanghai(instant)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"
