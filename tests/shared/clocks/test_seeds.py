"""The shipped rules: what the law says in the form the clocks reckon with."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest

from shared.clocks.rules import ClockRule, applicable
from shared.clocks.seed import shipped_rules
from shared.contracts.clocks import Authority, Effect
from shared.times import SHANGHAI

RULES = list(shipped_rules())
TODAY = datetime(2026, 7, 24, 9, tzinfo=SHANGHAI)


def in_force(code: str, authority: Authority = Authority.MARKET, at: datetime = TODAY) -> ClockRule:
    rule = applicable(RULES, code, authority, at)
    assert rule is not None
    return rule


@pytest.mark.parametrize(
    ("code", "authority", "length", "verified"),
    [
        ("retest_application", Authority.MARKET, "7 个工作日", True),
        ("retest_application", Authority.AGRICULTURE, "5 个工作日", True),
        ("retest_report", Authority.AGRICULTURE, "7 个工作日", True),
        ("rapid_test_objection", Authority.MARKET, "4 小时", True),
        ("rapid_test_objection", Authority.AGRICULTURE, "4 小时", True),
        ("serious_finding_reporting", Authority.MARKET, "24 小时", False),
        ("disposal_completion", Authority.MARKET, "90 日", False),
        ("backup_sample_qualified_retention", Authority.MARKET, "3 个月", False),
        ("inspection_result_publication", Authority.MARKET, "20 个工作日", True),
        ("seizure", Authority.MARKET, "30 日", True),
        ("case_decision", Authority.MARKET, "90 日", True),
        ("crime_transfer_handover", Authority.MARKET, "24 小时", True),
    ],
)
def test_the_length_in_force_and_whether_it_was_read_in_the_law(
    code: str, authority: Authority, length: str, verified: bool
) -> None:
    rule = in_force(code, authority)
    assert (rule.length_in_words, rule.verified) == (length, verified)


def test_a_complaint_of_before_and_after_15_april_2026_falls_under_another_rule() -> None:
    before, after = (in_force("complaint_mediation", at=datetime(2026, 4, day, 9, tzinfo=SHANGHAI)) for day in (14, 15))
    assert (before.length_in_words, before.verified) == ("45 个工作日", True)
    assert (after.length_in_words, after.verified) == ("60 日", False)
    assert [ground.code for ground in after.suspensions] == ["testing"]


def test_seized_food_may_be_held_30_and_at_most_45_days_more() -> None:
    assert [step.length for step in in_force("seizure").extensions] == [45]


def test_a_penalty_case_may_be_extended_by_30_days_and_then_as_decided_together() -> None:
    assert [step.length for step in in_force("case_decision").extensions] == [30, None]


def test_what_the_law_does_not_give_is_marked_as_the_bureaus_own() -> None:
    own = {rule.code for rule in RULES if not rule.statutory}
    assert own == {
        *("statutory_sampling_follow_up", "follow_up_visit", "disposal_start", "incident_report", "grid_clue_answer"),
        *("correction_deadline_working_days", "correction_deadline_calendar_days"),
        *("reply_listed_supervision", "reply_interview", "reply_correction_order", "reply_reminder"),
        *("evaluation_stage", "evaluation_publicity", "evaluation_task"),
        "published_row_reexamination",
    }
    assert not any(rule.verified for rule in RULES if not rule.statutory)


def test_rights_lapse_and_minimums_run_out_while_duties_become_overdue() -> None:
    effects = {rule.code: rule.effect for rule in RULES}
    assert effects["rapid_test_objection"] is effects["retest_application"] is Effect.WINDOW
    assert effects["repeat_inspection_ban"] is effects["backup_sample_qualified_retention"] is Effect.MINIMUM
    assert effects["disposal_completion"] is effects["inspection_report"] is Effect.DUTY


def test_no_way_of_counting_claims_to_have_been_read() -> None:
    assert not any(rule.counting_verified for rule in RULES)


def test_versions_of_a_rule_never_overlap_nor_leave_a_gap() -> None:
    versions: dict[tuple[str, Authority], list[ClockRule]] = defaultdict(list)
    for rule in RULES:
        versions[rule.code, rule.authority].append(rule)
    for rows in versions.values():
        rows.sort(key=lambda rule: rule.valid_from)
        for earlier, later in pairwise(rows):
            assert earlier.valid_to is not None, earlier.code
            assert later.valid_from == earlier.valid_to + timedelta(days=1), earlier.code
        assert rows[-1].valid_to is None
        assert rows[-1].valid_from <= date(2026, 7, 24)
