"""The way up: gains are those of the whole tree, and what is out of reach says why."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from services.scoring.evaluation.inputs import EvaluationInput
from services.scoring.evaluation.tree import Evaluation
from services.scoring.improvements.rules import lacking_clauses, why_out_of_reach
from services.scoring.scheme_language.content import InputItem
from tests.conftest import ClientOf
from tests.services.scoring.evaluations.running import People, add, begun, people_of, published
from tests.services.scoring.making import clause, expert, group, scheme_of

ON = {"on": date(2026, 11, 1)}


def marked(**points: str) -> EvaluationInput:
    return EvaluationInput.model_validate(
        ON | {"marks": {code: {"points": mark, "reason": "演示"} for code, mark in points.items()}}
    )


def test_a_gain_is_that_of_the_total_not_of_the_clause() -> None:
    weights = [{"code": "c1", "weight": "3"}, {"code": "c2", "weight": "1"}]
    scheme = scheme_of(
        group(
            "g",
            expert("c1", "10"),
            expert("c2", "10"),
            points="40",
            group_rule={"kind": "weighted_mean", "weights": weights},
        )
    )
    [first, second] = lacking_clauses(scheme, marked(c1="6", c2="0"))
    assert [(one.standing.node.code, one.gain) for one in (first, second)] == [
        ("c1", Fraction(12)),
        ("c2", Fraction(10)),
    ]
    assert (first.total_then, second.total_then) == (Fraction(30), Fraction(40))


def test_what_is_converted_from_a_clause_rises_with_it() -> None:
    bands = [{"high": "8", "points": "1"}, {"low": "8", "points": "5"}]
    rule = {"kind": "convert", "of_clause": "c1", "bands": bands}
    scheme = scheme_of(expert("c1", "10"), clause(rule, "5", code="c2"))
    gains = {one.standing.node.code: one.gain for one in lacking_clauses(scheme, marked(c1="6"))}
    assert gains == {"c1": Fraction(8), "c2": Fraction(4)}


@given(marks=st.lists(st.integers(min_value=0, max_value=10), min_size=1, max_size=8))
def test_taking_every_step_ends_at_the_maximum_and_no_step_costs(marks: list[int]) -> None:
    scheme = scheme_of(*(expert(f"c{number}", "10") for number, _ in enumerate(marks)))
    known = marked(**{f"c{number}": str(mark) for number, mark in enumerate(marks)})
    found = lacking_clauses(scheme, known)
    total, maximum = Evaluation(scheme, known).total
    gains = [one.gain for one in found]
    assert gains == sorted(gains, reverse=True)
    assert all(gain > 0 for gain in gains)
    assert (found[-1].total_then if found else total.low) == maximum
    assert total.low + sum(gains, Fraction(0)) == maximum


def item(nature: str = "flow", source: str = "live") -> InputItem:
    return InputItem.model_validate({"label": "演示", "source": source, "nature": nature})


def test_flows_of_a_period_that_is_over_stand_and_a_late_task_promises_nothing() -> None:
    before = date(2026, 12, 31)
    flow, entered = {"x": item()}, {"x": item(), "y": item(source="entered")}
    asked: Any = {"before": before, "due_on": None}
    assert "已经结束" in why_out_of_reach(["x"], flow, period_is_over=True, **asked)
    assert why_out_of_reach(["x"], flow, period_is_over=False, **asked) == ""
    assert why_out_of_reach(["x", "y"], entered, period_is_over=True, **asked) == ""
    assert why_out_of_reach(["x"], {"x": item("stock")}, period_is_over=True, **asked) == ""
    late = asked | {"due_on": date(2027, 1, 15)}
    assert "2027年1月15日" in why_out_of_reach([], {}, period_is_over=False, **late)


@pytest_asyncio.fixture
async def people(client_of: ClientOf) -> People:
    found = await people_of(client_of)
    await published(found.city)
    return found


async def test_the_way_up_of_a_run(people: People) -> None:
    run = await begun(people)
    stated = {"satisfaction": "82", "tests": "12"}
    marks = {"A1": {"points": "4"}, "A2": {"points": "10"}}
    await add(people.district, run, "statements", values=stated, marks=marks, reason="演示")
    body = {"clause_code": "B1", "title": "加大快检（演示）", "lead": ["演示局"], "days": 700}
    await add(people.city, run, "tasks", tasks=[body])
    path = f"/v1/evaluations/{run['id']}/improvements"
    answer = await people.district.get(path, params={"before": "2027-03-31"})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert [(one["code"], one["broken"]) for one in found["vetoes"]] == [("V1", False)]
    clauses = {one["code"]: one for one in found["clauses"]}
    assert list(clauses) == ["A1", "A3", "B1"], "what has full points is not on the way"
    assert clauses["A1"]["evidence_missing"] == ["会议纪要", "责任书"]
    assert clauses["A3"]["unknown"] == ["还没有人评分"]
    assert (clauses["B1"]["reachable"], clauses["B1"]["task"]["lead"]) == (False, ["演示局"])
    assert Decimal(found["clauses"][-1]["total_then"]) == 50
    assert (await people.outsider.get(path, params={"before": "2026-12-31"})).status_code == 404
