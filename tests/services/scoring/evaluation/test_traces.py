"""One golden case of each rule kind with its whole trace, word for word: what people read when they ask how."""

from datetime import date
from decimal import Decimal
from typing import Any, get_args

import pytest

from services.scoring.evaluation.inputs import EvaluationInput
from services.scoring.evaluation.results import EvaluationResult
from services.scoring.evaluation.verdicts import evaluate
from services.scoring.scheme_language import rule_kinds
from services.scoring.scheme_language.content import SchemeContent
from tests.services.scoring.making import FUNDS, VETO, clause, expert, group, scheme_of

COUNT = {"kind": "count_deduct", "count": "n", "each": "0.5"}
MARKET = [
    {"form": "market", "name": f"演示{place}", "points": got, "maximum": "50"}
    for place, got in (("甲", "50"), ("乙", "25"))
]
NA = {"not_applicable": {"1": {"reason": "没有屠宰企业", "approved_by": "演示审核人"}}}


def one(rule: dict[str, Any], points: str = "10", **more: Any) -> SchemeContent:
    return scheme_of(clause(rule, points, **more))


CASES: dict[str, tuple[SchemeContent, dict[str, Any], str]] = {
    "veto": (scheme_of(VETO, expert("a", "1")), {"values": {"ok": False}}, "v"),
    "all_or_nothing": (one({"kind": "all_or_nothing", "requires": "x >= 3"}), {"values": {"x": "2.99"}}, "1"),
    "expert": (
        one({"kind": "expert", "evidence_at_least": 1, "second_reviewer": True}),
        {"marks": {"1": {"points": "8", "reason": "缺一份", "evidence": 1, "reviewer": "甲", "second_reviewer": "乙"}}},
        "1",
    ),
    "level_scale": (
        one(
            {
                "kind": "level_scale",
                "levels": [{"name": "合格", "low": "7", "high": "8"}, {"name": "好", "low": "9", "high": "10"}],
            }
        ),
        {"marks": {"1": {"level": "合格", "points": "7.5"}}},
        "1",
    ),
    "checklist": (
        one(
            {
                "kind": "checklist",
                "faults": [
                    {"code": code, "label": label, "deduct": "1"} for code, label in (("a", "未发文"), ("b", "未开会"))
                ],
            },
            "1.5",
        ),
        {"faults": {"1": {"a": True, "b": True}}},
        "1",
    ),
    "count_deduct": (one(COUNT | {"at_most": "2"}), {"values": {"n": "30"}}, "1"),
    "bands": (one(FUNDS, "5"), {"values": {"x": "5"}}, "1"),
    "linear_deduct": (
        one({"kind": "linear_deduct", "of": "x", "target": "100", "step": "1", "points": "1", "partial": "up"}),
        {"values": {"x": "97.5"}},
        "1",
    ),
    "piecewise": (
        one(
            {
                "kind": "piecewise",
                "of": "x",
                "around": "0",
                "points_there": "15",
                "per_unit_below": "7.5",
                "per_unit_above": "1",
            },
            "25",
        ),
        {"values": {"x": "40"}},
        "1",
    ),
    "ratio": (one({"kind": "ratio", "numerator": "n", "denominator": "d"}), {"values": {"n": "37", "d": "41"}}, "1"),
    "relative": (
        one(
            {"kind": "relative", "of": "x", "peers": "towns", "against": "rank", "steps": [{"up_to": 2, "points": "8"}]}
        ),
        {"values": {"x": "8"}, "peers": {"towns": ["9", "8", "7"]}},
        "1",
    ),
    "growth": (
        one(
            {
                "kind": "growth",
                "current": "x",
                "previous": "previous",
                "points_there": "5",
                "per_unit_below": "2",
                "per_unit_above": "1",
            }
        ),
        {"values": {"x": "204", "previous": "200"}},
        "1",
    ),
    "count_bonus": (one({"kind": "count_bonus", "count": "n", "each": "2.5"}), {"values": {"n": "9"}}, "1"),
    "tiered": (
        one(
            {
                "kind": "tiered",
                "cases": [{"when": "weight < 2", "points": "0"}, {"when": "weight < 3", "points": "5"}],
                "otherwise": "10",
            }
        ),
        {"values": {"weight": "2"}},
        "1",
    ),
    "sum": (
        scheme_of(group("g", clause(COUNT, "6"), expert("b", "4"), points="10")),
        {"values": {"n": "2"}, "marks": {"b": {"points": "4"}}},
        "g",
    ),
    "sum, rescaled over what applies": (
        scheme_of(
            group(
                "g",
                clause(COUNT, "6", not_applicable={"effect": "exclude"}),
                expert("b", "4"),
                points="10",
                group_rule={"kind": "sum", "rescale": True},
            )
        ),
        {"marks": {"b": {"points": "3", "reason": "演示"}}} | NA,
        "g",
    ),
    "weighted_mean": (
        scheme_of(
            group(
                "g",
                expert("a", "100"),
                expert("b", "100"),
                points="100",
                group_rule={
                    "kind": "weighted_mean",
                    "weights": [{"code": "a", "weight": "3"}, {"code": "b", "weight": "1"}],
                },
            )
        ),
        {"marks": {"a": {"points": "90", "reason": "演示"}, "b": {"points": "70", "reason": "演示"}}},
        "g",
    ),
    "site_mean": (one({"kind": "site_mean", "forms": ["market"]}), {"sites": MARKET}, "1"),
    "site_count": (one({"kind": "site_count", "forms": ["market"], "at_least": "0.9"}), {"sites": MARKET}, "1"),
    "site_worst": (one({"kind": "site_worst", "forms": ["market"]}), {"sites": MARKET}, "1"),
    "stage": (
        one({"kind": "stage", "order": ["desk", "self"], "take": "first"}),
        {"stage_marks": {"1": {"self": "9", "desk": "8"}}},
        "1",
    ),
    "convert": (
        scheme_of(
            clause(COUNT, "100", code="year", counted=False),
            clause(
                {
                    "kind": "convert",
                    "of_clause": "year",
                    "bands": [{"high": "90", "points": "0"}, {"low": "90", "points": "5"}],
                },
                "5",
            ),
        ),
        {"values": {"n": "20"}},
        "1",
    ),
    "na, full points": (one(COUNT, not_applicable={"effect": "full_points"}), NA, "1"),
    "na, taken out": (one(COUNT, not_applicable={"effect": "exclude"}), NA, "1"),
}
TRACES: dict[str, tuple[str, ...]] = {
    "veto": ("ok = 否",),
    "all_or_nothing": ("x >= 3 = 否（x=2.99）", "不符合，得 0 分"),
    "expert": ("评分 8：缺一份",),
    "level_scale": ("评为“合格”，7.5 分",),
    "checklist": ("未发文：扣 1 分", "未开会：扣 1 分", "逐项查过", "限于 0～1.5 分：0"),
    "count_deduct": ("n = 30", "每次扣 0.5 分，共扣 2 分"),
    "bands": ("x = 5", "落在 [5, 10) 得 2.5 分"),
    "linear_deduct": ("x = 97.5", "不足 100 的部分每 1 扣 1 分，扣 3 分"),
    "piecewise": ("x = 40", "以 0 为准得 15 分，每低 1 扣 7.5，每高 1 加 1", "限于 0～25 分"),
    "ratio": ("(n) / (d) = 0.902439…（d=41，n=37）", "得满分的 0.902439… 倍"),
    "relative": ("x = 8", "在 4 个中排第 2"),
    "growth": (
        "((x) - (previous)) / (previous) * 100 = 2（previous=200，x=204）",
        "以 0 为准得 5 分，每低 1 扣 2，每高 1 加 1",
    ),
    "count_bonus": ("n = 9", "每次加 2.5 分，共 22.5 分", "限于 0～10 分：10"),
    "tiered": ("weight < 2 = 否（weight=2）", "weight < 3 = 是（weight=2）", "得 5 分"),
    "sum": ("5 + 4",),
    "sum, rescaled over what applies": ("(3) ÷ 4 × 10（标化分）",),
    "weighted_mean": ("(3 × 0.9 + 1 × 0.7) ÷ 4 × 100",),
    "site_mean": ("2 个点位，平均得分率 0.75",),
    "site_count": ("2 个点位，得分率达到 0.9 的占比 0.5",),
    "site_worst": ("2 个点位，最低得分率 0.5",),
    "stage": ("资料审核：8 分", "自评：9 分", "以资料审核为准"),
    "convert": ("year 得 90 分", "落在 [90, +∞) 得 5 分"),
    "na, full points": ("合理缺项：没有屠宰企业（演示审核人批准）", "按细则得满分 10 分"),
    "na, taken out": ("合理缺项：没有屠宰企业（演示审核人批准）", "不计入应得分"),
}
POINTS = {
    "all_or_nothing": "0",
    "expert": "8",
    "level_scale": "7.5",
    "checklist": "0",
    "count_deduct": "8",
    "bands": "2.5",
    "linear_deduct": "7",
    "piecewise": "25",
    "relative": "8",
    "growth": "7",
    "count_bonus": "10",
    "tiered": "5",
    "sum": "9",
    "sum, rescaled over what applies": "7.5",
    "weighted_mean": "85",
    "site_mean": "7.5",
    "site_count": "5",
    "site_worst": "5",
    "stage": "8",
    "convert": "5",
    "na, full points": "10",
}


def evaluated(name: str) -> EvaluationResult:
    scheme, given, _ = CASES[name]
    return evaluate(scheme, EvaluationInput.model_validate({"on": date(2026, 11, 1)} | given))


def trace_of(name: str) -> tuple[str, ...]:
    result = evaluated(name)
    steps = {one.code: one.steps for one in result.scores} | {one.code: one.steps for one in result.vetoes}
    return steps[CASES[name][2]]


@pytest.mark.parametrize("name", CASES)
def test_the_trace_says_inputs_rule_and_outcome(name: str) -> None:
    assert trace_of(name) == TRACES[name]


@pytest.mark.parametrize("name", POINTS)
def test_the_outcome_is_that_of_the_document(name: str) -> None:
    score = next(score for score in evaluated(name).scores if score.code == CASES[name][2])
    assert score.points == Decimal(POINTS[name])


def test_no_rule_kind_is_without_its_case() -> None:
    kinds = {
        get_args(kind.model_fields["kind"].annotation)[0]
        for kind in vars(rule_kinds).values()
        if isinstance(kind, type) and issubclass(kind, rule_kinds.Part) and "kind" in kind.model_fields
    }
    assert len(kinds) == 21
    assert kinds <= CASES.keys()
