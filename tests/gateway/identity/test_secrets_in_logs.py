"""What people type to prove who they are, and what is given to them for it, never stands in a log."""

import logging

import pytest

from gateway.identity.users.models import User
from shared.logging import configure_logging
from tests.gateway.identity.conftest import PASSWORD, Gateway

NEW_PASSWORD = "Another-horse-43"


async def test_no_password_token_or_key_is_logged(
    gateway: Gateway, administrator: User, capsys: pytest.CaptureFixture[str]
) -> None:
    root = logging.getLogger()
    before = root.handlers, root.level
    configure_logging("gateway", "DEBUG")
    logging.getLogger("asyncio").setLevel("WARNING")
    try:
        secrets = await use_every_secret(gateway, administrator)
    finally:
        root.handlers, root.level = before
    logged = capsys.readouterr().out
    assert logged.count('"event": "request"') >= 7, "the log was written"
    assert [secret for secret in secrets if secret in logged] == []


async def use_every_secret(gateway: Gateway, administrator: User) -> list[str]:
    """Sign in, fail to, renew, change and reset passwords, send nonsense. Returns all secrets there were."""
    user = await gateway.add_user()
    answer = (await gateway.sign_in()).json()
    renewed = (await gateway.refresh(answer["refresh_token"])).json()
    await gateway.refresh(answer["refresh_token"])
    await gateway.sign_in(password="Mistyped-horse-99")
    change = {"login": "li.ming", "current_password": PASSWORD, "new_password": NEW_PASSWORD}
    assert (await gateway.http.post("/api/v1/password-changes", json=change)).status_code == 204
    headers = gateway.bearer(administrator)
    reset = await gateway.http.post(f"/api/v1/users/{user.id}/password-resets", headers=headers)
    await gateway.http.post("/api/v1/tokens", json={"grant_type": "password", "password": "Lonely-horse-98"})
    await gateway.http.post("/api/v1/tokens", content=b'{"password": "Broken-horse-97"')
    cookie = {"Cookie": "shian_session=cookie-horse-96"}
    await gateway.http.get("/", headers={"Authorization": "Bearer bearer-horse-95"} | cookie)
    await gateway.http.get("/api/v1/me", headers={"Authorization": "Bearer bearer-horse-95"} | cookie)
    return [
        PASSWORD,
        NEW_PASSWORD,
        answer["access_token"],
        answer["refresh_token"],
        renewed["refresh_token"],
        reset.json()["temporary_password"],
        headers["Authorization"].removeprefix("Bearer "),
        "Mistyped-horse-99",
        "Lonely-horse-98",
        "Broken-horse-97",
        "cookie-horse-96",
        "bearer-horse-95",
    ]
