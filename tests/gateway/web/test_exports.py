"""导出 on the pages: choose a list, narrow it, wait, download; and what is wrong is said at its field."""

import asyncio
import base64
import hashlib
import re

import httpx

from shared.contracts.codes import Role
from shared.ids import uuid7
from tests.gateway.web.platform import TOWN, Market, file_of, finished, negative, post, upload
from tests.waiting import PATIENCE

OWN = {"unit": "sampling", "kind": "rapid-tests"}


async def written(browser: httpx.AsyncClient) -> str:
    """The page once nothing is under way any more."""
    async with asyncio.timeout(PATIENCE):
        while True:
            page = await browser.get("/exports")
            assert page.status_code == 200, page.text
            if 'http-equiv="refresh"' not in page.text:
                return page.text
            await asyncio.sleep(0.5)


async def test_a_list_is_exported_waited_for_and_downloaded(market: Market) -> None:
    product = f"导出菠菜{uuid7().hex[-6:]}（虚构）"
    async with market.signed_in(Role.MARKET_OPERATOR) as operator:
        await finished(operator, await upload(operator, market.site_id, file_of(negative(product)), dry_run=False))
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office:
        offered = (await office.get("/exports")).text
        assert "快检记录" in offered
        assert "主体" in offered
        assert "导出数据" in (await office.get("/")).text
        form = await office.get("/exports/new", params=OWN)
        assert "区域，含其下各级" in form.text
        key = re.search(r'name="key" value="([^"]+)"', form.text)
        assert key is not None
        wanted = OWN | {"format": "csv", "key": key[1], "filter-region": TOWN, "filter-site_id": market.site_id}
        for _ in range(2):  # pressed twice, ordered once
            assert (await post(office, "/exports/new", wanted)).status_code == 303
        page = await written(office)
        [address] = re.findall(r'href="(/exports/sampling/[0-9a-f-]+/file)"', page)
        file = await office.get(address)
        assert file.status_code == 200
        assert product in file.content.decode("utf-8-sig")
        digest = base64.b64encode(hashlib.sha256(file.content).digest()).decode()
        assert file.headers["repr-digest"] == f"sha-256=:{digest}:"
        assert "filename*=UTF-8''" in file.headers["content-disposition"]
        async with market.signed_in(Role.LEADER) as leader:
            assert (await leader.get(address)).status_code == 404, "another's file"
        removed = await post(office, address.replace("/file", "/removal"), {})
        assert removed.status_code == 303
        assert (await office.get(address)).status_code == 404


async def test_a_filter_that_cannot_be_read_is_said_at_its_field(market: Market) -> None:
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office:
        await office.get("/exports/new", params=OWN)
        wrong = await post(
            office, "/exports/new", OWN | {"format": "xlsx", "key": str(uuid7()), "filter-since": "昨天"}
        )
        assert wrong.status_code == 422
        assert 'href="#filter-since"' in wrong.text
        assert 'value="昨天"' in wrong.text, "what was typed stays"
        assert (await office.get("/exports/new", params={"unit": "sampling", "kind": "persons"})).status_code == 404
        assert (await office.get("/exports/new", params={"unit": "gateway", "kind": "users"})).status_code == 404


async def test_traders_are_not_offered_exports(market: Market) -> None:
    async with market.signed_in(Role.MARKET_OPERATOR) as operator:
        assert (await operator.get("/exports")).status_code == 403
        assert "导出数据" not in (await operator.get("/")).text
