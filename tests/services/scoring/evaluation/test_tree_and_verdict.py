"""The tree, 合理缺项, gates and grades; and what must hold of every scheme whatever is known."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scoring.evaluation.results import EvaluationResult
from services.scoring.scheme_language.content import SchemeContent
from tests.services.scoring.making import VETO, clause, expert, group, result_of, scheme_of

COUNTED = {"kind": "count_deduct", "count": "n", "each": "1"}
MAY_BE_MISSING: dict[str, Any] = {"not_applicable": {"effect": "exclude"}}


def marks(**points: str) -> dict[str, Any]:
    return {"marks": {code: {"points": value, "reason": "演示"} for code, value in points.items()}}


JIANGSU: dict[str, Any] = {
    "verdict": {
        "gates": [
            {"kind": "veto"},
            {"kind": "key_min", "rate": "0.6"},
            {"kind": "total", "at_least": "90"},
        ]
    }
}


def jiangsu(**given: Any) -> EvaluationResult:
    nodes = [
        expert("k1", "50", "key"),
        expert("k2", "10", "key"),
        expert("b", "40"),
        expert("plus", "16", "bonus"),
        VETO,
    ]
    return result_of(scheme_of(*nodes, **JIANGSU), **given)


def test_a_group_is_rescaled_over_what_applies() -> None:
    parts = [expert("a", "6", **MAY_BE_MISSING), expert("b", "4")]
    scheme = scheme_of(group("g", *parts, points="10", group_rule={"kind": "sum", "rescale": True}))
    claim: dict[str, Any] = {"not_applicable": {"a": {"reason": "没有屠宰企业", "approved_by": "演示审核人"}}}
    result = result_of(scheme, **marks(b="3"), **claim)
    assert (result.points, result.maximum) == (Decimal("7.5"), Decimal(10))
    assert result.scores[0].steps == ("(3) ÷ 4 × 10（标化分）",)


def test_without_rescaling_the_maximum_shrinks() -> None:
    scheme = scheme_of(group("g", expert("a", "6", **MAY_BE_MISSING), expert("b", "4")))
    claim: dict[str, Any] = {"not_applicable": {"a": {"reason": "没有屠宰企业", "approved_by": "演示审核人"}}}
    result = result_of(scheme, **marks(b="3"), **claim)
    assert (result.points, result.maximum) == (Decimal(3), Decimal(4))


def test_a_claim_nobody_approved_or_nobody_may_make_changes_nothing() -> None:
    unapproved = {"not_applicable": {"a": {"reason": "没有屠宰企业"}}}
    result = result_of(scheme_of(expert("a", "6", **MAY_BE_MISSING)), **unapproved)
    assert result.scores[0].state == "uncertain"
    approved = {"not_applicable": {"a": {"reason": "没有屠宰企业", "approved_by": "演示审核人"}}}
    assert result_of(scheme_of(expert("a", "6")), **approved).scores[0].state == "uncertain"


def test_shenzhen_weighs_four_parts() -> None:
    """深圳 2023: 20 % 12 % 58 % 10 % of 96.20, 95.67, 90.79, 67.30 came to 90.11."""
    parts = [expert(code, "100") for code in ("build", "toilet", "manage", "smart")]
    weights = [
        {"code": code, "weight": weight}
        for code, weight in (("build", "20"), ("toilet", "12"), ("manage", "58"), ("smart", "10"))
    ]
    scheme = scheme_of(group("g", *parts, points="100", group_rule={"kind": "weighted_mean", "weights": weights}))
    result = result_of(scheme, **marks(build="96.20", toilet="95.67", manage="90.79", smart="67.30"))
    assert (result.points, result.shown) == (Decimal("90.1086"), "90.11")


@pytest.mark.parametrize(
    ("k1", "k2", "b", "plus", "ok", "verdict"),
    [
        ("50", "10", "30", "0", True, "passed"),
        ("50", "10", "29.999", "0", True, "failed"),
        ("50", "6", "34", "0", True, "passed"),
        ("50", "5.99", "40", "16", True, "failed"),
        ("50", "10", "40", "16", False, "failed"),
    ],
)
def test_no_veto_every_key_clause_sixty_per_cent_and_ninety_in_all(
    k1: str, k2: str, b: str, plus: str, ok: bool, verdict: str
) -> None:
    result = jiangsu(**marks(k1=k1, k2=k2, b=b, plus=plus), values={"ok": ok})
    assert (result.verdict, result.maximum) == (verdict, Decimal(116))


def test_an_unknown_veto_is_no_pass_and_a_certain_failure_needs_no_more_data() -> None:
    assert jiangsu(**marks(k1="50", k2="10", b="40", plus="0")).verdict == "undetermined"
    assert jiangsu(**marks(k2="1")).verdict == "failed"
    assert jiangsu(values={"ok": True}).verdict == "undetermined"


@pytest.mark.parametrize("given", [marks(a="6"), {}])
def test_without_gates_nothing_is_asked(given: dict[str, Any]) -> None:
    result = result_of(scheme_of(expert("a", "6")), **given)
    assert (result.verdict, result.verdict_label) == ("not_asked", "不设结论")


def shaanxi(**given: Any) -> EvaluationResult:
    bands = [{"grade": "A", "at_least": "100"}, {"grade": "B", "at_least": "80"}, {"grade": "C", "at_least": "60"}]
    overrides = [{"code": "fake", "label": "制售假冒", "when": "n >= 1", "grade": "D", "lock_months": 24}]
    overrides += [{"code": "late", "label": "两个责任未落实", "when": "d >= 1", "down": 1}]
    grades = {"bands": bands, "below": "D", "overrides": overrides}
    scheme = scheme_of(expert("a", "110"), verdict={"grades": grades})
    return result_of(scheme, **given)


@pytest.mark.parametrize(
    ("points", "n", "d", "grade", "lock"),
    [
        *(("100", "0", "0", "A", None), ("99.999", "0", "0", "B", None), ("60", "0", "0", "C", None)),
        *(("59", "0", "0", "D", None), ("110", "1", "0", "D", 24), ("110", "0", "1", "B", None)),
        *(("10", "0", "1", "D", None),),
    ],
)
def test_grades_and_what_overrides_them(points: str, n: str, d: str, grade: str, lock: int | None) -> None:
    found = shaanxi(**marks(a=points), values={"n": n, "d": d}).grade
    assert found is not None
    assert (found.grade, found.lock_months) == (grade, lock)


def test_a_grade_is_not_named_while_the_unknown_could_change_it() -> None:
    found = shaanxi(**marks(a="110"), values={"d": "0"}).grade
    assert found is not None
    assert (found.grade, found.worst, found.best) == (None, "D", "A")


NUMBERS = st.decimals(min_value=0, max_value=12, places=2).map(str)
STATED = st.one_of(
    NUMBERS,
    st.just({"state": "missing"}),
    st.tuples(NUMBERS, NUMBERS).map(lambda ends: {"low": min(ends, key=Decimal), "high": max(ends, key=Decimal)}),
)
RULES: list[dict[str, Any]] = [
    {"kind": "all_or_nothing", "requires": "n >= 3"},
    COUNTED,
    {"kind": "ratio", "numerator": "n", "denominator": "d", "without": "not_applicable"},
    {"kind": "linear_deduct", "of": "x", "target": "8", "step": "0.5", "points": "1", "partial": "up"},
    {"kind": "piecewise", "of": "x", "around": "5", "points_there": "6", "per_unit_below": "2", "per_unit_above": "3"},
    {"kind": "count_bonus", "count": "n", "each": "4"},
    {"kind": "tiered", "cases": [{"when": "x < 2", "points": "1"}, {"when": "x < d", "points": "4"}], "otherwise": "9"},
    {"kind": "bands", "of": "x", "bands": [{"high": "4", "points": "10"}, {"low": "4", "points": "2"}]},
]
SCHEMES = st.lists(st.sampled_from(RULES), min_size=1, max_size=5).map(
    lambda rules: scheme_of(
        group("g", *[clause(rule, code=f"c{index}", **MAY_BE_MISSING) for index, rule in enumerate(rules)])
    )
)
VALUES = st.fixed_dictionaries({}, optional=dict.fromkeys(("x", "n", "d"), STATED))


@given(SCHEMES, VALUES)
def test_points_never_exceed_what_applies_and_are_never_negative(scheme: SchemeContent, values: dict[str, Any]) -> None:
    for score in result_of(scheme, values=values).scores:
        assert 0 <= score.low <= score.high <= score.maximum


@given(SCHEMES, VALUES, st.fixed_dictionaries(dict.fromkeys(("x", "n", "d"), NUMBERS)))
def test_learning_what_was_unknown_only_narrows_the_result(
    scheme: SchemeContent, values: dict[str, Any], learned: dict[str, str]
) -> None:
    before = result_of(scheme, values=values)
    open_ = {name for name in learned if values.get(name, {"state": "missing"}) == {"state": "missing"}}
    after = result_of(scheme, values=values | {name: learned[name] for name in open_})
    for early, late in zip(before.scores, after.scores, strict=True):
        if late.state != "not_applicable" and early.maximum == late.maximum:
            assert early.low <= late.low <= late.high <= early.high


@given(SCHEMES, VALUES, st.integers(0, 4))
def test_an_approved_exemption_of_the_worst_clause_never_lowers_the_rate(
    scheme: SchemeContent, values: dict[str, Any], chosen: int
) -> None:
    before = result_of(scheme, values=values)
    clauses = [score for score in before.scores if score.parent and score.state != "not_applicable"]
    if not clauses or before.maximum == 0:
        return
    worst = min(clauses, key=lambda score: score.low / score.maximum)
    claim = {worst.code: {"reason": "没有这种业态", "approved_by": "演示审核人"}}
    after = result_of(scheme, values=values, not_applicable=claim)
    if after.maximum > 0:
        assert after.low / after.maximum >= before.low / before.maximum - Decimal("1e-20")


@given(SCHEMES, VALUES, st.randoms())
def test_the_order_in_which_things_are_told_does_not_matter(
    scheme: SchemeContent, values: dict[str, Any], random: Any
) -> None:
    shuffled = list(values.items())
    random.shuffle(shuffled)
    assert result_of(scheme, values=values) == result_of(scheme, values=dict(shuffled))
