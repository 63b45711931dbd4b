"""Progress against time, and forecasts that say how little a few weeks tell."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sampling.plans.progress.rules import (
    Elapsed,
    Forecast,
    Outlook,
    Pace,
    Tally,
    behind,
    expected_by_now,
    forecast,
    outlook_of,
    pace_of,
)

HALF = Elapsed(73, 146)


@pytest.mark.parametrize(
    ("day", "days", "of", "left"),
    [
        (date(2025, 12, 31), 0, 365, 365),
        (date(2026, 1, 1), 1, 365, 364),
        (date(2028, 12, 30), 365, 366, 1),
        (date(2027, 5, 1), 365, 365, 0),
    ],
)
def test_how_much_of_the_plans_year_has_passed(day: date, days: int, of: int, left: int) -> None:
    elapsed = Elapsed.at(2028 if day.year == 2028 else 2026, day)
    assert (elapsed.days, elapsed.of, elapsed.left) == (days, of, left)


@pytest.mark.parametrize(
    ("planned", "taken", "elapsed", "pace"),
    [
        (None, 5, HALF, Pace.MISSING),
        (10, 0, Elapsed(0, 365), Pace.NOT_DUE),
        (10, 10, HALF, Pace.REACHED),
        (10, 5, HALF, Pace.ON_TRACK),
        (10, 4, HALF, Pace.BEHIND),
        (10, 9, Elapsed(365, 365), Pace.MISSED),
    ],
)
def test_the_pace_of_a_target(planned: int | None, taken: int, elapsed: Elapsed, pace: Pace) -> None:
    assert pace_of(planned, taken, elapsed) is pace


@given(planned=st.integers(1, 10**6), days=st.integers(0, 365))
def test_what_time_asks_for_runs_from_nothing_to_all(planned: int, days: int) -> None:
    expected = expected_by_now(planned, Elapsed(days, 365))
    assert 0 <= expected <= planned
    assert abs(expected - Decimal(planned * days) / 365) <= Decimal("0.05")


def test_steady_weeks_go_on_steadily() -> None:
    """20 weeks to come after 8 weeks of 10: 200 more, ±1.645·√(10·(20 + 400/8)) = ±43.5."""
    assert forecast(Tally(100, 0, (10,) * 8), Elapsed(365 - 140, 365)) == Forecast(300, 256, 344)


def test_weeks_that_scatter_make_the_interval_wider() -> None:
    elapsed = Elapsed(200, 365)
    calm, wild = (forecast(Tally(100, 0, weeks), elapsed) for weeks in [(10,) * 8, (0, 40, 0, 0, 40, 0, 0, 0)])
    assert calm is not None
    assert wild is not None
    assert calm.expected == wild.expected
    assert wild.low < calm.low < calm.high < wild.high


def test_weeks_without_a_sample_do_not_prove_that_none_will_come() -> None:
    seen = forecast(Tally(7, 0, (0,) * 6), Elapsed(365 - 70, 365))
    assert seen == Forecast(7, 7, 12), "rule of three: 3/6 a week for ten weeks"


def test_three_weeks_are_too_few_and_a_year_that_is_over_is_known() -> None:
    assert forecast(Tally(30, 0, (10, 10, 10)), Elapsed(21, 365)) is None
    assert forecast(Tally(30, 0, (10,) * 8), Elapsed(365, 365)) == Forecast(30, 30, 30)


@given(
    taken=st.integers(0, 5000),
    weekly=st.lists(st.integers(0, 300), min_size=4, max_size=26),
    days=st.integers(28, 365),
)
def test_a_forecast_never_takes_samples_back(taken: int, weekly: list[int], days: int) -> None:
    seen = forecast(Tally(taken, 0, tuple(weekly)), Elapsed(days, 365))
    assert seen is not None
    assert taken <= seen.low <= seen.expected <= seen.high


@pytest.mark.parametrize(
    ("planned", "seen", "outlook"),
    [
        (None, Forecast(5, 5, 5), Outlook.UNKNOWN),
        (10, None, Outlook.UNKNOWN),
        (10, Forecast(12, 10, 14), Outlook.LIKELY),
        (10, Forecast(9, 8, 10), Outlook.OPEN),
        (10, Forecast(8, 7, 9), Outlook.UNLIKELY),
    ],
)
def test_the_outlook_is_as_sure_as_its_interval(planned: int | None, seen: Forecast | None, outlook: Outlook) -> None:
    assert outlook_of(planned, seen) is outlook


def test_who_lags_most_stands_first_and_who_has_no_target_does_not_lag() -> None:
    goals = [("甲", 100, 40), ("乙", 10, 1), ("丙", None, 0), ("丁", 10, 5), ("戊", 10, 10)]
    assert behind(goals, HALF) == ["乙", "甲"]


def test_whole_weeks_only_are_looked_back_on() -> None:
    first = date(2026, 1, 1)
    assert [Elapsed.at(2026, first + timedelta(days=days)).weeks(8) for days in (5, 6, 60, 300)] == [0, 1, 8, 8]
