"""Golden cases of every rule kind, with the words of its steps; edges, caps and ties as the documents have them."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.services.scoring.making import FUNDS, clause, result_of, scheme_of


def range_of(rule: dict[str, Any], points: str = "10", **given: Any) -> tuple[str, str]:
    score = result_of(scheme_of(clause(rule, points)), **given).scores[0]
    return str(score.low), str(score.high)


def points(rule: dict[str, Any], maximum: str = "10", **given: Any) -> Decimal | None:
    return result_of(scheme_of(clause(rule, maximum)), **given).scores[0].points


ALL = {"kind": "all_or_nothing", "requires": "x >= 3"}
SCALE = {
    "kind": "level_scale",
    "levels": [
        {"name": "很好", "low": "9", "high": "10"},
        {"name": "合格", "low": "7", "high": "8"},
        {"name": "不合格", "low": "0", "high": "6"},
    ],
}
SONGYANG = {
    "kind": "checklist",
    "faults": [
        {"code": "a", "label": "未以政府名义出台", "deduct": "0.5"},
        {"code": "b", "label": "未成立领导小组", "deduct": "0.75"},
        {"code": "c", "label": "未开动员会", "deduct": "0.75"},
    ],
}
DINGYUAN = {
    "kind": "piecewise",
    "of": "x",
    "around": "0",
    "points_there": "15",
    "per_unit_below": "7.5",
    "per_unit_above": "1",
}
RANKED = {
    "kind": "relative",
    "of": "x",
    "peers": "towns",
    "against": "rank",
    "steps": [{"up_to": 1, "points": "10"}, {"up_to": 2, "points": "8"}, {"up_to": 4, "points": "5"}],
}
WEIGHT_SHARE = {
    "kind": "tiered",
    "cases": [{"when": "weight < 2", "points": "0.5"}, {"when": "weight < 3", "points": "0.75"}],
    "otherwise": "1",
}


def deduct(partial: str) -> dict[str, Any]:
    return {"kind": "linear_deduct", "of": "x", "target": "100", "step": "1", "points": "1", "partial": partial}


@pytest.mark.parametrize(
    ("rule", "given", "expected"),
    [
        (ALL, {"values": {"x": "3"}}, "10"),
        (ALL, {"values": {"x": "2.999999999"}}, "0"),
        ({"kind": "count_deduct", "count": "n", "each": "0.5"}, {"values": {"n": "3"}}, "8.5"),
        ({"kind": "count_deduct", "count": "n", "each": "0.5"}, {"values": {"n": "30"}}, "0"),
        ({"kind": "count_deduct", "count": "n", "each": "0.5", "at_most": "2"}, {"values": {"n": "30"}}, "8"),
        (FUNDS, {"values": {"x": "2.999"}}, "0"),
        (FUNDS, {"values": {"x": "3"}}, "1.25"),
        (FUNDS, {"values": {"x": "5"}}, "2.5"),
        (FUNDS, {"values": {"x": "10"}}, "5"),
        (deduct("up"), {"values": {"x": "97.5"}}, "7"),
        (deduct("exact"), {"values": {"x": "97.5"}}, "7.5"),
        (deduct("down"), {"values": {"x": "97.5"}}, "8"),
        (deduct("exact"), {"values": {"x": "120"}}, "10"),
        (deduct("exact"), {"values": {"x": "10"}}, "0"),
        (deduct("exact") | {"direction": "above", "target": "0"}, {"values": {"x": "4"}}, "6"),
        ({"kind": "ratio", "numerator": "n", "denominator": "d"}, {"values": {"n": "37", "d": "41"}}, None),
        ({"kind": "ratio", "numerator": "n", "denominator": "d"}, {"values": {"n": "50", "d": "41"}}, "10"),
        (
            {"kind": "ratio", "numerator": "n", "denominator": "d", "without": "zero"},
            {"values": {"n": "0", "d": "0"}},
            "0",
        ),
        (
            {"kind": "ratio", "numerator": "n", "denominator": "d", "without": "full_points"},
            {"values": {"n": "0", "d": "0"}},
            "10",
        ),
        (RANKED, {"values": {"x": "9"}, "peers": {"towns": ["9", "8", "7"]}}, "10"),
        (RANKED, {"values": {"x": "8"}, "peers": {"towns": ["9", "8", "7"]}}, "8"),
        (RANKED, {"values": {"x": "7"}, "peers": {"towns": ["9", "8", "8"]}}, "5"),
        (RANKED, {"values": {"x": "1"}, "peers": {"towns": ["9", "8", "7", "6"]}}, "0"),
        (
            {"kind": "relative", "of": "x", "peers": "towns", "against": "mean", "factor": "0.5"},
            {"values": {"x": "9"}, "peers": {"towns": ["8", "10"]}},
            "5",
        ),
        ({"kind": "count_bonus", "count": "n", "each": "2.5"}, {"values": {"n": "3"}}, "7.5"),
        ({"kind": "count_bonus", "count": "n", "each": "2.5"}, {"values": {"n": "9"}}, "10"),
        (WEIGHT_SHARE, {"values": {"weight": "1.9"}}, "0.5"),
        (WEIGHT_SHARE, {"values": {"weight": "2"}}, "0.75"),
        (WEIGHT_SHARE, {"values": {"weight": "3"}}, "1"),
        (SCALE, {"marks": {"1": {"level": "合格", "points": "7.5"}}}, "7.5"),
        (
            {"kind": "stage", "order": ["site", "desk", "self"], "take": "first"},
            {"stage_marks": {"1": {"self": "9", "desk": "8"}}},
            "8",
        ),
        (
            {"kind": "stage", "order": ["desk", "self"], "take": "mean"},
            {"stage_marks": {"1": {"self": "9", "desk": "8"}}},
            "8.5",
        ),
    ],
)
def test_points(rule: dict[str, Any], given: dict[str, Any], expected: str | None) -> None:
    got = points(rule, **given)
    assert got == (Decimal(370) / Decimal(41) if expected is None else Decimal(expected))


def test_deductions_that_add_up_to_more_than_there_is_leave_nothing() -> None:
    assert points(SONGYANG, "1.5", faults={"1": {"a": True, "b": True, "c": True}}) == 0
    assert points(SONGYANG, "1.5", faults={"1": {"a": True, "b": False, "c": False}}) == 1
    assert range_of(SONGYANG, "1.5", faults={"1": {"a": True}}) == ("0", "1")


@pytest.mark.parametrize(("x", "expected"), [("0", "15"), ("-1", "7.5"), ("-5", "0"), ("4", "19"), ("40", "25")])
def test_level_with_last_year_is_fifteen_down_costs_more_than_up_brings(x: str, expected: str) -> None:
    assert points(DINGYUAN, "25", values={"x": x}) == Decimal(expected)


@pytest.mark.parametrize(("current", "expected"), [("200", "15"), ("198", "7.5"), ("210", "20"), ("100", "0")])
def test_growth_is_against_the_period_before(current: str, expected: str) -> None:
    rule = {"kind": "growth", "current": "x", "previous": "previous", "points_there": "15"}
    rule |= {"per_unit_below": "7.5", "per_unit_above": "1"}
    assert points(rule, "25", values={"x": current, "previous": "200"}) == Decimal(expected)


def test_an_expert_takes_points_off_with_reason_evidence_and_a_second_person() -> None:
    rule = {"kind": "expert", "evidence_at_least": 1, "second_reviewer": True}
    mark = {"points": "2", "reason": "材料缺一份", "evidence": 1, "reviewer": "演示甲", "second_reviewer": "演示乙"}
    assert points(rule, "3", marks={"1": mark}) == 2
    for change in ({"reason": None}, {"evidence": 0}, {"second_reviewer": "演示甲"}, {"points": "4"}):
        assert range_of(rule, "3", marks={"1": mark | change}) == ("0", "3"), change


def test_points_outside_their_level_are_no_points() -> None:
    assert range_of(SCALE, marks={"1": {"level": "合格", "points": "9"}}) == ("0", "10")
    assert range_of(SCALE, marks={"1": {"level": "优", "points": "9"}}) == ("0", "10")


def test_sites_count_by_mean_by_share_and_by_the_worst() -> None:
    sites = [
        {"form": "market", "name": f"演示市场{index}（虚构）", "points": got, "maximum": "50"}
        for index, got in enumerate(("50", "45", "25"))
    ] + [{"form": "school", "name": "演示学校（虚构）", "points": "0", "maximum": "9"}]
    forms = {"forms": ["market"]}
    assert points({"kind": "site_mean"} | forms, sites=sites) == 8
    assert points({"kind": "site_worst"} | forms, sites=sites) == 5
    assert points({"kind": "site_count", "at_least": "0.9"} | forms, "9", sites=sites) == 6


def test_a_score_is_converted_into_points_elsewhere() -> None:
    other = clause({"kind": "count_deduct", "count": "n", "each": "1"}, "100", code="year", counted=False)
    bands = [{"low": str(low), "high": str(low + 10), "points": str(low // 10 - 6)} for low in (70, 80, 90)]
    converted = clause({"kind": "convert", "of_clause": "year", "bands": bands}, "5")
    result = result_of(scheme_of(other, converted), values={"n": "15"})
    assert result.points == 2
    assert result.scores[1].steps[0] == "year 得 85 分"


def test_a_rate_without_anything_to_be_a_rate_of_is_taken_out() -> None:
    rule = {"kind": "ratio", "numerator": "n", "denominator": "d", "without": "not_applicable"}
    [score] = result_of(scheme_of(clause(rule)), values={"n": "0", "d": "0"}).scores
    assert score.state == "not_applicable"
    assert score.maximum == 0


def test_every_score_says_how() -> None:
    [score] = result_of(scheme_of(clause(FUNDS)), values={"x": "4"}).scores
    assert score.steps == ("x = 4", "落在 [3, 5) 得 1.25 分")


def test_what_was_not_given_may_still_come_but_does_not_count() -> None:
    [score] = result_of(scheme_of(clause(FUNDS, "5"))).scores
    assert (score.state, score.points) == ("uncertain", None)
    assert (score.low, score.high) == (Decimal(0), Decimal(5))
    assert score.reasons == ("“x”没有数据",)


def test_about_four_counts_as_far_as_it_is_certain() -> None:
    about = {"low": "2", "high": "4"}
    assert range_of(FUNDS, values={"x": about}) == ("0", "1.25")


def test_parameters_hold_from_their_day_on() -> None:
    history = [
        {"valid_from": "2026-01-01", "value": "3", "source": "演示"},
        {"valid_from": "2026-12-01", "value": "4", "source": "演示"},
    ]
    scheme = scheme_of(clause({"kind": "all_or_nothing", "requires": "x >= least"}), parameters={"least": history})
    assert result_of(scheme, values={"x": "3"}).points == 10
    assert result_of(scheme, on=date(2026, 12, 1), values={"x": "3"}).points == 0
