from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from gateway.web import words
from shared.contracts.clocks import ClockState
from shared.contracts.figures import FigureState, Period
from shared.times import SHANGHAI

NOW = datetime(2026, 7, 21, 10, 32, tzinfo=SHANGHAI)


def test_unknown_is_never_shown_as_zero() -> None:
    readings = {state: words.reading(None, state, "批次") for state in FigureState}
    assert readings[FigureState.MISSING].text == "暂无数据"
    assert readings[FigureState.NOT_APPLICABLE].text == "不适用"
    assert readings[FigureState.NOT_DUE].text == "未到期"
    assert readings[FigureState.VALUE].text == "暂无数据", "a value that is not there is missing"
    assert all(reading.unit == "" for reading in readings.values())


def test_zero_is_said_as_zero_with_its_unit() -> None:
    assert words.reading(Decimal(0), FigureState.ZERO, "起") == words.Reading("0", "起", "zero")


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [("1234567", 0, "1,234,567"), ("98.85", 1, "98.8"), ("98.75", 1, "98.8"), ("0.35", 1, "0.4"), ("100", 1, "100.0")],
)
def test_numbers_are_rounded_half_even_and_grouped(value: str, decimals: int, text: str) -> None:
    assert words.reading(Decimal(value), FigureState.VALUE, "%", decimals).text == text


def test_an_estimate_says_about_and_drops_decimals() -> None:
    assert words.reading(Decimal("40.2"), FigureState.VALUE, "%", 1, estimate=True).text == "约40"


def test_a_small_sample_shows_its_interval_and_a_large_one_does_not() -> None:
    low, high = Decimal("75.0"), Decimal("97.84")
    assert words.share_note(Decimal(23), Decimal(25), low, high) == "23 ÷ 25，样本少，95%区间75.0–97.8%"
    assert words.share_note(Decimal(988), Decimal(1000), low, high) == "988 ÷ 1,000"
    assert words.share_note(Decimal(988), None) == ""


def test_a_change_is_signed_and_names_the_period_it_is_against() -> None:
    third = Period.parse("2026-Q3")
    assert words.change(Decimal("84.2"), Decimal("78.4"), "%", 1, third) == "+5.8个百分点，比第2季度"
    assert words.change(Decimal(90), Decimal(100), "批次", 0, third) == "−10批次，比第2季度"
    assert words.change(Decimal("98.84"), Decimal("98.83"), "%", 1, third) == "与第2季度持平"
    january = Period.parse("2026-01")
    assert words.change(Decimal(2), Decimal(1), "批次", 0, january) == "+1批次，比2025年12月"
    assert words.change(None, Decimal(1), "批次", 0, third) == ""


def test_rising_is_good_only_where_higher_is_better() -> None:
    assert words.direction(Decimal(2), Decimal(1), True) == "better"
    assert words.direction(Decimal(2), Decimal(1), False) == "worse"
    assert words.direction(Decimal(2), Decimal(1), None) == ""
    assert words.direction(Decimal(1), Decimal(1), True) == ""


def test_times_say_the_day_only_when_it_is_not_today() -> None:
    assert words.clock_time(NOW, NOW) == "10:32"
    assert words.clock_time(NOW + timedelta(days=3), NOW) == "7月24日 10:32"
    assert words.clock_time(NOW - timedelta(days=365), NOW) == "2025年7月21日 10:32"


def test_a_running_clock_says_what_is_left_and_when_it_is_due() -> None:
    clock = words.clock_words("送检期", NOW + timedelta(days=3), NOW, remaining_working_days=3, verified=True)
    assert (clock.kind, clock.words) == ("running", "还剩3个工作日，7月24日 10:32 到期")


def test_the_four_hours_of_the_seller_count_in_minutes_and_warn() -> None:
    clock = words.clock_words("申请复检", NOW + timedelta(hours=3, minutes=12), NOW)
    assert (clock.kind, clock.words) == ("soon", "还剩3小时12分，今天 13:44 到期")


def test_an_overdue_clock_says_by_how_long() -> None:
    clock = words.clock_words("送检期", NOW - timedelta(days=2, hours=1), NOW)
    assert (clock.kind, clock.words) == ("overdue", "已超期2天1小时，7月19日 09:32 到期")


def test_a_paused_clock_says_why_and_an_unread_rule_says_so() -> None:
    clock = words.clock_words("整改期", NOW, NOW, state=ClockState.PAUSED, paused_because="等待检验报告")
    assert (clock.kind, clock.words, clock.note) == ("paused", "已暂停：等待检验报告", "依据待核实")


def test_a_clock_that_was_met_is_not_overdue_afterwards() -> None:
    clock = words.clock_words("告知期", NOW - timedelta(days=1), NOW, state=ClockState.MET)
    assert (clock.kind, clock.words) == ("done", "已办结，限期为7月20日 10:32")


def test_a_clock_that_was_met_late_says_by_how_much() -> None:
    due = NOW - timedelta(days=5)
    late = words.clock_words(
        "告知期", due, NOW, state=ClockState.MET, late=True, closed_at=due + timedelta(days=2, hours=3)
    )
    assert (late.kind, late.words) == ("late", "已办结，超期2天3小时，限期为7月16日 10:32")
    in_time = words.clock_words("告知期", due, NOW, state=ClockState.MET, closed_at=due - timedelta(hours=1))
    assert (in_time.kind, in_time.words) == ("done", "已办结，限期为7月16日 10:32")


def test_midnight_belongs_to_the_day_that_ends_with_it() -> None:
    midnight = datetime(2026, 7, 22, tzinfo=SHANGHAI)

    def said(due_at: datetime) -> str:
        return words.clock_words("送检期", due_at, NOW).words

    assert said(midnight) == "还剩13小时28分，今天 24:00 到期"
    assert said(midnight + timedelta(days=5)).endswith("7月26日 24:00 到期")
    assert said(midnight - timedelta(days=1)).endswith("7月20日 24:00 到期")
