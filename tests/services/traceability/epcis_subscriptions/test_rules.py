"""Schedules and addresses of subscriptions."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.traceability.epcis_subscriptions.rules import FIELDS, BadSchedule, pause_after, read_schedule
from shared.times import SHANGHAI


def shanghai(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=SHANGHAI)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("fields", "after", "due"),
    [
        ({"hour": "1", "minute": "5"}, shanghai(2026, 7, 24, 1, 5), shanghai(2026, 7, 25, 1, 5)),
        ({"hour": "1", "minute": "5"}, shanghai(2026, 7, 24, 1, 4, 59), shanghai(2026, 7, 24, 1, 5)),
        ({"second": "0/30"}, shanghai(2026, 7, 24, 9, 0, 1), shanghai(2026, 7, 24, 9, 0, 30)),
        ({"minute": "[0-10],30"}, shanghai(2026, 7, 24, 9, 11), shanghai(2026, 7, 24, 9, 30)),
        ({"dayOfWeek": "1"}, shanghai(2026, 7, 24), shanghai(2026, 7, 27)),
        ({"dayOfMonth": "31"}, shanghai(2026, 8, 31, 0, 0, 0), shanghai(2026, 10, 31)),
        ({"month": "2", "dayOfMonth": "29"}, shanghai(2026, 1, 1), shanghai(2028, 2, 29)),
        ({"hour": "*/12"}, shanghai(2026, 7, 24, 0, 0), shanghai(2026, 7, 24, 12)),
    ],
)
def test_a_schedule_is_due_at_the_next_matching_time(fields: dict[str, str], after: datetime, due: datetime) -> None:
    assert read_schedule(fields).next_after(after) == due


@pytest.mark.parametrize(
    "fields",
    [{}, {"hour": "24"}, {"minute": "x"}, {"minute": "[5-1]"}, {"second": ""}, {"dayOfWeek": "0"}, {"hour": "1;2"}],
)
def test_a_schedule_that_says_nothing_sensible_is_refused(fields: dict[str, str]) -> None:
    with pytest.raises(BadSchedule):
        read_schedule(fields)


def test_a_day_that_never_comes_is_refused() -> None:
    with pytest.raises(BadSchedule, match="永远不会到来"):
        read_schedule({"month": "2", "dayOfMonth": "30"}).next_after(shanghai(2026, 1, 1))


FIELD = st.sampled_from(["second", "minute", "hour", "dayOfMonth", "dayOfWeek"])


@given(
    st.dictionaries(FIELD, st.integers(1, 6), min_size=1, max_size=3),
    st.integers(0, 31_000_000),
)
def test_the_next_time_matches_and_is_later(given_fields: dict[str, int], seconds: int) -> None:
    instant = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    due = read_schedule({name: str(value) for name, value in given_fields.items()}).next_after(instant)
    local = due.astimezone(SHANGHAI)
    told = {"second": local.second, "minute": local.minute, "hour": local.hour, "dayOfMonth": local.day}
    told["dayOfWeek"] = local.isoweekday()
    assert due > instant
    assert all(told[name] == value for name, value in given_fields.items())
    assert set(given_fields) <= set(FIELDS)


def test_pauses_grow_to_an_hour_and_no_further() -> None:
    pauses = [pause_after(failures) for failures in range(1, 50)]
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (timedelta(seconds=10), timedelta(hours=1))
