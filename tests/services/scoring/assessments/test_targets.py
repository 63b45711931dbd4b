"""A plan of 44 numbers brought in whole, and what is read of them."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from shared.contracts.codes import Role, Unit
from tests.conftest import ClientOf
from tests.services.scoring.evaluations.running import key

EXAMPLE = json.loads(Path("services/scoring/assessments/targets/example.json").read_text(encoding="utf-8"))


@pytest_asyncio.fixture
async def office(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.SCORING, Role.FOOD_SAFETY_OFFICE, regions=["440784000000"])


async def brought_in(office: httpx.AsyncClient) -> dict[str, Any]:
    answer = await office.post("/v1/target-plans", json=EXAMPLE, headers=key())
    assert answer.status_code == 201, answer.text
    plan: dict[str, Any] = answer.json()
    return plan


async def read(office: httpx.AsyncClient, plan: dict[str, Any], code: str, on: str, value: str) -> dict[str, Any]:
    path = f"/v1/target-plans/{plan['id']}/targets/{code}/readings"
    answer = await office.post(path, json={"on": on, "value": value, "source": "演示台账"}, headers=key())
    assert answer.status_code == 201, answer.text
    return next(one for one in answer.json()["targets"] if one["code"] == code)


async def test_the_shipped_plan_has_44_numbers_and_nothing_is_known_yet(office: httpx.AsyncClient) -> None:
    plan = await brought_in(office)
    assert len(plan["targets"]) == 44
    outlooks = {one["outlook"] for one in plan["targets"]}
    assert outlooks == {"unknown", "fact"}, "nobody has reached what nobody has read"
    twice = await office.post("/v1/target-plans", json=EXAMPLE, headers=key())
    assert twice.status_code == 409


async def test_what_was_read_after_the_due_day_does_not_help(office: httpx.AsyncClient) -> None:
    plan = await brought_in(office)
    early = await read(office, plan, "34", "2024-12-31", "84.9")
    assert (early["outlook"], early["latest"]["value"]) == ("missed", "84.9")
    late = await read(office, plan, "34", "2026-01-01", "90")
    assert late["outlook"] == "missed"
    mended = await read(office, plan, "34", "2024-12-31", "85")
    assert (mended["outlook"], len(mended["readings"])) == ("reached", 2), "of a day the last word counts"


async def test_a_day_to_come_and_a_target_nobody_has_are_refused(office: httpx.AsyncClient) -> None:
    plan = await brought_in(office)
    path = f"/v1/target-plans/{plan['id']}/targets"
    body = {"on": "2096-01-01", "value": "1", "source": "演示"}
    assert (await office.post(f"{path}/34/readings", json=body, headers=key())).status_code == 422
    assert (await office.post(f"{path}/99/readings", json=body, headers=key())).status_code == 404


@pytest.mark.parametrize("value", ["8000", "100.1", "-1"])
async def test_a_share_beyond_its_whole_is_a_slip(office: httpx.AsyncClient, value: str) -> None:
    plan = await brought_in(office)
    path = f"/v1/target-plans/{plan['id']}/targets/34/readings"
    refused = await office.post(path, json={"on": "2025-01-01", "value": value, "source": "演示"}, headers=key())
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/value")
    body = EXAMPLE | {"title": "演示规划", "targets": [EXAMPLE["targets"][33] | {"unit": "%", "target": value}]}
    refused = await office.post("/v1/target-plans", json=body, headers=key())
    assert refused.status_code == 422
    body["targets"] = [body["targets"][0] | {"unit": "%（同比）"}]
    assert (await office.post("/v1/target-plans", json=body, headers=key())).status_code == 201


async def test_a_promise_without_a_number_is_refused_with_its_place(office: httpx.AsyncClient) -> None:
    target = {"code": "1", "title": "演示", "unit": "%", "aim": "at_least"}
    body = {"title": "演示规划", "region_code": "440784000000", "source": "演示", "targets": [target]}
    refused = await office.post("/v1/target-plans", json=body, headers=key())
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"].startswith("/targets/0")
