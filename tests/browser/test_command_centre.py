"""The command centre in a real browser: what happens appears by itself, a chart is kept as a picture, all sizes fit."""

import pytest
from playwright.async_api import expect

from shared.contracts.codes import Role
from tests.browser.conftest import DESK, PHONE, OpenPage, keep
from tests.browser.test_pages import fits, needs_scripts
from tests.gateway.web.platform import DISTRICT, TOWN, Market, file_of, finished, positive, upload

pytestmark = pytest.mark.browser

BOARD = f"/regions/{DISTRICT}"
PAGES = {
    "board": BOARD,
    "wall": f"{BOARD}?theme=wall",
    "morning": f"{BOARD}/morning",
    "comparison": f"/regions/{TOWN}/comparison?against=330203002000&against=330203003000",
    "boundary": f"{BOARD}/boundary",
}


@pytest.mark.parametrize("size", [PHONE, (1280, 900), DESK], ids=["phone", "laptop", "desk"])
async def test_no_page_of_the_command_centre_sticks_out(open_page: OpenPage, size: tuple[int, int]) -> None:
    page = await open_page(Role.FOOD_SAFETY_OFFICE, size)
    for name, path in PAGES.items():
        await page.goto(path)
        await keep(page, f"command-centre-{name}-{size[0]}")
        assert await fits(page), name
        assert await page.locator("h1").count() == 1


@needs_scripts
async def test_a_whistle_appears_without_anybody_asking_and_a_chart_is_kept_as_a_picture(
    open_page: OpenPage, market: Market
) -> None:
    page = await open_page(Role.LEADER, DESK)
    await page.goto(BOARD)
    await expect(page.locator(".board-live")).not_to_contain_text("空心菜")
    async with market.signed_in(Role.MARKET_OPERATOR) as operator:
        content = file_of(positive("空心菜"))
        await finished(operator, await upload(operator, market.site_id, content, dry_run=False))
    await expect(page.locator(".board-live")).to_contain_text("空心菜")
    async with page.expect_download() as downloading:
        await page.get_by_role("button", name="存为图片").first.click()
    picture = await (await downloading.value).path()
    assert picture.read_bytes().startswith(b"\x89PNG")
