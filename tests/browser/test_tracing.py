"""Pages of tracing in a real browser: a consumer's and a shop's on a phone without scripts, the bureau's board."""

from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
from playwright.async_api import Page

from gateway.identity.demo_users import demo_business_id, demo_market_operator_id
from shared.contracts.codes import Role
from shared.ids import uuid7
from shared.times import now
from tests.browser.conftest import DESK, PHONE, OpenPage, keep
from tests.gateway.web.platform import DISTRICT, Market

SHOP, MAKER = demo_business_id(DISTRICT), demo_market_operator_id(DISTRICT)
API = "/api/traceability/v1"
TOUCH = 44


async def put(caller: httpx.AsyncClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await caller.put(f"{API}/{path}", json=body)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def post(caller: httpx.AsyncClient, path: str, body: dict[str, Any], **headers: str) -> dict[str, Any]:
    answer = await caller.post(f"{API}/{path}", json=body, headers={"Idempotency-Key": str(uuid7())} | headers)
    assert answer.status_code in (200, 201), answer.text
    told: dict[str, Any] = answer.json()
    return told


async def coded_lot(market: Market) -> dict[str, Any]:
    """A lot with a code of its own that its maker has sold to a shop, which is to receive it."""
    place = {"region_code": DISTRICT, "address": "演示路 8 号（虚构）", "contact": "0574-00000000（虚构）"}
    lot = {"kind": "lot", "scheme": "own", "name": "演示酱鸭（虚构）", "region_code": DISTRICT, "activate": True}
    async with market.caller(Role.INSPECTOR) as officer:
        await put(officer, f"subjects/{MAKER}", {"name": "演示熟食坊（虚构）"} | place)
        await put(officer, f"subjects/{SHOP}", {"name": "演示卤味店（虚构）"} | place)
        batch = await post(officer, "code-batches", lot)
        [code] = (await officer.get(f"{API}/codes", params={"batch_id": batch["id"]})).json()["items"]
        whole: dict[str, Any] = (await officer.get(f"{API}/codes/{code['id']}")).json()
        raw = {"product_name": "白条鸭", "lot": f"RAW-{uuid4().hex[:6]}", "quantity": "50", "unit": "公斤"}
        made = {"product_name": "酱鸭", "lot": whole["text"], "quantity": "34", "unit": "公斤"}
        release = {"passed": True, "examined_at": now().isoformat(), "items": "感官（演示）"}
        production = {"kind": "make", "business_id": str(MAKER), "done_at": now().isoformat(), "release": release}
        await put(officer, f"productions/{uuid4()}", production | {"inputs": [raw], "outputs": [made]})
        sale = {"kind": "sale", "business_id": str(MAKER), "buyer_business_id": str(SHOP), "sold_at": now().isoformat()}
        await put(officer, f"tickets/{uuid4()}", sale | {"lines": [made | {"quantity": "9"}]})
    return whole


async def ensure_fits(page: Page) -> None:
    """Nothing sticks out to the side, and what is to be pressed is large enough for a thumb."""
    assert await page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    for button in await page.locator("main button:not([aria-hidden]):visible, main a.button:visible").all():
        box = await button.bounding_box()
        assert box is not None
        assert min(box["height"], box["width"]) >= TOUCH, await button.inner_text()


async def test_a_phone_scans_doubts_receives_and_sells_without_scripts(market: Market, open_page: OpenPage) -> None:
    code = await coded_lot(market)
    consumer = await open_page(None, PHONE, scripts=False)
    await consumer.goto(urlsplit(code["uri"]).path)
    assert await consumer.get_by_role("heading", level=1).inner_text() == "演示酱鸭（虚构）"
    await ensure_fits(consumer)
    await keep(consumer, "consumer-phone")
    await consumer.fill("#what", "包装上的日期和登记的不一样（演示）")
    await consumer.get_by_role("button", name="反映这个疑问").click()
    await consumer.wait_for_url("**/doubts/**")
    assert "请记下回执号" in await consumer.inner_text("main")
    await ensure_fits(consumer)
    await keep(consumer, "consumer-receipt-phone")

    shop = await open_page(Role.BUSINESS, PHONE, scripts=False)
    await shop.goto("/shop")
    await ensure_fits(shop)
    await keep(shop, "shop-phone")
    await shop.locator("#arriving + ul a").first.click()
    await ensure_fits(shop)
    await keep(shop, "shop-ticket-phone")
    await shop.get_by_role("button", name="查验合格，收货").click()
    await shop.wait_for_url("**done=received")
    await shop.goto("/shop")
    await shop.fill("#code", code["text"])
    await shop.get_by_role("button", name="办理").click()
    await shop.wait_for_url("**/shop/sales/**")
    assert "酱鸭" in await shop.locator("#lines\\/0\\/product_name").input_value()
    await shop.fill("#lines\\/0\\/quantity", "2.5")
    await ensure_fits(shop)
    await keep(shop, "shop-sale-phone")
    await shop.get_by_role("button", name="开票", exact=True).last.click()
    await shop.wait_for_url("**done=sold")
    assert await shop.locator("img.ticket-code").evaluate("image => image.complete && image.naturalWidth > 0")
    await ensure_fits(shop)
    await keep(shop, "shop-sold-phone")

    for size, name in ((DESK, "desk"), ((1280, 900), "1280"), (PHONE, "phone")):
        board = await open_page(Role.CASE_HANDLER, size)
        await board.goto(f"/traces?code={code['text']}")
        assert await board.locator("svg.trace-drawing circle").count() >= 4
        await ensure_fits(board)
        await keep(board, f"trace-{name}")
    await board.goto(f"/traces/recalls/new?code={code['text']}&rehearsal=1")
    await board.fill("#product_name", "演示酱鸭（虚构）")
    await board.fill("#reason", "季度演练（演示）")
    await board.get_by_role("button", name="开始演练").last.click()
    await board.wait_for_url("**done=opened")
    await ensure_fits(board)
    await keep(board, "rehearsal-phone")
