"""A sampler's phone and the pages of plans in a real browser: with and without scripts, thumb to wide screen."""

import re
import struct
import zlib
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.async_api import Page, expect

from shared.contracts.codes import Role
from tests.browser.conftest import PHONE, SIZES, OpenPage, keep
from tests.browser.test_pages import fits
from tests.gateway.web.platform import Market
from tests.gateway.web.sampling_stage import COLLEAGUE, SAMPLER, allocated, ordered, planned

pytestmark = pytest.mark.browser


def picture(red: int) -> bytes:
    """A PNG of one pixel of its own colour."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes([0, red, 90, 60]))) + chunk(b"IEND", b"")


SMALL_TARGETS = """[...document.querySelectorAll('main :is(button, select, input, textarea, summary), .choice')]
    .filter(e => e.offsetParent && !e.ariaHidden && !['checkbox', 'radio', 'hidden'].includes(e.type))
    .filter(e => e.getBoundingClientRect().height < 43.5).map(e => e.id || e.textContent.trim())"""
"""What a thumb would miss."""


async def fill_in(page: Page) -> None:
    """What a sampler fills in, folded blocks untouched."""
    for name, text in (
        ("sampled_party/address", "演示路 1 号（虚构）"),
        ("basics/place", "农贸市场"),
        ("goods/quantity", "3"),
        ("goods/quantity_unit", "kg"),
        ("goods/backup_quantity", "1.5"),
        ("sealing/test_seals", f"F{uuid4().hex[:8].upper()}"),  # a seal is used once
        ("sealing/backup_seals", f"F{uuid4().hex[:8].upper()}"),
        ("purchase/amount", "24"),
        ("purchase/receipt_number", "演示-0001"),
        ("rights_notice/name", "演示摊主（虚构）"),
        ("operator/name", "演示摊主（虚构）"),
    ):
        await page.locator(f'[id="{name}"]').fill(text)
    for number, person in enumerate((SAMPLER, COLLEAGUE)):
        await page.locator(f'[id="samplers/{number}/user_id"]').select_option(str(person))
    for choice in ("basics/picked_by-samplers", "basics/delivery-samplers", "rights_notice/given-true"):
        await page.locator(f'[id="{choice}"]').check()


async def photograph(page: Page, folder: Path) -> None:
    for number, name in enumerate(
        (
            *("attachments/site", "attachments/sample", "attachments/test_seal", "attachments/backup_seal"),
            *("samplers/0/signature", "samplers/1/signature", "rights_notice/signature", "operator/signature"),
        )
    ):
        path = folder / f"{number}.png"
        path.write_bytes(picture(20 * number))
        await page.locator(f'[id="{name}"]').set_input_files(path)


@pytest.mark.parametrize("scripts", [True, False])
async def test_a_sample_is_taken_on_a_phone(open_page: OpenPage, market: Market, tmp_path: Path, scripts: bool) -> None:
    task = await ordered(market)
    page = await open_page(Role.SAMPLER, PHONE, scripts=scripts)
    await keep(page, "sampler-home-390")
    await page.goto("/sampling-tasks")
    assert await fits(page)
    await keep(page, "sampling-tasks-390")
    await page.get_by_role("link", name=task["food_name"]).click()
    await keep(page, "sampling-task-390")
    await page.get_by_role("link", name="新抽一批样品").click()
    assert await fits(page)
    assert await page.evaluate(SMALL_TARGETS) == []
    await keep(page, "sample-form-390")
    await page.get_by_role("button", name="完成抽样").click()
    await keep(page, "sample-form-errors-390")
    summary = page.locator("#error-summary")
    await expect(summary).to_contain_text("请填写抽样地点")
    await expect(summary).to_contain_text("请附样品照片")
    await fill_in(page)
    await photograph(page, tmp_path)
    await page.get_by_role("button", name="暂存").click()
    await expect(page.get_by_role("status")).to_contain_text("已暂存")
    assert await page.locator(".thumbnails img").count() == 8
    first = page.locator(".thumbnails img").first
    await first.scroll_into_view_if_needed()
    answer = await page.request.get(str(await first.get_attribute("src")))
    assert (answer.status, answer.headers["content-type"]) == (200, "image/png")
    await keep(page, "sample-form-saved-390")
    await page.get_by_role("button", name="完成抽样").click()
    await expect(page.get_by_role("status")).to_contain_text("已完成抽样")
    assert await fits(page)
    await keep(page, "sample-receipt-390")
    await expect(page.locator(".receipt")).to_contain_text(re.compile("F[0-9A-F]{8}"))


async def test_a_draft_of_nothing_says_everything_at_once_and_leads_to_the_fields(
    open_page: OpenPage, market: Market
) -> None:
    task = await ordered(market)
    page = await open_page(Role.SAMPLER, PHONE)
    await page.goto(f"/sampling-tasks/{task['id']}/samples/new")
    await page.get_by_role("button", name="完成抽样").click()
    await expect(page.locator("#error-summary")).to_be_focused()
    link = page.locator("#error-summary a", has_text="请填写抽样地点")
    await link.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator('[id="basics/place"]')).to_be_in_viewport()
    await page.locator("#error-summary a", has_text=re.compile("封条号")).first.click()
    await expect(page.locator('[id="sealing/test_seals"]')).to_be_in_viewport()


@pytest.mark.parametrize("size", SIZES)
async def test_pages_of_tasks_and_plans_fit(open_page: OpenPage, market: Market, size: str) -> None:
    task, plan = await ordered(market), await planned(market)
    allocation = await allocated(market, plan)
    page = await open_page(Role.FOOD_SAFETY_OFFICE, SIZES[size])
    address = f"/sampling-plans/{plan['id']}"
    for name, path in (
        ("office-home", "/"),
        ("sampling-tasks-office", "/sampling-tasks"),
        ("sample-form", f"/sampling-tasks/{task['id']}/samples/new"),
        ("refusal", f"/sampling-tasks/{task['id']}/refusals/new"),
        ("plans", "/sampling-plans"),
        ("plan", address),
        ("coverage", f"{address}/coverage"),
        ("allocation", f"{address}/allocations/{allocation['id']}?check=1"),
        ("dispatch", f"{address}/allocations/{allocation['id']}/dispatch"),
    ):
        await page.goto(path)
        await keep(page, f"{name}-{SIZES[size][0]}")
        assert await fits(page), path
        assert await page.locator("h1").count() == 1, path


async def test_a_plan_prints_without_buttons_and_with_its_source(open_page: OpenPage, market: Market) -> None:
    plan = await planned(market)
    page = await open_page(Role.FOOD_SAFETY_OFFICE, PHONE)
    await page.goto(f"/sampling-plans/{plan['id']}")
    await page.emulate_media(media="print")
    await expect(page.locator(".no-print").first).to_be_hidden()
    await expect(page.locator(".site-foot .print-only")).to_be_visible()
