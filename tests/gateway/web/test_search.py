"""From anywhere a person finds what he may see: the frame offers the search, the page leads to the records."""

from shared.contracts.codes import Role
from tests.gateway.web.platform import Market
from tests.services.inspection.factories import business


async def test_a_business_found_by_a_part_of_its_name_leads_to_its_file(market: Market) -> None:
    async with market.caller(Role.INSPECTOR) as caller:
        file = business(name="演示查找干货行（虚构）")
        key = {"Idempotency-Key": "search-page-1"}
        entered = await caller.post("/api/inspection/v1/businesses", json=file, headers=key)
        assert entered.status_code == 201, entered.text
    async with market.signed_in(Role.INSPECTOR) as browser:
        assert 'action="/search"' in (await browser.get("/")).text
        page = (await browser.get("/search", params={"q": "查找干货行"})).text
        link = f"/businesses/{entered.json()['id']}"
        assert f'href="{link}"' in page
        assert (await browser.get(link)).status_code == 200


async def test_what_may_be_a_code_leads_to_its_trace(market: Market) -> None:
    async with market.signed_in(Role.INSPECTOR) as browser:
        page = (await browser.get("/search", params={"q": "https://id.gs1.org/01/09520123456788"})).text
        assert 'href="/traces?code=https%3A%2F%2Fid.gs1.org%2F01%2F09520123456788"' in page
        assert "没有找到" in page
        assert "没有回答" not in page


async def test_who_has_no_records_of_a_region_is_offered_no_search(market: Market) -> None:
    async with market.signed_in(Role.MARKET_OPERATOR) as browser:
        assert 'action="/search"' not in (await browser.get("/")).text
        assert (await browser.get("/search", params={"q": "蔬菜"})).status_code == 403
