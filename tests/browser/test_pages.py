"""The pages in a real browser: on a phone, on a wall, by keyboard, with and without scripts."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from gateway.web.assets import BUILT
from shared.contracts.codes import Role
from tests.browser.conftest import DESK, PHONE, SIZES, OpenPage, keep
from tests.gateway.web.platform import DISTRICT, file_of, negative, positive

pytestmark = pytest.mark.browser

needs_scripts = pytest.mark.skipif(
    not (BUILT / "manifest.json").exists(), reason="脚本还没有构建：先运行 npm ci && npm run build"
)
BOARD = f"/regions/{DISTRICT}"


async def fits(page: Page) -> bool:
    """Whether nothing sticks out sideways."""
    width: int = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return width <= 0


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("path", ["/", BOARD, "/whistles", "/rapid-tests", "/rapid-tests/upload", "/styleguide"])
async def test_nothing_sticks_out_at_any_size(open_page: OpenPage, path: str, size: str) -> None:
    page = await open_page(Role.FOOD_SAFETY_OFFICE, SIZES[size])
    await page.goto(path)
    await keep(page, f"{path.strip('/').replace('/', '-') or 'home'}-{SIZES[size][0]}")
    assert await fits(page)
    assert await page.locator("h1").count() == 1
    assert await page.locator("html").get_attribute("lang") == "zh-CN"


async def test_the_board_works_at_320_pixels(open_page: OpenPage) -> None:
    page = await open_page(Role.LEADER, (320, 640))
    await page.goto(BOARD)
    assert await fits(page)


async def test_the_board_of_a_phone_is_a_few_screens_and_names_places_without_data_once(open_page: OpenPage) -> None:
    page = await open_page(Role.LEADER, PHONE)
    await page.goto(f"{BOARD}?figure=sampling.rapid_tests")
    assert await page.evaluate("document.documentElement.scrollHeight") <= 5 * PHONE[1]
    folded = page.locator(".folded")
    await expect(folded.locator("li").first).to_be_hidden()
    await folded.locator("summary").click()
    await expect(folded.locator("li").first).to_be_visible()


@pytest.mark.parametrize("scripts", [pytest.param(True, marks=needs_scripts), False])
async def test_an_officer_tells_the_seller_from_a_phone(open_page: OpenPage, scripts: bool) -> None:
    page = await open_page(Role.INSPECTOR, PHONE, scripts=scripts)
    await page.goto("/whistles")
    await page.locator("tbody th a").first.click()
    step = page.get_by_role("link", name=re.compile("告知"))
    await step.click()
    assert await fits(page)
    await keep(page, f"step-{'with' if scripts else 'without'}-scripts")
    # With the note it is a correction, should the seller have been told by the test before.
    await page.get_by_label("说明").fill("演示：更正告知时间")
    await page.get_by_role("button", name="登记告知").click()
    await expect(page.get_by_role("status")).to_contain_text("已办：")
    await expect(page.locator(".button-primary")).to_have_text("登记抽样")


async def test_touch_targets_are_large_enough_on_a_phone(open_page: OpenPage) -> None:
    page = await open_page(Role.FOOD_SAFETY_OFFICE, PHONE)
    await page.goto(BOARD)
    small = await page.evaluate(
        """[...document.querySelectorAll('button, select, .button, .site-nav a, .site-tools a, .pages a')]
            .filter(e => e.offsetParent && e.getBoundingClientRect().height < 43.5).map(e => e.textContent.trim())"""
    )
    assert small == []


async def test_the_wall_is_dark_large_and_fits_one_screen(open_page: OpenPage) -> None:
    page = await open_page(Role.LEADER, DESK)
    await page.goto(f"{BOARD}?theme=wall")
    await keep(page, "wall-1920")
    assert await page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(11, 18, 32)"
    assert await page.evaluate("getComputedStyle(document.documentElement).fontSize") == "24px"
    assert await page.evaluate("document.documentElement.scrollHeight") <= DESK[1]
    await page.locator(".tile-map a").first.click()
    await expect(page.locator("html")).to_have_attribute("data-theme", "wall")


@pytest.mark.parametrize("theme", ["light", "wall"])
async def test_text_stands_out_from_its_ground(open_page: OpenPage, theme: str) -> None:
    page = await open_page(Role.LEADER, DESK)
    await page.goto(f"/styleguide?theme={theme}")
    faint = await page.evaluate(CONTRAST)
    assert faint == []


async def test_large_type_is_twenty_pixels(open_page: OpenPage) -> None:
    page = await open_page(None, DESK)
    await page.goto("/styleguide")
    await page.get_by_role("button", name="大字").click()
    assert await page.evaluate("getComputedStyle(document.body).fontSize") == "20px"


async def test_the_keyboard_reaches_the_content_first(open_page: OpenPage) -> None:
    page = await open_page(Role.LEADER, DESK)
    await page.goto(BOARD)
    await page.keyboard.press("Tab")
    await expect(page.locator(".skip-link")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("main")).to_be_focused()


async def test_from_the_board_down_to_the_rows(open_page: OpenPage) -> None:
    page = await open_page(Role.LEADER, PHONE)
    await page.goto(f"{BOARD}?figure=sampling.rapid_tests")
    await page.locator("#ranking td a", has_text="街道").first.click()
    await expect(page.locator("h1")).to_contain_text("食品安全看板")
    await page.locator(".tile-name a", has_text="快检批次").click()
    await expect(page.locator("h1")).to_contain_text("快检批次")
    await expect(page.get_by_text("数字背后的记录", exact=True)).to_be_visible()


@needs_scripts
async def test_another_figure_is_compared_without_leaving_the_page(open_page: OpenPage) -> None:
    page = await open_page(Role.LEADER, DESK)
    await page.goto(BOARD)
    await page.evaluate("window.same = true")
    await page.select_option("#filter-figure", "sampling.rapid_tests")
    await expect(page.locator("#ranking-title")).to_contain_text("快检批次")
    assert await page.evaluate("window.same === true"), "the page was not loaded anew"
    assert "figure=sampling.rapid_tests" in page.url, "the address tells what is seen"


@needs_scripts
async def test_charts_are_drawn_from_their_tables(open_page: OpenPage) -> None:
    page = await open_page(None, DESK)
    await page.goto("/styleguide")
    await expect(page.locator(".chart-canvas svg")).to_have_count(3)
    await expect(page.locator(".chart details").first).not_to_have_attribute("open", "")


async def test_without_scripts_the_numbers_stand_open(open_page: OpenPage) -> None:
    page = await open_page(None, DESK, scripts=False)
    await page.goto("/styleguide")
    await expect(page.locator(".chart td").first).to_be_visible()


@pytest.mark.parametrize("scripts", [pytest.param(True, marks=needs_scripts), False])
async def test_an_upload_from_the_form_to_the_whistle(open_page: OpenPage, tmp_path: Path, scripts: bool) -> None:
    product = "韭菜甲" if scripts else "韭菜乙"
    file = tmp_path / "虚构市场.csv"
    file.write_bytes(file_of(negative(f"菜{product}"), negative(f"坏{product}", when="2025/13/02"), positive(product)))
    page = await open_page(Role.MARKET_OPERATOR, PHONE, scripts=scripts)
    await page.goto("/rapid-tests/upload")
    await page.set_input_files("#file", file)
    await page.check("#mode-real")
    await page.get_by_role("button", name="送出文件").click()
    await expect(page.get_by_role("heading", name="上报结果")).to_be_visible(timeout=30_000)
    await keep(page, f"upload-result-{'with' if scripts else 'without'}-scripts")
    await expect(page.get_by_text("有 1 批疑似阳性")).to_be_visible()
    async with page.expect_download() as download:
        await page.get_by_role("link", name="下载退回的 1 行").click()
    returned = tmp_path / "returned.csv"
    await (await download.value).save_as(returned)
    assert "2025/13/02" in returned.read_text("utf-8-sig")
    await page.get_by_role("link", name="看吹哨").click()
    await page.get_by_role("link", name=product).click()
    await expect(page.get_by_role("heading", name="办理时间线")).to_be_visible()
    assert await fits(page)
    await keep(page, f"whistle-{'with' if scripts else 'without'}-scripts")


async def test_the_board_prints_on_paper(open_page: OpenPage, tmp_path: Path) -> None:
    page = await open_page(Role.LEADER, DESK)
    await page.goto(BOARD)
    await page.emulate_media(media="print")
    assert await page.locator(".site-nav").is_hidden()
    assert await page.locator(".print-only").is_visible()
    paper = tmp_path / "board.pdf"
    await page.pdf(path=paper, format="A4", prefer_css_page_size=True)
    assert paper.read_bytes().startswith(b"%PDF")


CONTRAST = """
() => {
  const channels = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => {
    const linear = [r, g, b].map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };
  const ground = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const colour = channels(getComputedStyle(e).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const faint = [];
  for (const element of document.querySelectorAll("main *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || !element.offsetParent || element.closest(".visually-hidden, svg, option")) continue;
    const [a, b] = [light(channels(getComputedStyle(element).color)), light(ground(element))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    const text = element.textContent.trim().slice(0, 20);
    if (ratio < 4.5) faint.push(`${element.className || element.tagName}: ${text} ${ratio.toFixed(2)}`);
  }
  return faint;
}
"""
