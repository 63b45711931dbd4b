"""A shop on its phone: one scan sells, one tap receives, what is held stands in red, and nothing needs a script."""

import re
from typing import Any
from uuid import UUID, uuid4

import httpx

from gateway.identity.demo_users import demo_business_id
from gateway.web.traceability.shop_tickets import as_ticket
from gateway.web.traceability.shop_words import ticket_id_in, ticket_number_in
from shared.contracts.codes import Role
from shared.ids import uuid7
from shared.times import now
from tests.gateway.web.platform import DISTRICT, Market, post
from tests.gateway.web.traceability.test_consumer import issue

SHOP = demo_business_id(DISTRICT)


async def activated(browser: httpx.AsyncClient, name: str, **more: str) -> None:
    """Fill the form that a shop comes to first; again, it brings the facts up to date."""
    page = await browser.get("/shop/activation")
    assert page.status_code == 200, page.text
    form = {
        "name": name,
        "address": "演示路 8 号（虚构）",
        "contact": "0574-00000000（虚构）",
    }
    answer = await post(browser, "/shop/activation", form | more)
    assert answer.headers.get("location") == "/shop?done=activated", answer.text


def sale(lot: str, **more: str) -> dict[str, str]:
    line = {"lot": lot, "product_name": "青菜", "quantity": "１２.5", "unit": "公斤", "category": "agricultural"}
    typed = {f"lines/0/{name}": value for name, value in line.items()}
    return {"sold_at": "", "version": "", "key": "", **typed, **more}


async def sold(browser: httpx.AsyncClient, lot: str, **more: str) -> str:
    """Sell through the form; the address of the ticket."""
    form = await browser.get("/shop/sales", params={"lot": lot}, follow_redirects=True)
    assert form.status_code == 200, form.text
    answer = await post(browser, str(form.url.raw_path, "ascii"), sale(lot, **more))
    assert answer.status_code == 303, re.sub(r"\s+", " ", answer.text).partition("error-summary")[2][:600]
    again = await post(browser, str(form.url.raw_path, "ascii"), sale(lot, **more))
    assert again.headers.get("location") == answer.headers["location"], "the same form again is the same ticket"
    return answer.headers["location"].partition("?")[0]


async def test_a_shop_first_says_where_it_is(market: Market) -> None:
    async with market.signed_in(Role.BUSINESS) as browser:
        await activated(browser, "演示卤味店（虚构）")
        page = await browser.get("/shop")
        assert page.status_code == 200
        for said in ("卖货开票", "记一笔进货", "等我收货", "我的缺项"):
            assert said in page.text


async def test_one_tap_receives_what_another_sold(market: Market) -> None:
    lot = f"TAP-{uuid4().hex[:6]}"
    async with market.signed_in(Role.MARKET_OPERATOR) as seller, market.signed_in(Role.BUSINESS) as buyer:
        await activated(seller, "演示批发部（虚构）")
        await activated(buyer, "演示卤味店（虚构）")
        address = await sold(seller, lot)
        own = await seller.get(address)
        assert "给购货者扫" in own.text
        code = await seller.get(f"{address}/qr.svg")
        assert code.headers["content-type"].startswith("image/svg+xml")
        ticket_id = address.rpartition("/")[2]
        scanned = await buyer.get("/shop/scan", params={"code": f"https://x.test/api/v1/public-tickets/{ticket_id}"})
        assert scanned.headers["location"] == address
        page = await buyer.get(address)
        assert "查验合格，收货" in page.text
        received_at = re.search(r'name="received_at" value="([^"]+)"', page.text)
        assert received_at is not None
        form = {"received_at": received_at[1], "how": "all"}
        done = await post(buyer, f"{address}/receipt", form)
        assert done.headers["location"] == f"{address}?done=received", done.text
        assert (await post(buyer, f"{address}/receipt", form)).status_code == 303, "the second tap is the same receipt"
        after = await buyer.get(done.headers["location"])
        assert "进货查验记录已写好" in after.text
        assert "查验合格，收货" not in after.text
        assert "12.5" in after.text
        today = await buyer.get("/shop")
        assert "进自演示批发部（虚构）" in today.text
        number = re.search(r"票号</dt><dd>(\w+)", after.text)
        assert number is not None
        found = await buyer.get("/shop/scan", params={"code": f" {number[1].lower()} "})
        assert found.headers["location"] == address


async def test_what_was_counted_otherwise_is_told_beside_the_ticket(market: Market) -> None:
    async with market.signed_in(Role.MARKET_OPERATOR) as seller, market.signed_in(Role.BUSINESS) as buyer:
        await activated(seller, "演示批发部（虚构）")
        code = await issue(market, kind="shop", name="演示卤味店（虚构）", business_id=str(SHOP))
        await activated(buyer, "演示卤味店（虚构）", place_code=code["text"])
        address = await sold(seller, f"CNT-{uuid4().hex[:6]}", buyer_code=code["text"])
        assert "卖给演示卤味店（虚构）" in (await seller.get(address)).text
        assert "进自演示批发部（虚构）" in (await buyer.get("/shop")).text, "what is on its way waits to be received"
        counted = {
            "received_at": now().isoformat(),
            "how": "counted",
            "quantity-1": "12",
            "unit-1": "公斤",
            "documents_checked": "1",
            "goods_in_order": "1",
        }
        wrong = await post(buyer, f"{address}/receipt", counted | {"quantity-1": "十二"})
        assert wrong.status_code == 422
        assert "十二" in wrong.text, "what was typed is not lost"
        done = await post(buyer, f"{address}/receipt", counted)
        assert "票上 12.5kg，实收 12kg" in (await buyer.get(done.headers["location"])).text


async def hold(market: Market, lot: str, business_id: UUID) -> None:
    body = {"code": lot, "product_name": "韭菜", "holder_business_id": str(business_id), "region_code": DISTRICT}
    async with market.caller(Role.INSPECTOR) as inspector:
        key = {"Idempotency-Key": str(uuid7())}
        made = await inspector.post("/api/traceability/v1/lots", json=body, headers=key)
        assert made.status_code == 201, made.text
        path = f"/api/traceability/v1/lots/{made.json()['id']}/holds"
        key = {"Idempotency-Key": str(uuid7())}
        ordered = await inspector.post(path, json={"reason": "快检疑似阳性（演示）"}, headers=key)
        assert ordered.status_code == 201, ordered.text


async def test_a_held_lot_stands_in_red_and_is_not_sold(market: Market) -> None:
    lot = f"HELD-{uuid4().hex[:6]}".upper()
    async with market.signed_in(Role.BUSINESS) as browser:
        await activated(browser, "演示卤味店（虚构）")
        await hold(market, lot, SHOP)
        page = await browser.get("/shop")
        assert "不能卖" in page.text
        assert lot in page.text
        form = await browser.get("/shop/sales", params={"lot": lot}, follow_redirects=True)
        refused = await post(browser, str(form.url.raw_path, "ascii"), sale(lot))
        assert refused.status_code == 422
        assert "已被锁定：快检疑似阳性（演示）" in refused.text
        assert "青菜" in refused.text, "what was typed is not lost"


async def test_goods_from_outside_the_chain_are_recorded_and_what_lacks_is_told(market: Market) -> None:
    async with market.signed_in(Role.BUSINESS) as browser:
        await activated(browser, "演示卤味店（虚构）")
        form = await browser.get("/shop/purchases", follow_redirects=True)
        body = sale(f"BUY-{uuid4().hex[:6]}", **{"seller/name": "演示合作社（虚构）"})
        answer = await post(browser, str(form.url.raw_path, "ascii"), body)
        assert answer.status_code == 303, re.sub(r"\s+", " ", answer.text).partition("error-summary")[2][:600]
        page = await browser.get(answer.headers["location"])
        assert "进自演示合作社（虚构）" in page.text
        gaps = await browser.get("/shop/gaps")
        assert "联系方式" in gaps.text


async def test_a_ticket_is_voided_before_it_is_received_and_an_unknown_number_is_told(
    market: Market,
) -> None:
    async with market.signed_in(Role.BUSINESS) as browser:
        await activated(browser, "演示卤味店（虚构）")
        address = await sold(browser, f"VOID-{uuid4().hex[:6]}")
        page = await browser.get(f"{address}/voiding")
        version = re.search(r'name="version" value="(\d+)"', page.text)
        assert version is not None
        form = {"reason": "重量录错（演示）", "version": version[1], "seen": "0", "key": ""}
        done = await post(browser, f"{address}/voiding", form)
        assert done.status_code == 303, done.text
        assert "已作废" in (await browser.get(done.headers["location"])).text
        lost = await browser.get("/shop/scan", params={"code": "20260724ABCDEF12"}, follow_redirects=True)
        assert "没有找到票号 20260724ABCDEF12" in lost.text


def test_what_is_scanned_is_told_apart() -> None:
    some: Any = uuid4()
    assert ticket_id_in(f"http://127.0.0.1/api/traceability/v1/public-tickets/{some}") == str(some)
    assert ticket_id_in(f" {str(some).upper()} ") == str(some)
    assert ticket_id_in(f"urn:shian:lot:{some}:DEMO-L1") == "", "the owner of a lot is no ticket"
    assert ticket_number_in("2026 0724 abcd ef12") == "20260724ABCDEF12"
    assert ticket_number_in("DEMO-L1") == ""


def test_a_sale_without_a_buyer_is_retail() -> None:
    form = uuid7()
    assert as_ticket("sales", form, {"lines": []})["kind"] == "retail"
    assert as_ticket("sales", form, {"buyer_code": "S330203"})["kind"] == "sale"
    assert as_ticket("sales", form, {"buyer": {"name": "演示饭店（虚构）"}})["kind"] == "sale"
    assert as_ticket("purchases", form, {"seller": {"name": "演示供货者（虚构）"}})["kind"] == "purchase"
