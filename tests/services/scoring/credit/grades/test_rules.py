"""Points and grades: what is not known is never good, and a line is compared unrounded."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.scoring.credit.grades.content import Account, CreditRules
from services.scoring.credit.grades.rules import Fact, repairable_from, standing
from services.scoring.credit.grades.seed import shipped_rule
from services.scoring.months import months_after
from shared.contracts.scoring import CreditGrade

RULES = shipped_rule()
DAY = date(2026, 6, 30)
LOOKED_AT = [Fact(code, DAY) for code in ("general_low", "inspected", "field_checked")]
GOOD = st.sampled_from(["general_low", "inspected", "field_checked", "honoured"])
BAD = st.sampled_from([fact.code for fact in RULES.facts if fact.points < 0])
facts = st.lists(st.builds(Fact, st.one_of(GOOD, BAD), st.dates(DAY - timedelta(days=900), DAY)), max_size=8)


def changed(**what: object) -> CreditRules:
    return CreditRules.model_validate(RULES.model_dump() | what)


def test_a_business_of_which_nothing_is_known_has_no_grade() -> None:
    nothing = standing(RULES, [], DAY)
    assert (nothing.grade, nothing.points) == (None, None)
    assert nothing.unknown == (Account.FIELD, Account.GENERAL, Account.PROFESSIONAL)


@pytest.mark.parametrize("missing", range(3))
def test_one_account_unknown_leaves_the_grade_open(missing: int) -> None:
    assert standing(RULES, LOOKED_AT[:missing] + LOOKED_AT[missing + 1 :], DAY).grade is None


@pytest.mark.parametrize(
    ("codes", "points", "grade"),
    [
        ([], "100", CreditGrade.A),
        (["honoured"], "101.5", CreditGrade.A),
        (["rapid_test_failed"], "95", CreditGrade.B),
        (["sample_failed_severe"], "80", CreditGrade.B),
        (["sample_failed_severe", "field_failed"], "76", CreditGrade.C),
        (["sample_failed_severe", "sample_failed_severe"], "60", CreditGrade.C),
        (["sample_failed_severe", "sample_failed_severe", "penalised"], "54", CreditGrade.D),
    ],
)
def test_the_line_itself_belongs_to_the_better_grade(codes: list[str], points: str, grade: CreditGrade) -> None:
    found = standing(RULES, LOOKED_AT + [Fact(code, DAY) for code in codes], DAY)
    assert (found.points, found.grade) == (Decimal(points), grade)


def test_a_hair_below_the_line_is_not_rounded_up_to_it() -> None:
    hair = changed(base="99.999999999")
    assert standing(hair, LOOKED_AT, DAY).grade is CreditGrade.B


def test_a_direct_d_holds_for_two_years_even_where_nothing_else_is_known() -> None:
    revoked = Fact("licence_revoked", date(2024, 6, 30))
    last, over = date(2026, 6, 29), date(2026, 6, 30)
    assert standing(RULES, [revoked], last).grade is CreditGrade.D
    assert standing(RULES, [revoked], last).settled_until == over
    assert standing(RULES, [revoked, *LOOKED_AT], over).grade is CreditGrade.A


def test_repair_needs_its_term_and_not_every_kind_has_one() -> None:
    listed, revoked = RULES.fact("serious_list"), RULES.fact("licence_revoked")
    assert listed is not None and revoked is not None
    assert repairable_from(listed, date(2024, 2, 29)) == date(2025, 2, 28)
    assert repairable_from(revoked, DAY) is None


def test_what_was_repaired_counts_until_that_day_and_not_on_it() -> None:
    failed = Fact("inspected_failed", date(2026, 1, 1), until=DAY)
    assert standing(RULES, [failed, *[Fact(f.code, date(2026, 1, 1)) for f in LOOKED_AT]], DAY).points == 100
    before = standing(RULES, [failed, *[Fact(f.code, date(2026, 1, 1)) for f in LOOKED_AT]], DAY - timedelta(days=1))
    assert before.points == 90


@given(facts, BAD)
def test_one_more_bad_fact_never_betters_a_grade(known: list[Fact], bad: str) -> None:
    before = standing(RULES, [*LOOKED_AT, *known], DAY).grade
    after = standing(RULES, [*LOOKED_AT, *known, Fact(bad, DAY)], DAY).grade
    assert before is not None and after is not None and after >= before


@given(facts)
def test_the_order_of_facts_does_not_matter(known: list[Fact]) -> None:
    shuffled = sorted(known, key=lambda fact: (fact.code, fact.on), reverse=True)
    assert standing(RULES, known, DAY) == standing(RULES, shuffled, DAY)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 120), st.integers(1, 120))
def test_a_longer_term_never_ends_earlier(day: date, some: int, more: int) -> None:
    assert day < months_after(day, some) < months_after(day, some + more)


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ({"weights": {"general": "0.3", "professional": "0.3", "field": "0.3"}}, "相加应为 1"),
        ({"facts": [RULES.facts[0], RULES.facts[0]]}, "写了两次"),
        ({"bands": [{"grade": "A", "at_least": "80"}, {"grade": "B", "at_least": "80"}]}, "逐级下降"),
        ({"bands": [{"grade": "B", "at_least": "90"}, {"grade": "A", "at_least": "80"}]}, "逐级下降"),
        ({"facts": [fact for fact in RULES.facts if fact.account is not Account.FIELD]}, "永远评不出来"),
    ],
)
def test_a_rule_that_does_not_hold_together_is_refused(what: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        changed(**what)
