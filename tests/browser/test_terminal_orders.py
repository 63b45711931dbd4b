"""What a draw ordered is closed on the phone, one draft is filled in one window, no phone takes more than it can."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from gateway.web.terminal.shell import shell
from shared.contracts.codes import Role, Unit
from shared.times import now
from tests.browser.conftest import keep
from tests.browser.test_pages import fits
from tests.browser.test_sampling import SMALL_TARGETS, picture
from tests.browser.test_terminal import ITEMS, Terminal, find, record, sign
from tests.gateway.web.inspection.test_random_draws import ceremony
from tests.gateway.web.platform import DISTRICT, Market
from tests.gateway.web.sampling_stage import ok
from tests.gateway.web.supervision_stage import COLLEAGUE, INSPECTION, INSPECTOR, registered

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(shell() is None, reason="移动终端还没有构建：先运行 npm ci && npm run build"),
]


@pytest_asyncio.fixture
async def terminal(chromium: Browser, market: Market, tmp_path: Path) -> AsyncIterator[Terminal]:
    phone = Terminal(chromium, market, tmp_path / "phone")
    yield phone
    assert phone.complaints == []


async def drawn(market: Market, count: int) -> list[dict[str, Any]]:
    """Businesses that a draw sent the inspector and his colleague to, each with its visit."""
    businesses = [await registered(market) for _ in range(count)]
    async with market.caller(Role.FOOD_SAFETY_OFFICE) as office:
        for account, name in ((INSPECTOR, "演示·检查人员甲（虚构）"), (COLLEAGUE, "演示·检查人员乙（虚构）")):
            body = {
                "name": name,
                "department": "终端抽查组（演示）",
                "region_code": DISTRICT,
                "skills": ["sales"],
                "certificate_until": None,
                "active": True,
            }
            ok(await office.put(f"{INSPECTION}/draw-inspectors/{account}", json=body))
    await ceremony(
        market,
        "演示终端抽查（虚构）",
        purpose="flight",
        kinds="sales",
        percent="100",
        **{"teams/0/code": "终端抽查组（演示）"},
    )
    async with market.caller(Role.INSPECTOR) as officer:
        mine = ok(await officer.get(f"{INSPECTION}/drawn-visits/mine?state=scheduled&limit=200"))["items"]
    visits = {one["business_id"]: one for one in mine}
    return [business | {"visit": visits[business["id"]]} for business in businesses]


async def task(market: Market, business: dict[str, Any]) -> dict[str, Any]:
    async with market.caller(Role.INSPECTOR) as officer:
        read: dict[str, Any] = ok(await officer.get(f"{INSPECTION}/drawn-visits/{business['visit']['id']}"))
    return read


async def report_missing(page: Page, business: dict[str, Any], words: str, photo: Path) -> None:
    await page.goto(f"/terminal/#/business/{business['id']}")
    await page.get_by_role("button", name="登记的地址找不到").click()
    await page.get_by_label("现场情况").fill(words)
    await page.get_by_role("button", name="交出").click()
    await expect(page.get_by_role("alert")).to_contain_text("至少一张")
    await page.locator("input[type=file]").set_input_files(photo)
    await expect(page.locator("img")).to_be_visible()
    assert await fits(page)
    assert await page.evaluate(SMALL_TARGETS) == []
    await keep(page, "terminal-not-found-390")
    await page.get_by_role("button", name="交出").click()
    await expect(page.get_by_role("heading", name="发出与收条")).to_be_visible()


async def test_what_a_draw_ordered_is_closed_on_the_phone_and_what_the_platform_knows_otherwise_is_shown(
    terminal: Terminal, market: Market, tmp_path: Path
) -> None:
    found, gone, known = await drawn(market, 3)
    photo = tmp_path / "门牌.png"
    photo.write_bytes(picture(93))
    async with terminal.browser() as page:
        await terminal.enrol(page)
        await expect(page.get_by_role("link", name=found["name"]).first).to_contain_text("飞行检查")
        await page.context.set_offline(True)
        await page.goto(f"/terminal/#/business/{found['id']}")
        await keep(page, "terminal-drawn-390")
        await page.get_by_role("button", name="开始抽查").click()
        inspectors = page.locator("#people ul li")
        await expect(inspectors).to_have_count(2)  # who was sent is there without being chosen
        for number in ITEMS:
            await find(page, number, "合格")
        await page.get_by_text("已出示", exact=True).click()
        await page.get_by_text("没有申请", exact=True).click()
        await page.get_by_label("没有定位的原因").fill("室内没有信号（演示）")
        await page.get_by_label("被检查单位签字人").fill("演示店主（虚构）")
        names = [each.removesuffix("去掉").strip() for each in await inspectors.all_inner_texts()]
        for label in [*names, "被检查单位"]:
            await sign(page, label)
        visit = page.url.rsplit("/", 1)[1]
        await page.get_by_role("button", name="结束检查").click()
        await expect(page.get_by_text("等平台收齐了这次检查的记录，就办结")).to_be_visible()
        await report_missing(page, gone, "门头已换，邻居说搬走两个月（演示）", photo)
        await report_missing(page, known, "关着门（演示）", photo)
        await expect(page.locator("[data-state=waiting]")).to_have_count(4)
        await page.goto(f"/terminal/#/business/{gone['id']}")
        await expect(page.get_by_text("已经办了")).to_be_visible()  # nobody does it twice

        async with market.caller(Role.INSPECTOR) as desk:
            told = {"at": now().isoformat(), "words": "上午在网页上登记过（演示）", "evidence": ["0" * 64]}
            path = f"{INSPECTION}/drawn-visits/{known['visit']['id']}/not-found"
            ok(await desk.post(path, json=told, headers={"If-Match": f'"{known["visit"]["version"]}"'}))

        await page.goto("/terminal/#/outbox")
        await page.context.set_offline(False)
        await page.get_by_role("button", name="现在同步").click()
        await expect(page.locator("[data-state=accepted]")).to_have_count(3)
        conflict = page.locator("[data-state=conflict]")
        await expect(conflict.locator("[data-label=另一边]")).to_contain_text("上午在网页上登记过")
        await expect(conflict.locator("[data-label=这台终端]")).to_contain_text("关着门")
        assert await fits(page)
        await keep(page, "terminal-drawn-conflict-390")
        await conflict.get_by_role("button", name="不发了").click()
        await expect(conflict).to_have_count(0)
    assert (await record(market, visit))["state"] == "complete"
    closed, missed = await task(market, found), await task(market, gone)
    assert (closed["state"], closed["record_id"]) == ("completed", visit)
    assert (missed["state"], missed["not_found"]["words"]) == ("not_found", "门头已换，邻居说搬走两个月（演示）")
    async with market.caller(Role.LEADER) as leader:
        [shown] = missed["not_found"]["evidence"]
        assert (await leader.get(f"{INSPECTION}/attachments/{shown}")).status_code == 200


async def test_one_draft_is_filled_in_one_window(terminal: Terminal) -> None:
    async with terminal.browser() as page:
        await terminal.enrol(page)
        await page.get_by_role("button", name="报线索").click()
        await page.get_by_label("地点").fill("演示路 11 号（虚构）")
        second = await page.context.new_page()
        await second.goto(page.url)
        await expect(second.get_by_text("正在另一个窗口里填")).to_be_visible()
        await expect(second.get_by_label("地点")).to_be_disabled()
        await page.get_by_label("看到什么").fill("第一个窗口写的（演示）")
        await expect(second.get_by_label("看到什么")).to_have_value("第一个窗口写的（演示）")
        await keep(second, "terminal-elsewhere-390")
        await page.get_by_role("link", name="返回").click()
        await expect(second.get_by_text("正在另一个窗口里填")).to_be_hidden()
        await second.get_by_label("看到什么").fill("第二个窗口接着写的（演示）")
        await page.get_by_role("link", name="线索").click()
        await expect(page.get_by_label("看到什么")).to_have_value("第二个窗口接着写的（演示）")
        await expect(page.get_by_label("看到什么")).to_be_disabled()


@pytest.mark.parametrize("cap", ["terminal_businesses", "terminal_pack_megabytes"])
async def test_what_a_phone_cannot_take_is_named_and_may_be_fetched(
    terminal: Terminal, market: Market, monkeypatch: pytest.MonkeyPatch, cap: str
) -> None:
    business = await registered(market)
    monkeypatch.setattr(market.app(Unit.GATEWAY).state.settings, cap, 0)
    async with terminal.browser() as page:
        await terminal.enrol(page)
        await page.get_by_role("button", name="看是哪些").click()
        await expect(page.get_by_role("heading", name="没有带走的")).to_be_visible()
        await keep(page, f"terminal-left-out-{cap}-390")
        await page.context.set_offline(True)
        await page.get_by_label("名称、地址、许可证号").fill(business["name"])
        left = page.get_by_role("button", name=business["name"])
        await left.click()
        await expect(page.get_by_text("没有网络，只能用本机里有的")).to_be_visible()
        await page.context.set_offline(False)
        await left.click()
        await expect(page.get_by_role("heading", name=business["name"])).to_be_visible()
        await expect(page.get_by_role("button", name="开始检查")).to_be_visible()
