"""Every clock that supervision runs, as a table: its length, whether the law was read, and its last day."""

from datetime import date, datetime, timedelta

import pytest

from services.inspection.case_requests.service import CLOCK_CODE as CASE_REQUEST
from services.inspection.corrections.rules import DEADLINE_CODES
from services.inspection.corrections.service import CASE_CLOCK_CODE
from services.inspection.patrols.clues.service import CLOCK_CODE as CLUE
from services.inspection.reward_ledger.service import CLAIM, NOTICE
from services.inspection.risk_grades.coverage import CLOCK_CODE as COVERAGE
from services.inspection.supervision_letters.kinds import LetterKind
from services.inspection.task_packs.service import REPETITION_RULE
from services.inspection.visit_records.settling import CLOCK_CODE as RESULT
from services.inspection.visits.rules import CLOCK_CODE as FOLLOW_UP
from shared.clocks.rules import Clock, applicable, due
from shared.clocks.seed import shipped_rules
from shared.contracts.clocks import Authority, Effect
from shared.times import SHANGHAI, day_of
from tests.shared.clocks.test_rules import CALENDAR

RULES = list(shipped_rules())
TRIGGERED = datetime(2026, 9, 21, 9, 30, tzinfo=SHANGHAI)
"""A Monday before 中秋 and 国庆: holidays and make-up Saturdays lie on the way of every clock in working days."""

READ, NOT_READ = True, False
TABLE = [
    (RESULT, None, "20 个工作日", READ, Effect.DUTY, date(2026, 10, 26)),
    (REPETITION_RULE, None, "3 个月", READ, Effect.MINIMUM, date(2026, 12, 21)),
    (COVERAGE, None, "24 个月", READ, Effect.DUTY, date(2028, 9, 21)),
    (CASE_CLOCK_CODE, None, "15 个工作日", READ, Effect.DUTY, date(2026, 10, 19)),
    (FOLLOW_UP, None, "2 个工作日", NOT_READ, Effect.DUTY, date(2026, 9, 23)),
    (CLUE, None, "10 个工作日", NOT_READ, Effect.DUTY, date(2026, 10, 12)),
    (NOTICE, None, "15 个工作日", NOT_READ, Effect.DUTY, date(2026, 10, 19)),
    (CLAIM, None, "60 个工作日", NOT_READ, Effect.WINDOW, date(2026, 12, 21)),
    ("reply_listed_supervision", None, "30 日", NOT_READ, Effect.DUTY, date(2026, 10, 21)),
    ("reply_interview", None, "15 个工作日", NOT_READ, Effect.DUTY, date(2026, 10, 19)),
    ("reply_correction_order", None, "15 个工作日", NOT_READ, Effect.DUTY, date(2026, 10, 19)),
    ("reply_reminder", None, "10 个工作日", NOT_READ, Effect.DUTY, date(2026, 10, 12)),
    ("correction_deadline_working_days", 10, "1 个工作日", NOT_READ, Effect.DUTY, date(2026, 10, 12)),
    ("correction_deadline_calendar_days", 10, "1 日", NOT_READ, Effect.DUTY, date(2026, 10, 1)),
]
"""Code, what the document states (null: the rule's own length), length, verified, effect, last day."""


@pytest.mark.parametrize(("code", "stated", "length", "verified", "effect", "last_day"), TABLE)
def test_the_last_day_of_each_clock(
    code: str, stated: int | None, length: str, verified: bool, effect: Effect, last_day: date
) -> None:
    rule = applicable(RULES, code, Authority.MARKET, TRIGGERED)
    assert rule is not None
    assert (rule.length_in_words, rule.verified, rule.effect) == (length, verified, effect)
    assert rule.source
    end = due(Clock(TRIGGERED, rule, stated_length=stated), CALENDAR)
    assert end is not None
    assert (day_of(end.at - timedelta.resolution), end.provisional) == (last_day, False)


def test_no_clock_of_this_service_is_left_out() -> None:
    used = {RESULT, REPETITION_RULE, COVERAGE, CASE_CLOCK_CODE, CASE_REQUEST, FOLLOW_UP, CLUE, NOTICE, CLAIM}
    used |= set(DEADLINE_CODES.values()) | {kind.reply_code for kind in LetterKind}
    assert used == {row[0] for row in TABLE}


def test_a_result_formed_in_december_is_due_in_a_year_whose_holidays_nobody_knows_yet() -> None:
    rule = applicable(RULES, RESULT, Authority.MARKET, TRIGGERED)
    assert rule is not None
    end = due(Clock(datetime(2026, 12, 10, 9, tzinfo=SHANGHAI), rule), CALENDAR)
    assert end is not None
    assert (day_of(end.at - timedelta.resolution), end.provisional) == (date(2027, 1, 7), True)
