"""A caller has a quota a minute, is told what is left of it, and takes nobody else's."""

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.rate_limits import WINDOW_SECONDS, Quotas
from tests.gateway.identity.conftest import Gateway, gateway, identity_database

__all__ = ["gateway", "identity_database"]


@given(st.integers(1, 400), st.lists(st.floats(0, 30, allow_nan=False), min_size=1, max_size=600))
def test_in_no_minute_more_than_twice_the_quota_and_at_once_never_more_than_it(quota: int, pauses: list[float]) -> None:
    quotas, now, taken = Quotas(), 1000.0, []
    for pause in pauses:
        now += pause
        left, seconds = quotas.take("caller", quota, now)
        if left >= 0:
            taken.append(now)
        else:
            assert seconds > 0
    for start in taken:
        within = [moment for moment in taken if start <= moment < start + WINDOW_SECONDS]
        at_once = [moment for moment in taken if moment == start]
        assert len(within) <= 2 * quota
        assert len(at_once) <= quota


@given(st.integers(1, 100))
def test_the_quota_is_all_there_at_first_and_who_waits_as_told_is_let_through(quota: int) -> None:
    quotas = Quotas()
    assert [quotas.take("caller", quota, 5.0)[0] for _ in range(quota)] == list(range(quota - 1, -1, -1))
    left, seconds = quotas.take("caller", quota, 5.0)
    assert left == -1
    assert quotas.take("other", quota, 5.0)[0] == quota - 1
    assert quotas.take("caller", quota, 5.0 + seconds + 1e-6)[0] == 0


async def ask(
    gateway: Gateway, token: str = "", address: str = "192.0.2.10", path: str = "/api/v1/audit/heads", **headers: str
) -> httpx.Response:
    transport = httpx.ASGITransport(gateway.app, client=(address, 40000))
    headers |= {"Authorization": f"Bearer {token}"} if token else {}
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as http:
        return await http.get(path)


@pytest.fixture
def narrow(gateway: Gateway) -> Gateway:
    gateway.settings.requests_per_minute, gateway.settings.callers_per_address = 2, 3
    return gateway


async def test_who_asks_too_often_is_told_when_to_come_back_and_others_are_not_held_up(narrow: Gateway) -> None:
    first, _, third = [await ask(narrow) for _ in range(3)]
    assert first.headers["RateLimit-Policy"] == '"requests";q=2;w=60'
    assert first.headers["RateLimit"] == '"requests";r=1;t=30'
    assert third.status_code == 429
    assert third.headers["Content-Type"] == "application/problem+json"
    assert 0 < int(third.headers["Retry-After"]) <= 30
    assert "批量" in third.json()["detail"]
    assert (await ask(narrow, address="192.0.2.11")).status_code == 200
    assert (await ask(narrow, token="made-up-1")).status_code == 200, "open to everybody, whatever the token"


async def test_made_up_tokens_do_not_add_up_to_more_than_the_share_of_an_address(narrow: Gateway) -> None:
    answers = [(await ask(narrow, token=f"made-up-{number}")).status_code for number in range(8)]
    assert answers == [200] * 6 + [429] * 2


async def test_what_is_asked_by_probes_is_not_counted(narrow: Gateway) -> None:
    for _ in range(5):
        assert (await narrow.http.get("/healthz")).status_code == 200


async def test_nought_means_no_limit(narrow: Gateway) -> None:
    narrow.settings.requests_per_minute = 0
    assert {(await ask(narrow)).status_code for _ in range(10)} == {200}


async def test_a_persons_browser_is_told_on_a_page(narrow: Gateway) -> None:
    *_, refused = [await ask(narrow, path="/login", accept="text/html") for _ in range(3)]
    assert (refused.status_code, refused.headers["Content-Type"]) == (429, "text/html; charset=utf-8")
    assert "秒后再试" in refused.text
    assert refused.headers["Retry-After"] and refused.headers["RateLimit"].startswith('"requests";r=0')
