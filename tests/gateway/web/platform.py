"""The whole platform with one invented market, for tests that look at it through pages. Nothing in it is faked."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import uuid4, uuid5

import asyncpg
import httpx
from fastapi import FastAPI

from deploy.all_in_one import AllInOne
from deploy.embedded_postgres import EmbeddedPostgres
from gateway.identity.demo_token import demo_token
from gateway.identity.demo_users import (
    demo_id,
    demo_login,
    demo_market_operator_id,
    demo_organisation_id,
    seed_demo_users,
)
from gateway.identity.keys import open_key_ring
from gateway.identity.tokens import TokenIssuer
from gateway.settings import Settings
from gateway.web.forms import FORM_COOKIE
from shared.contracts.codes import Role, Unit
from shared.database import create_engine, create_sessions
from shared.http.auth import Actor
from shared.ids import uuid7
from shared.times import SHANGHAI, now
from tests.patience import patient
from tests.waiting import PATIENCE

DISTRICT = "330203000000"
TOWN = "330203001000"
OWN_PAGE = {"sec-fetch-site": "same-origin"}
HEADER = (
    "摊位号",
    "样品名称",
    "检测项目",
    "检测方法",
    "检测值",
    "判定结果",
    "批号",
    "留存数量",
    "数量单位",
    "检测时间",
)


@dataclass(frozen=True)
class Market:
    """The platform, the password of its demo users and the invented market's site."""

    platform: AllInOne
    password: str
    site_id: str
    sessions: dict[Role, httpx.Cookies] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return self.platform.address_of(Unit.GATEWAY)

    def app(self, unit: Unit) -> FastAPI:
        """The unit itself, for what only its state says."""
        app = self.platform._servers[unit].config.app
        assert isinstance(app, FastAPI)
        return app

    def login(self, role: Role) -> str:
        return demo_login(role, DISTRICT)

    def caller(self, role: Role) -> httpx.AsyncClient:
        """A program with a token, for what the pages do not do."""
        settings = self.platform.settings[Unit.GATEWAY]
        assert isinstance(settings, Settings)
        token = demo_token(settings, role, DISTRICT)
        return httpx.AsyncClient(base_url=self.address, headers={"Authorization": f"Bearer {token}"}, timeout=60)

    def colleague(self, role: Role) -> httpx.AsyncClient:
        """A program of somebody else of the same role and house."""
        settings = self.platform.settings[Unit.GATEWAY]
        assert isinstance(settings, Settings)
        actor = Actor(
            id=uuid5(demo_id(role, DISTRICT), "colleague"),
            name="演示·同事（虚构）",
            kind="user",
            roles=frozenset({role}),
            regions=(DISTRICT,),
            organisation_id=demo_organisation_id(role, DISTRICT),
            business_id=None,
            scopes=frozenset(),
        )
        token = TokenIssuer(open_key_ring(settings), settings.token_issuer).issue(actor, timedelta(hours=1))
        return httpx.AsyncClient(base_url=self.address, headers={"Authorization": f"Bearer {token}"}, timeout=60)

    @asynccontextmanager
    async def signed_in(self, role: Role) -> AsyncIterator[httpx.AsyncClient]:
        """A person's browser, without scripts, after the login page.

        The session is kept for the next test: an address may try to sign in thirty times a minute.
        """
        async with self.browser() as browser:
            if role in self.sessions:
                browser.cookies.update(self.sessions[role])
            else:
                await self.sign_in(browser, role)
                self.sessions[role] = httpx.Cookies(browser.cookies)
            yield browser

    async def sign_in(self, browser: httpx.AsyncClient, role: Role) -> None:
        await browser.get("/login")
        form = {"login": self.login(role), "password": self.password, "next": "/"}
        answer = await post(browser, "/login", form)
        assert answer.status_code == 303, answer.text

    def browser(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.address, headers={"accept": "text/html"}, timeout=60)


async def post(
    browser: httpx.AsyncClient, path: str, form: dict[str, str], files: dict[str, tuple[str, bytes]] | None = None
) -> httpx.Response:
    """Send a form as a browser does, with the token of the page."""
    data = {"form_token": browser.cookies[FORM_COOKIE]} | form
    return await browser.post(path, data=data, files=files, headers=OWN_PAGE)


async def upload(browser: httpx.AsyncClient, site_id: str, content: bytes, *, dry_run: bool) -> str:
    """Send a file through the upload page; the address of its status page."""
    await browser.get("/rapid-tests/upload")
    form = {"site_id": site_id, "dry_run": str(dry_run).lower()}
    answer = await post(browser, "/rapid-tests/upload", form, files={"file": ("虚构市场.csv", content)})
    assert answer.status_code == 303, re.sub(r"\s+", " ", answer.text)
    return answer.headers["location"]


async def finished(browser: httpx.AsyncClient, address: str) -> httpx.Response:
    """The status page once the file is taken in, seen by refreshing, also while a busy service gives no answer."""
    async with asyncio.timeout(PATIENCE):
        while True:
            page = await browser.get(address)
            assert page.status_code in (200, 503), page.text
            if page.status_code == 200 and 'http-equiv="refresh"' not in page.text:
                return page
            await asyncio.sleep(0.1)


def file_of(*rows: str) -> bytes:
    """A GB18030 file as spreadsheet programs in China save it."""
    return "\r\n".join([",".join(HEADER), *rows, ""]).encode("gb18030")


def negative(product: str = "菠菜", value: str = "12.5", when: str = "") -> str:
    when = when or f"{now().astimezone(SHANGHAI):%Y-%m-%d} 00:01"
    return f"A-01,{product},农药残留,酶抑制率法,{value},阴性,,,,{when}"


def positive(product: str = "韭菜") -> str:
    when = f"{now().astimezone(SHANGHAI):%Y-%m-%d} 00:02"
    return f"A-02,{product},农药残留,酶抑制率法,63.1,阳性,XG-{uuid4().hex[:6]},20,公斤,{when}"


@asynccontextmanager
async def open_market(postgres: EmbeddedPostgres, template: str, data_dir: Path) -> AsyncIterator[Market]:
    """The platform on a database of its own, with the demo users of one district and one market."""
    name = f"shian_pages_{uuid4().hex}"
    administration = await asyncpg.connect(postgres.url())
    await administration.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    try:
        async with AllInOne(postgres.url(name), data_dir) as platform:
            settings = platform.settings[Unit.GATEWAY]
            assert isinstance(settings, Settings)
            engine = create_engine(settings)
            async with create_sessions(engine)() as session, session.begin():
                logins = await seed_demo_users(session, settings, [DISTRICT])
            await engine.dispose()
            market = Market(platform, logins[0].password, "")
            with patient(platform):
                yield Market(platform, market.password, await _site(market))
    finally:
        await administration.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await administration.close()


async def _site(market: Market) -> str:
    site = {
        "code": "HS-001",
        "name": "演示农贸市场（虚构）",
        "kind": "farmers_market",
        "region_code": TOWN,
        "address": None,
        "operator_name": "演示市场公司（虚构）",
        "operator_uscc": None,
        "operator_business_id": str(demo_market_operator_id(DISTRICT)),
    }
    async with market.caller(Role.FOOD_SAFETY_OFFICE) as office:
        key = {"Idempotency-Key": str(uuid7())}
        answer = await office.post("/api/sampling/v1/test-sites", json=site, headers=key)
        assert answer.status_code == 201, answer.text
        site_id: str = answer.json()["id"]
        return site_id
