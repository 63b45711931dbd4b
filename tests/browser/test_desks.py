"""The desks of laboratory and case handler in a real browser: on a phone and on a desk, by keyboard, without scripts."""

import pytest
from playwright.async_api import expect

from shared.contracts.codes import Role
from tests.browser.conftest import SIZES, OpenPage, keep
from tests.browser.test_pages import fits
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
