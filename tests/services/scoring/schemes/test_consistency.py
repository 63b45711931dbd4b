"""A scheme that says two things, or nothing, at some place is not published, and its author is told where."""

from typing import Any

import pytest
from pydantic import ValidationError

from services.scoring.scheme_language.content import SchemeContent
from services.scoring.schemes.consistency import faults_of
from services.scoring.schemes.own_tests import failed_tests
from tests.services.scoring.making import FUNDS, VETO, clause, expert, group, scheme_of

LEAD: dict[str, Any] = {"lead": ["演示局"]}


def pointers(*nodes: dict[str, Any], **more: Any) -> list[str]:
    return [fault.pointer for fault in faults_of(scheme_of(*nodes, **more))]


def bands(*edges: tuple[str | None, bool, str | None, bool]) -> dict[str, Any]:
    rows = [
        {"low": low, "low_closed": low_closed, "high": high, "high_closed": high_closed, "points": "1"}
        for low, low_closed, high, high_closed in edges
    ]
    return {"kind": "bands", "of": "x", "bands": rows}


def test_a_sound_scheme_has_no_faults() -> None:
    gates = {"gates": [{"kind": "veto"}]}
    assert pointers(clause(FUNDS, **LEAD), VETO, verdict=gates, totals={"total": "10", "basic": "10"}) == []


@pytest.mark.parametrize(
    ("rule", "pointer"),
    [
        (bands((None, True, "3", False), ("4", True, None, False)), "/nodes/0/rule/bands"),
        (bands((None, True, "3", True), ("3", True, None, False)), "/nodes/0/rule/bands"),
        (bands((None, True, "3", False), ("3", False, None, False)), "/nodes/0/rule/bands"),
        (bands(("0", True, "3", False), ("3", True, None, False)), "/nodes/0/rule/bands"),
        (bands((None, True, "5", False), ("3", True, None, False)), "/nodes/0/rule/bands"),
        ({"kind": "all_or_nothing", "requires": "x"}, "/nodes/0/rule/requires"),
        ({"kind": "all_or_nothing", "requires": "who > 1"}, "/nodes/0/rule/requires"),
        ({"kind": "all_or_nothing", "requires": "$sum([y for y in $range(9)]) > 1"}, "/nodes/0/rule/requires"),
        (
            {"kind": "tiered", "cases": [{"when": "ok", "points": "11"}], "otherwise": "0"},
            "/nodes/0/rule/cases/0/points",
        ),
        ({"kind": "relative", "of": "x", "peers": "x", "against": "mean"}, "/nodes/0/rule/peers"),
        ({"kind": "relative", "of": "x", "peers": "towns", "against": "rank"}, "/nodes/0/rule/steps"),
        ({"kind": "stage", "order": ["nowhere"], "take": "first"}, "/nodes/0/rule/order"),
        ({"kind": "convert", "of_clause": "1", "bands": [{"points": "1"}]}, "/nodes/0/rule/of_clause"),
        ({"kind": "convert", "of_clause": "2", "bands": [{"points": "1"}]}, "/nodes/0/rule/of_clause"),
        ({"kind": "veto", "requires": "ok"}, "/nodes/0/rule"),
    ],
)
def test_a_rule_that_cannot_hold_is_refused_at_its_place(rule: dict[str, Any], pointer: str) -> None:
    assert pointer in pointers(clause(rule, **LEAD))


@pytest.mark.parametrize(
    ("node", "pointer"),
    [
        (VETO | {"rule": None}, "/nodes/0/rule"),
        (VETO | {"points": "3"}, "/nodes/0/points"),
        (expert("a", "0", **LEAD), "/nodes/0/points"),
        (expert("a", "3"), "/nodes/0/lead"),
        (expert("a", "3", **LEAD) | {"rule": None}, "/nodes/0/rule"),
        (group("g"), "/nodes/0/parts"),
        (group("g", expert("a", "3", **LEAD), expert("b", "4", **LEAD), points="8"), "/nodes/0/points"),
        (group("g", expert("a", "3", **LEAD), expert("a", "4", **LEAD)), "/nodes/0/parts/1/code"),
        (
            group(
                "g",
                expert("a", "3", **LEAD),
                points="3",
                group_rule={"kind": "weighted_mean", "weights": [{"code": "b", "weight": "1"}]},
            ),
            "/nodes/0/group_rule/weights",
        ),
    ],
)
def test_a_node_that_is_not_whole_is_refused_at_its_place(node: dict[str, Any], pointer: str) -> None:
    assert pointer in pointers(node, verdict={"gates": [{"kind": "veto"}]})


def test_points_that_do_not_add_up_to_what_the_document_declares_are_refused() -> None:
    declared = {"total": "116", "key": "58", "basic": "42", "bonus": "16"}
    nodes = [expert("k", "58", "key", **LEAD), expert("b", "42", **LEAD), expert("p", "15", "bonus", **LEAD)]
    assert pointers(*nodes, totals=declared) == ["/totals/total", "/totals/bonus"]


def test_two_scores_converted_into_each_other_are_refused() -> None:
    one = clause({"kind": "convert", "of_clause": "2", "bands": [{"points": "1"}]}, code="1", **LEAD)
    two = clause({"kind": "convert", "of_clause": "1", "bands": [{"points": "1"}]}, code="2", **LEAD)
    assert pointers(one, two) == ["/nodes/0/rule/of_clause", "/nodes/1/rule/of_clause"]


def test_a_veto_without_its_gate_would_veto_nothing() -> None:
    assert pointers(VETO) == ["/verdict/gates"]


def test_a_live_figure_says_who_answers_it() -> None:
    inputs = {"rate": {"label": "率", "source": "live"}}
    assert pointers(expert("a", "1", **LEAD), inputs=inputs) == ["/inputs/rate", "/inputs/rate"]


@pytest.mark.parametrize(
    "change",
    [
        {"typo": 1},
        {"nodes": [expert("a", "1") | {"ponits": "1"}]},
        {"nodes": [clause({"kind": "all_or_nothing", "requires": "ok", "unless": "ok"})]},
        {"nodes": [clause({"kind": "magic"})]},
        {"nodes": [expert("a", "1e999999")]},
        {"nodes": [clause({"kind": "all_or_nothing", "requires": "1" * 501})]},
        {"nodes": []},
    ],
)
def test_what_is_not_in_the_language_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        scheme_of(*change.pop("nodes", [expert("a", "1")]), **change)


def with_a_test(output: dict[str, Any], **more: Any) -> SchemeContent:
    test = {"name": "四万元", "input": {"values": {"x": "4"}}, "output": output} | more
    return scheme_of(clause(FUNDS, **LEAD), tests=[test])


def test_a_schemes_own_tests_are_run() -> None:
    assert (
        failed_tests(with_a_test({"points": "1.25", "1.points": "1.25", "1.state": "scored", "verdict": "not_asked"}))
        == []
    )
    assert failed_tests(with_a_test({"points": "1.2"}, absolute_error_margin="0.05")) == []
    assert [fault.message for fault in failed_tests(with_a_test({"points": "1.2"}))] == ["points 应为 1.2，算得 1.25"]
    assert len(failed_tests(with_a_test({"7.points": "1"}))) == 1
    assert len(failed_tests(with_a_test({"points": "1.25"}, input={"value": {}}))) == 1
