"""A second factor: the standard's codes, each good once, and no way in without one where it is set or needed."""

import base64
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from gateway.identity.second_factor.rules import (
    STEP_SECONDS,
    code_at,
    enrolment_uri,
    normalised,
    recovery_code,
    step_of,
)
from gateway.main import service
from gateway.settings import Settings
from shared import times
from shared.app import create_app
from shared.contracts.codes import Role
from tests.gateway.identity.conftest import PASSWORD, Gateway

OF_THE_STANDARD = b"12345678901234567890"
SECRET = st.binary(min_size=20, max_size=20)
FORM_TOKEN = "t" * 43


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_codes_are_those_of_appendix_b_of_rfc_6238(seconds: int, code: str) -> None:
    assert code_at(OF_THE_STANDARD, seconds // STEP_SECONDS, digits=8) == code


@given(SECRET, st.integers(60, 2**33), st.integers(-1, 1))
def test_a_code_is_good_a_step_early_or_late_and_never_again(secret: bytes, seconds: int, off: int) -> None:
    step = seconds // STEP_SECONDS + off
    code = code_at(secret, step)
    found = step_of(secret, code, seconds, after=-2)
    assert found is not None
    assert code_at(secret, found) == code
    assert step_of(secret, code, seconds, after=found) is None


def test_a_code_of_two_steps_ago_is_too_old() -> None:
    assert step_of(OF_THE_STANDARD, code_at(OF_THE_STANDARD, 98), 100 * STEP_SECONDS, after=-2) is None


def test_what_the_telephone_scans_says_whose_and_where() -> None:
    uri = enrolment_uri(OF_THE_STANDARD, "食安平台", "li.ming")
    assert uri.startswith("otpauth://totp/%E9%A3%9F%E5%AE%89%E5%B9%B3%E5%8F%B0%3Ali.ming?secret=GEZDGNBVGY3TQOJQ")


def test_recovery_codes_are_read_however_they_are_typed() -> None:
    code = recovery_code()
    assert normalised(f" {code.upper()} ") == code


def now_code(secret: str, steps: int = 0) -> str:
    """The code of now, or of some steps later: a code is good once, and the clock's tolerance is a step."""
    key = base64.b32decode(secret.replace(" ", "") + "=" * (-len(secret.replace(" ", "")) % 8))
    return code_at(key, int(times.now().timestamp()) // STEP_SECONDS + steps)


class Browser:
    """Somebody at the pages, with cookies and the token that forms carry."""

    def __init__(self, gateway: Gateway) -> None:
        self.http = httpx.AsyncClient(
            transport=httpx.ASGITransport(gateway.app, client=("192.0.2.10", 40000)),
            base_url="http://test",
            headers={"sec-fetch-site": "same-origin", "accept": "text/html", "user-agent": "Firefox/140 (Linux)"},
            cookies={"shian_form": FORM_TOKEN},
        )

    async def post(self, path: str, **fields: str) -> httpx.Response:
        return await self.http.post(path, data={"form_token": FORM_TOKEN, **fields})

    async def log_in(self, code: str = "", login: str = "li.ming") -> httpx.Response:
        return await self.post("/login", login=login, password=PASSWORD, code=code, next="/regions")

    async def set_up(self) -> tuple[str, list[str]]:
        """Set the second factor up; returns secret and recovery codes."""
        page = await self.http.get("/account/second-factor")
        assert page.status_code == 200, page.text
        secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page.text)
        assert secret
        done = await self.post("/account/second-factor", code=now_code(secret[1], -1), next="/regions")
        assert done.status_code == 200, done.text
        return secret[1], re.findall(r"<li><code>([a-z0-9-]+)</code></li>", done.text)


@pytest_asyncio.fixture
async def strict(gateway: Gateway, identity_database: str, signing_keys: Path) -> AsyncIterator[Gateway]:
    """The gateway with a key for secrets, where administrators need a second factor."""
    settings = Settings(
        database_url=identity_database,
        signing_keys_dir=signing_keys,
        events_secret="test-only-" + "x" * 32,
        second_factor_roles="administrator",
        lockout_failures=3,
        log_level="WARNING",
        database_pool_size=4,
    )
    app = create_app(service, settings)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, client=("192.0.2.10", 40000))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
            yield Gateway(app, http)


async def grant(gateway: Gateway, code: str | None = None) -> httpx.Response:
    body = {"grant_type": "password", "login": "li.ming", "password": PASSWORD}
    return await gateway.http.post("/api/v1/tokens", json=body | ({"code": code} if code else {}))


async def test_once_it_is_set_the_password_alone_opens_nothing(strict: Gateway) -> None:
    user = await strict.add_user()
    browser = Browser(strict)
    assert (await browser.log_in()).headers["location"] == "/regions"
    secret, codes = await browser.set_up()
    assert len(set(codes)) == 10
    assert (await grant(strict)).json()["type"] == "/problems/second-factor-required"
    again = await Browser(strict).log_in()
    assert again.status_code == 422
    assert "动态口令" in again.text
    code = now_code(secret)
    assert (await grant(strict, code)).status_code == 200
    assert (await grant(strict, code)).status_code == 401, "a code is good once"
    assert (await grant(strict, codes[0].upper())).status_code == 200
    assert (await grant(strict, codes[0])).status_code == 401, "so is a recovery code"
    assert await strict.audited("recovery_code_used", user.id) == 1
    assert await strict.audited("second_factor_set", user.id) == 1


async def test_wrong_codes_lock_the_account_like_wrong_passwords(strict: Gateway) -> None:
    await strict.add_user()
    browser = Browser(strict)
    await browser.log_in()
    secret, _ = await browser.set_up()
    answers = [(await grant(strict, "000000")).status_code for _ in range(3)]
    assert answers == [401, 401, 429]
    assert (await grant(strict, now_code(secret))).status_code == 429


async def test_with_the_password_alone_nobody_changes_it_either(strict: Gateway) -> None:
    await strict.add_user()
    browser = Browser(strict)
    await browser.log_in()
    await browser.set_up()
    body = {"login": "li.ming", "current_password": PASSWORD, "new_password": "Another-horse-43"}
    refused = await strict.http.post("/api/v1/password-changes", json=body)
    assert (refused.status_code, refused.json()["type"]) == (401, "/problems/second-factor-required")


async def test_whose_role_needs_it_gets_nowhere_before_it_is_set_up(strict: Gateway) -> None:
    await strict.add_user("wang.fang", roles=(Role.ADMINISTRATOR,))
    refused = await strict.sign_in("wang.fang")
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/second-factor-not-set")
    browser = Browser(strict)
    let_in = await browser.log_in(login="wang.fang")
    assert let_in.headers["location"].startswith("/account/second-factor")
    elsewhere = await browser.http.get("/regions")
    assert elsewhere.headers["location"].startswith("/login")
    await browser.set_up()
    account = await browser.http.get("/account")
    assert account.status_code == 200
    assert "换手机请管理员重置" in account.text
    kept = await browser.post("/account/second-factor/removal", code="whatever")
    assert kept.status_code == 422


async def test_an_administrator_resets_what_is_lost(strict: Gateway) -> None:
    user = await strict.add_user()
    administrator = await strict.add_user("wang.fang", roles=(Role.ADMINISTRATOR,))
    browser = Browser(strict)
    await browser.log_in()
    await browser.set_up()
    path = f"/api/v1/users/{user.id}/second-factor-resets"
    assert (await strict.http.post(path, headers=strict.bearer(user))).status_code == 403
    assert (await strict.http.post(path, headers=strict.bearer(administrator))).status_code == 204
    assert (await grant(strict)).status_code == 200
    assert await strict.audited("second_factor_reset", user.id) == 1


async def test_the_secret_is_not_readable_in_the_database(strict: Gateway) -> None:
    await strict.add_user()
    browser = Browser(strict)
    await browser.log_in()
    secret, codes = await browser.set_up()
    ((sealed,),) = await strict.execute("SELECT sealed_secret FROM second_factors")
    assert base64.b32decode(secret.replace(" ", "")) not in bytes(sealed)
    kept = await strict.execute("SELECT code_hash FROM recovery_codes")
    assert not {bytes(row[0]) for row in kept} & {code.encode() for code in codes}


async def test_sign_ins_are_listed_and_ended_one_by_one(strict: Gateway) -> None:
    user = await strict.add_user()
    other = await strict.add_user("somebody.else")
    browser, lost = Browser(strict), Browser(strict)
    await browser.log_in()
    await lost.log_in()
    refresh_token = (await grant(strict)).json()["refresh_token"]
    headers = strict.bearer(user)
    listed = (await strict.http.get("/api/v1/me/sessions", headers=headers)).json()["items"]
    assert [each["kind"] for each in listed] == ["browser", "browser", "program"]
    assert {each["device"] for each in listed} == {"Firefox Linux", "python"}
    foreign = await strict.http.delete(f"/api/v1/me/sessions/{listed[0]['id']}", headers=strict.bearer(other))
    assert foreign.status_code == 404
    page = await browser.http.get("/account")
    assert page.text.count("/end") == 2, "the own one is not offered"
    (address,) = {
        found for found in re.findall(r"/account/sessions/[0-9a-f-]+/end", page.text) if listed[2]["id"] not in found
    }
    assert (await browser.post(address)).headers["location"] == "/account?ended=true"
    assert (await lost.http.get("/account")).status_code in (303, 401)
    assert (await browser.http.get("/account")).status_code == 200
    await strict.http.delete(f"/api/v1/me/sessions/{listed[2]['id']}", headers=headers)
    assert (await strict.refresh(refresh_token)).status_code == 401
    assert await strict.audited("session_ended", user.id) == 2


def test_a_role_that_does_not_exist_is_refused_when_the_gateway_starts() -> None:
    with pytest.raises(ValueError, match="nobody"):
        Settings(database_url="postgresql://", second_factor_roles="administrator, nobody")
