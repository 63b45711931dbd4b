"""Moments and days, also those of clocks that are centuries off."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.times import day_of, in_words, last_day

ZONES = st.integers(-14, 14).map(lambda hours: timezone(timedelta(hours=hours)))


def test_a_day_begins_at_midnight_in_shanghai() -> None:
    assert day_of(datetime(2026, 7, 23, 15, 59, 59, tzinfo=UTC)) == date(2026, 7, 23)
    assert day_of(datetime(2026, 7, 23, 16, tzinfo=UTC)) == date(2026, 7, 24)
    assert in_words(datetime(2026, 7, 24, 1, 30, tzinfo=UTC)) == "2026年7月24日 09:30"


def test_the_end_of_a_day_belongs_to_it() -> None:
    midnight = datetime(2026, 12, 18, 16, tzinfo=UTC)
    assert last_day(midnight) == date(2026, 12, 18), "24:00 of the eighteenth"
    assert last_day(midnight + timedelta(hours=1)) == date(2026, 12, 19)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime.max.replace(tzinfo=UTC), date.max),
        (datetime.max.replace(tzinfo=timezone(-timedelta(hours=12))), date.max),
        (datetime.min.replace(tzinfo=timezone(timedelta(hours=14))), date.min),
    ],
)
def test_hours_beyond_the_calendar_count_as_its_first_or_last_day(moment: datetime, day: date) -> None:
    assert day_of(moment) == day
    assert in_words(moment).startswith(f"{day.year}年{day.month}月{day.day}日")


@given(st.datetimes(timezones=ZONES))
def test_every_moment_that_can_be_written_has_a_day(moment: datetime) -> None:
    assert abs((day_of(moment) - moment.date()).days) <= 1
