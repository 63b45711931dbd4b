"""The stateless route of verdicts, on the shipped table and a bureau's corrections."""

from typing import Any

import httpx
import pytest_asyncio

from shared.contracts.codes import Role, Unit
from tests.conftest import ClientOf
from tests.services.sampling.factories import HAISHU, key

RICE = {"category_code": "01.01", "produced_on": "2026-10-01", "sampled_on": "2026-10-20"}


@pytest_asyncio.fixture
async def office(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.SAMPLING, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU])


async def _ask(client: httpx.AsyncClient, *items: dict[str, Any], **food: Any) -> dict[str, Any]:
    answer = await client.post("/v1/verdicts", json=RICE | food | {"items": list(items)})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_an_outside_system_is_answered_item_by_item_with_reason_steps_and_limit(client_of: ClientOf) -> None:
    system = await client_of(Unit.SAMPLING, Role.EXTERNAL_SYSTEM)
    answer = await _ask(
        system,
        {"item": "镉（以Cd计）", "result": "250", "unit": "μg/kg", "stated_verdict": "合格项"},
        {"item": "铅（以Pb计）", "result": "0.05", "unit": "mg/kg", "lod": "0.02"},
        {"item": "从未听说的项目", "result": "0.05", "unit": "mg/kg"},
    )
    cadmium, lead, unheard = answer["items"]
    assert (cadmium["verdict"], cadmium["contradicts"]) == ("unqualified", True)
    assert cadmium["reason"].startswith("矛盾待复核")
    assert cadmium["limit"]["standard"] == "GB 2762-2025"
    assert cadmium["limit"]["verified"] is False
    assert any("250 μg/kg = 0.25 mg/kg" in step for step in cadmium["steps"])
    assert lead["verdict"] == "qualified"
    assert any("沿用上级类别“粮食加工品”" in step for step in lead["steps"])
    assert (unheard["verdict"], unheard["limit"]) == ("undetermined", None)
    assert answer["conclusion"] == "undetermined"


async def test_before_the_standard_is_in_force_there_is_no_verdict(office: httpx.AsyncClient) -> None:
    item = {"item": "镉", "result": "0.05", "unit": "mg/kg"}
    before = await _ask(office, item, produced_on="2026-09-01")
    assert before["items"][0]["verdict"] == "undetermined"
    assert "2026-09-02" in before["items"][0]["reason"]
    assert (await _ask(office, item, produced_on="2026-09-02"))["items"][0]["verdict"] == "qualified"
    undated = await _ask(office, item, produced_on=None)
    assert "没有生产日期" in undated["items"][0]["reason"]


async def test_a_correction_of_the_table_is_used_at_once(office: httpx.AsyncClient) -> None:
    item = {"item": "镉", "result": "0.15", "unit": "mg/kg"}
    before = await _ask(office, item)
    assert before["items"][0]["verdict"] == "qualified"
    correction = {
        "standard_code": "GB 2762-2025",
        "item": "镉",
        "category_code": "01.01",
        "limit": "≤0.1",
        "unit": "mg/kg",
        "source": "演示更正（虚构）",
        "verified": True,
        "note": "演示",
    }
    limit_id = before["items"][0]["limit"]["limit_id"]
    made = await office.post(f"/v1/limits/{limit_id}/supersession", json=correction, headers=key())
    assert made.status_code == 201
    after = await _ask(office, item)
    assert after["items"][0]["verdict"] == "unqualified"
    assert after["items"][0]["limit"]["limit_id"] == made.json()["id"]
    assert after["book_version"] != before["book_version"]


async def test_a_category_that_is_left_out_by_a_bureau_no_longer_inherits(office: httpx.AsyncClient) -> None:
    lead = {"item": "铅", "result": "0.05", "unit": "mg/kg"}
    assert (await _ask(office, lead))["items"][0]["verdict"] == "qualified"
    grains = await office.get("/v1/food-categories/01")
    body = {name: grains.json()[name] for name in ("name", "aliases", "date_basis", "verified")}
    changed = await office.put(
        "/v1/food-categories/01",
        json=body | {"excluded_codes": ["01.01"], "source": "演示（虚构）"},
        headers={"If-Match": grains.headers["ETag"]},
    )
    assert changed.status_code == 200, changed.text
    assert (await _ask(office, lead))["items"][0]["verdict"] == "undetermined"


async def test_a_printed_limit_is_judged_by_where_the_table_has_none(office: httpx.AsyncClient) -> None:
    item = {"item": "酸价", "result": "2.5", "unit": "mg/g", "printed_limit": "≤3", "printed_limit_unit": "mg/g"}
    [found] = (await _ask(office, item))["items"]
    assert (found["verdict"], found["limit"]["origin"]) == ("qualified", "report")
    assert any("限量表未能核对" in step for step in found["steps"])


async def test_an_empty_or_overlong_question_is_refused_with_its_place(office: httpx.AsyncClient) -> None:
    answer = await office.post("/v1/verdicts", json=RICE | {"items": []})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/items")
    answer = await office.post("/v1/verdicts", json=RICE | {"items": [{"item": "镉", "result": "1" * 201}]})
    assert answer.json()["errors"][0]["pointer"] == "/items/0/result"
