"""An officer's phone in a real browser: a visit with and without a network, the office's board, nothing lost."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, Route, expect

from shared.contracts.codes import Role
from tests.browser.conftest import PHONE, SIZES, OpenPage, keep
from tests.browser.test_pages import fits
from tests.browser.test_sampling import SMALL_TARGETS, picture
from tests.gateway.web.platform import Market
from tests.gateway.web.sampling_stage import ok
from tests.gateway.web.supervision_stage import COLLEAGUE, INSPECTION, INSPECTOR, corrections_of, registered, visited

pytestmark = pytest.mark.browser

WORDS = "[data-kept-words]"


async def record(market: Market, page: Page) -> dict[str, Any]:
    """The record of the visit on the page, as the platform has it."""
    found = re.search(r"/visits/records/([0-9a-f-]{36})", page.url)
    assert found, page.url
    async with market.caller(Role.INSPECTOR) as officer:
        stored: dict[str, Any] = ok(await officer.get(f"{INSPECTION}/visit-records/{found[1]}"))
    return stored


async def find(page: Page, number: str, finding: str, reason: str = "") -> None:
    item = page.locator(f'[id="answers/{number}"]')
    await item.get_by_text(finding, exact=True).click()
    if reason:
        await item.locator("textarea").fill(reason)


async def fill_in(page: Page) -> None:
    """Who came, what was said; every item passed but the last."""
    for slot, person in enumerate((INSPECTOR, COLLEAGUE)):
        await page.locator(f'[id="inspectors/{slot}"]').select_option(str(person))
    for choice in ("identity_shown-true", "recusal-not_requested"):
        await page.locator(f'[id="{choice}"]').check()
    for number in ("1.1", "1.2", "2.1", "2.2", "2.3", "3.1", "3.2"):
        await find(page, number, "合格")


async def sign(page: Page, who: str) -> None:
    """Write on the screen."""
    field = page.locator(".field", has=page.locator(f'[id="signatures/{who}"]'))
    await field.get_by_role("button", name="在屏上签名").click()
    box = await field.locator("canvas").bounding_box()
    assert box
    await page.mouse.move(box["x"] + 30, box["y"] + 40)
    await page.mouse.down()
    await page.mouse.move(box["x"] + 120, box["y"] + 70, steps=4)
    await page.mouse.up()
    await field.get_by_role("button", name="用这个签名").click()


async def test_a_visit_is_made_on_a_phone_with_the_network_away_for_most_of_it(
    open_page: OpenPage, market: Market, tmp_path: Path
) -> None:
    business = await registered(market)
    page = await open_page(Role.INSPECTOR, PHONE)
    await page.goto(f"/visits?q={business['name']}")
    await page.get_by_role("link", name="开始检查").click()
    assert await fits(page)
    assert await page.evaluate(SMALL_TARGETS) == []
    await fill_in(page)
    await expect(page.locator("#verdict")).to_contain_text("还不能判定")
    await find(page, "3.3", "不合格", "日管控没有记录（演示）")
    await expect(page.locator("#verdict")).to_contain_text("判定：基本符合")
    await keep(page, "visit-form-390")

    await page.context.set_offline(True)
    photo = tmp_path / "现场.png"
    photo.write_bytes(picture(90))
    await page.locator('[id="answers/3.3/photos"]').set_input_files(photo)
    await page.get_by_role("button", name="暂存").last.click()
    await expect(page.locator(WORDS)).to_contain_text("没有网络")
    await keep(page, "visit-form-offline-390")
    await page.locator('[id="conclusion"]').fill("断网时写的（演示）")
    await page.wait_for_timeout(600)  # what is typed is kept a moment later
    address = page.url
    await page.close()  # the browser is killed before the network comes back

    await (context := page.context).set_offline(False)
    again = await context.new_page()
    await again.goto("/visits")
    await expect(again.locator("[data-kept-list]")).to_contain_text("1份填了还没有存到平台")
    assert address.split("?")[1] in str(await again.locator("[data-kept-list] a").get_attribute("href"))
    await again.locator("[data-kept-list] a").click()
    await again.wait_for_url("**/form?done=saved")  # what was saved without a network goes out first, as it was
    await expect(again.locator(WORDS)).to_contain_text("还没有存到平台")  # and what was typed afterwards is there
    await expect(again.locator('[id="conclusion"]')).to_have_value("断网时写的（演示）")
    await expect(again.locator('[id="answers/3.3/reason"]')).to_have_value("日管控没有记录（演示）")
    assert await again.locator('[id="answers/3.3"] .thumbnails img').count() == 1
    for who in ("0", "1", "business"):
        await sign(again, who)
    await again.locator('[id="signer"]').fill("演示店主（虚构）")
    await again.locator('[id="position_missing"]').fill("室内没有信号（演示）")
    ended = await again.locator('[id="began_at"]').input_value()
    await again.locator('[id="ended_at"]').fill(ended)
    await again.get_by_role("button", name="结束检查").click()
    await expect(again.get_by_role("status").first).to_contain_text("检查已结束")
    assert await fits(again)
    await keep(again, "visit-record-390")
    stored = await record(market, again)
    assert (stored["state"], len(stored["versions"]), stored["disputed"]) == ("complete", 2, [])
    assert stored["content"]["conclusion"] == "断网时写的（演示）"
    assert len(stored["content"]["answers"]["3.3"]["photos"]) == 1
    [problem] = await corrections_of(market, stored["id"])
    assert problem["problem"] == "日管控没有记录（演示）"
    await again.goto("/visits")
    await expect(again.locator("[data-kept-list]")).to_be_hidden()


async def test_a_saving_whose_answer_was_lost_is_sent_again_and_counts_once(
    open_page: OpenPage, market: Market
) -> None:
    business = await registered(market)
    page = await open_page(Role.INSPECTOR, PHONE)
    await page.goto(f"/visits/records/new?business={business['id']}")
    await find(page, "1.1", "合格")
    lost = 0

    async def lose_the_answer(route: Route) -> None:
        nonlocal lost
        if route.request.method == "POST" and lost == 0:
            lost += 1
            await route.fetch(max_redirects=0)  # it arrives, and nobody hears of it
            await route.abort("connectionreset")
        else:
            await route.continue_()

    await page.route("**/form", lose_the_answer)
    await page.get_by_role("button", name="暂存").last.click()
    await expect(page.locator(WORDS)).to_contain_text("没有网络")
    await page.get_by_role("button", name="现在再发").click()
    await expect(page.get_by_role("status").first).to_contain_text("已存到平台")
    stored = await record(market, page)
    assert (lost, len(stored["versions"])) == (1, 1)


async def test_what_two_phones_said_of_one_item_is_shown_from_both_sides(open_page: OpenPage, market: Market) -> None:
    business = await registered(market)
    phone = await open_page(Role.INSPECTOR, PHONE)
    await phone.goto(f"/visits/records/new?business={business['id']}")
    await find(phone, "1.1", "合格")
    await phone.get_by_role("button", name="暂存").last.click()
    await expect(phone.get_by_role("status").first).to_contain_text("已存到平台")
    other = await open_page(Role.INSPECTOR, PHONE)
    await other.goto(phone.url)
    await phone.context.set_offline(True)
    await find(phone, "1.1", "未查")
    await phone.get_by_role("button", name="暂存").last.click()
    await expect(phone.locator(WORDS)).to_contain_text("没有网络")
    await find(other, "1.1", "不合格", "许可证过期（演示）")
    await other.get_by_role("button", name="暂存").last.click()
    await expect(other.get_by_role("status").first).to_contain_text("已存到平台")
    await phone.context.set_offline(False)
    await phone.evaluate("dispatchEvent(new Event('online'))")
    disputes = phone.locator("#disputes")
    await expect(disputes).to_contain_text("条目1.1")
    await expect(disputes).to_contain_text("不合格，许可证过期（演示）")
    await expect(disputes).to_contain_text("未查")
    await keep(phone, "visit-disputes-390")


@pytest.mark.parametrize("size", SIZES)
async def test_pages_of_supervision_fit(open_page: OpenPage, market: Market, size: str) -> None:
    business = await registered(market)
    record_id = await visited(market, business, {"2.3": "堆在地上（演示）"})
    [problem] = await corrections_of(market, record_id)
    page = await open_page(Role.FOOD_SAFETY_OFFICE, SIZES[size])
    for name, path in (
        ("visit-records", "/visits/records"),
        ("visit-record", f"/visits/records/{record_id}"),
        ("follow-ups", "/visits/follow-ups"),
        ("quarantine", "/visits/quarantine"),
        ("corrections", "/corrections"),
        ("overdue", "/corrections/overdue"),
        ("correction", f"/corrections/{problem['id']}"),
        ("letters", "/corrections/letters"),
        ("businesses", "/businesses"),
        ("business", f"/businesses/{business['id']}"),
        ("expiring", "/businesses/expiring"),
        ("incomplete", "/businesses/incomplete"),
        ("grades", "/businesses/grades"),
        ("grid", "/grid"),
        ("handovers", "/grid/handovers"),
        ("duties", "/grid/duties"),
        ("clues", "/grid/clues"),
        ("clue-form", "/grid/clues/new"),
    ):
        await page.goto(path)
        await keep(page, f"{name}-{SIZES[size][0]}")
        assert await fits(page), path
        assert await page.locator("h1").count() == 1, path
