"""事件推送 on the pages: an administrator sets one up, tries it, mends it, and sees what became of each message."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest_asyncio

from gateway.identity.users.models import User
from gateway.web.forms import FORM_COOKIE
from shared.contracts.codes import Role
from tests.gateway.identity.conftest import PASSWORD
from tests.gateway.webhooks.conftest import HAISHU, NANHAI, NINGBO, WHISTLE, Hearing, Receiver

OWN_PAGE = {"sec-fetch-site": "same-origin"}


class Browser:
    """A signed-in person's browser without scripts."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def get(self, path: str, status: int = 200) -> str:
        page = await self.http.get(path)
        assert page.status_code == status, page.text
        return page.text

    async def post(self, path: str, **form: str | list[str]) -> httpx.Response:
        data = {"form_token": self.http.cookies[FORM_COOKIE]} | form
        return await self.http.post(path, data=data, headers=OWN_PAGE)


@pytest_asyncio.fixture
async def browser(gateway: Hearing, administrator: User) -> AsyncIterator[Browser]:
    transport = httpx.ASGITransport(gateway.app, client=("192.0.2.11", 40000))
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers={"accept": "text/html"}) as http:
        browser = Browser(http)
        await browser.get("/login")
        signed_in = await browser.post("/login", login=administrator.login, password=PASSWORD, next="/webhooks")
        assert signed_in.status_code == 303, signed_in.text
        yield browser


async def test_a_webhook_is_set_up_tried_and_watched_on_the_pages(
    gateway: Hearing, browser: Browser, receiver: Receiver
) -> None:
    assert "还没有推送" in await browser.get("/webhooks")
    assert "快检不合格（吹哨）" in await browser.get("/webhooks/new")
    made = await browser.post(
        "/webhooks/new", name="某区应急平台（演示）", url=receiver.address, event_types=[WHISTLE], regions=[HAISHU]
    )
    assert (made.status_code, made.headers["cache-control"]) == (200, "no-store"), made.text
    secret = re.search(r"whsec_[A-Za-z0-9+/=]+", made.text)
    assert secret is not None
    listed = await browser.get("/webhooks")
    assert secret[0] not in listed
    page = re.search(r'href="(/webhooks/[0-9a-f-]{36})"', listed)
    assert page is not None

    tested = await browser.post(f"{page[1]}/test-events")
    assert tested.status_code == 303
    assert await gateway.deliver() == 1
    assert receiver.verified(secret[0])["type"] == "gateway.webhook.tested.v1"
    await gateway.hears()
    receiver.status = 500
    await gateway.deliver()
    shown = await browser.get(page[1])
    assert "连续1次没有送到" in shown
    assert "接收方答复 500" in shown
    delivered = re.search(rf'href="({page[1]}/deliveries/[0-9a-f-]+)">测试消息', shown)
    assert delivered is not None
    entry = await browser.get(delivered[1])
    assert "接收方答复 200" in entry
    assert (await browser.post(f"{delivered[1]}/replay")).status_code == 303
    again = await browser.post(f"{delivered[1]}/replay")
    assert (again.status_code, "不必补发" in again.text) == (422, True)

    assert "whsec_" in (await browser.post(f"{page[1]}/secrets")).text
    assert (await browser.post(f"{page[1]}/pause")).status_code == 303
    refused = await browser.post(f"{page[1]}/test-events")
    assert (refused.status_code, "已暂停" in refused.text) == (422, True)
    assert (await browser.post(f"{page[1]}/resumption")).status_code == 303
    span = await browser.post(f"{page[1]}/replays", begin="2026-01-01T00:00", end="2099-01-01T00:00", delivered_too="1")
    assert span.headers["location"] == f"{page[1]}?replayed=0", "what still waits is not owed twice"
    assert (await browser.post(f"{page[1]}/removal")).status_code == 303
    assert "还没有推送" in await browser.get("/webhooks?removed=true")


async def test_what_is_wrong_in_a_form_is_said_at_the_field_and_nothing_is_lost(
    gateway: Hearing, browser: Browser, receiver: Receiver, administrator: User
) -> None:
    await browser.get("/webhooks/new")
    wrong = await browser.post("/webhooks/new", name="某", url="ftp://receiver.example.com/in", regions=[NINGBO])
    assert wrong.status_code == 422
    for field in ("name", "event_types"):
        assert f'href="#{field}"' in wrong.text, field
    assert 'value="ftp://receiver.example.com/in"' in wrong.text
    foreign = await browser.post(
        "/webhooks/new", name="某区平台（演示）", url=receiver.address, event_types=[WHISTLE], regions=[NANHAI]
    )
    assert (foreign.status_code, "不在您的管辖区域内" in foreign.text) == (422, True)
    webhook_id, _ = await gateway.subscribe(administrator, receiver.address)
    assert f'value="{receiver.address}"' in await browser.get(f"/webhooks/{webhook_id}/change")
    form: dict[str, str | list[str]] = {
        "name": "新的名称（演示）",
        "url": receiver.address,
        "event_types": [WHISTLE],
        "regions": [HAISHU],
    }
    stale = await browser.post(f"/webhooks/{webhook_id}/change", version="1", **form)
    assert (stale.status_code, "请重新读取" in stale.text) == (422, True), "the secret was issued since"
    changed = await browser.post(f"/webhooks/{webhook_id}/change", version="2", **form)
    assert changed.status_code == 303, changed.text
    assert "新的名称（演示）" in await browser.get(f"/webhooks/{webhook_id}?done=changed")
    backwards = await browser.post(f"/webhooks/{webhook_id}/replays", begin="2026-07-25T00:00", end="2026-07-24T00:00")
    assert (backwards.status_code, "结束时间应在开始时间之后" in backwards.text) == (422, True)


async def test_a_webhook_that_was_given_up_is_told_on_the_home_page(
    gateway: Hearing, browser: Browser, receiver: Receiver, administrator: User
) -> None:
    webhook_id, _ = await gateway.subscribe(administrator, receiver.address)
    assert "已经停用" not in await browser.get("/")
    receiver.status = 410
    await gateway.hears()
    await gateway.deliver()
    assert "有1个事件推送一直送不到，已经停用" in await browser.get("/")
    assert "一直送不到，已在" in await browser.get(f"/webhooks/{webhook_id}")


async def test_the_pages_are_for_administrators(gateway: Hearing, browser: Browser, administrator: User) -> None:
    await gateway.execute(
        "UPDATE users SET roles = :roles WHERE id = :id", roles=[Role.INSPECTOR.value], id=administrator.id
    )
    await browser.get("/webhooks", status=403)
