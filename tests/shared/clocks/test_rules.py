"""Statutory clocks: golden dates, and what must hold for every trigger, length, pause and extension."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.calendar.rules import CalendarDay, WorkingCalendar
from shared.calendar.seed import seeded_notices
from shared.clocks.rules import (
    Clock,
    ClockRule,
    ExtensionStep,
    StepNotAllowedError,
    Suspension,
    applicable,
    breached,
    due,
    ended,
    extend,
    pause,
    remaining,
    resume,
)
from shared.contracts.clocks import Authority, Effect, LengthUnit, StartRule
from shared.times import SHANGHAI, day_of, start_of_day

NOTICES = seeded_notices()
CALENDAR = WorkingCalendar.of((day for days in NOTICES.values() for day in days), NOTICES)
TESTING = Suspension("testing", "检验检测")


def rule(length: int, unit: LengthUnit, **changes: object) -> ClockRule:
    base = ClockRule(
        code="probe",
        name="演示期限",
        trigger="收到结论",
        length=length,
        unit=unit,
        start=StartRule.INSTANT if unit is LengthUnit.HOUR else StartRule.NEXT_DAY,
        authority=Authority.MARKET,
        effect=Effect.DUTY,
        article="演示",
        source="演示",
        statutory=True,
        verified=True,
        counting_verified=False,
        valid_from=date(2004, 1, 1),
        suspensions=(TESTING,),
        extensions=(ExtensionStep(length, "本机关负责人"),),
    )
    return replace(base, **changes)  # type: ignore[arg-type]  # the names of the changes are those of the fields


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)


def due_at(clock: Clock) -> datetime:
    end = due(clock, CALENDAR)
    assert end is not None
    return end.at


def last_day(clock: Clock) -> date:
    return day_of(due_at(clock) - timedelta.resolution)


MOMENTS = st.timedeltas(timedelta(0), timedelta(days=7400)).map(lambda span: at(2005, 1, 1) + span)
DAY_UNITS = st.sampled_from([LengthUnit.WORKING_DAY, LengthUnit.CALENDAR_DAY])
UNITS = st.sampled_from(LengthUnit)
LENGTHS = st.integers(1, 40)
SPANS = st.timedeltas(timedelta(0), timedelta(days=45))


@pytest.mark.parametrize(
    ("length", "unit", "triggered", "end"),
    [
        (15, LengthUnit.WORKING_DAY, at(2026, 9, 21, 9), at(2026, 10, 20)),
        (10, LengthUnit.WORKING_DAY, at(2026, 2, 9, 23, 59), at(2026, 3, 1)),
        (7, LengthUnit.WORKING_DAY, at(2026, 2, 14, 8), at(2026, 3, 4)),  # received on a make-up Saturday
        (90, LengthUnit.CALENDAR_DAY, at(2026, 1, 1, 9), at(2026, 4, 2)),
        (3, LengthUnit.MONTH, at(2026, 1, 15, 9), at(2026, 4, 16)),
        (1, LengthUnit.MONTH, at(2026, 1, 31, 9), at(2026, 3, 1)),  # no 31 February: the end of the month
        (24, LengthUnit.MONTH, at(2024, 2, 29, 9), at(2026, 3, 1)),
        (4, LengthUnit.HOUR, at(2026, 2, 16, 22, 30), at(2026, 2, 17, 2, 30)),  # runs through the night of 除夕
        (24, LengthUnit.HOUR, at(2026, 2, 16, 22, 30), at(2026, 2, 17, 22, 30)),
    ],
)
def test_the_last_moment_of_a_length(length: int, unit: LengthUnit, triggered: datetime, end: datetime) -> None:
    answer = due(Clock(triggered, rule(length, unit)), CALENDAR)
    assert answer is not None
    assert (answer.at, answer.provisional) == (end, False)
    assert answer.at.tzinfo is UTC


def test_a_trigger_late_in_the_utc_day_falls_on_the_next_day_in_shanghai() -> None:
    clock = Clock(datetime(2026, 9, 21, 16, 30, tzinfo=UTC), rule(1, LengthUnit.WORKING_DAY))
    assert last_day(clock) == date(2026, 9, 23)


def test_where_the_day_of_the_trigger_counts_the_end_is_a_day_earlier() -> None:
    same_day = rule(3, LengthUnit.WORKING_DAY, start=StartRule.SAME_DAY)
    assert last_day(Clock(at(2026, 9, 21, 9), same_day)) == date(2026, 9, 23)
    assert last_day(Clock(at(2026, 9, 19, 9), same_day)) == date(2026, 9, 22)  # Saturday; Sunday 20 is a make-up day


def test_a_bureau_that_counts_office_hours_ends_the_day_earlier() -> None:
    office = rule(5, LengthUnit.WORKING_DAY, day_ends_at="17:30")
    assert due_at(Clock(at(2026, 9, 21, 9), office)) == at(2026, 9, 29, 17, 30)


def test_a_last_day_off_rolls_to_the_next_working_day_only_where_the_rule_says_so() -> None:
    fifteen_days = rule(15, LengthUnit.CALENDAR_DAY)
    trigger = at(2026, 9, 17, 9)  # the 15th day is 2 October, in the holiday
    assert last_day(Clock(trigger, fifteen_days)) == date(2026, 10, 2)
    assert last_day(Clock(trigger, replace(fifteen_days, rolls_to_working_day=True))) == date(2026, 10, 8)


def test_a_length_into_a_year_without_notice_is_provisional_and_moves_when_the_notice_is_loaded() -> None:
    clock = Clock(at(2026, 12, 10, 9), rule(20, LengthUnit.WORKING_DAY))
    before = due(clock, CALENDAR)
    new_year = CalendarDay(date(2027, 1, 1), working=False, name="元旦")
    loaded = WorkingCalendar.of([*CALENDAR.exceptions.values(), new_year], CALENDAR.published_years | {2027})
    after = due(clock, loaded)
    assert before is not None and after is not None
    assert (before.at, before.provisional) == (at(2027, 1, 8), True)
    assert (after.at, after.provisional) == (at(2027, 1, 9), False)


def test_calendar_days_and_hours_need_no_notice_of_the_coming_year() -> None:
    for length, unit in [(90, LengthUnit.CALENDAR_DAY), (3, LengthUnit.MONTH), (24, LengthUnit.HOUR)]:
        end = due(Clock(at(2026, 12, 31, 9), rule(length, unit)), CALENDAR)
        assert end is not None
        assert not end.provisional


def test_a_clock_that_stands_still_has_no_end_and_is_never_overdue() -> None:
    clock = pause(
        Clock(at(2026, 3, 2, 9), rule(5, LengthUnit.WORKING_DAY)), CALENDAR, reason="testing", at=at(2026, 3, 4)
    )
    assert due(clock, CALENDAR) is None
    assert not breached(clock, CALENDAR, at(2030, 1, 1))
    left = remaining(clock, CALENDAR, at(2030, 1, 1))
    assert (left.paused, left.ended, left.count) == (True, False, 3)
    assert left.words == "计时中止，恢复后还剩 3 个工作日"


def test_a_pause_over_a_weekend_costs_a_working_day_clock_nothing() -> None:
    clock = Clock(at(2026, 3, 2, 9), rule(10, LengthUnit.WORKING_DAY))
    paused = pause(clock, CALENDAR, reason="testing", at=at(2026, 3, 7))
    assert due_at(resume(paused, at=at(2026, 3, 9))) == due_at(clock)


def test_many_short_pauses_do_not_each_win_a_day() -> None:
    clock = Clock(at(2026, 3, 2, 9), rule(10, LengthUnit.WORKING_DAY))
    plain = due_at(clock)
    for day in (3, 4, 5, 6):
        clock = resume(pause(clock, CALENDAR, reason="testing", at=at(2026, 3, day, 10)), at=at(2026, 3, day, 11))
    assert CALENDAR.working_days_between(day_of(plain), day_of(due_at(clock))).days == 1


@pytest.mark.parametrize(
    ("clock", "now", "words"),
    [
        (Clock(at(2026, 3, 2, 9), rule(7, LengthUnit.WORKING_DAY)), at(2026, 3, 6, 9), "还剩 3 个工作日"),
        (Clock(at(2026, 3, 2, 9), rule(7, LengthUnit.WORKING_DAY)), at(2026, 3, 11, 23), "今日到期"),
        (Clock(at(2026, 3, 2, 9), rule(7, LengthUnit.WORKING_DAY)), at(2026, 3, 13, 9), "已超期 2 个工作日"),
        (Clock(at(2026, 3, 2, 9), rule(4, LengthUnit.HOUR)), at(2026, 3, 2, 11, 55), "还剩 1 小时 5 分"),
        (Clock(at(2026, 3, 2, 9), rule(4, LengthUnit.HOUR)), at(2026, 3, 2, 12, 30), "还剩 30 分钟"),
        (Clock(at(2026, 3, 2, 9), rule(4, LengthUnit.HOUR)), at(2026, 3, 2, 14), "已超期 1 小时 0 分"),
        (Clock(at(2026, 1, 15, 9), rule(3, LengthUnit.MONTH)), at(2026, 4, 5, 9), "还剩 10 日"),
        (
            Clock(at(2026, 3, 2, 9), rule(1, LengthUnit.WORKING_DAY, day_ends_at="17:30")),
            at(2026, 3, 3, 18),
            "今日已超期",
        ),
    ],
)
def test_what_is_left_in_words(clock: Clock, now: datetime, words: str) -> None:
    assert remaining(clock, CALENDAR, now).words == words


def test_the_last_moment_itself_is_in_time() -> None:
    clock = Clock(at(2026, 3, 2, 9), rule(4, LengthUnit.HOUR))
    assert not breached(clock, CALENDAR, at(2026, 3, 2, 13))
    assert breached(clock, CALENDAR, at(2026, 3, 2, 13) + timedelta.resolution)


@pytest.mark.parametrize("effect", [Effect.WINDOW, Effect.MINIMUM])
def test_a_window_or_minimum_that_has_run_out_is_nobodys_failure(effect: Effect) -> None:
    clock = Clock(at(2026, 3, 2, 9), rule(4, LengthUnit.HOUR, effect=effect))
    later = at(2026, 3, 2, 13, 30)
    assert ended(clock, CALENDAR, later)
    assert not breached(clock, CALENDAR, later)
    assert remaining(clock, CALENDAR, later).words == "已期满 30 分钟"


def test_a_clock_read_before_its_trigger_has_its_full_length() -> None:
    clock = Clock(at(2026, 3, 2, 9), rule(4, LengthUnit.HOUR))
    assert remaining(clock, CALENDAR, at(2026, 3, 1)) == remaining(clock, CALENDAR, at(2026, 3, 2, 9))


def test_a_resumption_dated_before_the_pause_ends_it_at_once() -> None:
    clock = Clock(at(2026, 3, 2, 9), rule(5, LengthUnit.WORKING_DAY))
    paused = pause(clock, CALENDAR, reason="testing", at=at(2026, 3, 4))
    assert due_at(resume(paused, at=at(2026, 3, 1))) == due_at(clock)


def test_only_the_grounds_of_the_rule_let_a_clock_stand_still() -> None:
    clock = Clock(at(2026, 3, 2, 9), rule(5, LengthUnit.WORKING_DAY))
    with pytest.raises(StepNotAllowedError, match="检验检测（testing）"):
        pause(clock, CALENDAR, reason="busy", at=at(2026, 3, 3))
    with pytest.raises(StepNotAllowedError, match="已届满"):
        pause(clock, CALENDAR, reason="testing", at=at(2026, 4, 3))
    with pytest.raises(StepNotAllowedError, match="无需恢复"):
        resume(clock, at=at(2026, 3, 3))
    paused = pause(clock, CALENDAR, reason="testing", at=at(2026, 3, 3))
    with pytest.raises(StepNotAllowedError, match="已经中止"):
        pause(paused, CALENDAR, reason="testing", at=at(2026, 3, 4))


def test_an_extension_keeps_to_the_number_and_length_the_rule_allows() -> None:
    clock = Clock(at(2026, 3, 2, 9), rule(5, LengthUnit.WORKING_DAY))
    with pytest.raises(StepNotAllowedError, match="1 至 5 个工作日"):
        extend(clock, CALENDAR, length=6, at=at(2026, 3, 3))
    with pytest.raises(StepNotAllowedError, match="现为 0"):
        extend(clock, CALENDAR, length=0, at=at(2026, 3, 3))
    with pytest.raises(StepNotAllowedError, match="届满前"):
        extend(clock, CALENDAR, length=5, at=at(2026, 3, 20))
    extended = extend(clock, CALENDAR, length=5, at=at(2026, 3, 3))
    with pytest.raises(StepNotAllowedError, match="已延长 1 次"):
        extend(extended, CALENDAR, length=1, at=at(2026, 3, 4))


def test_an_extension_without_a_set_length_takes_what_the_decision_says() -> None:
    as_decided = rule(90, LengthUnit.CALENDAR_DAY, extensions=(ExtensionStep(None, "本机关负责人"),))
    clock = extend(Clock(at(2026, 1, 1, 9), as_decided), CALENDAR, length=200, at=at(2026, 2, 1))
    assert last_day(clock) == date(2026, 1, 1) + timedelta(days=290)


def test_the_version_in_force_on_the_day_of_the_trigger_applies() -> None:
    old = rule(45, LengthUnit.WORKING_DAY, valid_to=date(2026, 4, 14))
    new = rule(60, LengthUnit.CALENDAR_DAY, valid_from=date(2026, 4, 15))
    rules = [new, old]
    assert applicable(rules, "probe", Authority.MARKET, at(2026, 4, 14, 23, 59)) is old
    assert applicable(rules, "probe", Authority.MARKET, at(2026, 4, 15, 0, 0)) is new
    assert applicable(rules, "probe", Authority.MARKET, at(2003, 1, 1)) is None
    assert applicable(rules, "other", Authority.MARKET, at(2026, 4, 15)) is None


def test_an_authority_has_its_own_length_before_the_common_one() -> None:
    common = rule(9, LengthUnit.WORKING_DAY, authority=Authority.ANY, valid_from=date(2020, 1, 1))
    market = rule(7, LengthUnit.WORKING_DAY)
    rules = [common, market]
    assert applicable(rules, "probe", Authority.MARKET, at(2026, 3, 2)) is market
    assert applicable(rules, "probe", Authority.AGRICULTURE, at(2026, 3, 2)) is common
    assert applicable([market], "probe", Authority.AGRICULTURE, at(2026, 3, 2)) is None


@pytest.mark.parametrize(
    ("unit", "changes", "message"),
    [
        (LengthUnit.WORKING_DAY, {"length": 0}, "正整数"),
        (LengthUnit.HOUR, {"start": StartRule.NEXT_DAY}, "instant"),
        (LengthUnit.MONTH, {"start": StartRule.INSTANT}, "instant"),
        (LengthUnit.MONTH, {"valid_to": date(2003, 1, 1)}, "失效日期"),
        (LengthUnit.MONTH, {"extensions": (ExtensionStep(0, "局长"),)}, "每次延长"),
        (LengthUnit.MONTH, {"day_ends_at": "5点半"}, "HH:MM"),
        (LengthUnit.MONTH, {"day_ends_at": "17:75"}, "HH:MM"),
        (LengthUnit.MONTH, {"day_ends_at": "24:30"}, "24:00"),
        (LengthUnit.MONTH, {"day_ends_at": "00:00"}, "00:01"),
    ],
)
def test_a_rule_that_could_not_be_counted_is_refused(
    unit: LengthUnit, changes: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        replace(rule(3, unit), **changes)  # type: ignore[arg-type]


@given(MOMENTS, UNITS, LENGTHS, LENGTHS)
def test_a_longer_length_is_never_due_earlier(triggered: datetime, unit: LengthUnit, one: int, other: int) -> None:
    short, long = sorted((one, other))
    assert due_at(Clock(triggered, rule(short, unit))) <= due_at(Clock(triggered, rule(long, unit)))


@given(MOMENTS, MOMENTS, UNITS, LENGTHS)
def test_a_later_trigger_is_never_due_earlier(one: datetime, other: datetime, unit: LengthUnit, length: int) -> None:
    first, second = sorted((one, other))
    assert due_at(Clock(first, rule(length, unit))) <= due_at(Clock(second, rule(length, unit)))


@given(MOMENTS, UNITS, LENGTHS, LENGTHS)
def test_an_extension_is_the_same_as_a_longer_length(
    triggered: datetime, unit: LengthUnit, length: int, more: int
) -> None:
    assume(more <= length)
    clock = Clock(triggered, rule(length, unit))
    assert due_at(extend(clock, CALENDAR, length=more, at=triggered)) == due_at(
        Clock(triggered, rule(length + more, unit))
    )


@given(MOMENTS, UNITS, LENGTHS, SPANS, SPANS)
def test_a_pause_never_makes_a_clock_due_earlier(
    triggered: datetime, unit: LengthUnit, length: int, after: timedelta, pause_for: timedelta
) -> None:
    clock = Clock(triggered, rule(length, unit))
    assume(triggered + after < due_at(clock))
    paused = pause(clock, CALENDAR, reason="testing", at=triggered + after)
    assert due_at(clock) <= due_at(resume(paused, at=triggered + after + pause_for))


@given(MOMENTS, LENGTHS, st.integers(0, 30), st.integers(0, 60))
def test_a_pause_of_whole_working_days_moves_the_end_by_as_many(
    triggered: datetime, length: int, after: int, pause_for: int
) -> None:
    clock = Clock(triggered, rule(length, LengthUnit.WORKING_DAY))
    since = start_of_day(day_of(triggered) + timedelta(days=1 + after))
    until = since + timedelta(days=pause_for)
    assume(since < due_at(clock))
    paused_days = sum(
        CALENDAR.is_working_day(day_of(since) + timedelta(days=step)) for step in range((until - since).days)
    )
    moved = resume(pause(clock, CALENDAR, reason="testing", at=since), at=until)
    assert CALENDAR.working_days_between(last_day(clock), last_day(moved)).days == paused_days


@given(MOMENTS, LENGTHS, SPANS, SPANS)
def test_a_pause_moves_clock_hours_by_exactly_its_duration(
    triggered: datetime, length: int, after: timedelta, pause_for: timedelta
) -> None:
    clock = Clock(triggered, rule(length, LengthUnit.HOUR))
    assume(triggered + after < due_at(clock))
    moved = resume(pause(clock, CALENDAR, reason="testing", at=triggered + after), at=triggered + after + pause_for)
    assert due_at(moved) == due_at(clock) + pause_for


@given(MOMENTS, DAY_UNITS, LENGTHS, st.lists(SPANS, min_size=2, max_size=6))
def test_however_often_it_is_paused_a_clock_runs_for_its_full_length(
    triggered: datetime, unit: LengthUnit, length: int, spans: list[timedelta]
) -> None:
    clock, now = Clock(triggered, rule(length, unit)), triggered
    for run_for, pause_for in zip(spans[::2], spans[1::2], strict=False):
        now += run_for
        if now >= due_at(clock):
            break
        clock = pause(clock, CALENDAR, reason="testing", at=now)
        now += pause_for
        clock = resume(clock, at=now)
        assert not breached(clock, CALENDAR, now)
    ran, day = timedelta(0), day_of(triggered) + timedelta(days=1)
    while start_of_day(day) < due_at(clock):
        if unit is LengthUnit.CALENDAR_DAY or CALENDAR.is_working_day(day):
            opens, closes = start_of_day(day), start_of_day(day + timedelta(days=1))
            ran += closes - opens
            for stretch in clock.pauses:
                assert stretch.until is not None
                ran -= max(min(stretch.until, closes) - max(stretch.since, opens), timedelta(0))
        day += timedelta(days=1)
    assert ran >= timedelta(days=length)


@given(MOMENTS, UNITS, LENGTHS, SPANS, SPANS)
def test_what_is_left_only_shrinks_as_time_passes(
    triggered: datetime, unit: LengthUnit, length: int, one: timedelta, other: timedelta
) -> None:
    clock = Clock(triggered, rule(length, unit))
    earlier, later = (remaining(clock, CALENDAR, triggered + span) for span in sorted((one, other)))
    signed = [(-left.seconds if left.ended else left.seconds) for left in (earlier, later)]
    assert signed[0] >= signed[1]
    assert earlier.ended <= later.ended
