"""A pesticide goes from its producer through the shop to the field, and what it was used on waits for the interval."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.traceability.farm_inputs.rules import harvest_from
from shared.contracts.codes import Role, Unit
from shared.times import day_of, now
from tests.conftest import ClientOf
from tests.services.traceability.subjects.activating import HAISHU, NANHAI, shop
from tests.services.traceability.tickets.trading import line, received, sale, sold, stock

USED = now().replace(microsecond=0) - timedelta(days=5)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 400))
def test_the_whole_interval_lies_between_use_and_harvest(used_on: date, days: int) -> None:
    first = harvest_from(used_on, days)
    assert first is not None
    assert (first - used_on).days == days
    assert harvest_from(used_on, None) is None


async def registered(caller: httpx.AsyncClient, days: int | None = 14, **more: Any) -> str:
    input_id = str(uuid4())
    body = {"kind": "pesticide", "name": "演示杀虫剂（虚构）", "safe_interval_days": days} | more
    answer = await caller.put(f"/v1/farm-inputs/{input_id}", json=body)
    assert answer.status_code == 200, answer.text
    return input_id


async def use(caller: httpx.AsyncClient, own_id: UUID | None = None, **more: Any) -> httpx.Response:
    body = {
        "lot": "DEMO-NY-1",
        "quantity": "500",
        "unit": "克",
        "target": "DEMO-Q1",
        "target_name": "青菜",
        "used_at": USED.isoformat(),
    } | more
    return await caller.put(f"/v1/farm-input-uses/{own_id or uuid4()}", json=body)


async def certify(farm: httpx.AsyncClient, lot: str, at: Any = None) -> httpx.Response:
    body = {
        "role": "producer",
        "product_name": "青菜",
        "quantity": "50",
        "unit": "公斤",
        "origin": "演示村（虚构）",
        "lot": lot,
        "basis": ["own_test"],
        "issued_at": (at or now()).isoformat(),
    }
    return await farm.put(f"/v1/certificates/{uuid4()}", json=body)


async def test_from_the_producer_through_the_shop_to_the_field(client_of: ClientOf) -> None:
    maker_id, maker = await shop(client_of, "演示农药厂（虚构）", kind="production")
    shop_id, dealer = await shop(client_of, "演示农资店（虚构）", kind="sales")
    farm_id, farm = await shop(client_of, "演示合作社（虚构）", kind="farm")
    product = await registered(maker)
    package = line(product_name="演示杀虫剂", category="farm_input", lot="DEMO-NY-1", quantity="10", unit="公斤")
    first = await sold(maker, sale(package, buyer_business_id=str(shop_id)))
    await received(dealer, first["id"])
    key = first["lines"][0]["lot_key"]
    second = await sold(dealer, sale(package | {"lot": key, "quantity": "2"}, buyer_business_id=str(farm_id)))
    await received(farm, second["id"])
    own_id = uuid4()
    today = {"farm_input_id": product, "lot": key, "used_at": now().isoformat()}
    told = await use(farm, own_id, **today)
    assert told.status_code == 200, told.text
    assert told.json()["harvest_from"] == str(day_of(now()) + timedelta(days=14))
    assert (await use(farm, own_id, **today)).json() == told.json()
    assert await stock(farm, farm_id) == {"DEMO-NY-1": ("1.5", "kg")}
    officer = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    spread = (await officer.get("/v1/farm-input-uses", params={"lot_key": key})).json()["items"]
    assert [(one["business_id"], one["target_code"]) for one in spread] == [(str(farm_id), "DEMO-Q1")]
    trace = (await officer.get("/v1/traces", params={"code": key})).json()
    assert [event["step"] for event in trace["timeline"]][-1] == "dispensing"
    assert {holder["business_id"] for holder in trace["holders"]} == {str(maker_id), str(shop_id), str(farm_id)}


async def test_within_the_interval_nothing_is_certified(client_of: ClientOf) -> None:
    _, farm = await shop(client_of, "演示合作社（虚构）", kind="farm")
    waiting, passed = await registered(farm, 14), await registered(farm, 3, name="演示杀菌剂（虚构）")
    for product, target in ((waiting, "DEMO-Q1"), (passed, "DEMO-Q2")):
        assert (await use(farm, farm_input_id=product, target=target)).status_code == 200
    refused = await certify(farm, "DEMO-Q1")
    [error] = refused.json()["errors"]
    assert (refused.status_code, error["pointer"], error["code"]) == (422, "/lot", "interval")
    assert str(day_of(USED) + timedelta(days=14)) in error["message"]
    assert (await certify(farm, "DEMO-Q2")).status_code == 200


async def test_a_use_told_after_the_certificate_is_said_of_both_until_the_certificate_is_voided(
    client_of: ClientOf,
) -> None:
    _, farm = await shop(client_of, "演示合作社（虚构）", kind="farm")
    officer = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    certificate = (await certify(farm, "DEMO-Q1")).json()
    assert certificate["warnings"] == []
    early = (await use(farm, farm_input_id=await registered(farm, 14))).json()
    passed = (await use(farm, farm_input_id=await registered(farm, 3, name="演示杀菌剂（虚构）"))).json()
    [warning] = early["warnings"]
    assert certificate["number"] in warning
    assert passed["warnings"] == []
    path = f"/v1/certificates/{certificate['id']}"
    [said] = (await farm.get(path)).json()["warnings"]
    assert early["harvest_from"] in said
    query: dict[str, str | bool] = {"certified_too_early": True, "region": HAISHU}
    listed = (await officer.get("/v1/farm-input-uses", params=query)).json()["items"]
    assert [(one["id"], one["warnings"]) for one in listed] == [(early["id"], [warning])]
    voided = await farm.post(f"{path}/voiding", json={"reason": "间隔期未满"}, headers={"If-Match": '"1"'})
    assert (voided.status_code, voided.json()["warnings"]) == (200, [])
    assert (await officer.get("/v1/farm-input-uses", params=query)).json()["items"] == []


@pytest.mark.parametrize(("days", "status"), [(None, 422), (0, 200)])
async def test_a_pesticide_states_its_interval(client_of: ClientOf, days: int | None, status: int) -> None:
    _, maker = await shop(client_of, "演示农药厂（虚构）")
    body = {"kind": "pesticide", "name": "演示农药", "safe_interval_days": days}
    assert (await maker.put(f"/v1/farm-inputs/{uuid4()}", json=body)).status_code == status


async def test_a_package_that_is_held_is_not_used(client_of: ClientOf) -> None:
    farm_id, farm = await shop(client_of, "演示合作社（虚构）", kind="farm")
    officer = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    lot = {"code": "DEMO-NY-1", "product_name": "演示杀虫剂", "holder_business_id": str(farm_id), "region_code": HAISHU}
    made = (await officer.post("/v1/lots", json=lot, headers={"Idempotency-Key": str(uuid4())})).json()
    hold = {"reason": "抽检有效成分不足（演示）"}
    answer = await officer.post(f"/v1/lots/{made['id']}/holds", json=hold, headers={"Idempotency-Key": str(uuid4())})
    assert answer.is_success, answer.text
    refused = await use(farm, farm_input_id=await registered(farm))
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/farm-input-on-hold")
    assert "有效成分不足" in refused.json()["errors"][0]["message"]


async def test_what_is_wrong_about_a_use_is_said_and_nothing_is_stored(client_of: ClientOf) -> None:
    farm_id, farm = await shop(client_of, "演示合作社（虚构）", kind="farm")
    product, own_id = await registered(farm), uuid4()
    late = await use(farm, farm_input_id=product, used_at=(now() + timedelta(days=1)).isoformat())
    assert late.json()["errors"][0]["pointer"] == "/used_at"
    assert (await use(farm, farm_input_id=str(uuid4()))).status_code == 404
    assert await stock(farm, farm_id) == {}
    assert (await use(farm, own_id, farm_input_id=product)).status_code == 200
    changed = await use(farm, own_id, farm_input_id=product, quantity="1")
    assert changed.json()["type"] == "/problems/farm-input-use-id-reused"


async def test_nobody_writes_over_another_s_product_or_reads_another_s_fields(client_of: ClientOf) -> None:
    _, farm = await shop(client_of, "演示合作社（虚构）", kind="farm")
    _, other = await shop(client_of, "演示外地社（虚构）", region=NANHAI)
    product = await registered(farm)
    taken = await other.put(f"/v1/farm-inputs/{product}", json={"kind": "seed", "name": "演示种子"})
    assert taken.json()["type"] == "/problems/farm-input-taken"
    assert (await use(farm, farm_input_id=product)).status_code == 200
    assert (await other.get("/v1/farm-input-uses")).json()["items"] == []
    assert (await other.get("/v1/farm-inputs")).json()["items"] != []
