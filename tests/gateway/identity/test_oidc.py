"""Signing in by way of an outside provider: a real one on a real socket, and forged answers of every kind."""

import asyncio
import base64
import hashlib
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric import rsa

from gateway.identity.oidc.provider import Attempt, NotProven, Provider
from gateway.identity.users.models import UserStatus
from gateway.main import service
from gateway.settings import Settings
from shared.app import create_app
from shared.contracts.codes import Role
from tests.gateway.identity.conftest import Gateway

CLIENT = "shian"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """A provider in a process of its own, with nobody in it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        address = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 60
        while True:
            with suppress(httpx.HTTPError):
                if httpx.get(f"{address}/.well-known/openid-configuration").status_code == 200:
                    break
            assert time.monotonic() < deadline, "the provider did not start"
            assert process.poll() is None
            time.sleep(0.1)
        yield address
        process.terminate()


@pytest_asyncio.fixture
async def joined(gateway: Gateway, identity_database: str, signing_keys: Path, issuer: str) -> AsyncIterator[Gateway]:
    """The gateway beside that provider; administrators need a second factor."""
    settings = Settings(
        database_url=identity_database,
        signing_keys_dir=signing_keys,
        events_secret="test-only-" + "x" * 32,
        oidc_issuer=issuer,
        oidc_client_id=CLIENT,
        oidc_client_secret="test-only",
        oidc_name="演示统一认证",
        second_factor_roles="administrator",
        log_level="WARNING",
        database_pool_size=4,
    )
    app = create_app(service, settings)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, client=("192.0.2.10", 40000))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
            yield Gateway(app, http)


async def somebody(issuer: str, subject: str, **claims: Any) -> None:
    """Make the provider know this person."""
    async with httpx.AsyncClient(timeout=60) as http:
        answer = await http.put(f"{issuer}/users/{subject}", json=claims)
        assert answer.status_code == 204, answer.text


class Browser:
    """A browser at the gateway's pages that also speaks to the provider."""

    def __init__(self, gateway: Gateway) -> None:
        transport = httpx.ASGITransport(gateway.app, client=("192.0.2.10", 40000))
        self.http = httpx.AsyncClient(transport=transport, base_url="http://test", headers={"accept": "text/html"})

    async def consent(self, subject: str, next_: str = "/account") -> str:
        """Go to the provider and say yes there; returns the address to which it sends the browser back."""
        sent = await self.http.get("/login/oidc", params={"next": next_})
        assert sent.status_code == 303, sent.text
        async with httpx.AsyncClient(timeout=60) as outside:
            agreed = await outside.post(sent.headers["location"], data={"sub": subject})
        assert agreed.status_code == 302, agreed.text
        return agreed.headers["location"]

    async def sign_in(self, subject: str) -> httpx.Response:
        return await self.http.get(await self.consent(subject))


async def test_a_person_comes_in_by_the_provider_and_is_bound_to_the_account(joined: Gateway, issuer: str) -> None:
    user = await joined.add_user()
    await somebody(issuer, "subject-1", preferred_username="Li.Ming")
    browser = Browser(joined)
    assert "用演示统一认证登录" in (await browser.http.get("/login")).text
    back = await browser.sign_in("subject-1")
    assert (back.status_code, back.headers["location"]) == (303, "/account")
    assert (await browser.http.get("/account")).status_code == 200
    assert await joined.audited("identity_linked", user.id) == 1
    assert await joined.audited("signed_in", user.id) == 1
    await somebody(issuer, "subject-1", preferred_username="li.ming.renamed")
    assert (await Browser(joined).sign_in("subject-1")).status_code == 303, "the bond counts, not the name"
    assert await joined.audited("identity_linked", user.id) == 1


async def test_who_gets_somebodys_name_at_the_provider_does_not_get_the_account(joined: Gateway, issuer: str) -> None:
    user = await joined.add_user()
    await somebody(issuer, "subject-1", preferred_username="li.ming")
    await Browser(joined).sign_in("subject-1")
    await somebody(issuer, "subject-2", preferred_username="li.ming")
    refused = await Browser(joined).sign_in("subject-2")
    assert refused.status_code == 422
    assert "另一个人" in refused.text
    administrator = await joined.add_user("wang.fang", roles=(Role.ADMINISTRATOR,))
    path = f"/api/v1/users/{user.id}/identity-unlinks"
    assert (await joined.http.post(path, headers=joined.bearer(user))).status_code == 403
    assert (await joined.http.post(path, headers=joined.bearer(administrator))).status_code == 204
    assert (await Browser(joined).sign_in("subject-2")).status_code == 303
    assert await joined.audited("identity_unlinked", user.id) == 1


@pytest.mark.parametrize("status", [None, UserStatus.DISABLED])
async def test_without_an_active_account_the_provider_opens_nothing(
    joined: Gateway, issuer: str, status: UserStatus | None
) -> None:
    if status:
        await joined.add_user("zhao.liu", status=status)
    await somebody(issuer, "subject-3", preferred_username="zhao.liu")
    browser = Browser(joined)
    refused = await browser.sign_in("subject-3")
    assert refused.status_code == 422
    assert "请管理员先建立账号" in refused.text
    assert (await browser.http.get("/account")).status_code == 303
    assert await joined.audited("sign_in_refused") == 1


async def test_who_needs_a_second_factor_comes_in_only_when_the_provider_asked_for_one(
    joined: Gateway, issuer: str
) -> None:
    await joined.add_user("wang.fang", roles=(Role.ADMINISTRATOR,))
    await somebody(issuer, "subject-4", preferred_username="wang.fang")
    refused = await Browser(joined).sign_in("subject-4")
    assert "须用第二因素" in refused.text
    await somebody(issuer, "subject-4", preferred_username="wang.fang", amr=["pwd", "otp"])
    browser = Browser(joined)
    assert (await browser.sign_in("subject-4")).status_code == 303
    assert (await browser.http.get("/account")).status_code == 200


async def test_an_answer_is_good_only_in_the_browser_that_asked_and_once(joined: Gateway, issuer: str) -> None:
    await joined.add_user()
    await somebody(issuer, "subject-1", preferred_username="li.ming")
    asked, other = Browser(joined), Browser(joined)
    back = await asked.consent("subject-1")
    await other.http.get("/login/oidc")
    assert (await other.http.get(back)).status_code == 422, "somebody's link does not sign others in as him"
    assert (await Browser(joined).http.get(back)).status_code == 422
    assert (await asked.http.get(back)).status_code == 303
    assert (await asked.http.get(back)).status_code == 422
    assert (await asked.http.get("/login/oidc/return?error=access_denied")).status_code == 422


async def test_nobody_is_led_to_another_site_afterwards(joined: Gateway, issuer: str) -> None:
    await joined.add_user()
    await somebody(issuer, "subject-1", preferred_username="li.ming")
    browser = Browser(joined)
    back = await browser.http.get(await browser.consent("subject-1", next_="//elsewhere.example"))
    assert back.headers["location"] == "/"


async def test_a_provider_that_is_down_is_said_on_the_login_page(joined: Gateway) -> None:
    settings = joined.settings.model_copy(update={"oidc_issuer": "http://127.0.0.1:1"})
    joined.app.state.identity_provider = Provider(settings, joined.app.state.client)
    answer = await Browser(joined).http.get("/login/oidc")
    assert answer.status_code == 422
    assert "身份系统暂时连不上" in answer.text


async def test_without_a_provider_there_is_no_way_to_it(gateway: Gateway) -> None:
    assert (await gateway.http.get("/login/oidc")).status_code == 404
    assert "/login/oidc" not in (await gateway.http.get("/login", headers={"accept": "text/html"})).text


KEY, OTHER_KEY = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
ELSEWHERE = "https://id.example.cn"


def good_claims(nonce: str) -> dict[str, Any]:
    now = int(time.time())
    return {
        "iss": ELSEWHERE,
        "sub": "subject-1",
        "aud": CLIENT,
        "exp": now + 300,
        "iat": now,
        "nonce": nonce,
        "preferred_username": "li.ming",
    }


def a_provider(token: str, *, issuer: str = ELSEWHERE) -> Provider:
    """A provider that answers every code with this ID token."""
    public = {**jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key(), as_dict=True), "kid": "1", "alg": "RS256"}
    answers = {
        "/.well-known/openid-configuration": {
            "issuer": issuer,
            "authorization_endpoint": f"{ELSEWHERE}/authorize",
            "token_endpoint": f"{ELSEWHERE}/token",
            "jwks_uri": f"{ELSEWHERE}/keys",
        },
        "/keys": {"keys": [public]},
        "/token": {"id_token": token, "access_token": "x", "token_type": "Bearer"},
    }
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json=answers[request.url.path]))
    settings = Settings(database_url="postgresql://", oidc_issuer=ELSEWHERE, oidc_client_id=CLIENT)
    return Provider(settings, httpx.AsyncClient(transport=transport))


def signed(claims: dict[str, Any], key: Any = KEY, algorithm: str = "RS256") -> str:
    return jwt.encode(claims, key, algorithm, headers={"kid": "1"})


def told_by(token: str, attempt: Attempt, **more: Any) -> dict[str, Any]:
    return asyncio.run(a_provider(token, **more).claims(attempt, "code", "https://shian.example/login/oidc/return"))


def test_a_good_answer_is_taken() -> None:
    attempt = Attempt.new()
    assert told_by(signed(good_claims(attempt.nonce)), attempt)["sub"] == "subject-1"


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://other.example"},
        {"aud": "another-system"},
        {"aud": [CLIENT, "another-system"], "azp": "another-system"},
        {"exp": 1_000_000_000},
        {"nonce": "of another sign-in"},
        {"nonce": None},
        {"sub": None},
        {"exp": None},
    ],
    ids=str,
)
def test_an_answer_for_somebody_else_or_of_another_time_is_refused(changed: dict[str, Any]) -> None:
    attempt = Attempt.new()
    claims = {name: value for name, value in (good_claims(attempt.nonce) | changed).items() if value is not None}
    with pytest.raises(NotProven):
        told_by(signed(claims), attempt)


def test_an_answer_that_the_provider_did_not_sign_is_refused() -> None:
    attempt = Attempt.new()
    claims = good_claims(attempt.nonce)
    ours = base64.b64encode(b"a secret that both sides hold, thirty-two bytes").decode()
    for token in (signed(claims, OTHER_KEY), signed(claims, ours, "HS256"), jwt.encode(claims, "", "none"), "x", ""):
        with pytest.raises(NotProven):
            told_by(token, attempt)


def test_what_is_sent_along_binds_the_answer_to_this_browser() -> None:
    attempt = Attempt.new()
    address = asyncio.run(a_provider("").way_in(attempt, "https://shian.example/login/oidc/return"))
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    digest = hashlib.sha256(attempt.verifier.encode()).digest()
    assert asked["code_challenge"] == base64.urlsafe_b64encode(digest).decode().rstrip("=")
    assert (asked["code_challenge_method"], asked["state"], asked["nonce"]) == ("S256", attempt.state, attempt.nonce)
    assert attempt.verifier not in address
    assert Attempt.read(attempt.written()) == attempt
    assert Attempt.read("half") is None
