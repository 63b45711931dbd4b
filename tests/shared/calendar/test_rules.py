"""Working days as the State Council's notices make them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.calendar.rules import CalendarDay, WorkingCalendar
from shared.calendar.seed import seeded_notices

NOTICES = seeded_notices()
CALENDAR = WorkingCalendar.of((day for days in NOTICES.values() for day in days), NOTICES)
DAYS = st.dates(date(2004, 1, 1), date(2026, 6, 30))
COUNTS = st.integers(0, 90)


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (date(2026, 9, 21), 15, date(2026, 10, 19)),  # over 中秋 and 国庆 with the make-up Saturday 10 October
        (date(2026, 2, 9), 10, date(2026, 2, 28)),  # over 春节 with the make-up Saturdays 14 and 28 February
        (date(2026, 1, 1), 1, date(2026, 1, 4)),  # the first working day of 2026 is a make-up Sunday
    ],
)
def test_working_days_follow_the_notice_of_2026(start: date, count: int, end: date) -> None:
    assert CALENDAR.add_working_days(start, count) == (end, False)
    assert CALENDAR.working_days_between(start, end) == (count, False)


def test_every_make_up_workday_is_a_weekend_and_counts() -> None:
    make_up = [row for row in CALENDAR.exceptions.values() if row.working]
    assert len(make_up) == 150
    assert all(row.day.weekday() >= 5 and CALENDAR.is_working_day(row.day) for row in make_up)


def test_a_holiday_on_a_weekday_does_not_count() -> None:
    assert not CALENDAR.is_working_day(date(2026, 2, 17))
    assert CALENDAR.exceptions[date(2026, 2, 17)].name == "春节"


def test_a_year_without_a_notice_is_counted_by_weekday_and_says_so() -> None:
    end, provisional = CALENDAR.add_working_days(date(2026, 12, 10), 20)
    assert (end, provisional) == (date(2027, 1, 7), True)
    assert CALENDAR.add_working_days(date(2026, 12, 10), 15) == (date(2026, 12, 31), False)
    assert CALENDAR.next_working_day(date(2027, 1, 2)) == (date(2027, 1, 4), True)


def test_loading_the_notice_of_a_year_settles_what_was_provisional() -> None:
    new_year = CalendarDay(date(2027, 1, 1), working=False, name="元旦")
    loaded = WorkingCalendar.of([*CALENDAR.exceptions.values(), new_year], CALENDAR.published_years | {2027})
    assert loaded.add_working_days(date(2026, 12, 10), 20) == (date(2027, 1, 8), False)


def test_of_two_notices_for_one_day_the_later_one_holds() -> None:
    moved = CalendarDay(date(2026, 12, 31), working=False, name="元旦")
    loaded = WorkingCalendar.of([*CALENDAR.exceptions.values(), moved], CALENDAR.published_years)
    assert CALENDAR.is_working_day(date(2026, 12, 31))
    assert not loaded.is_working_day(date(2026, 12, 31))


def test_a_negative_number_of_working_days_is_refused() -> None:
    with pytest.raises(ValueError, match="负数"):
        CALENDAR.add_working_days(date(2026, 1, 5), -1)


@given(DAYS, COUNTS)
def test_counting_forward_and_counting_between_agree(start: date, count: int) -> None:
    end = CALENDAR.add_working_days(start, count).day
    assert CALENDAR.working_days_between(start, end).days == count
    assert CALENDAR.working_days_between(end, start).days == -count


@given(DAYS, COUNTS, COUNTS)
def test_counting_in_two_steps_is_counting_in_one(start: date, first: int, second: int) -> None:
    halfway = CALENDAR.add_working_days(start, first).day
    assert CALENDAR.add_working_days(halfway, second).day == CALENDAR.add_working_days(start, first + second).day


@given(DAYS, st.integers(1, 90))
def test_the_last_counted_day_is_a_working_day_after_the_start(start: date, count: int) -> None:
    end = CALENDAR.add_working_days(start, count).day
    assert end > start
    assert CALENDAR.is_working_day(end)


@given(DAYS)
def test_the_next_working_day_skips_only_days_off(day: date) -> None:
    found = CALENDAR.next_working_day(day).day
    assert CALENDAR.is_working_day(found)
    assert not any(CALENDAR.is_working_day(day + timedelta(n)) for n in range((found - day).days))
