"""What went in and what came out: stock, events and holds follow, whatever is sent twice or out of order."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlalchemy import select

from services.traceability.epcis_events.models import TraceEdge
from services.traceability.everyday_events.rules import lot_key
from shared.contracts.codes import Role, Unit
from tests.conftest import ClientOf, SessionOf
from tests.services.traceability.subjects.activating import HAISHU, NANHAI, shop
from tests.services.traceability.tickets.trading import SOLD_AT, line, purchase, put, sale, sold, stock


def part(lot: str, quantity: str, unit: str = "kg", **more: Any) -> dict[str, Any]:
    return {"product_name": "演示熟食", "lot": lot, "quantity": quantity, "unit": unit} | more


def production(inputs: list[dict[str, Any]], outputs: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    done = SOLD_AT + timedelta(hours=3)
    return {"kind": "make", "done_at": done.isoformat(), "inputs": inputs, "outputs": outputs} | more


async def record(caller: httpx.AsyncClient, body: dict[str, Any], own_id: UUID | None = None) -> dict[str, Any]:
    answer = await caller.put(f"/v1/productions/{own_id or uuid4()}", json=body)
    assert answer.status_code == 200, answer.text
    read: dict[str, Any] = answer.json()
    return read


async def test_feeding_takes_from_stock_and_makes_a_lot_that_can_be_traced(
    client_of: ClientOf, session_of: SessionOf
) -> None:
    own, kitchen = await shop(client_of, "演示卤味坊（虚构）", kind="workshop")
    await sold(kitchen, purchase(line(lot="YA-1", quantity="100", unit="公斤")))
    body = production([part("YA-1", "90")], [part("JIANGYA-1", "72", shelf_life_days=3)], process="cooked_meat")
    own_id = uuid4()
    made = await record(kitchen, body, own_id)
    assert (made["yield_percent"], made["yield_outside"]) == ("80", False)
    assert await record(kitchen, body, own_id) == made
    assert await stock(kitchen, own) == {"YA-1": ("10", "kg"), "JIANGYA-1": ("72", "kg")}
    session = await session_of(Unit.TRACEABILITY)
    node = f"urn:uuid:{own_id}"
    edges = await session.execute(
        select(TraceEdge.source_key, TraceEdge.target_key).where(
            (TraceEdge.source_key == node) | (TraceEdge.target_key == node)
        )
    )
    assert {tuple(edge) for edge in edges} == {(lot_key("YA-1", own), node), (node, lot_key("JIANGYA-1", own))}
    other = await kitchen.put(f"/v1/productions/{own_id}", json=body | {"kind": "repack"})
    assert other.json()["type"] == "/problems/production-id-reused"


async def test_the_same_stock_comes_of_purchase_and_feeding_in_either_order(client_of: ClientOf) -> None:
    states = []
    for feeding_first in (False, True):
        own, kitchen = await shop(client_of, "演示卤味坊（虚构）")
        bought, fed = uuid4(), uuid4()
        buying = purchase(line(lot="YA-1", quantity="100", unit="公斤"))
        feeding = production([part("YA-1", "90")], [part("J-1", "72")])
        if feeding_first:
            await record(kitchen, feeding, fed)
        await sold(kitchen, buying, bought)
        await record(kitchen, feeding, fed)
        states.append(await stock(kitchen, own))
    assert states[0] == states[1] == {"YA-1": ("10", "kg"), "J-1": ("72", "kg")}


async def test_a_split_that_does_not_add_up_is_refused_with_both_sums(client_of: ClientOf) -> None:
    own, dealer = await shop(client_of, "演示分装店（虚构）")
    wanted = production([part("A", "10")], [part("B", "6"), part("C", "4.5")], kind="split")
    answer = await dealer.put(f"/v1/productions/{uuid4()}", json=wanted)
    [error] = answer.json()["errors"]
    assert (answer.status_code, error["code"]) == (422, "not_conserved")
    assert "10kg" in error["message"]
    assert "10.5kg" in error["message"]
    assert await stock(dealer, own) == {}
    lost = wanted | {"outputs": [part("B", "6"), part("C", "3.5")]}
    lost["losses"] = [{"quantity": "500", "unit": "克", "reason": "损耗"}]
    await record(dealer, lost)
    assert await stock(dealer, own) == {"A": ("-10", "kg"), "B": ("6", "kg"), "C": ("3.5", "kg")}
    same = await dealer.put(f"/v1/productions/{uuid4()}", json=production([part("A", "1")], [part("a", "1")]))
    assert [error["pointer"] for error in same.json()["errors"]] == ["/outputs/0/lot"]


async def test_loose_goods_are_repacked_into_boxes_by_what_a_box_holds(client_of: ClientOf) -> None:
    own, dealer = await shop(client_of, "演示分装店（虚构）")
    boxes = part("B", "19", unit="盒")
    wanted = production([part("A", "10")], [boxes], kind="repack")
    unsaid = await dealer.put(f"/v1/productions/{uuid4()}", json=wanted)
    assert {error["code"] for error in unsaid.json()["errors"]} == {"not_conserved"}
    assert "content" in unsaid.json()["errors"][0]["message"]
    boxes["content"] = {"quantity": "500", "unit": "克"}
    short = await dealer.put(f"/v1/productions/{uuid4()}", json=wanted)
    assert "9.5kg" in short.json()["errors"][0]["message"]
    wanted["losses"] = [{"quantity": "1", "unit": "斤", "reason": "损耗"}]
    made = await record(dealer, wanted)
    [told] = made["outputs"]
    assert (told["quantity"], told["unit"], told["content"]) == ("19", "盒", {"quantity": "0.5", "unit": "kg"})
    assert await stock(dealer, own) == {"A": ("-10", "kg"), "B": ("19", "盒")}
    back = production([boxes], [part("C", "9.5")], kind="repack")
    assert (await record(dealer, back))["yield_percent"] == "100"
    weighed = part("B", "19") | {"content": {"quantity": "500", "unit": "克"}}
    refused = await dealer.put(f"/v1/productions/{uuid4()}", json=production([part("A", "1")], [weighed]))
    assert refused.status_code == 422, "what was weighed has no content a piece"


async def test_a_lot_that_fails_its_release_is_held_and_neither_sold_nor_used(client_of: ClientOf) -> None:
    own, kitchen = await shop(client_of, "演示湿米粉厂（虚构）", kind="production")
    made = await record(kitchen, production([part("MI-1", "100")], [part("FEN-1", "220")], process="wet_rice_noodle"))
    path = f"/v1/productions/{made['id']}/release"
    examined = {"passed": False, "examined_at": (SOLD_AT + timedelta(hours=5)).isoformat(), "items": "菌落总数"}
    assert (await kitchen.put(path, json=examined)).json()["release_passed"] is False
    assert (await kitchen.put(path, json=examined)).status_code == 200, "told again, nothing happens"
    changed = await kitchen.put(path, json=examined | {"passed": True})
    assert changed.json()["type"] == "/problems/release-already-judged"
    refused = await put(kitchen, sale(line(lot="FEN-1", category="food"), at=SOLD_AT + timedelta(hours=6)))
    assert refused.json()["type"] == "/problems/lot-on-hold"
    assert "出厂检验不合格：菌落总数" in refused.json()["errors"][0]["message"]
    used = await kitchen.put(f"/v1/productions/{uuid4()}", json=production([part("FEN-1", "1")], [part("X", "1")]))
    assert used.json()["type"] == "/problems/ingredient-on-hold"
    holds = await kitchen.get("/v1/lots", params={"business_id": str(own)})
    assert [lot["code"] for lot in holds.json()["items"]] == ["FEN-1"]


async def test_a_yield_to_ask_about_is_found_by_the_office_of_the_region(client_of: ClientOf) -> None:
    own, slaughterer = await shop(client_of, "演示屠宰场（虚构）", kind="slaughterhouse")
    papers = [{"kind": "动物检疫合格证明", "number": "DEMO-33-1"}]
    inspected = [{"kind": "肉品品质检验合格证", "number": "DEMO-R-1"}]
    body = production(
        [part("ZHU-1", "1100", certificates=papers)],
        [part("ROU-1", "1050", certificates=inspected)],
        kind="slaughter",
        process="pork_slaughter",
    )
    assert (await record(slaughterer, body))["yield_outside"] is True
    here = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    there = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[NANHAI])
    wanted: dict[str, str | bool] = {"yield_outside": True, "business_id": str(own)}
    assert len((await here.get("/v1/productions", params=wanted)).json()["items"]) == 1
    assert (await there.get("/v1/productions", params=wanted)).json()["items"] == []
    bands = (await here.get("/v1/yield-bands")).json()
    assert {band["verified"] for band in bands} == {False}
    naked = body | {"inputs": [part("ZHU-1", "1100")]}
    missing = await slaughterer.put(f"/v1/productions/{uuid4()}", json=naked)
    assert [error["pointer"] for error in missing.json()["errors"]] == ["/inputs/0/certificates"]


async def test_a_process_is_held_to_its_own_band_in_the_record_and_in_the_trace(client_of: ClientOf) -> None:
    """Rice takes up water: what no other process may give is usual for noodles."""
    _, maker = await shop(client_of, "演示湿米粉厂（虚构）", kind="production")
    office = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    found = {}
    for process, lot in (("wet_rice_noodle", "FEN-1"), (None, "FEN-2")):
        made = await record(maker, production([part(f"MI-{lot}", "100")], [part(lot, "220")], process=process))
        traced = await office.get("/v1/traces", params={"code": made["outputs"][0]["lot_key"]})
        assert [one["ratio"] for one in traced.json()["yields"]] == ["2.2"], traced.text
        says = [one["says"] for one in traced.json()["findings"] if one["kind"] == "yield"]
        found[process] = (made["yield_outside"], len(says))
    assert found == {"wet_rice_noodle": (False, 0), None: (True, 1)}


async def test_a_production_is_its_own_business(client_of: ClientOf) -> None:
    _, kitchen = await shop(client_of, "演示卤味坊（虚构）")
    _, rival = await shop(client_of, "别家（虚构）")
    made = await record(kitchen, production([part("A", "2")], [part("B", "1")]))
    assert (await rival.get(f"/v1/productions/{made['id']}")).status_code == 404
    stolen = await rival.put(
        f"/v1/productions/{made['id']}/release",
        json={"passed": True, "examined_at": SOLD_AT.isoformat(), "items": "感官"},
    )
    assert stolen.status_code == 404


async def test_what_a_maker_sells_is_a_release_record(client_of: ClientOf) -> None:
    own, factory = await shop(client_of, "演示食品厂（虚构）", kind="production")
    await sold(factory, sale(line(category="food", specification="1kg", shelf_life_days=30), channel="hand"))
    [gap] = (await factory.get("/v1/record-gaps", params={"business_id": str(own)})).json()["items"]
    assert gap["kind"] == "release"
    assert "certificate_number" in {field["name"] for field in gap["missing"]}
