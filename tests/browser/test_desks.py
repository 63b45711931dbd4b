"""The desks of laboratory and case handler in a real browser, on a phone and on a wide screen."""

import pytest
from playwright.async_api import expect

from shared.contracts.codes import Role
from tests.browser.conftest import PHONE, SIZES, OpenPage, keep
from tests.browser.test_pages import fits, needs_scripts
from tests.gateway.web.platform import Market
from tests.gateway.web.sampled import LEAD, SAMPLING, fail, issue, receive, take_sample

pytestmark = pytest.mark.browser

DOUBTFUL = (
    LEAD | {"stated_verdict": "qualified"},
    LEAD | {"item": "演示项目（虚构）", "requirement": "暂无标准值", "stated_verdict": "qualified"},
)


async def two_steps_on(market: Market, case_id: str) -> None:
    """The case was started and the goods are off the shelf."""
    async with market.caller(Role.CASE_HANDLER) as handler:
        for step, body in (("start", {}), ("stop-sales", {"quantity": "12", "unit": "kg", "sealed": True})):
            path = f"{SAMPLING}/disposal-cases/{case_id}"
            version = (await handler.get(path)).json()["version"]
            answer = await handler.post(f"{path}/{step}", json=body, headers={"If-Match": f'"{version}"'})
            assert answer.is_success, answer.text


@pytest.mark.parametrize("size", SIZES)
async def test_the_laboratory_desk_fits_and_shows_what_is_in_doubt(
    open_page: OpenPage, market: Market, size: str
) -> None:
    on_its_way, draft, issued = [await take_sample(market) for _ in range(3)]
    for sample in (draft, issued):
        await receive(market, sample)
    await issue(market, issued, *DOUBTFUL, stated_conclusion="qualified")
    page = await open_page(Role.LABORATORY, SIZES[size])
    for name, path in (
        ("home", "/"),
        ("desk", "/laboratory"),
        ("new", on_its_way.desk),
        ("reception", f"{on_its_way.desk}/reception"),
        ("report-form", f"{draft.desk}/report"),
        ("in-doubt", issued.desk),
        ("file", "/result-uploads/new"),
    ):
        await page.goto(path)
        await keep(page, f"laboratory-{name}-{SIZES[size][0]}")
        assert await fits(page), path
    await page.goto(issued.desk)
    await expect(page.locator(".row-alarm")).to_have_count(2)
    await expect(page.get_by_text("矛盾待复核", exact=True)).to_be_visible()


@pytest.mark.parametrize("size", SIZES)
async def test_the_case_handlers_desk_fits_and_says_what_is_missing(
    open_page: OpenPage, market: Market, size: str
) -> None:
    sample, cases = await fail(market)
    await two_steps_on(market, cases["seller"]["id"])
    doubtful = await take_sample(market)
    await receive(market, doubtful)
    await issue(market, doubtful, *DOUBTFUL, stated_conclusion="qualified")
    case = f"/disposals/{cases['seller']['id']}"
    page = await open_page(Role.CASE_HANDLER, SIZES[size])
    for name, path in (
        ("home", "/"),
        ("desk", "/disposals"),
        ("case", case),
        ("stop-sale", f"{case}/stop-sales"),
        ("retest", f"{case}/retests"),
        ("reports", "/reports"),
        ("review", f"/samples/{doubtful.id}"),
        ("sample", f"/samples/{sample.id}"),
    ):
        await page.goto(path)
        await keep(page, f"case-{name}-{SIZES[size][0]}")
        assert await fits(page), path
    await page.goto(case)
    await expect(page.get_by_text("办结还缺").first).to_be_visible()


@pytest.mark.parametrize("scripts", [pytest.param(True, marks=needs_scripts), False])
async def test_a_case_is_started_from_a_phone_by_keyboard_alone(
    open_page: OpenPage, market: Market, scripts: bool
) -> None:
    _, cases = await fail(market)
    page = await open_page(Role.CASE_HANDLER, PHONE, scripts=scripts)
    await page.goto(f"/disposals/{cases['producer']['id']}")
    small = await page.evaluate(
        """[...document.querySelectorAll('button, select, .button, .more-link')]
            .filter(e => e.offsetParent && e.getBoundingClientRect().height < 43.5).map(e => e.textContent.trim())"""
    )
    assert small == []
    await page.locator(".button-primary").focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="启动核查处置").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("已办：启动核查处置")


async def test_the_laboratory_fills_in_a_report_without_scripts_and_sees_why_it_is_judged_so(
    open_page: OpenPage, market: Market
) -> None:
    sample = await take_sample(market)
    await receive(market, sample)
    page = await open_page(Role.LABORATORY, PHONE, scripts=False)
    await page.goto(f"{sample.desk}/report")
    await page.get_by_role("button", name="再加 3 项").click()
    await expect(page.locator("fieldset")).to_have_count(4)
    for name, text in (("result", "0.35"), ("unit", "mg/kg"), ("requirement", "≤0.3"), ("requirement_unit", "mg/kg")):
        await page.locator(f"[id='items/0/{name}']").fill(text)
    await page.locator("[id='items/0/stated_verdict']").select_option("qualified")
    await page.get_by_role("button", name="保存并判定").click()
    await expect(page.get_by_role("status")).to_contain_text("已办：保存检验数据")
    await page.get_by_text("判定的步骤").click()
    await expect(page.locator(".steps li").first).to_be_visible()
    await expect(page.get_by_text("矛盾待复核", exact=True)).to_be_visible()
    assert await fits(page)
    await keep(page, "laboratory-judged-without-scripts")
