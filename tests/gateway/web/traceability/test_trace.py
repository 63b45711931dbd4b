"""The bureau's board: from a code to its way, its gaps and its amounts; a recall and its rehearsal run to their end."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest_asyncio

from gateway.identity.demo_users import demo_business_id, demo_market_operator_id
from shared.contracts.codes import Role
from shared.times import now
from tests.gateway.web.platform import DISTRICT, Market, post

SHOP, MAKER = demo_business_id(DISTRICT), demo_market_operator_id(DISTRICT)
API = "/api/traceability/v1"
Lot = tuple[Market, str]


async def put(caller: httpx.AsyncClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await caller.put(f"{API}/{path}", json=body)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


@pytest_asyncio.fixture(scope="module")
async def lot(market: Market) -> Lot:
    """A lot of cooked duck that its maker sold to a shop, which took it in; and as much again that nobody took in."""
    written, begun = f"JY-{uuid4().hex[:6]}", now().replace(microsecond=0) - timedelta(hours=6)
    place = {"region_code": DISTRICT, "address": "演示路 8 号（虚构）", "contact": "0574-00000000（虚构）"}
    async with market.caller(Role.INSPECTOR) as officer:
        await put(officer, f"subjects/{MAKER}", {"name": "演示熟食坊（虚构）"} | place)
        await put(officer, f"subjects/{SHOP}", {"name": "演示卤味店（虚构）"} | place)

        def goods(name: str, code: str, quantity: str) -> dict[str, str]:
            return {"product_name": name, "lot": code, "quantity": quantity, "unit": "公斤"}

        raw = goods("白条鸭", f"RAW-{written}", "50")
        seller = {"name": "演示养殖场（虚构）", "address": "演示村", "contact": "0574-00000000"}
        bought = {"kind": "purchase", "business_id": str(MAKER), "sold_at": begun.isoformat(), "seller": seller}
        await put(officer, f"tickets/{uuid4()}", bought | {"lines": [raw]})
        made = {"kind": "make", "business_id": str(MAKER), "done_at": (begun + timedelta(hours=1)).isoformat()}
        duck = goods("酱鸭", written, "34")
        made_of = {"inputs": [raw], "outputs": [duck]}
        key = (await put(officer, f"productions/{uuid4()}", made | made_of))["outputs"][0]["lot_key"]
        for hours, taken in ((2, True), (3, False)):
            sale = {
                "kind": "sale",
                "business_id": str(MAKER),
                "buyer_business_id": str(SHOP),
                "sold_at": (begun + timedelta(hours=hours)).isoformat(),
                "lines": [goods("酱鸭", written, "10")],
            }
            ticket = await put(officer, f"tickets/{uuid4()}", sale)
            if taken:
                receipt = {"documents_checked": True, "goods_in_order": True, "business_id": str(SHOP)}
                receipt |= {"received_at": (begun + timedelta(hours=hours, minutes=30)).isoformat()}
                await put(officer, f"tickets/{ticket['id']}/receipt", receipt)
    return market, key


async def test_a_code_shows_its_way_its_amounts_and_where_it_is(lot: Lot) -> None:
    market, key = lot
    async with market.signed_in(Role.INSPECTOR) as browser:
        page = await browser.get("/traces", params={"code": key})
        assert page.status_code == 200, page.text
        for said in ("演示熟食坊（虚构）", "演示卤味店（虚构）", "加工", "发货", "收货", "账面还应有", "海曙区", "2家"):
            assert said in page.text, said
        rows = re.findall(r'data-label="序号" class="number">(\d+)<', page.text)
        marks = re.findall(r"<circle[^>]+></circle><text[^>]+>(\d+)<", page.text)
        assert rows == marks, "the drawing and its table say the same"
        sheet = await browser.get("/traces/sheet", params={"code": key})
        table = await browser.get("/traces/table", params={"code": key})
        assert "追溯单" in sheet.text
        assert table.content[:2] == b"PK"
        unknown = await browser.get("/traces", params={"code": "urn:shian:lot:x:none"})
        assert (unknown.status_code, "没有这个码的事件" in unknown.text) == (200, True)


async def test_a_shop_does_not_see_the_board(lot: Lot) -> None:
    async with lot[0].signed_in(Role.BUSINESS) as browser:
        assert (await browser.get("/traces")).status_code == 403


async def opened(browser: httpx.AsyncClient, key: str, **more: str) -> str:
    """Open a recall, or a rehearsal, through its form; the address of its page."""
    query = "?rehearsal=1" if more.get("rehearsal") else ""
    form_page = await browser.get(f"/traces/recalls/new{query}", params={"code": key} | more)
    assert form_page.status_code == 200, form_page.text
    form = {"code": key, "product_name": "演示酱鸭（虚构）", "reason": "防腐剂超标（演示）", "region_code": DISTRICT}
    answer = await post(browser, f"/traces/recalls/new{query}", form | more | {"key": str(uuid4())})
    assert answer.status_code == 303, answer.text.partition("error-summary")[2][:600]
    return answer.headers["location"].partition("?")[0]


async def take(browser: httpx.AsyncClient, address: str, **typed: str) -> httpx.Response:
    """Take a step through its form, and come back to the page of the record."""
    page = await browser.get(address)
    kept = dict(re.findall(r'name="(version|seen|key)" value="([^"]*)"', page.text))
    answer = await post(browser, address, kept | typed)
    assert answer.status_code == 303, answer.text.partition("error-summary")[2][:600]
    return await browser.get(answer.headers["location"])


async def test_a_rehearsal_is_opened_and_ended_with_its_report(lot: Lot) -> None:
    market, key = lot
    async with market.signed_in(Role.CASE_HANDLER) as browser:
        address = await opened(browser, key, rehearsal="1")
        running = await browser.get(address)
        assert "演练，进行中" in running.text
        assert "发出召回通知" not in running.text.partition("全部经过")[0]
        ended = await take(browser, f"{address}/closure", reason="演练结束（演示）", scope_note="够了（演示）")
        assert "演练，已结束" in ended.text
        assert re.search(r"\d分钟", ended.text)
        assert re.search(r"\d分<", ended.text)


async def test_a_recall_tells_its_holders_and_shows_who_has_answered(lot: Lot) -> None:
    market, key = lot
    async with market.signed_in(Role.CASE_HANDLER) as officer, market.signed_in(Role.BUSINESS) as shop:
        address = await opened(officer, key, level="1")
        page = await officer.get(address)
        assert "没有确认收到通知" in page.text
        told = await take(officer, f"{address}/notices")
        assert "召回中" in told.text
        assert "期限" in told.text
        own = await shop.get("/shop")
        assert "召回：演示酱鸭（虚构）" in own.text
        notice = re.search(r'href="(/shop/notices/[^"]+)"', own.text)
        assert notice is not None
        form = await shop.get(notice[1])
        kept = dict(re.findall(r'name="(version|key)" value="([^"]*)"', form.text))
        lines = dict.fromkeys(re.findall(r'name="(lines/\d+/\w+)"', form.text), "0")
        lines |= {name: "3" for name in lines if name.endswith("returned")}
        reported = await post(shop, notice[1], kept | lines | {"note": "已退回（演示）"})
        assert reported.headers.get("location") == "/shop?done=reported", reported.text
        after = await officer.get(address)
        assert "退回3" in after.text
        assert "召回率" in after.text
        verify = re.search(r'href="([^"]+/verification)"', after.text)
        assert verify is not None
        assert "已核实" in (await take(officer, verify[1], note="现场查看（演示）")).text
        evidence = await officer.get(f"{address}/evidence")
        assert evidence.content[:2] == b"PK"
        early = await officer.get(f"{address}/closure")
        assert "没有确认收到通知" in early.text, "what is still missing stands on the form"
        gone = await take(officer, f"{address}/withdrawal", reason="登记有误（演示）")
        assert "已撤销" in gone.text


async def test_recalls_are_listed_with_their_state(lot: Lot) -> None:
    market, key = lot
    async with market.signed_in(Role.CASE_HANDLER) as browser:
        await opened(browser, key, rehearsal="1")
        page = await browser.get("/traces/recalls", params={"rehearsal": "true"})
        assert "演练，进行中" in page.text
        assert "演示酱鸭（虚构）" in page.text
    async with market.signed_in(Role.LEADER) as browser:
        page = await browser.get("/traces/recalls")
        assert (page.status_code, "立项召回" in page.text) == (200, False)
