"""Every clock of corrections and letters: make-up workdays, Spring Festival, the year nobody has published, pauses and
extensions. All dates were counted by hand on the State Council's calendar of 2026.
"""

from datetime import date, datetime, timedelta

import pytest

from services.inspection.corrections.rules import is_overdue_ended, limit_until
from shared.calendar.rules import WorkingCalendar
from shared.calendar.seed import seeded_notices
from shared.clocks.rules import Clock, StepNotAllowedError, applicable, breached, due, extend, pause, resume
from shared.clocks.seed import shipped_rules
from shared.contracts.clocks import Authority, Effect
from shared.times import SHANGHAI, day_of

RULES = list(shipped_rules())
NOTICES = seeded_notices()
CALENDAR = WorkingCalendar.of((day for days in NOTICES.values() for day in days), NOTICES)

BEFORE_SPRING_FESTIVAL = datetime(2026, 2, 13, 16, tzinfo=SHANGHAI)  # Friday; 14 and 28 February are make-up workdays
BEFORE_MID_AUTUMN = datetime(2026, 9, 18, 9, tzinfo=SHANGHAI)  # Friday; Sunday 20 September is a make-up workday
BEFORE_AN_UNPUBLISHED_YEAR = datetime(2026, 12, 25, 9, tzinfo=SHANGHAI)

WORKING, CALENDAR_DAYS = "correction_deadline_working_days", "correction_deadline_calendar_days"

# code, stated length (None: the rule's), over Spring Festival, over Mid-Autumn, into 2027, provisional there?
TABLE = [
    (WORKING, 1, (2, 14), (9, 20), (2026, 12, 28), False),
    (WORKING, 5, (2, 27), (9, 24), (2027, 1, 1), True),
    (WORKING, 6, (2, 28), (9, 28), (2027, 1, 4), True),
    (WORKING, 10, (3, 5), (10, 9), (2027, 1, 8), True),
    (CALENDAR_DAYS, 1, (2, 14), (9, 19), (2026, 12, 26), False),
    (CALENDAR_DAYS, 15, (2, 28), (10, 3), (2027, 1, 9), False),
    ("reply_listed_supervision", None, (3, 15), (10, 18), (2027, 1, 24), False),
    ("reply_interview", None, (3, 12), (10, 15), (2027, 1, 15), True),
    ("reply_correction_order", None, (3, 12), (10, 15), (2027, 1, 15), True),
    ("reply_reminder", None, (3, 5), (10, 9), (2027, 1, 8), True),
    ("clue_verification", None, (3, 12), (10, 15), (2027, 1, 15), True),
]
CODES = sorted({row[0] for row in TABLE})


def clock(code: str, triggered_at: datetime, stated_length: int | None = None) -> Clock:
    rule = applicable(RULES, code, Authority.MARKET, triggered_at)
    assert rule is not None, code
    return Clock(triggered_at, rule, stated_length=stated_length)


def last_day(running: Clock) -> date:
    end = due(running, CALENDAR)
    assert end is not None
    return day_of(end.at - timedelta.resolution)


@pytest.mark.parametrize(("code", "stated", "spring", "autumn", "new_year", "provisional"), TABLE)
def test_the_last_day(
    code: str,
    stated: int | None,
    spring: tuple[int, int],
    autumn: tuple[int, int],
    new_year: tuple[int, int, int],
    provisional: bool,
) -> None:
    assert last_day(clock(code, BEFORE_SPRING_FESTIVAL, stated)) == date(2026, *spring)
    assert last_day(clock(code, BEFORE_MID_AUTUMN, stated)) == date(2026, *autumn)
    into_new_year = clock(code, BEFORE_AN_UNPUBLISHED_YEAR, stated)
    assert last_day(into_new_year) == date(*new_year)
    end = due(into_new_year, CALENDAR)
    assert end is not None
    assert end.provisional is provisional


@pytest.mark.parametrize("code", CODES)
def test_a_duty_is_breached_after_its_last_moment_and_not_at_it(code: str) -> None:
    running = clock(code, BEFORE_SPRING_FESTIVAL)
    end = due(running, CALENDAR)
    assert end is not None
    assert running.rule.effect is Effect.DUTY
    assert not breached(running, CALENDAR, end.at)
    assert breached(running, CALENDAR, end.at + timedelta.resolution)


def test_the_law_gives_none_of_these_lengths_but_for_the_clue() -> None:
    rules = [clock(code, BEFORE_SPRING_FESTIVAL).rule for code in CODES]
    assert {rule.code for rule in rules if rule.statutory or rule.verified} == {"clue_verification"}


@pytest.mark.parametrize(("code", "extended"), [(WORKING, date(2026, 3, 6)), (CALENDAR_DAYS, date(2026, 2, 24))])
def test_a_time_limit_is_extended_twice_at_most_by_its_own_unit(code: str, extended: date) -> None:
    running = clock(code, BEFORE_SPRING_FESTIVAL, 10)
    once = extend(running, CALENDAR, length=1, at=BEFORE_SPRING_FESTIVAL)
    twice = extend(once, CALENDAR, length=2, at=BEFORE_SPRING_FESTIVAL)
    assert last_day(once) == extended
    with pytest.raises(StepNotAllowedError, match="不能再延长"):
        extend(twice, CALENDAR, length=1, at=BEFORE_SPRING_FESTIVAL)


@pytest.mark.parametrize(
    ("code", "after_three_days"), [(WORKING, date(2026, 3, 10)), (CALENDAR_DAYS, date(2026, 2, 26))]
)
def test_waiting_for_the_recheck_does_not_count(code: str, after_three_days: date) -> None:
    """Paused on three whole days of the calendar, which were working days too."""
    begin = datetime(2026, 2, 24 if code == WORKING else 16, tzinfo=SHANGHAI)
    running = clock(code, BEFORE_SPRING_FESTIVAL, 10)
    waiting = pause(running, CALENDAR, reason="awaiting_recheck", at=begin)
    assert due(waiting, CALENDAR) is None
    assert last_day(resume(waiting, at=begin + timedelta(days=3))) == after_three_days


def test_a_false_report_on_the_last_day_wins_no_more_than_that_day() -> None:
    running = clock(CALENDAR_DAYS, BEFORE_SPRING_FESTIVAL, 10)
    waiting = pause(running, CALENDAR, reason="awaiting_recheck", at=datetime(2026, 2, 23, 23, tzinfo=SHANGHAI))
    looked = datetime(2026, 3, 10, 9, tzinfo=SHANGHAI)
    assert last_day(resume(waiting, at=looked)) == date(2026, 3, 10)


@pytest.mark.parametrize("code", [code for code in CODES if code not in (WORKING, CALENDAR_DAYS)])
def test_no_other_clock_stands_still_for_a_recheck(code: str) -> None:
    with pytest.raises(StepNotAllowedError, match="不能以"):
        pause(clock(code, BEFORE_SPRING_FESTIVAL), CALENDAR, reason="awaiting_recheck", at=BEFORE_SPRING_FESTIVAL)


@pytest.mark.parametrize(("last", "length"), [(date(2026, 2, 14), 1), (date(2026, 3, 15), 30)])
def test_a_named_last_day_is_that_day_whatever_holidays_lie_between(last: date, length: int) -> None:
    limit = limit_until(last, BEFORE_SPRING_FESTIVAL)
    assert limit is not None
    assert limit.length == length
    assert last_day(clock(limit.code, BEFORE_SPRING_FESTIVAL, limit.length)) == last


def test_the_day_of_the_order_itself_is_no_time_limit() -> None:
    assert limit_until(day_of(BEFORE_SPRING_FESTIVAL), BEFORE_SPRING_FESTIVAL) is None


def test_overdue_lasts_from_the_day_after_the_last_one_until_the_first_of_its_ends() -> None:
    end = datetime(2026, 3, 1, tzinfo=SHANGHAI)  # 28 February is over
    day = timedelta(days=1)
    assert is_overdue_ended(end) == (date(2026, 3, 1), None)
    assert is_overdue_ended(end, None, end + 2 * day, end + 5 * day) == (date(2026, 3, 1), date(2026, 3, 3))
    assert is_overdue_ended(end, end, None) is None, "the last moment itself is in time"
