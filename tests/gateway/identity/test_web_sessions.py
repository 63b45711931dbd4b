"""Signed in by browser: the cookie opens what its owner may do, until it ends."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import jwt
import pytest_asyncio
from fastapi import Request, Response

from gateway.database import RecordingSession
from gateway.identity.audit.service import CallerOrigin
from gateway.identity.sign_in.service import check_password
from gateway.identity.web_sessions import COOKIE, OptionalWebActor, WebActor, close_session, open_session
from gateway.main import service
from gateway.settings import CurrentSettings, Settings
from shared.app import create_app
from shared.database import Session
from shared.http.auth import Anyone
from shared.http.routing import Router
from tests.gateway.identity.conftest import PASSWORD, Gateway

pages = Router()


@pages.post("/pages/login", status_code=204)
async def log_in(
    session: RecordingSession,
    settings: CurrentSettings,
    origin: CallerOrigin,
    request: Request,
    response: Response,
    password: str,
    _: Anyone,
) -> None:
    user = await check_password(session, settings, origin, "li.ming", password)
    await open_session(session, user, request, response)


@pages.post("/pages/logout", status_code=204)
async def log_out(session: Session, request: Request, response: Response, _: Anyone) -> None:
    await close_session(session, request, response)


@pages.get("/pages/mine")
async def mine(visitor: WebActor) -> dict[str, str]:
    return {"name": visitor.actor.name, "bearer": visitor.bearer}


@pages.get("/pages/home")
async def home(visitor: OptionalWebActor) -> bool:
    return visitor is not None


@pytest_asyncio.fixture
async def site(gateway: Gateway, identity_database: str, signing_keys: Path) -> AsyncIterator[Gateway]:
    """The gateway with four small pages."""
    settings = Settings(database_url=identity_database, signing_keys_dir=signing_keys, log_level="WARNING")
    app = create_app(replace(service, routers=[*service.routers, pages]), settings)
    await gateway.add_user()
    http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")
    async with app.router.lifespan_context(app), http:
        yield Gateway(app, http)


async def log_in_as_li_ming(site: Gateway) -> httpx.Response:
    return await site.http.post("/pages/login", params={"password": PASSWORD})


async def test_the_cookie_opens_pages_and_stands_for_the_person_at_the_services(site: Gateway) -> None:
    assert (await site.http.get("/pages/mine")).status_code == 401
    assert (await site.http.get("/pages/home")).json() is False
    assert (await log_in_as_li_ming(site)).status_code == 204
    page = (await site.http.get("/pages/mine")).json()
    assert page["name"] == "演示·li.ming"
    me = await site.http.get("/api/v1/me", headers={"Authorization": f"Bearer {page['bearer']}"})
    assert me.json()["name"] == "演示·li.ming"
    claims = jwt.decode(page["bearer"], options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == 120
    assert (await site.http.get("/pages/home")).json() is True


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(site: Gateway) -> None:
    cookie = (await log_in_as_li_ming(site)).headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Secure" not in cookie
    secure = await site.http.post("https://test/pages/login", params={"password": PASSWORD})
    assert "Secure" in secure.headers["set-cookie"]
    (row, *_) = await site.execute("SELECT encode(secret_hash, 'escape') FROM web_sessions")
    assert site.http.cookies[COOKIE] not in row[0]


async def test_a_cookie_alone_calls_no_service(site: Gateway) -> None:
    await log_in_as_li_ming(site)
    assert (await site.http.get("/api/sampling/v1/items")).status_code == 401
    assert (await site.http.get("/api/v1/me")).status_code == 401


async def test_signing_out_ends_the_session_not_only_the_cookie(site: Gateway) -> None:
    await log_in_as_li_ming(site)
    secret = site.http.cookies[COOKIE]
    assert (await site.http.post("/pages/logout")).status_code == 204
    assert COOKIE not in site.http.cookies
    site.http.cookies.set(COOKIE, secret)
    assert (await site.http.get("/pages/mine")).status_code == 401
    assert (await site.http.post("/pages/logout")).status_code == 204


async def test_a_session_ends_when_idle_when_old_and_with_the_account(site: Gateway) -> None:
    for ending in (
        "UPDATE web_sessions SET seen_at = now() - interval '3 hours'",
        "UPDATE web_sessions SET expires_at = now()",
        "UPDATE users SET status = 'disabled'",
    ):
        await log_in_as_li_ming(site)
        assert (await site.http.get("/pages/mine")).status_code == 200
        await site.execute(ending)
        assert (await site.http.get("/pages/mine")).status_code == 401, ending


async def test_use_keeps_a_session_awake(site: Gateway) -> None:
    await log_in_as_li_ming(site)
    await site.execute("UPDATE web_sessions SET seen_at = now() - interval '90 minutes'")
    await site.http.get("/pages/mine")
    assert await site.execute("SELECT 1 FROM web_sessions WHERE seen_at > now() - interval '1 minute'")


async def test_rights_taken_away_are_gone_with_the_next_page(site: Gateway) -> None:
    await log_in_as_li_ming(site)
    await site.execute("UPDATE users SET roles = ARRAY['sampler']")
    bearer = (await site.http.get("/pages/mine")).json()["bearer"]
    assert jwt.decode(bearer, options={"verify_signature": False})["roles"] == ["sampler"]
