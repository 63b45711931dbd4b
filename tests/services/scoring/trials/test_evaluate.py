"""`POST /v1/evaluate`: a scheme and what is known in, scores out, nothing kept."""

from typing import Any

import pytest

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
    assert result["scores"][0]["steps"] == ["x = 4（x=4）", "落在 [3, 5) 得 1.25 分"]


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


@pytest.mark.parametrize("role", [Role.BUSINESS, Role.LABORATORY])
async def test_who_evaluates_nobody_calculates_here(client_of: ClientOf, role: Role) -> None:
    caller = await client_of(Unit.SCORING, role, regions=["330203000000"])
    assert (await caller.post("/v1/evaluate", json=body(VETO))).status_code == 403
