"""外部系统 on the pages: registered, given a key that is seen once, changed, shut out."""

import re
from datetime import timedelta

from gateway.identity.users.models import User
from shared import times
from tests.gateway.identity.test_api_clients import let_in
from tests.gateway.webhooks.conftest import HAISHU, NANHAI, Hearing
from tests.gateway.webhooks.test_pages import Browser, browser

__all__ = ["browser"]


def form(**changes: str | list[str]) -> dict[str, str | list[str]]:
    until = times.day_of(times.now() + timedelta(days=30)).isoformat()
    plain: dict[str, str | list[str]] = {
        "name": "某市场快检系统（演示）",
        "scopes": ["sampling:write"],
        "regions": [HAISHU],
        "expires_on": until,
    }
    return plain | changes


async def test_a_system_is_registered_gets_a_key_and_is_shut_out(
    gateway: Hearing, browser: Browser, administrator: User
) -> None:
    assert "还没有外部系统" in await browser.get("/api-clients")
    assert "抽检快检：写" in await browser.get("/api-clients/new")
    made = await browser.post("/api-clients/new", **form())
    assert made.status_code == 303, made.text
    address = made.headers["location"]
    issued = await browser.post(f"{address}/keys")
    key = re.search(r"shian_[\w-]+", issued.text)
    assert (key is not None, issued.headers["cache-control"]) == (True, "no-store")
    assert key is not None
    client_id = address.rpartition("/")[2]
    assert (await let_in(gateway, client_id, key[0])).status_code == 200
    page = await browser.get(address)
    assert key[0] not in page
    assert page.count("没有用过") == 0, "the key was used, and so was the system"
    changed = await browser.post(f"{address}/change", version="1", **form(name="新的名称（演示）"))
    assert changed.status_code == 303, changed.text
    stale = await browser.post(f"{address}/change", version="1", **form())
    assert (stale.status_code, "请重新读取" in stale.text) == (422, True)
    assert "新的名称（演示）" in await browser.get("/api-clients")
    assert (await browser.post(f"{address}/revocation")).status_code == 303
    assert (await let_in(gateway, client_id, key[0])).status_code == 401
    assert "停用" in await browser.get(address)


async def test_what_may_not_be_given_is_said_at_its_field(gateway: Hearing, browser: Browser) -> None:
    await browser.get("/api-clients/new")
    too_long = times.day_of(times.now() + timedelta(days=2000)).isoformat()
    refusals: tuple[tuple[dict[str, str | list[str]], str], ...] = (
        ({"expires_on": too_long}, 'href="#expires_on"'),
        ({"expires_on": "明年"}, 'href="#expires_on"'),
        ({"scopes": ["everything"]}, 'href="#scopes"'),
        ({"regions": [NANHAI]}, "不在您的管辖区域内"),
    )
    for changes, said in refusals:
        refused = await browser.post("/api-clients/new", **form(**changes))
        assert (refused.status_code, said in refused.text) == (422, True), changes
        assert 'value="某市场快检系统（演示）"' in refused.text
