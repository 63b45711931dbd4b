"""The live picture: a whistle arrives without anybody asking, and nobody hears what is not theirs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import httpx
import pytest

from gateway.clients import Caller, Services
from gateway.web.command_centre import live
from gateway.web.visitors import Visitor
from shared.contracts.codes import SERVICES, Role
from shared.http.auth import Actor
from tests.gateway.dashboards.wire import WireSettings
from tests.gateway.web.platform import DISTRICT, TOWN, Market, file_of, finished, positive, post, upload
from tests.waiting import PATIENCE, eventually

LIVE = f"/regions/{DISTRICT}/live"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "SECONDS_BETWEEN_LOOKS", 0.3)


class Stream:
    """An open stream: its messages as (event, id, data), heartbeats left out."""

    def __init__(self, answer: httpx.Response) -> None:
        self._lines = answer.aiter_lines()

    async def next(self) -> tuple[str, str, str]:
        fields: dict[str, str] = {}
        async with asyncio.timeout(PATIENCE):
            async for line in self._lines:
                if not line and fields:
                    break
                name, _, value = line.partition(": ")
                if name:
                    fields[name] = f"{fields[name]}\n{value}" if name in fields else value
        return fields.get("event", ""), fields.get("id", ""), fields.get("data", "")

    async def until(self, words: str) -> tuple[str, str, str]:
        while True:
            message = await self.next()
            if words in message[2]:
                return message


@asynccontextmanager
async def listening(browser: httpx.AsyncClient, last_seen: str = "") -> AsyncIterator[Stream]:
    headers = {"accept": "text/event-stream"} | ({"last-event-id": last_seen} if last_seen else {})
    async with browser.stream("GET", LIVE, headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield Stream(answer)


async def test_a_whistle_raised_by_an_upload_arrives(market: Market) -> None:
    async with market.signed_in(Role.LEADER) as leader, market.signed_in(Role.MARKET_OPERATOR) as operator:
        async with listening(leader) as stream:
            _, _, before = await stream.next()
            assert "紫苏" not in before
            content = file_of(positive("紫苏"))
            await finished(operator, await upload(operator, market.site_id, content, dry_run=False))
            event, seen, picture = await stream.until("紫苏")
            assert event == "", "what has no name is put on the page"
            assert 'href="/whistles/' in picture
        async with listening(leader, last_seen=seen) as again:
            content = file_of(positive("薄荷"))
            await finished(operator, await upload(operator, market.site_id, content, dry_run=False))
            _, following, picture = await again.next()
            assert "薄荷" in picture, "who comes back with the last id is told only what is new"
            assert following != seen
        board = await leader.get(f"/regions/{DISTRICT}")
        assert "薄荷" in board.text, "without scripts the page itself says it"


async def test_people_of_one_scope_share_one_look() -> None:
    asked: list[str] = []

    async def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.headers["authorization"])
        return httpx.Response(200, json={"items": [], "next_cursor": None})

    addresses = {f"{unit.value}_url": f"http://{unit.value}" for unit in SERVICES}
    settings = WireSettings.model_validate({"database_url": "postgresql://none"} | addresses)
    services = Services(httpx.AsyncClient(transport=httpx.MockTransport(answer)), settings)
    leader, colleague, inspector = visitor(Role.LEADER), visitor(Role.LEADER), visitor(Role.INSPECTOR)
    everybody = live.Live()
    async with (
        everybody.feed(services, DISTRICT, leader) as first,
        everybody.feed(services, DISTRICT, colleague) as same,
    ):
        assert first is same
        async with (
            everybody.feed(services, DISTRICT, inspector) as other,
            everybody.feed(services, TOWN, leader) as town,
        ):
            assert len({id(first), id(other), id(town)}) == 3
        async with asyncio.timeout(PATIENCE):
            await first.changed.wait()
        assert asked == ["Bearer of leader"] * 5, "four services, one of them asked twice, however many look"
    assert everybody.feeds == {}
    assert everybody.open.total() == 0


def visitor(role: Role) -> Visitor:
    actor = Actor(
        id=uuid4(),
        name="演示（虚构）",
        kind="user",
        roles=frozenset({role}),
        regions=(DISTRICT,),
        organisation_id=None,
        business_id=None,
        scopes=frozenset(),
    )
    return Visitor(actor, Caller(token=f"of {role.value}", request_id="0199f3a0c1d27c5e8a7b6c5d4e3f2a1b"))


async def test_streams_of_one_person_are_few(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "STREAMS_OF_ONE", 1)
    async with market.signed_in(Role.LEADER) as leader:
        async with listening(leader) as stream:
            await stream.next()
            refused = await leader.get(LIVE)
            assert refused.status_code == 429
            assert refused.headers["retry-after"] == "30"

        async def counts_no_more() -> bool:
            return await _status(leader) == 200

        await eventually(counts_no_more)


async def test_who_signs_out_hears_no_more(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "SECONDS_BETWEEN_CHECKS", 0.5)
    async with market.browser() as leader:
        await market.sign_in(leader, Role.LEADER)
        async with listening(leader) as stream:
            await stream.next()
            await leader.get("/")
            await post(leader, "/logout", {})
            assert "登录已过期" in (await stream.until("登录已过期"))[2]
            assert (await stream.next())[0] == "ended"
        assert (await leader.get(LIVE, headers={"accept": "text/event-stream"})).status_code in (303, 401)


async def test_nobody_listens_to_somebody_elses_region_or_without_the_role(market: Market) -> None:
    async with market.signed_in(Role.LEADER) as leader:
        assert (await leader.get("/regions/440605000000/live")).status_code == 403
    async with market.signed_in(Role.MARKET_OPERATOR) as operator:
        assert (await operator.get(f"/regions/{TOWN}/live")).status_code == 403


async def _status(browser: httpx.AsyncClient) -> int:
    async with browser.stream("GET", LIVE) as answer:
        return answer.status_code
