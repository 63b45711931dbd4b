"""Every clock of disposal, service, objection and re-test: trigger, length, make-up workdays, Spring Festival, the year
nobody has published, pause and extension. All dates were counted by hand on the State Council's calendar of 2026.
"""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from shared.calendar.rules import WorkingCalendar
from shared.calendar.seed import seeded_notices
from shared.clocks.models import ClockRow
from shared.clocks.rules import Clock, StepNotAllowedError, applicable, breached, due, extend, pause, resume
from shared.clocks.seed import shipped_rules
from shared.clocks.service import clocks_of
from shared.contracts.clocks import Authority, Effect
from shared.contracts.statutory_sampling import CaseSide
from shared.times import SHANGHAI, day_of
from tests.services.sampling.disposals.making import finding, opened

RULES = list(shipped_rules())
NOTICES = seeded_notices()
CALENDAR = WorkingCalendar.of((day for days in NOTICES.values() for day in days), NOTICES)
MARKET, AGRICULTURE = Authority.MARKET, Authority.AGRICULTURE

BEFORE_SPRING_FESTIVAL = datetime(2026, 2, 13, 16, tzinfo=SHANGHAI)  # Friday; 14 and 28 February are make-up workdays
BEFORE_MID_AUTUMN = datetime(2026, 9, 18, 9, tzinfo=SHANGHAI)  # Friday; Sunday 20 September is a make-up workday
BEFORE_AN_UNPUBLISHED_YEAR = datetime(2026, 12, 25, 9, tzinfo=SHANGHAI)


def clock(code: str, authority: Authority, triggered_at: datetime) -> Clock:
    rule = applicable(RULES, code, authority, triggered_at)
    assert rule is not None, (code, authority)
    return Clock(triggered_at, rule)


def last_day(running: Clock) -> date:
    end = due(running, CALENDAR)
    assert end is not None
    return day_of(end.at - timedelta.resolution)


def provisional(running: Clock) -> bool:
    end = due(running, CALENDAR)
    assert end is not None
    return end.provisional


# code, whose, what it means, trigger, over Spring Festival, over Mid-Autumn and National Day, into 2027 (provisional?)
TABLE = [
    ("result_service", MARKET, Effect.DUTY, "部门收到不合格结论", (2, 27), (9, 24), (2027, 1, 1), True),
    ("disposal_start", MARKET, Effect.DUTY, "收到不合格检验结论", (2, 27), (9, 24), (2027, 1, 1), True),
    ("disposal_completion", MARKET, Effect.DUTY, "收到不合格检验结论", (5, 14), (12, 17), (2027, 3, 25), False),
    ("sampling_objection_application", MARKET, Effect.WINDOW, "抽样完成", (3, 2), (9, 29), (2027, 1, 5), True),
    ("sampling_objection_acceptance", MARKET, Effect.DUTY, "收到异议材料", (2, 27), (9, 24), (2027, 1, 1), True),
    ("sampling_objection_decision", MARKET, Effect.DUTY, "受理异议", (3, 19), (10, 22), (2027, 1, 22), True),
    ("result_objection_application", MARKET, Effect.WINDOW, "收到不合格结论", (3, 2), (9, 29), (2027, 1, 5), True),
    ("result_objection_acceptance", MARKET, Effect.DUTY, "收到异议材料", (2, 27), (9, 24), (2027, 1, 1), True),
    ("result_objection_decision", MARKET, Effect.DUTY, "受理异议", (4, 2), (11, 5), (2027, 2, 5), True),
    ("retest_application", MARKET, Effect.WINDOW, "收到检验结论", (3, 2), (9, 29), (2027, 1, 5), True),
    ("retest_application", AGRICULTURE, Effect.WINDOW, "收到检测结果", (2, 27), (9, 24), (2027, 1, 1), True),
    ("retest_acceptance", MARKET, Effect.DUTY, "复检申请材料齐全", (2, 27), (9, 24), (2027, 1, 1), True),
    ("retest_lab_selection", MARKET, Effect.DUTY, "受理复检申请", (2, 27), (9, 24), (2027, 1, 1), True),
    ("retest_lab_refusal", MARKET, Effect.DUTY, "收到复检委托", (2, 24), (9, 21), (2026, 12, 29), False),
    ("backup_sample_transfer", MARKET, Effect.DUTY, "确定复检机构", (2, 25), (9, 22), (2026, 12, 30), False),
    ("retest_report", MARKET, Effect.DUTY, "复检机构收到备份样品", (3, 5), (10, 9), (2027, 1, 8), True),
    ("retest_report", AGRICULTURE, Effect.DUTY, "复检机构收到复检样品", (3, 2), (9, 29), (2027, 1, 5), True),
    ("retest_result_notice", MARKET, Effect.DUTY, "收到复检结论", (2, 27), (9, 24), (2027, 1, 1), True),
]


@pytest.mark.parametrize(
    ("code", "authority", "effect", "trigger", "spring", "autumn", "new_year", "is_provisional"),
    TABLE,
    ids=[f"{row[0]}-{row[1]}" for row in TABLE],
)
def test_the_last_day(
    code: str,
    authority: Authority,
    effect: Effect,
    trigger: str,
    spring: tuple[int, int],
    autumn: tuple[int, int],
    new_year: tuple[int, int, int],
    is_provisional: bool,
) -> None:
    over_spring = clock(code, authority, BEFORE_SPRING_FESTIVAL)
    assert (over_spring.rule.effect, over_spring.rule.trigger) == (effect, trigger)
    assert last_day(over_spring) == date(2026, *spring)
    assert last_day(clock(code, authority, BEFORE_MID_AUTUMN)) == date(2026, *autumn)
    into_new_year = clock(code, authority, BEFORE_AN_UNPUBLISHED_YEAR)
    assert last_day(into_new_year) == date(*new_year)
    assert provisional(into_new_year) is is_provisional
    assert not provisional(over_spring)


@pytest.mark.parametrize(("code", "authority"), [(row[0], row[1]) for row in TABLE if row[2] is Effect.DUTY])
def test_a_duty_is_breached_after_its_last_moment_and_not_at_it(code: str, authority: Authority) -> None:
    running = clock(code, authority, BEFORE_SPRING_FESTIVAL)
    end = due(running, CALENDAR)
    assert end is not None
    assert not breached(running, CALENDAR, end.at)
    assert breached(running, CALENDAR, end.at + timedelta.resolution)


@pytest.mark.parametrize(
    ("code", "length", "extended_to"),
    [
        ("retest_lab_selection", 5, date(2026, 3, 5)),
        ("backup_sample_transfer", 3, date(2026, 2, 28)),  # a make-up Saturday is a working day
        ("retest_report", 12, date(2026, 3, 23)),  # as agreed between the parties
        ("disposal_completion", 30, date(2026, 6, 13)),  # a Saturday: days of the calendar do not move
    ],
)
def test_an_extension_adds_units_of_the_rule_and_only_once(code: str, length: int, extended_to: date) -> None:
    running = clock(code, MARKET, BEFORE_SPRING_FESTIVAL)
    longer = extend(running, CALENDAR, length=length, at=BEFORE_SPRING_FESTIVAL)
    assert last_day(longer) == extended_to
    with pytest.raises(StepNotAllowedError, match="不能再延长"):
        extend(longer, CALENDAR, length=1, at=BEFORE_SPRING_FESTIVAL)


@pytest.mark.parametrize(("code", "length"), [("retest_lab_selection", 6), ("backup_sample_transfer", 4)])
def test_an_extension_longer_than_the_rule_allows_is_refused(code: str, length: int) -> None:
    with pytest.raises(StepNotAllowedError, match="长度应为"):
        extend(clock(code, MARKET, BEFORE_SPRING_FESTIVAL), CALENDAR, length=length, at=BEFORE_SPRING_FESTIVAL)


def test_waiting_for_a_clarification_does_not_count_and_holiday_pauses_win_nothing() -> None:
    running = clock("result_objection_decision", MARKET, BEFORE_SPRING_FESTIVAL)
    through = pause(running, CALENDAR, reason="standard_clarification", at=datetime(2026, 2, 24, tzinfo=SHANGHAI))
    assert due(through, CALENDAR) is None
    assert last_day(resume(through, at=datetime(2026, 3, 2, tzinfo=SHANGHAI))) == date(2026, 4, 10)  # 5 workdays more
    holiday = pause(running, CALENDAR, reason="standard_clarification", at=datetime(2026, 2, 15, tzinfo=SHANGHAI))
    assert last_day(resume(holiday, at=datetime(2026, 2, 24, tzinfo=SHANGHAI))) == last_day(running)


@pytest.mark.parametrize("code", [row[0] for row in TABLE if row[0] != "result_objection_decision"])
def test_no_other_clock_may_stand_still(code: str) -> None:
    with pytest.raises(StepNotAllowedError, match="不能以"):
        pause(
            clock(code, MARKET, BEFORE_SPRING_FESTIVAL),
            CALENDAR,
            reason="standard_clarification",
            at=BEFORE_SPRING_FESTIVAL,
        )


def test_only_the_lengths_that_somebody_read_in_the_law_are_shown_as_verified() -> None:
    in_force = {(code, authority): clock(code, authority, BEFORE_SPRING_FESTIVAL).rule for code, authority, *_ in TABLE}
    assert {key for key, rule in in_force.items() if rule.verified} == {
        ("retest_application", MARKET),
        ("retest_application", AGRICULTURE),
        ("retest_report", AGRICULTURE),
    }
    assert {code for (code, _), rule in in_force.items() if not rule.statutory} == {"disposal_start"}


async def opened_clocks(session: AsyncSession, received_at: datetime, **change: Authority) -> dict[str, ClockRow]:
    case = (await opened(session, found=finding(received_at, **change)))[CaseSide.SELLER]
    clocks = [*await clocks_of(session, "disposal_case", case.id)]
    clocks += await clocks_of(session, "result_notice", case.notices[0].id)
    return {row.code: row for row in clocks}


async def test_a_case_opens_its_clocks_on_the_calendar_that_is_published(session: AsyncSession) -> None:
    clocks = await opened_clocks(session, BEFORE_SPRING_FESTIVAL)
    days = {code: day_of(row.due_at - timedelta.resolution) for code, row in clocks.items()}
    assert days == {
        "disposal_start": date(2026, 2, 27),
        "result_service": date(2026, 2, 27),
        "disposal_completion": date(2026, 5, 14),
    }
    into_new_year = await opened_clocks(session, BEFORE_AN_UNPUBLISHED_YEAR)
    assert {code: row.provisional for code, row in into_new_year.items()} == {
        "disposal_start": True,
        "result_service": True,
        "disposal_completion": False,
    }


async def test_the_agriculture_line_gets_no_length_that_its_law_does_not_give(session: AsyncSession) -> None:
    assert await opened_clocks(session, BEFORE_SPRING_FESTIVAL, authority=AGRICULTURE) == {}
