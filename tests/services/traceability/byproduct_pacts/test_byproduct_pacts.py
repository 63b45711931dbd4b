"""Trimmings go to the plant of the pact and nowhere else; what does not is told."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from shared.contracts.codes import Role, Unit
from shared.times import day_of
from tests.conftest import ClientOf
from tests.services.traceability.subjects.activating import HAISHU, NANHAI, shop
from tests.services.traceability.tickets.trading import SOLD_AT, line, received, sale, sold

TRIMMINGS = line(product_name="猪肉边角料", category="by_product", lot="DEMO-BJ-1", quantity="30", unit="公斤")
DAY = day_of(SOLD_AT)


@pytest.fixture
async def officer(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])


async def pact(officer: httpx.AsyncClient, source: UUID, plant: UUID, own_id: UUID, **more: Any) -> httpx.Response:
    body = {"source_id": str(source), "processor_id": str(plant), "since": str(DAY), "basis": "回收协议（演示）"} | more
    return await officer.put(f"/v1/byproduct-pacts/{own_id}", json=body)


async def leaks(caller: httpx.AsyncClient) -> list[dict[str, Any]]:
    answer = await caller.get("/v1/byproduct-leaks")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def test_what_goes_to_the_plant_is_summed_and_what_goes_elsewhere_is_told(
    client_of: ClientOf, officer: httpx.AsyncClient
) -> None:
    market_id, market = await shop(client_of, "演示肉市（虚构）", kind="market")
    plant_id, plant = await shop(client_of, "演示油脂厂（虚构）", kind="production")
    other_id, _ = await shop(client_of, "演示小厂（虚构）", kind="workshop")
    own_id = uuid4()
    assert (await pact(officer, market_id, plant_id, own_id)).json()["tickets"] == 0
    first = await sold(market, sale(TRIMMINGS, buyer_business_id=str(plant_id)))
    await received(plant, first["id"])
    await sold(market, sale(TRIMMINGS | {"quantity": "25", "unit": "斤"}, buyer_business_id=str(plant_id)))
    early = sale(TRIMMINGS, buyer_business_id=str(plant_id), at=SOLD_AT - timedelta(days=40))
    await sold(market, early)
    leaked = await sold(market, sale(TRIMMINGS, buyer_business_id=str(other_id)))
    await sold(market, sale(line(), buyer_business_id=str(other_id)))

    found = (await officer.get(f"/v1/byproduct-pacts/{own_id}")).json()
    assert (found["tickets"], found["received"]) == (2, 1)
    assert found["handed"] == [{"unit": "kg", "quantity": "42.5"}]
    assert found["source_name"] == "演示肉市（虚构）"
    assert [one["ticket_id"] for one in await leaks(officer)] == [leaked["id"]]
    gaps = (await market.get("/v1/record-gaps", params={"business_id": str(market_id)})).json()["items"]
    assert not {gap["act_id"] for gap in gaps} & {first["id"], leaked["id"]}, "the food law asks nothing of trimmings"


async def test_a_pact_that_has_ended_binds_nobody_any_more(client_of: ClientOf, officer: httpx.AsyncClient) -> None:
    market_id, market = await shop(client_of, "演示肉市（虚构）")
    plant_id, _ = await shop(client_of, "演示油脂厂（虚构）")
    other_id, _ = await shop(client_of, "演示小厂（虚构）")
    own_id, before = uuid4(), str(DAY - timedelta(days=10))
    assert (await pact(officer, market_id, plant_id, own_id, since=before)).status_code == 200
    await sold(market, sale(TRIMMINGS, buyer_business_id=str(other_id)))
    assert len(await leaks(officer)) == 1
    ended = await pact(officer, market_id, plant_id, own_id, since=before, until=str(DAY - timedelta(days=1)))
    assert ended.json()["version"] == 2
    assert await leaks(officer) == []
    swapped = await pact(officer, market_id, other_id, own_id)
    assert swapped.json()["type"] == "/problems/byproduct-pact-parties-fixed"


async def test_what_cannot_be_is_refused(client_of: ClientOf, officer: httpx.AsyncClient) -> None:
    market_id, _ = await shop(client_of, "演示肉市（虚构）")
    plant_id, _ = await shop(client_of, "演示油脂厂（虚构）")
    stranger = await pact(officer, market_id, uuid4(), uuid4())
    assert (stranger.status_code, stranger.json()["errors"][0]["pointer"]) == (422, "/processor_id")
    backwards = await pact(officer, market_id, plant_id, uuid4(), until=str(DAY - timedelta(days=1)))
    assert backwards.status_code == 422
    assert (await pact(officer, market_id, market_id, uuid4())).status_code == 422


async def test_both_sides_and_their_office_see_a_pact_and_nobody_else(
    client_of: ClientOf, officer: httpx.AsyncClient
) -> None:
    market_id, market = await shop(client_of, "演示肉市（虚构）")
    plant_id, plant = await shop(client_of, "演示外地油脂厂（虚构）", region=NANHAI)
    _, other = await shop(client_of, "演示别家（虚构）")
    own_id = uuid4()
    assert (await pact(officer, market_id, plant_id, own_id)).status_code == 200
    there = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[NANHAI])
    for caller in (market, plant, officer, there):
        assert [one["id"] for one in (await caller.get("/v1/byproduct-pacts")).json()["items"]] == [str(own_id)]
    assert (await other.get("/v1/byproduct-pacts")).json()["items"] == []
    assert (await other.get(f"/v1/byproduct-pacts/{own_id}")).status_code == 404
    assert (await pact(there, market_id, plant_id, own_id)).status_code == 403
