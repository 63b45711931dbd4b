"""One scan makes the seller's ticket and the buyer's record; held lots are not sold; what is oversold shows."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select

from services.traceability.epcis_events.models import EpcisEvent, EpcisEventThing
from shared.contracts.codes import Role, Unit
from shared.times import now
from tests.conftest import ClientOf, SessionOf
from tests.services.traceability.codes.issuing import issued
from tests.services.traceability.subjects.activating import HAISHU, NANHAI, activate, shop
from tests.services.traceability.tickets.trading import (
    SOLD_AT,
    line,
    purchase,
    put,
    receipt,
    received,
    sale,
    sold,
    stock,
)


async def events_of(session_of: SessionOf, lot_key: str) -> list[tuple[str, UUID | None, str]]:
    """What happened to a lot: step, who told it, how much, in the order in which it happened."""
    session = await session_of(Unit.TRACEABILITY)
    rows = await session.execute(
        select(EpcisEvent.biz_step, EpcisEvent.business_id, EpcisEventThing.quantity, EpcisEventThing.uom)
        .join(EpcisEventThing, EpcisEventThing.event_pk == EpcisEvent.id)
        .where(EpcisEventThing.key == lot_key)
        .order_by(EpcisEvent.event_time, EpcisEvent.biz_step)
    )
    return [
        (str(step).rpartition("-")[2], told_by, f"{Decimal(quantity or 0).normalize():f} {uom}")
        for step, told_by, quantity, uom in rows
    ]


async def test_one_scan_makes_both_records_and_both_events(client_of: ClientOf, session_of: SessionOf) -> None:
    grower, seller = await shop(client_of, "演示批发部（虚构）")
    diner, buyer = await shop(client_of, "演示饭店（虚构）")
    await sold(seller, purchase(line(quantity="100")))
    ticket = await sold(seller, sale(buyer_business_id=str(diner)))
    assert (ticket["state"], ticket["buyer"]["name"]) == ("issued", "演示饭店（虚构）")
    answer = await received(buyer, ticket["id"])
    assert answer["ticket_known"] is True
    assert answer["differences"] == []
    read = (await buyer.get(f"/v1/tickets/{ticket['id']}")).json()
    assert read["state"] == "received"
    assert read["seller"]["contact"] == "0574-00000000（虚构）"
    assert await stock(seller, grower) == {"DEMO-L1": ("37.5", "kg")}
    assert await stock(buyer, diner) == {"DEMO-L1": ("12.5", "kg")}
    assert await events_of(session_of, read["lines"][0]["lot_key"]) == [
        ("receiving", grower, "50 KGM"),
        ("shipping", grower, "12.5 KGM"),
        ("receiving", diner, "12.5 KGM"),
    ]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (1, 0, 1, 2, 2, 0), (2, 0, 1, 0)])
async def test_any_order_of_the_devices_uploads_gives_one_state(
    client_of: ClientOf, session_of: SessionOf, order: tuple[int, ...]
) -> None:
    source, seller = await shop(client_of, "演示批发部（虚构）")
    middle, dealer = await shop(client_of, "演示经销店（虚构）")
    end, diner = await shop(client_of, "演示饭店（虚构）")
    first, second = uuid4(), uuid4()
    selling = sale(buyer_business_id=str(middle))
    reselling = sale(
        line(lot_owner_id=str(source), quantity="5", unit="公斤"),
        at=SOLD_AT + timedelta(hours=2),
        buyer_business_id=str(end),
    )
    counted = [{"line": 1, "quantity": "12", "unit": "kg"}]

    async def sell() -> httpx.Response:
        return await put(seller, selling, first)

    async def take() -> httpx.Response:
        return await dealer.put(f"/v1/tickets/{first}/receipt", json=receipt(lines=counted))

    async def resell() -> httpx.Response:
        return await put(dealer, reselling, second)

    for number in order:
        answer = await (sell, take, resell)[number]()
        assert answer.status_code == 200, answer.text
    read = (await dealer.get(f"/v1/tickets/{first}")).json()
    assert read["receipt"]["differences"] == [{"line": 1, "sold": "12.5kg", "received": "12kg"}]
    key = read["lines"][0]["lot_key"]
    assert await stock(seller, source) == {"DEMO-L1": ("-12.5", "kg")}
    assert await stock(dealer, middle) == {"DEMO-L1": ("7", "kg")}
    assert await events_of(session_of, key) == [
        ("shipping", source, "12.5 KGM"),
        ("receiving", middle, "12 KGM"),
        ("shipping", middle, "5 KGM"),
    ]
    assert (await diner.get(f"/v1/tickets/{second}")).json()["lines"][0]["lot_key"] == key


async def test_an_id_with_another_content_is_refused_and_stores_nothing(client_of: ClientOf) -> None:
    own, seller = await shop(client_of, "演示批发部（虚构）")
    ticket_id = uuid4()
    await sold(seller, sale(), ticket_id)
    other = await put(seller, sale(line(quantity="26")), ticket_id)
    assert (other.status_code, other.json()["type"]) == (409, "/problems/ticket-id-reused")
    _, rival = await shop(client_of, "别家（虚构）")
    assert (await put(rival, sale(), ticket_id)).status_code == 409
    assert await stock(seller, own) == {"DEMO-L1": ("-12.5", "kg")}


async def test_a_held_lot_is_refused_with_the_reason_until_it_is_released(client_of: ClientOf) -> None:
    own, seller = await shop(client_of, "演示水产摊（虚构）")
    inspector = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    lot = {"code": "demo-l1", "product_name": "草鱼", "holder_business_id": str(own), "region_code": HAISHU}
    registered = await inspector.post("/v1/lots", json=lot, headers={"Idempotency-Key": str(uuid4())})
    hold = await inspector.post(
        f"/v1/lots/{registered.json()['id']}/holds",
        json={"reason": "快检疑似阳性（演示）"},
        headers={"Idempotency-Key": str(uuid4())},
    )
    ticket_id = uuid4()
    wanted = sale(line(lot="OTHER"), line())
    refused = await put(seller, wanted, ticket_id)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/lot-on-hold")
    [error] = refused.json()["errors"]
    assert error["pointer"] == "/lines/1/lot"
    assert "快检疑似阳性（演示）" in error["message"]
    assert (await seller.get(f"/v1/tickets/{ticket_id}")).status_code == 404
    assert await stock(seller, own) == {}
    _, other = await shop(client_of, "别家（虚构）")
    await sold(other, sale())
    gone = await sold(seller, wanted | {"handed_over": True})
    assert gone["held_reason"] == "DEMO-L1：快检疑似阳性（演示）"
    found = await inspector.get("/v1/tickets", params={"sold_while_held": True, "region": HAISHU})
    assert gone["id"] in {ticket["id"] for ticket in found.json()["items"]}
    await inspector.post(
        f"/v1/lot-holds/{hold.json()['id']}/release", json={"reason": "复检合格"}, headers={"If-Match": '"1"'}
    )
    await sold(seller, wanted, ticket_id)


async def test_one_thing_of_a_held_lot_is_refused_by_the_lot_on_its_label(client_of: ClientOf) -> None:
    own, seller = await shop(client_of, "演示熟食摊（虚构）")
    inspector = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    label = "https://id.gs1.org/01/09520123456788/10/HELD1"
    lot = {"code": label, "product_name": "酱鸭", "holder_business_id": str(own), "region_code": HAISHU}
    key = {"Idempotency-Key": str(uuid4())}
    registered = await inspector.post("/v1/lots", json=lot, headers=key)
    await inspector.post(
        f"/v1/lots/{registered.json()['id']}/holds",
        json={"reason": "快检疑似阳性（演示）"},
        headers={"Idempotency-Key": str(uuid4())},
    )
    of_it = {"product_name": "酱鸭", "quantity": "1", "unit": "只"}
    for written in (f"{label}/21/S1", "(01)09520123456788(10)HELD1(21)S2"):
        refused = await put(seller, sale(line(lot=written, **of_it)), uuid4())
        assert (refused.status_code, refused.json()["type"]) == (409, "/problems/lot-on-hold"), written
    await sold(seller, sale(line(lot="(01)09520123456788(10)FREE1(21)S3", **of_it)))
    used = {
        "kind": "make",
        "done_at": "2026-07-24T06:00:00+08:00",
        "inputs": [of_it | {"lot": f"{label}/21/S1"}],
        "outputs": [of_it | {"product_name": "鸭汤", "lot": "TANG-1"}],
    }
    stopped = await seller.put(f"/v1/productions/{uuid4()}", json=used)
    assert (stopped.status_code, stopped.json()["errors"][0]["pointer"]) == (409, "/inputs/0/lot")
    committed = {
        "role": "producer",
        "product_name": "酱鸭",
        "quantity": "1",
        "unit": "只",
        "origin": "演示镇（虚构）",
        "lot": f"{label}/21/S1",
        "basis": ["quality_control"],
        "issued_at": "2026-07-24T06:00:00+08:00",
    }
    unfit = await seller.put(f"/v1/certificates/{uuid4()}", json=committed)
    assert "lot_on_hold" in {error["code"] for error in unfit.json()["errors"]}
    spread = {
        "kind": "pesticide",
        "name": "演示药（虚构）",
        "registration_number": "DEMO-HELD",
        "safe_interval_days": 7,
    }
    medicine = uuid4()
    assert (await seller.put(f"/v1/farm-inputs/{medicine}", json=spread)).status_code == 200
    use = {"farm_input_id": str(medicine), "lot": f"{label}/21/S1", "quantity": "1", "unit": "只", "target": "Q1"}
    use |= {"target_name": "青菜", "used_at": "2026-07-24T06:00:00+08:00"}
    unused = await seller.put(f"/v1/farm-input-uses/{uuid4()}", json=use)
    assert (unused.status_code, unused.json()["errors"][0]["code"]) == (409, "lot_on_hold")


async def test_who_sells_more_than_came_in_is_found(client_of: ClientOf) -> None:
    own, seller = await shop(client_of, "演示肉铺（虚构）")
    await sold(seller, purchase(line(product_name="猪肉", category="meat", quantity="20", unit="公斤")))
    enough = await sold(seller, sale(line(quantity="30", unit="斤"), kind="retail"))
    assert enough["oversold"] == []
    ticket = await sold(seller, sale(line(quantity="5001", unit="克"), kind="retail"))
    [found] = ticket["oversold"]
    assert (found["missing"], found["unit"]) == ("0.001", "kg")
    inspector = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    listed = await inspector.get("/v1/stocks", params={"oversold": True, "business_id": str(own)})
    assert [row["quantity"] for row in listed.json()["items"]] == ["-0.001"]
    entries = await inspector.get("/v1/stock-entries", params={"business_id": str(own), "lot_key": found["lot_key"]})
    assert sorted(row["reason"] for row in entries.json()["items"]) == ["bought", "sold", "sold"]


@pytest.mark.parametrize("day", ["9999-12-31", "1899-12-31"])
async def test_a_day_that_no_label_prints_is_refused(client_of: ClientOf, day: str) -> None:
    _, seller = await shop(client_of, "演示干货店（虚构）")
    odd = line(produced_on=day, expires_on=day, shelf_life_days=36_500)
    refused = await put(seller, sale(odd), uuid4())
    assert refused.status_code == 422
    assert {error["pointer"] for error in refused.json()["errors"]} == {"/lines/0/produced_on", "/lines/0/expires_on"}
    late = await sold(seller, sale(line(produced_on="2199-12-31", shelf_life_days=36_500)))
    assert late["lines"][0]["expires_on"] == "2299-12-07"


async def test_a_terminal_that_lost_its_clock_is_told_so(client_of: ClientOf) -> None:
    _, seller = await shop(client_of, "演示水果店（虚构）")
    old = await put(seller, sale() | {"sold_at": "1900-01-01T00:00:00Z"})
    [error] = old.json()["errors"]
    assert (old.status_code, error["pointer"], error["message"]) == (
        422,
        "/sold_at",
        "在 2000 年之前；请校准终端的时钟",
    )


async def test_a_voided_ticket_takes_everything_back_and_stays(client_of: ClientOf, session_of: SessionOf) -> None:
    own, seller = await shop(client_of, "演示批发部（虚构）")
    diner, buyer = await shop(client_of, "演示饭店（虚构）")
    ticket = await sold(seller, sale(buyer_business_id=str(diner)))
    path = f"/v1/tickets/{ticket['id']}/voiding"
    stranger = await buyer.post(path, json={"reason": "捣乱"}, headers={"If-Match": '"1"'})
    assert stranger.status_code == 403
    voided = await seller.post(path, json={"reason": "重量录错"}, headers={"If-Match": '"1"'})
    assert voided.json()["state"] == "voided"
    assert await stock(seller, own) == {"DEMO-L1": ("0", "kg")}
    late = await buyer.put(f"/v1/tickets/{ticket['id']}/receipt", json=receipt())
    assert late.json()["type"] == "/problems/ticket-step-refused"
    assert [step for step, *_ in await events_of(session_of, ticket["lines"][0]["lot_key"])] == [
        "shipping",
        "void_shipping",
    ]
    received_one = await sold(seller, sale(buyer_business_id=str(diner)))
    await received(buyer, received_one["id"])
    again = await seller.post(
        f"/v1/tickets/{received_one['id']}/voiding", json={"reason": "反悔"}, headers={"If-Match": '"2"'}
    )
    assert again.json()["type"] == "/problems/ticket-step-refused"


async def test_a_ticket_is_received_by_whom_it_names_or_by_one_who_scans_it(client_of: ClientOf) -> None:
    _, seller = await shop(client_of, "演示批发部（虚构）")
    diner, buyer = await shop(client_of, "演示饭店（虚构）")
    _, stranger = await shop(client_of, "别家（虚构）")
    named = await sold(seller, sale(buyer_business_id=str(diner)))
    assert (await stranger.put(f"/v1/tickets/{named['id']}/receipt", json=receipt())).status_code == 404
    unnamed = await sold(seller, sale(kind="retail"))
    assert (await buyer.get(f"/v1/tickets/{unnamed['id']}")).status_code == 404
    await received(buyer, unnamed["id"])
    assert (await buyer.get(f"/v1/tickets/{unnamed['id']}")).json()["buyer"]["business_id"] == str(diner)
    taken = await stranger.put(f"/v1/tickets/{unnamed['id']}/receipt", json=receipt())
    assert taken.json()["type"] == "/problems/ticket-taken"
    changed = await buyer.put(f"/v1/tickets/{unnamed['id']}/receipt", json=receipt(note="又想起一件事"))
    assert changed.json()["type"] == "/problems/receipt-already-made"


async def test_a_scanned_shop_code_names_the_buyer(client_of: ClientOf) -> None:
    _, seller = await shop(client_of, "演示批发部（虚构）")
    diner, buyer = await shop(client_of, "演示饭店（虚构）")
    inspector = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    [code] = await issued(inspector, kind="shop", business_id=str(diner), activate=True)
    await activate(buyer, diner, "演示饭店（虚构）", place_code=code["text"])
    ticket = await sold(seller, sale(buyer_code=code["uri"]))
    assert ticket["buyer"]["business_id"] == str(diner)
    unknown = await put(seller, sale(buyer_code="https://example.com/nobody"))
    assert [error["pointer"] for error in unknown.json()["errors"]] == ["/buyer_code"]


async def test_a_scale_speaks_for_the_shop_it_stands_in(client_of: ClientOf) -> None:
    own, seller = await shop(client_of, "演示菜摊（虚构）")
    scale_id = uuid4()
    body = {"maker": "演示衡器厂（虚构）", "serial": uuid4().hex}
    assert (await seller.put(f"/v1/scales/{scale_id}", json=body)).status_code == 200
    vendor = await client_of(Unit.TRACEABILITY, Role.EXTERNAL_SYSTEM, regions=[HAISHU])
    weighed = sale(kind="retail", channel="scale", business_id=str(own))
    without = await put(vendor, weighed)
    assert without.json()["type"] == "/problems/scale-not-registered"
    ticket = await sold(vendor, weighed | {"scale_id": str(scale_id)})
    assert ticket["seller"]["business_id"] == str(own)
    elsewhere, _ = await shop(client_of, "别家（虚构）")
    foreign = await put(vendor, weighed | {"scale_id": str(scale_id), "business_id": str(elsewhere)})
    assert foreign.json()["type"] == "/problems/scale-not-registered"
    far = await client_of(Unit.TRACEABILITY, Role.EXTERNAL_SYSTEM, regions=[NANHAI])
    assert (await put(far, weighed | {"scale_id": str(scale_id)})).json()["type"] == "/problems/outside-region"
    _, rival = await shop(client_of, "对手（虚构）")
    assert (await rival.put(f"/v1/scales/{scale_id}", json=body)).status_code == 404


async def test_a_system_without_a_business_writes_nothing_in_the_name_of_others(client_of: ClientOf) -> None:
    own, _ = await shop(client_of, "演示菜摊（虚构）")
    _, wholesaler = await shop(client_of, "演示批发部（虚构）")
    ticket = await sold(wholesaler, sale(buyer_business_id=str(own)))
    vendor = await client_of(Unit.TRACEABILITY, Role.EXTERNAL_SYSTEM, regions=[HAISHU])
    receipt = {"received_at": ticket["sold_at"], "documents_checked": True, "goods_in_order": True}
    received = await vendor.put(f"/v1/tickets/{ticket['id']}/receipt", json=receipt | {"business_id": str(own)})
    activated = await vendor.put(
        f"/v1/subjects/{own}",
        json={"name": "改了（虚构）", "region_code": HAISHU, "address": "别处", "contact": "0574-99999999（虚构）"},
    )
    voided = await vendor.post(
        f"/v1/tickets/{ticket['id']}/voiding", json={"reason": "演示"}, headers={"If-Match": f'"{ticket["version"]}"'}
    )
    assert [answer.status_code for answer in (received, activated, voided)] == [403, 403, 403]


async def test_goods_do_not_arrive_before_they_are_handed_over(client_of: ClientOf) -> None:
    own, buyer = await shop(client_of, "演示饭店（虚构）")
    _, seller = await shop(client_of, "演示批发部（虚构）")
    ticket = await sold(seller, sale(buyer_business_id=str(own)))
    a_year_before = (datetime.fromisoformat(ticket["sold_at"]) - timedelta(days=365)).isoformat()
    receipt = {"received_at": a_year_before, "documents_checked": True, "goods_in_order": True}
    refused = await buyer.put(f"/v1/tickets/{ticket['id']}/receipt", json=receipt)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "before_sale")


async def test_a_shop_code_is_no_lot(client_of: ClientOf) -> None:
    own, seller = await shop(client_of, "演示批发部（虚构）")
    inspector = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    [code] = await issued(inspector, kind="shop", business_id=str(own), activate=True)
    for written in (code["text"], code["uri"]):
        body = sale()
        body["lines"][0]["lot"] = written
        refused = await put(seller, body)
        assert [(error["pointer"], error["code"]) for error in refused.json()["errors"]] == [
            ("/lines/0/lot", "place_code")
        ]


async def test_who_sees_a_ticket(client_of: ClientOf) -> None:
    market = uuid4()
    own, seller = await shop(client_of, "场内摊（虚构）", market_business_id=str(market))
    far, buyer = await shop(client_of, "外地饭店（虚构）", region=NANHAI)
    ticket = await sold(seller, sale(buyer_business_id=str(far)))
    path = f"/v1/tickets/{ticket['id']}"

    async def status(caller: Any) -> int:
        answer: httpx.Response = await caller.get(path)
        return answer.status_code

    operator = await client_of(Unit.TRACEABILITY, Role.MARKET_OPERATOR, regions=[HAISHU], business_id=market)
    other_market = await client_of(Unit.TRACEABILITY, Role.MARKET_OPERATOR, regions=[HAISHU], business_id=uuid4())
    here = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    there = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[NANHAI])
    nowhere = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=["110101000000"])
    for caller, expected in ((seller, 200), (buyer, 200), (operator, 200), (here, 200), (there, 200)):
        assert await status(caller) == expected
    for caller in (other_market, nowhere):
        assert await status(caller) == 404
        found = await caller.get("/v1/tickets", params={"seller_business_id": str(own)})
        assert found.json()["items"] == []
    assert (await put(operator, sale(business_id=str(own)))).status_code == 403, "a market reads, it does not write"
    hers = (await buyer.get("/v1/stocks", params={"business_id": str(own)})).json()
    assert hers["items"] == []


async def test_a_business_that_is_not_activated_is_told_how(client_of: ClientOf) -> None:
    fresh = await client_of(Unit.TRACEABILITY, Role.BUSINESS, regions=[HAISHU], business_id=uuid4())
    answer = await put(fresh, sale())
    assert answer.json()["type"] == "/problems/subject-not-activated"
    assert "PUT /v1/subjects/" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (sale(line(quantity="1.5", unit="盒")), "/lines/0"),
        (sale(at=now() + timedelta(days=2)), "/sold_at"),
        (sale(kind="purchase"), ""),
        (sale(buyer_business_id=str(uuid4()), buyer_code="x"), ""),
        (sale(buyer_business_id=str(uuid4())), "/buyer_business_id"),
        (sale(line(lot="  ")), "/lines/0/lot"),
    ],
)
async def test_what_is_wrong_is_told_at_its_place(client_of: ClientOf, body: dict[str, Any], pointer: str) -> None:
    _, seller = await shop(client_of, "演示批发部（虚构）")
    answer = await put(seller, body)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_everybody_may_see_what_was_sold_and_nobody_who_bought_it(client_of: ClientOf) -> None:
    _, seller = await shop(client_of, "演示卤味店（虚构）")
    diner, _ = await shop(client_of, "演示饭店（虚构）")
    wanted = line(product_name="<b>酱鸭</b>", category="food", unit_price="38.5", origin="演示镇")
    ticket = await sold(seller, sale(wanted, buyer_business_id=str(diner)))
    anybody = await client_of(Unit.TRACEABILITY)
    page = await anybody.get(f"/v1/public-tickets/{ticket['id']}")
    assert page.status_code == 200
    assert len(page.content) < 15_000
    assert "&lt;b&gt;酱鸭&lt;/b&gt;" in page.text
    assert "DEMO-L1" in page.text
    assert "<script" not in page.text
    for hidden in ("演示饭店", "38.5", "0574"):
        assert hidden not in page.text
    svg = await seller.get(f"/v1/tickets/{ticket['id']}/qr.svg")
    assert svg.headers["content-type"].startswith("image/svg+xml")
    entered = await sold(seller, purchase())
    assert (await anybody.get(f"/v1/public-tickets/{entered['id']}")).status_code == 404


async def test_a_shop_is_scored_by_what_its_records_lack(client_of: ClientOf) -> None:
    own, seller = await shop(client_of, "演示批发部（虚构）")
    diner, buyer = await shop(client_of, "演示饭店（虚构）")
    whole = line(
        product_name="酱油", category="food", specification="500mL", quantity="10", unit="瓶", shelf_life_days=365
    )
    ticket = await sold(seller, sale(whole, line(category="food", lot=None), buyer_business_id=str(diner)))
    await received(buyer, ticket["id"])
    [score] = (await seller.get("/v1/record-scores")).json()["items"]
    assert (score["records"], score["incomplete"], score["required"], score["missing"]) == (2, 1, 18, 3)
    assert score["score"] == "83.3"
    [gap] = (await buyer.get("/v1/record-gaps", params={"business_id": str(diner)})).json()["items"]
    assert (gap["line"], [field["name"] for field in gap["missing"]]) == (2, ["specification", "batch", "shelf_life"])
    assert (await buyer.get("/v1/record-gaps", params={"business_id": str(own)})).json()["items"] == []
    rules = {rule["kind"]: rule for rule in (await buyer.get("/v1/record-rules")).json()}
    assert rules["purchase"]["verified"] is True
    assert rules["purchase_agricultural"]["months_without_expiry"] == 6
    again = await sold(seller, sale(whole, buyer_business_id=str(diner)))
    await seller.post(f"/v1/tickets/{again['id']}/voiding", json={"reason": "作废"}, headers={"If-Match": '"1"'})
    [unchanged] = (await seller.get("/v1/record-scores")).json()["items"]
    assert unchanged["records"] == 2, "what was voided is no record"


@pytest.mark.parametrize(
    "scanned",
    ["https://id.gs1.org/01/09520123456789/10/A", "(01)09520123456789(10)A", "urn:epc:class:lgtin:9520.0345678.A"],
)
async def test_a_scanned_code_whose_check_digit_does_not_fit_is_refused(client_of: ClientOf, scanned: str) -> None:
    _, seller = await shop(client_of, "演示熟食摊（虚构）")
    answer = await put(seller, sale(line(lot=scanned)))
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert error["pointer"] == "/lines/0/lot"
    assert "扫到的码不对" in error["message"]


@pytest.mark.parametrize("entered", ["https://id.gs1.org/01/09520123456788/10/HELD1", "(01)09520123456788(10)HELD1"])
async def test_a_held_lot_is_held_however_it_is_scanned(client_of: ClientOf, entered: str) -> None:
    own, seller = await shop(client_of, "演示熟食摊（虚构）")
    inspector = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    lot = {"code": entered, "product_name": "酱鸭", "holder_business_id": str(own), "region_code": HAISHU}
    registered = await inspector.post("/v1/lots", json=lot, headers={"Idempotency-Key": str(uuid4())})
    await inspector.post(
        f"/v1/lots/{registered.json()['id']}/holds",
        json={"reason": "召回（演示）"},
        headers={"Idempotency-Key": str(uuid4())},
    )
    for scanned in ("https://x.example/01/09520123456788/10/HELD1", "]d2010952012345678810HELD1"):
        answer = await put(seller, sale(line(lot=scanned)))
        assert (answer.status_code, answer.json()["type"]) == (409, "/problems/lot-on-hold")
