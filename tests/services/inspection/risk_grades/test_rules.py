"""A grade is explained to the last point, worse facts never lower it, and what is unknown is never a low risk."""

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.inspection.risk_grades.codes import FactKind, FactState, Grade
from services.inspection.risk_grades.inputs import Check, Fact, Inputs
from services.inspection.risk_grades.projection import MOST_CHANGES, ways_up
from services.inspection.risk_grades.replays.rules import Subject, replay
from services.inspection.risk_grades.rules import assess, grade_of
from tests.services.inspection.risk_grades.schemes import CREDIT, check, content, dynamic, fact, inputs, static

ON = date(2026, 12, 31)
SCHEME = content()
RECENT = date(2026, 6, 1)

DAYS = st.dates(date(2023, 1, 1), ON)
CHECKS = st.lists(
    st.builds(
        lambda on, keys, general, opened: check(
            on, key_failed=keys, general_failed=general, general_open=opened, source_id=None
        ),
        DAYS,
        st.integers(0, 10),
        st.integers(0, 15),
        st.integers(0, 5),
    ),
    max_size=4,
)
FACTS = st.lists(st.builds(fact, st.sampled_from(list(FactKind)), DAYS, st.sampled_from(list(FactState))), max_size=5)
ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "suppliers": st.decimals(0, 500, places=0),
        "foods": st.lists(st.sampled_from(["packaged", "bulk", "raw"]), min_size=1, max_size=3).map(tuple),
    },
)
INPUTS = st.builds(
    lambda answers, checks, facts: inputs(checks=tuple(checks), facts=tuple(facts), **answers), ANSWERS, CHECKS, FACTS
)


@settings(max_examples=200, deadline=None)
@given(known=INPUTS)
def test_the_explanation_adds_up_to_the_score(known: Inputs) -> None:
    result = assess(SCHEME, known, ON)
    assert sum((line.points for line in result.lines), Decimal(0)) == result.score
    assert all(0 <= line.points <= line.maximum for line in result.lines)
    assert sum((line.maximum for line in result.lines), Decimal(0)) == 100
    assert result.by_score is grade_of(SCHEME, result.score)
    assert all(any(line.label in step for step in result.steps) for line in result.lines)
    assert all(any(move.words == step for step in result.steps) for move in result.moves)


@settings(max_examples=200, deadline=None)
@given(known=INPUTS, seed=st.integers(0, 99))
def test_the_order_of_facts_and_inspections_does_not_matter(known: Inputs, seed: int) -> None:
    dice = random.Random(seed)
    other = known.model_copy(
        update={
            "checks": tuple(dice.sample(known.checks, len(known.checks))),
            "facts": tuple(dice.sample(known.facts, len(known.facts))),
        }
    )
    assert assess(SCHEME, other, ON) == assess(SCHEME, known, ON)


@settings(max_examples=200, deadline=None)
@given(
    known=INPUTS,
    kind=st.sampled_from([kind for kind in FactKind if not kind.favourable]),
    on=DAYS,
    state=st.sampled_from(list(FactState)),
)
def test_another_adverse_fact_never_lowers_the_risk(known: Inputs, kind: FactKind, on: date, state: FactState) -> None:
    worse = known.model_copy(update={"facts": (*known.facts, fact(kind, on, state))})
    assert assess(SCHEME, worse, ON).grade.rank >= assess(SCHEME, known, ON).grade.rank


@settings(max_examples=200, deadline=None)
@given(known=INPUTS, data=st.data())
def test_a_worse_inspection_never_lowers_the_risk(known: Inputs, data: st.DataObject) -> None:
    if not known.checks:
        return
    index = data.draw(st.integers(0, len(known.checks) - 1))
    field = data.draw(st.sampled_from(["key_failed", "general_failed", "key_open", "general_open"]))
    old = known.checks[index]
    checked = old.key_checked if field.startswith("key") else old.general_checked
    if field.endswith("failed") and getattr(old, field) == checked:
        return
    worse = old.model_copy(update={field: getattr(old, field) + 1})
    after = known.model_copy(update={"checks": (*known.checks[:index], worse, *known.checks[index + 1 :])})
    assert assess(SCHEME, after, ON).score >= assess(SCHEME, known, ON).score
    assert assess(SCHEME, after, ON).grade.rank >= assess(SCHEME, known, ON).grade.rank


@settings(max_examples=200, deadline=None)
@given(known=INPUTS, code=st.sampled_from(["suppliers", "foods"]))
def test_what_is_unknown_counts_as_the_riskiest_and_is_shown(known: Inputs, code: str) -> None:
    answers = {name: answer for name, answer in known.answers.items() if name != code}
    less = assess(SCHEME, known.model_copy(update={"answers": answers}), ON)
    assert code in less.unknown
    assert less.score >= assess(SCHEME, known, ON).score
    assert any("未知" in step and "最高风险" in step for step in less.steps)
    without_checks = assess(SCHEME, known.model_copy(update={"checks": ()}), ON)
    assert without_checks.score >= assess(SCHEME, known, ON).score


@settings(max_examples=100, deadline=None)
@given(known=INPUTS, more=st.integers(1, 300))
def test_a_greater_quantity_never_lowers_the_risk(known: Inputs, more: int) -> None:
    if not isinstance(before := known.answers.get("suppliers"), Decimal):
        return
    after = known.model_copy(update={"answers": dict(known.answers) | {"suppliers": before + more}})
    assert assess(SCHEME, after, ON).score >= assess(SCHEME, known, ON).score


@pytest.mark.parametrize(
    ("score", "grade"),
    [("0", "A"), ("30", "A"), ("30.01", "B"), ("45", "B"), ("45.01", "C"), ("60", "C"), ("60.01", "D"), ("100", "D")],
)
def test_a_score_on_a_cut_off_belongs_to_the_safer_side(score: str, grade: str) -> None:
    assert grade_of(SCHEME, Decimal(score)) is Grade(grade)


def test_a_golden_case_point_by_point() -> None:
    """50 suppliers 2.5; packaged and bulk: the riskier, 15; 2 of 10 key and 4 of 20 general items failed: 10 ÷ 50."""
    known = inputs(
        checks=(check(RECENT, key_failed=2, general_failed=4),), suppliers=Decimal(50), foods=("packaged", "bulk")
    )
    result = assess(SCHEME, known, ON)
    assert [(line.code, line.points) for line in result.lines] == [
        ("suppliers", Decimal("2.5")),
        ("foods", Decimal(15)),
        ("dynamic", Decimal("12.00")),
    ]
    assert (result.score, result.by_score, result.grade, result.unknown) == (Decimal("29.50"), Grade.A, Grade.A, ())
    assert "合计 29.5 分，0 分起，不超过 30 分，为 A 级" in result.steps


GOOD: dict[str, Any] = {"suppliers": Decimal(50), "foods": ("bulk",)}
CLEAN = (check(date(2024, 6, 1)), check(date(2025, 6, 1)), check(RECENT))


@pytest.mark.parametrize(
    ("facts", "grade"),
    [
        ([], "B"),
        ([fact(FactKind.SAMPLE_FAILED, RECENT)], "C"),
        ([fact(FactKind.SAMPLE_FAILED, RECENT, FactState.OPEN)], "B"),
        ([fact(FactKind.SAMPLE_FAILED, RECENT, FactState.DISMISSED)], "B"),
        ([fact(FactKind.SAMPLE_FAILED, date(2025, 12, 31))], "B"),  # twelve months are over
        ([fact(FactKind.SAMPLE_FAILED, date(2026, 1, 1))], "C"),
        ([fact(FactKind.SAMPLE_FAILED, RECENT), fact(FactKind.SAMPLE_FAILED, RECENT)], "C"),  # one rule, once
        ([fact(FactKind.INCIDENT, RECENT)], "D"),
        ([fact(FactKind.INCIDENT, RECENT), fact(FactKind.SAMPLE_FAILED, RECENT)], "D"),  # at most two grades up
        ([fact(FactKind.CASE_FILED, RECENT)], "B"),  # needs two
        ([fact(FactKind.CASE_FILED, RECENT), fact(FactKind.CASE_FILED, RECENT)], "C"),
        ([fact(FactKind.SERIOUS_DISHONESTY, date(2024, 1, 2))], "D"),
        ([fact(FactKind.CERTIFIED, RECENT)], "A"),
        ([fact(FactKind.CERTIFIED, RECENT), fact(FactKind.SAMPLE_FAILED, RECENT)], "C"),  # no lowering beside a raise
        ([fact(FactKind.CERTIFIED, RECENT), fact(FactKind.SERIOUS_DISHONESTY, RECENT)], "D"),
        ([fact(FactKind.INCIDENT, date(2027, 1, 1))], "B"),  # has not happened yet
    ],
)
def test_how_facts_move_the_grade(facts: list[Fact], grade: str) -> None:
    """By score it is a B: 17.5 + 60 × 13 ÷ 50 = 33.1."""
    known = inputs(checks=(check(RECENT, key_failed=3, general_failed=4),), facts=tuple(facts), **GOOD)
    assert assess(SCHEME, known, ON).grade is Grade(grade)


@pytest.mark.parametrize(
    ("checks", "facts", "lowered"),
    [
        (CLEAN, [], True),
        (CLEAN[1:], [], False),  # nobody looked often enough
        (CLEAN, [fact(FactKind.SAMPLE_FAILED, date(2024, 3, 1))], False),
        (CLEAN, [fact(FactKind.SAMPLE_FAILED, date(2023, 12, 31))], True),  # three years ago to the day
        (CLEAN, [fact(FactKind.RAPID_TEST_FAILED, date(2026, 3, 1), FactState.OPEN)], False),  # open is not clean
        (CLEAN, [fact(FactKind.RAPID_TEST_FAILED, date(2026, 3, 1), FactState.DISMISSED)], True),
        ((*CLEAN[:2], check(RECENT, key_failed=1)), [], False),
    ],
)
def test_three_clean_years_need_somebody_who_looked(
    checks: tuple[Check, ...], facts: list[Fact], lowered: bool
) -> None:
    known = inputs(checks=checks, facts=tuple(facts), suppliers=Decimal(500), foods=("raw",))  # 40: a B by score
    result = assess(SCHEME, known, ON)
    assert ("clean" in [move.code for move in result.moves]) == lowered


def test_a_business_on_file_for_less_than_three_years_is_not_yet_clean() -> None:
    known = inputs(checks=CLEAN, since=date(2024, 1, 1), suppliers=Decimal(500), foods=("raw",))
    assert assess(SCHEME, known, ON).moves == ()


def test_forty_forty_twenty_counts_credit() -> None:
    scheme = content(parts=[static(), dynamic("40"), CREDIT])
    known = inputs(checks=(check(RECENT),), credit_class=("b",), **GOOD)
    assert assess(scheme, known, ON).score == Decimal("24.5")
    unknown = assess(scheme, inputs(checks=(check(RECENT),), **GOOD), ON)
    assert (unknown.score, unknown.unknown) == (Decimal("37.5"), ("credit_class",))
    assert (unknown.grade, unknown.at_best) == (Grade.B, Grade.A)


def test_points_by_lost_score_and_the_worst_of_several() -> None:
    scheme = content(parts=[static(), dynamic(measure={"kind": "lost_score"}, of_several="worst")])
    checks = (check(date(2026, 2, 1), score_share="0.7"), check(RECENT, score_share="0.95"))
    assert assess(scheme, inputs(checks=checks, **GOOD), ON).lines[-1].points == Decimal("18.00")
    unscored = assess(scheme, inputs(checks=(*checks, check(RECENT)), **GOOD), ON).lines[-1]
    assert (unscored.points, unscored.known) == (Decimal(60), False)


def test_an_inspection_too_long_ago_says_nothing_any_more() -> None:
    known = inputs(checks=(check(date(2024, 12, 31)),), **GOOD)
    assert assess(SCHEME, known, ON).unknown == ("dynamic",)
    assert assess(SCHEME, known, ON - timedelta(days=1)).unknown == ()


# What would lift a grade


@settings(max_examples=60, deadline=None)
@given(known=INPUTS)
def test_every_way_leads_to_a_better_grade_with_as_few_changes_as_can_be(known: Inputs) -> None:
    present = assess(SCHEME, known, ON)
    ways = ways_up(SCHEME, known, ON)
    assert all(way.grade.rank < present.grade.rank and way.from_day >= ON for way in ways)
    assert len({len(way.changes) for way in ways}) <= 1
    assert all(len(way.changes) <= MOST_CHANGES for way in ways)


def test_the_fewest_corrections_that_lift_the_grade_are_said() -> None:
    """17.5 + 60 × 34 ÷ 50 = 58.3 is a C; 4 of 10 key items put right leave 60 × 22 ÷ 50 = 26.4: 43.9, a B."""
    known = inputs(checks=(check(RECENT, key_failed=10, general_failed=4),), since=date(2026, 1, 1), **GOOD)
    assert assess(SCHEME, known, ON).grade is Grade.C
    corrections = [way for way in ways_up(SCHEME, known, ON) if "改正" in way.changes[0]]
    assert min((way.grade.rank, way.score) for way in corrections)[0] == Grade.A.rank
    to_b = [way for way in corrections if way.grade is Grade.B]
    assert len(to_b) == 1
    assert "至少改正 4 项" in to_b[0].changes[0]
    assert to_b[0].score == Decimal("43.90")


def test_a_raise_runs_out_on_a_day_that_is_said() -> None:
    known = inputs(checks=(check(RECENT),), facts=(fact(FactKind.SAMPLE_FAILED, date(2026, 9, 1)),), **GOOD)
    assert [(way.changes[0], way.from_day) for way in ways_up(SCHEME, known, ON)] == [
        ("至 2027-09-01，「sample_failed」不再计入（其间没有新的情形）", date(2027, 9, 1))
    ]


def test_the_least_risk_has_nothing_to_lift() -> None:
    known = inputs(checks=(check(RECENT),), **GOOD)
    assert assess(SCHEME, known, ON).grade is Grade.A
    assert ways_up(SCHEME, known, ON) == []


# Replays


def test_a_replay_says_who_moves_where_in_any_order() -> None:
    known = [
        Subject(
            check(RECENT).source_id,
            f"演示店{number}",
            before,
            inputs(checks=(check(RECENT, key_failed=failed),), **GOOD),
        )
        for number, (before, failed) in enumerate([(Grade.A, 0), (Grade.A, 6), (Grade.D, 6), (None, 0)])
    ]
    outcome = replay(SCHEME, known, ON)
    assert (outcome.riskier, outcome.safer, outcome.same) == (1, 1, 1)
    assert outcome.table["A"] == {"A": 1, "B": 1, "C": 0, "D": 0}
    assert outcome.table["-"]["A"] == 1
    assert replay(SCHEME, known[::-1], ON) == outcome
