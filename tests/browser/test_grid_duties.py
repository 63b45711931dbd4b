"""Patrols, supervision by leaders, training: on a phone in the street and at a desk."""

import re

import pytest
from playwright.async_api import expect

from shared.contracts.codes import Role
from tests.browser.conftest import PHONE, SIZES, OpenPage, keep
from tests.browser.test_pages import fits
from tests.browser.test_sampling import SMALL_TARGETS
from tests.gateway.web.platform import TOWN, Market
from tests.gateway.web.supervision_stage import registered

pytestmark = pytest.mark.browser

PAGES = ("/grid/patrols", "/grid/assignments", "/grid/trainings", "/grid/trainings/new", "/grid/trainings/people/new")


async def test_a_patrol_is_made_with_a_thumb(open_page: OpenPage) -> None:
    page = await open_page(Role.GRID_OFFICER, PHONE)
    await page.goto("/grid/patrols/new")
    if lists := await page.locator('main a[href*="/grid/patrols/new?list="]').all():
        await lists[0].click()
    assert await page.evaluate(SMALL_TARGETS) == []
    assert await fits(page)
    await page.locator('[id="cell_code"]').select_option(TOWN)
    await page.locator('[id="looks/0/in_order-true"]').check()
    await page.get_by_text("第1处", exact=True).click()
    await page.locator('[id="findings/0/what"]').fill("冷藏柜没有开（演示）")
    await keep(page, "patrol-form-390")
    await page.get_by_role("button", name="提交巡查").click()
    await expect(page.locator("#error-summary")).to_contain_text("第1处，地点")
    await page.locator('[id="findings/0/place"]').fill("演示路 8 号（虚构）")
    await page.get_by_role("button", name="提交巡查").click()
    await expect(page.get_by_role("status").first).to_contain_text("1处发现已成为线索")
    await keep(page, "patrol-390")
    assert await fits(page)


async def test_what_a_leader_saw_is_entered_with_a_thumb(open_page: OpenPage, market: Market) -> None:
    business = await registered(market)
    office = await open_page(Role.FOOD_SAFETY_OFFICE, SIZES["desk"])
    await office.goto(f"/businesses/{business['id']}")
    await office.get_by_role("link", name="登记包保").click()
    for name, text in (("leader_name", "演示干部甲（虚构）"), ("leader_post", "演示街道副主任（虚构）")):
        await office.locator(f"#{name}").fill(text)
    await office.locator("#level-C").check()
    await office.locator("#since").fill("2025-01-01")
    await office.get_by_role("button", name="登记包保").click()
    await office.wait_for_url(re.compile("/grid/assignments/[0-9a-f-]{36}$"))
    leader = await open_page(Role.LEADER, PHONE)
    await leader.goto(office.url)
    await leader.get_by_role("link", name="登记一次督导").click()
    assert await leader.evaluate(SMALL_TARGETS) == []
    assert await fits(leader)
    await keep(leader, "supervision-form-390")


async def test_the_lists_of_the_grid_fit(open_page: OpenPage) -> None:
    for name, size in {**SIZES, "screen": (1280, 800)}.items():
        page = await open_page(Role.FOOD_SAFETY_OFFICE, size)
        for path in PAGES:
            await page.goto(path)
            await keep(page, f"{path.strip('/').replace('/', '-')}-{name}")
            assert await fits(page), (path, name)
            assert await page.locator("h1").count() == 1
