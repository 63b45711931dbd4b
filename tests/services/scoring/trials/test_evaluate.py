"""`POST /v1/evaluate`: a scheme and what is known in, scores out, nothing kept."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scoring.evaluation.bounds import beyond
from shared.contracts.codes import Role, Unit
from tests.conftest import ClientOf
from tests.services.scoring.making import FUNDS, VETO, clause, scheme_of

LEAD: dict[str, Any] = {"lead": ["演示局"]}
GATES = {"gates": [{"kind": "veto"}, {"kind": "total", "at_least": "1"}]}


def body(*nodes: dict[str, Any], **given: Any) -> dict[str, Any]:
    scheme = scheme_of(*nodes, verdict=GATES).model_dump(mode="json")
    return {"scheme": scheme, "input": {"on": "2026-11-01"} | given}


async def test_the_answer_has_every_step_and_numbers_as_text(client_of: ClientOf) -> None:
    office = await client_of(Unit.SCORING, Role.FOOD_SAFETY_OFFICE, regions=["330203000000"])
    answer = await office.post("/v1/evaluate", json=body(clause(FUNDS, **LEAD), VETO, values={"x": 4, "ok": True}))
    assert answer.status_code == 200, answer.text
    result = answer.json()
    assert (result["points"], result["verdict"], result["official"]) == ("1.25", "passed", False)
    assert result["scores"][0]["steps"] == ["x = 4", "落在 [3, 5) 得 1.25 分"]


async def test_a_scheme_that_contradicts_itself_is_refused_place_by_place(client_of: ClientOf) -> None:
    office = await client_of(Unit.SCORING, Role.FOOD_SAFETY_OFFICE, regions=["330203000000"])
    bomb = {"kind": "all_or_nothing", "requires": "$sum([x for x in $range(0, 9999999)]) > 1"}
    answer = await office.post("/v1/evaluate", json=body(clause(bomb), VETO))
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [
        *("/scheme/nodes/0/lead", "/scheme/nodes/0/rule/requires")
    ]


async def test_ever_deeper_groups_are_refused(client_of: ClientOf) -> None:
    office = await client_of(Unit.SCORING, Role.FOOD_SAFETY_OFFICE, regions=["330203000000"])
    node = clause(FUNDS, **LEAD)
    for depth in range(120):
        node = {"code": f"g{depth}", "title": "分组", "parts": [node]}
    sent = body(VETO)
    sent["scheme"]["nodes"] = [node]
    answer = await office.post("/v1/evaluate", json=sent)
    assert answer.status_code == 422, answer.text


@pytest.mark.parametrize(
    ("sent_in", "pointer", "says"),
    [
        ({"values": {"x": {"low": "2", "high": "1"}}}, "/input/values/x", "low 不大于 high"),
        ({"values": {"x": {"low": "2"}}}, "/input/values/x", "low 与 high 须都写"),
        ({"values": {"x": {"state": "value"}}}, "/input/values/x", "写 value"),
        ({"values": {"x": {"low": "zwei", "high": "3"}}}, "/input/values/x/low", "应为数字"),
        ({"values": {"x": ["2", "3"]}}, "/input/values/x", "写一个值"),
        ({"values": {"poisonning": "1"}}, "/input/values/poisonning", "没有数据项"),
        ({"values": {"towns": "1"}}, "/input/values/towns", "没有数据项"),
        ({"values": {"share": "100.5"}}, "/input/values/share", "0～100"),
        ({"values": {"share": {"low": "-1", "high": "5"}}}, "/input/values/share", "0～100"),
        ({"values": {"deaths": "-1"}}, "/input/values/deaths", "不能是负数"),
        ({"marks": {"A9": {"points": "1"}}}, "/input/marks/A9", "由人评分的条款"),
        ({"marks": {"1": {"points": "1"}}}, "/input/marks/1", "由人评分的条款"),
        ({"faults": {"1": {"a": True}}}, "/input/faults/1", "按清单扣分的条款"),
        ({"faults": {"c": {"z": True}}}, "/input/faults/c/z", "可用：a"),
        ({"stage_marks": {"1": {"self": "1"}}}, "/input/stage_marks/1", "按阶段评分的条款"),
        ({"stage_marks": {"s": {"panel": "1"}}}, "/input/stage_marks/s/panel", "可用：desk、self"),
        ({"peers": {"x": ["1"]}}, "/input/peers/x", "成列的数据项"),
        ({"not_applicable": {"z": {"reason": "演示"}}}, "/input/not_applicable/z", "没有条款"),
        (
            {"sites": [{"form": "z", "name": "演示", "points": "1", "maximum": "1"}]},
            "/input/sites/0/form",
            "可用：market",
        ),
    ],
)
async def test_what_the_scheme_has_no_place_for_is_refused_at_its_place(
    client_of: ClientOf, sent_in: dict[str, Any], pointer: str, says: str
) -> None:
    office = await client_of(Unit.SCORING, Role.FOOD_SAFETY_OFFICE, regions=["330203000000"])
    kinds: dict[str, Any] = {
        "c": {"kind": "checklist", "faults": [{"code": "a", "label": "未发文", "deduct": "1"}]},
        "s": {"kind": "stage", "order": ["desk", "self"], "take": "first"},
        "m": {"kind": "site_mean", "forms": ["market"]},
    }
    sent = body(
        clause(FUNDS, **LEAD), VETO, *(clause(kind, code=code, **LEAD) for code, kind in kinds.items()), **sent_in
    )
    sent["scheme"]["stages"] = ["self", "desk"]
    sent["scheme"]["inputs"] |= {"share": {"label": "合格率", "unit": "%"}, "deaths": {"label": "死亡", "unit": "人"}}
    answer = await office.post("/v1/evaluate", json=sent)
    assert answer.status_code == 422, answer.text
    [error] = answer.json()["errors"]
    assert error["pointer"] == pointer
    assert says in error["message"]


@given(
    st.sampled_from(["%", "起", "元", "%（同比）", None]),
    st.decimals("-1000", "1000", places=3, allow_nan=False, allow_infinity=False),
)
def test_a_share_lies_within_its_whole_and_a_count_is_never_below_nothing(unit: str | None, value: Decimal) -> None:
    possible = {"%": 0 <= value <= 100, "起": value >= 0}.get(unit or "", True)
    assert (beyond(unit, value) is None) is possible


@pytest.mark.parametrize("role", [Role.BUSINESS, Role.LABORATORY])
async def test_who_evaluates_nobody_calculates_here(client_of: ClientOf, role: Role) -> None:
    caller = await client_of(Unit.SCORING, role, regions=["330203000000"])
    assert (await caller.post("/v1/evaluate", json=body(VETO))).status_code == 403
