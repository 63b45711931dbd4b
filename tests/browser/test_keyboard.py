"""A journey by keyboard alone: what has the focus is seen, nothing holds it, what opens closes and gives it back."""

import re

import pytest
from playwright.async_api import Page, expect

from shared.contracts.codes import Role
from tests.browser.conftest import DESK, OpenPage

pytestmark = pytest.mark.browser

SEEN = """() => {
    const element = document.activeElement, style = getComputedStyle(element), box = element.getBoundingClientRect();
    return element !== document.body && parseFloat(style.outlineWidth) >= 2 && style.outlineStyle !== "none"
        && box.bottom > 0 && box.top < innerHeight;
}"""
WHERE = "() => (document.activeElement.textContent || document.activeElement.name || '').trim().slice(0, 40)"
MOST_STEPS = 90


async def walk_to(page: Page, text: str, key: str = "Tab") -> None:
    """Press `key` until what has this text has the focus; each stop on the way must be seen to have it."""
    for _ in range(MOST_STEPS):
        await page.keyboard.press(key)
        assert await page.evaluate(SEEN), f"the focus is not seen on {await page.evaluate(WHERE)}"
        if re.search(text, await page.evaluate(WHERE)):
            return
    raise AssertionError(f"{text} is not reached within {MOST_STEPS} steps of the keyboard")


async def test_an_officer_finds_a_whistle_and_tells_the_seller_without_a_mouse(open_page: OpenPage) -> None:
    page = await open_page(Role.INSPECTOR, DESK)
    await page.goto("/")
    await walk_to(page, "跳到正文")
    await walk_to(page, "^快检吹哨$")
    await page.keyboard.press("Enter")
    await expect(page.locator("h1")).to_have_text("快检吹哨")

    await page.keyboard.press("Tab")
    await expect(page.locator(".skip-link")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("main")).to_be_focused()
    await walk_to(page, "韭菜")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="办理时间线")).to_be_visible()

    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await walk_to(page, "^(登记|更正)告知")
    await page.keyboard.press("Enter")
    note = page.get_by_label("说明")
    await note.focus()
    await page.keyboard.type("演示：电话告知")
    await walk_to(page, "^先不办$")
    await walk_to(page, "告知$", "Shift+Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("已办：")


async def test_what_is_folded_opens_and_closes_by_keyboard_and_keeps_the_focus(open_page: OpenPage) -> None:
    page = await open_page(Role.LEADER, DESK)
    await page.goto("/businesses")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await walk_to(page, "这一页是做什么的")
    summary, words = page.locator(".page-help summary"), page.locator(".page-help p")
    await page.keyboard.press("Enter")
    await expect(words).to_be_visible()
    await expect(summary).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(words).to_be_hidden()
    await expect(summary).to_be_focused()


async def test_a_form_sent_by_keyboard_with_a_fault_leads_from_the_summary_to_the_field(open_page: OpenPage) -> None:
    page = await open_page(None, DESK)
    await page.goto("/login")
    await page.fill("#login", "nobody-330203")
    await page.fill("#password", "wrong-password")
    await page.keyboard.press("Enter")
    await expect(page.locator("h1")).to_be_visible()
    await walk_to(page, "登录名或口令不对")
    await page.keyboard.press("Enter")
    await expect(page.locator("#login")).to_be_focused()
