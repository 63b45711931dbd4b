"""The office's year in a real browser: a plan drawn up, issued, allocated and dispatched, samplers drawn, a result
published and read by somebody who never signed in. On a phone, with scripts; without them the same forms are walked in
the tests of pages.
"""

import re
from uuid import uuid4

import pytest
from playwright.async_api import Page, expect

from shared.contracts.codes import Role
from tests.browser.conftest import PHONE, OpenPage, keep
from tests.browser.test_pages import fits
from tests.browser.test_sampling import SMALL_TARGETS
from tests.gateway.web.platform import Market
from tests.gateway.web.sampling.test_publications import passed
from tests.gateway.web.sampling_stage import ordered

pytestmark = pytest.mark.browser


async def look(page: Page, name: str) -> None:
    """The page fits, and a thumb finds everything on it."""
    await page.wait_for_load_state()
    assert await fits(page), page.url
    assert await page.evaluate(SMALL_TARGETS) == [], page.url
    await keep(page, f"journey-{name}")


async def plan_on(page: Page, title: str) -> None:
    """Draw up a plan, mend what was forgotten, issue it."""
    await page.goto("/sampling-plans")
    await page.get_by_role("link", name="拟定计划").first.click()
    await page.locator("#title").fill(title)
    await page.locator("#task_source").fill("县级")
    await page.locator("#task_source").press("Enter")  # asks for what is missing, and adds no row
    await expect(page.locator("#error-summary a")).to_have_text("全年批次：缺少这一项")
    await look(page, "plan-form")
    await page.locator("#quantity").fill("20")
    await page.get_by_role("button", name="再加3个目标").click()
    await expect(page.locator("#title")).to_have_value(title)
    await page.locator('[id="category_targets/0/link"]').select_option("catering")
    await page.locator('[id="category_targets/0/quantity"]').fill("20")
    await page.get_by_role("button", name="拟定计划").last.click()
    await expect(page.get_by_role("status")).to_contain_text("已办：拟定计划")
    await look(page, "plan-draft")
    await page.get_by_role("link", name="下达计划").click()
    await page.get_by_role("button", name="下达").click()
    await expect(page.get_by_text("✓已下达").or_(page.get_by_text("已下达", exact=True)).first).to_be_visible()


async def dispatch_on(page: Page) -> None:
    """Compute an allocation from the plan's own targets, check it again, give out its tasks."""
    await page.get_by_role("link", name="计算分配方案").first.click()
    await page.locator("#quantity").fill("3")
    await page.locator("#cover").select_option("false")
    await page.locator("#seed").fill("演示种子")
    await look(page, "allocation-form")
    await page.get_by_role("button", name="计算分配方案").last.click()
    await expect(page.get_by_role("heading", name="怎样算出来的")).to_be_visible()
    await page.get_by_role("link", name="按保存的输入重算一遍").click()
    await expect(page.locator("#verified")).to_contain_text("重算的结果与保存的一致")
    await page.get_by_role("link", name=re.compile("下达 1 项抽样任务")).click()
    await page.get_by_role("button", name="下达抽样任务").click()
    await page.get_by_role("link", name="看这些任务").click()


async def draw_on(page: Page) -> None:
    """Draw two samplers and a laboratory for the first task of the list."""
    await page.locator(".task-card a").first.click()
    await page.get_by_role("link", name="随机抽取", exact=True).first.click()
    await look(page, "draw-form")
    await page.get_by_role("button", name="抽取").last.click()
    await expect(page.get_by_role("status")).to_contain_text("抽样人员已指派到任务")
    await expect(page.get_by_text("重算一致").first).to_be_visible()
    await look(page, "draw")


async def publish_on(page: Page, food: str) -> str:
    """Put a table together from its candidates and publish it; its public address."""
    await page.goto("/publications/new")
    await page.locator("#kind").select_option("qualified")
    await page.locator("#number").fill(f"演示〔2026〕{uuid4().hex[:6]}号")
    await page.locator("#title").fill("监督抽检合格样品信息（演示）")
    await page.get_by_role("button", name="新建拟公布的表").last.click()
    await expect(page.get_by_role("status")).to_contain_text("已办：新建")
    await look(page, "candidates")
    for box in await page.locator("input[name=sample]").all():
        await box.set_checked(False)
    await page.get_by_label(re.compile(food)).first.set_checked(True)
    await page.get_by_role("button", name="列入勾选的样品").click()
    await page.get_by_role("link", name="公布这张表").click()
    await page.get_by_role("button", name="公布").click()
    await expect(page.get_by_role("status")).to_contain_text("已办：公布")
    return str(await page.get_by_role("link", name="看对外公布的页面").get_attribute("href"))


async def test_from_the_plan_to_what_everybody_reads(open_page: OpenPage, market: Market) -> None:
    food = f"豇豆{uuid4().hex[:6]}"
    await ordered(market)  # samplers and a laboratory stand in the registers
    await passed(market, food)
    page = await open_page(Role.FOOD_SAFETY_OFFICE, PHONE)
    await plan_on(page, f"监督抽检计划{uuid4().hex[:6]}（演示）")
    await dispatch_on(page)
    await draw_on(page)
    address = await publish_on(page, food)
    public = await open_page(None, PHONE, scripts=False)
    await public.goto(address)
    await expect(public.get_by_text(food)).to_be_visible()
    await look(public, "public-table")
    await public.emulate_media(media="print")
    await expect(public.get_by_text("下载（XLSX）")).to_be_hidden()
