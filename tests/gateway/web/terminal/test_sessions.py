"""A terminal's sign-in: kept where no script reads it, good after a lost answer, ended like any other."""

from collections.abc import AsyncIterator

import httpx
import pytest_asyncio

from gateway.web.terminal.sessions import COOKIE
from shared.contracts.codes import Role
from tests.gateway.identity.conftest import PASSWORD, Gateway, gateway, identity_database

__all__ = ["gateway", "identity_database"]

OWN_PAGE = {"sec-fetch-site": "same-origin"}


@pytest_asyncio.fixture
async def phone(gateway: Gateway) -> AsyncIterator[httpx.AsyncClient]:
    """A browser of its own, over TLS."""
    transport = httpx.ASGITransport(gateway.app)
    async with httpx.AsyncClient(transport=transport, base_url="https://test", headers=OWN_PAGE) as http:
        yield http


async def enrol(phone: httpx.AsyncClient, password: str = PASSWORD) -> httpx.Response:
    return await phone.post("/terminal/sessions", json={"login": "li.ming", "password": password})


async def renewed(phone: httpx.AsyncClient) -> httpx.Response:
    return await phone.post("/terminal/sessions/renewal")


async def test_the_secret_is_out_of_reach_of_scripts_other_sites_and_other_pages(
    gateway: Gateway, phone: httpx.AsyncClient
) -> None:
    await gateway.add_user()
    answer = await enrol(phone)
    cookie = answer.headers["set-cookie"]
    for part in ("HttpOnly", "SameSite=strict", "Secure", "Path=/terminal"):
        assert part in cookie
    secret = phone.cookies[COOKIE]
    assert secret not in answer.text
    me = await phone.get("/api/v1/me", headers={"Authorization": f"Bearer {answer.json()['access_token']}"})
    assert me.json()["id"] == answer.json()["user"]["id"]
    elsewhere = await phone.post("/terminal/sessions/renewal", headers={"sec-fetch-site": "cross-site"})
    assert elsewhere.status_code == 403


async def test_an_answer_lost_on_the_way_does_not_end_the_sign_in(gateway: Gateway, phone: httpx.AsyncClient) -> None:
    await gateway.add_user()
    await enrol(phone)
    secret = phone.cookies[COOKIE]
    for _ in range(3):  # as often as it likes, with the same secret
        assert (await renewed(phone)).status_code == 200
        assert phone.cookies[COOKIE] == secret


async def test_neither_secret_is_good_in_the_place_of_the_other(gateway: Gateway, phone: httpx.AsyncClient) -> None:
    await gateway.add_user()
    await enrol(phone)
    for attempt in (phone.cookies[COOKIE], f"terminal {phone.cookies[COOKIE]}"):
        assert (await gateway.refresh(attempt)).status_code == 401
    assert (await renewed(phone)).status_code == 200, "nobody was taken for a thief"
    program = (await gateway.sign_in()).json()["refresh_token"]
    phone.cookies.clear()
    phone.cookies.set(COOKIE, program, domain="test", path="/terminal")
    assert (await renewed(phone)).status_code == 401


async def test_its_owner_sees_the_terminal_and_ends_it(gateway: Gateway, phone: httpx.AsyncClient) -> None:
    user = await gateway.add_user()
    await enrol(phone)
    [listed] = (await gateway.http.get("/api/v1/me/sessions", headers=gateway.bearer(user))).json()["items"]
    assert listed["kind_label"] == "终端或程序"
    await gateway.http.delete(f"/api/v1/me/sessions/{listed['id']}", headers=gateway.bearer(user))
    refused = await renewed(phone)
    assert refused.status_code == 401
    assert "没有发出的内容都还在终端里" in refused.json()["detail"]


async def test_signing_out_ends_the_sign_in_not_only_the_cookie(gateway: Gateway, phone: httpx.AsyncClient) -> None:
    user = await gateway.add_user()
    await enrol(phone)
    secret = phone.cookies[COOKIE]
    assert (await phone.delete("/terminal/sessions/mine")).status_code == 204
    assert COOKIE not in phone.cookies
    phone.cookies.set(COOKIE, secret, domain="test", path="/terminal")
    assert (await renewed(phone)).status_code == 401
    assert (await phone.delete("/terminal/sessions/mine")).status_code == 204
    assert await gateway.audited("signed_out", user.id) == 1


async def test_it_lapses_when_it_was_not_used_for_days(gateway: Gateway, phone: httpx.AsyncClient) -> None:
    await gateway.add_user()
    await enrol(phone)
    await gateway.execute("UPDATE refresh_tokens SET expires_at = now() + interval '1 minute'")
    assert (await renewed(phone)).status_code == 200, "each use puts the end off"
    [(left,)] = await gateway.execute("SELECT extract(epoch FROM expires_at - now()) FROM refresh_tokens")
    assert left > (gateway.settings.refresh_token_days - 1) * 86_400
    await gateway.execute("UPDATE refresh_tokens SET expires_at = now()")
    assert (await renewed(phone)).status_code == 401


async def test_accounts_for_other_work_are_told_to_use_the_pages(gateway: Gateway, phone: httpx.AsyncClient) -> None:
    await gateway.add_user(roles=(Role.LEADER,))
    answer = await enrol(phone)
    assert answer.status_code == 403
    assert "请用网页" in answer.json()["detail"]
    assert COOKIE not in phone.cookies
    assert await gateway.execute("SELECT 1 FROM sign_ins WHERE ended_at IS NULL") == []
