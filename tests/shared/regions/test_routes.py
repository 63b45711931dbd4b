"""The division tree over HTTP: every unit reads, the gateway writes and tells."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import select

from shared.contracts.codes import Role, Unit
from shared.events.models import OutboxEvent
from tests.conftest import ClientOf, SessionOf

HAISHU, YANGJIANG, HAILING, ZHAPO = "330203000000", "441700000000", "441700901000", "441702105000"


@pytest_asyncio.fixture
async def keeper(client_of: ClientOf) -> httpx.AsyncClient:
    """The food-safety office of 阳江市 at the gateway."""
    return await client_of(Unit.GATEWAY, Role.FOOD_SAFETY_OFFICE, regions=[YANGJIANG])


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid4())}


def node(**change: Any) -> dict[str, Any]:
    return {
        "parent_code": YANGJIANG,
        "name": "演示滨海新区",
        "level": 3,
        "valid_from": "2026-01-01",
        "source": "演示文件（虚构）",
        "verified": False,
    } | change


def placed(region: dict[str, Any], **change: Any) -> dict[str, Any]:
    fields = ("parent_code", "name", "valid_from", "valid_to", "successor_code", "source", "verified")
    return {name: region[name] for name in fields} | change


@pytest.mark.parametrize("unit", list(Unit))
async def test_every_unit_answers_for_a_region(client_of: ClientOf, unit: Unit) -> None:
    caller = await client_of(unit, Role.BUSINESS)
    prefix = "/api" if unit is Unit.GATEWAY else ""
    region = (await caller.get(f"{prefix}/v1/regions/330203")).json()
    assert (region["code"], region["short_name"]) == (HAISHU, "海曙")
    assert [above["name"] for above in region["ancestors"]] == ["浙江省", "宁波市"]
    assert [stated["persons"] for stated in region["populations"]] == [1053000]
    children = (await caller.get(f"{prefix}/v1/regions/330203/children?limit=200")).json()["items"]
    assert len(children) == 17


async def test_regions_are_found_by_name_and_by_code(client_of: ClientOf) -> None:
    caller = await client_of(Unit.SAMPLING, Role.SAMPLER)
    found = (await caller.get("/v1/regions", params={"q": "石碶街道"})).json()["items"]
    assert "330203009000" in {region["code"] for region in found}
    streets = (await caller.get("/v1/regions", params={"q": "440605", "level": 4})).json()["items"]
    assert len(streets) == 7


@pytest.mark.parametrize(("code", "status"), [("990101", 404), ("33", 422), ("海曙区", 422)])
async def test_an_unknown_or_broken_code_is_said(client_of: ClientOf, code: str, status: int) -> None:
    caller = await client_of(Unit.SAMPLING, Role.SAMPLER)
    answer = await caller.get(f"/v1/regions/{code}")
    assert answer.status_code == status
    assert "代码" in answer.text


async def test_an_own_node_gets_the_next_own_code_and_all_units_are_told(
    keeper: httpx.AsyncClient, session_of: SessionOf
) -> None:
    answer = await keeper.post("/api/v1/regions", json=node(), headers=key())
    assert answer.status_code == 201, answer.text
    assert (answer.json()["code"], answer.json()["kind"]) == ("441700903000", "own")
    session = await session_of(Unit.GATEWAY)
    event = (await session.scalars(select(OutboxEvent).where(OutboxEvent.subject == "441700903000"))).one()
    assert event.type == "gateway.region.changed.v1"


async def test_a_street_can_be_put_under_a_development_zone(keeper: httpx.AsyncClient) -> None:
    zhapo = (await keeper.get(f"/api/v1/regions/{ZHAPO}")).json()
    moved = placed(zhapo, parent_code=HAILING, source="演示文件（虚构）")
    assert (await keeper.put(f"/api/v1/regions/{ZHAPO}", json=moved)).status_code == 428
    answer = await keeper.put(f"/api/v1/regions/{ZHAPO}", json=moved, headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
    after = (await keeper.get(f"/api/v1/regions/{ZHAPO}")).json()
    assert [above["name"] for above in after["ancestors"]] == ["广东省", "阳江市", "海陵试验区"]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"parent_code": "441702106000"}, "/parent_code"),
        ({"valid_from": "2026-01-01", "valid_to": "2025-01-01"}, "/valid_to"),
        ({"source": ""}, "/source"),
    ],
)
async def test_what_would_break_the_tree_is_refused(
    keeper: httpx.AsyncClient, change: dict[str, Any], pointer: str
) -> None:
    zhapo = (await keeper.get(f"/api/v1/regions/{ZHAPO}")).json()
    answer = await keeper.put(f"/api/v1/regions/{ZHAPO}", json=placed(zhapo, **change), headers={"If-Match": '"1"'})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_nobody_changes_the_tree_of_others(keeper: httpx.AsyncClient, client_of: ClientOf) -> None:
    haishu = (await keeper.get(f"/api/v1/regions/{HAISHU}")).json()
    answer = await keeper.put(f"/api/v1/regions/{HAISHU}", json=placed(haishu), headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/outside-region")
    assert (await keeper.post("/api/v1/regions", json=node(parent_code=HAISHU), headers=key())).status_code == 403
    inspector = await client_of(Unit.GATEWAY, Role.INSPECTOR, regions=[YANGJIANG])
    assert (await inspector.post("/api/v1/regions", json=node(), headers=key())).status_code == 403


async def test_a_population_is_stated_once_and_corrected_only_by_who_has_read_it(keeper: httpx.AsyncClient) -> None:
    path = f"/api/v1/regions/{YANGJIANG}/populations/2025/resident"
    stated = {"persons": 2600000, "source": "统计公报（演示）", "verified": False}
    assert (await keeper.put(path, json=stated)).json()["version"] == 1
    assert (await keeper.put(path, json=stated)).json()["version"] == 1
    corrected = stated | {"persons": 2600001}
    assert (await keeper.put(path, json=corrected)).status_code == 428
    assert (await keeper.put(path, json=corrected, headers={"If-Match": '"1"'})).json()["version"] == 2
