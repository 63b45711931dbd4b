"""Signing in with a password: who fails too often waits; what continues a sign-in is good once."""

import asyncio
from datetime import timedelta

import jwt

from gateway.identity.users.models import User, UserStatus
from shared.contracts.codes import Role
from tests.gateway.identity.conftest import HAISHU, NANHAI, PASSWORD, Gateway

NEW_PASSWORD = "Another-horse-43"


async def test_a_person_signs_in_and_the_token_says_who_it_is(gateway: Gateway) -> None:
    user = await gateway.add_user()
    answer = await gateway.sign_in(" Li.Ming ")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["ratelimit"].startswith('"sign-in";r=')
    token = answer.json()["access_token"]
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == answer.json()["expires_in"] == 600
    me = (await gateway.http.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})).json()
    assert (me["id"], me["roles"], me["regions"]) == (str(user.id), ["inspector"], [HAISHU])
    assert await gateway.audited("signed_in", user.id) == 1


async def test_the_right_password_does_not_open_a_locked_account_until_the_lock_has_run_out(gateway: Gateway) -> None:
    user = await gateway.add_user()
    answers = [await gateway.sign_in(password="wrong") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [401, 401, 429]
    assert "再错 2 次" in answers[0].json()["detail"]
    assert 0 < int(answers[2].headers["retry-after"]) <= 15 * 60
    locked = await gateway.sign_in()
    assert (locked.status_code, locked.json()["type"]) == (429, "/problems/account-locked")
    assert await gateway.audited("account_locked", user.id) == 1

    await gateway.execute("UPDATE failed_sign_ins SET locked_until = now() - interval '1 second'")
    assert (await gateway.sign_in(password="wrong")).status_code == 401, "after the lock the count begins anew"
    assert (await gateway.sign_in()).status_code == 200
    assert await gateway.execute("SELECT 1 FROM failed_sign_ins") == []


async def test_failures_long_ago_do_not_count(gateway: Gateway) -> None:
    await gateway.add_user()
    for _ in range(4):
        assert (await gateway.sign_in(password="wrong")).status_code == 401
        await gateway.execute("UPDATE failed_sign_ins SET window_started_at = now() - interval '16 minutes'")
    assert (await gateway.sign_in()).status_code == 200


async def test_nothing_tells_an_unknown_account_from_a_known_or_disabled_one(gateway: Gateway) -> None:
    await gateway.add_user()
    await gateway.add_user("gone.away", status=UserStatus.DISABLED)
    for attempt in range(4):
        known, unknown, disabled = [
            await gateway.sign_in(login, password)
            for login, password in (("li.ming", "wrong"), ("nobody.here", "wrong"), ("gone.away", PASSWORD))
        ]
        for other in (unknown, disabled):
            assert other.status_code == known.status_code, attempt
            assert other.json()["title"] == known.json()["title"]
            assert other.json().get("detail") == known.json().get("detail")
    assert [
        row.subject_name
        for row in await gateway.execute(
            "SELECT subject_name FROM audit_entries WHERE subject_id IS NULL AND action = 'account_locked'"
        )
    ] == ["（没有这个账号）"], "what was typed as a name is not kept: it may be a password"


async def test_guessing_in_parallel_gains_no_further_attempts(gateway: Gateway) -> None:
    await gateway.add_user()
    answers = await asyncio.gather(*(gateway.sign_in(password=f"wrong-{number}") for number in range(12)))
    assert sum(answer.status_code == 401 for answer in answers) <= 2
    assert all(answer.status_code in (401, 429, 503) for answer in answers)


async def test_one_address_may_not_try_too_often(gateway: Gateway) -> None:
    gateway.app.state.settings.sign_in_requests_per_minute = 3
    answers = [await gateway.sign_in(f"user-{number}", "wrong") for number in range(4)]
    assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
    assert answers[3].json()["type"] == "/problems/too-many-requests"
    assert answers[3].headers["ratelimit-policy"] == '"sign-in";q=3;w=60'
    assert 0 < int(answers[3].headers["retry-after"]) <= 60


async def test_a_refresh_token_gives_the_next_one_and_fresh_rights(gateway: Gateway, administrator: User) -> None:
    user = await gateway.add_user()
    first = (await gateway.sign_in()).json()["refresh_token"]
    changed = await gateway.http.patch(
        f"/api/v1/users/{user.id}",
        json={"roles": ["sampler"]},
        headers=gateway.bearer(administrator) | {"If-Match": '"1"'},
    )
    assert changed.status_code == 200, changed.text
    renewed = (await gateway.refresh(first)).json()
    assert renewed["refresh_token"] != first
    assert jwt.decode(renewed["access_token"], options={"verify_signature": False})["roles"] == ["sampler"]


async def test_a_refresh_token_that_comes_twice_ends_the_whole_family(gateway: Gateway) -> None:
    user = await gateway.add_user()
    first = (await gateway.sign_in()).json()["refresh_token"]
    other_sign_in = (await gateway.sign_in()).json()["refresh_token"]
    second = (await gateway.refresh(first)).json()["refresh_token"]
    third = (await gateway.refresh(second)).json()["refresh_token"]

    assert (await gateway.refresh(first)).status_code == 401
    assert (await gateway.refresh(third)).status_code == 401, "the newest of the family must be dead too"
    assert await gateway.audited("refresh_token_reused", user.id) == 1
    assert (await gateway.refresh(other_sign_in)).status_code == 200, "another sign-in of the same person goes on"


async def test_of_two_at_once_with_one_refresh_token_only_one_gets_the_next(gateway: Gateway) -> None:
    await gateway.add_user()
    token = (await gateway.sign_in()).json()["refresh_token"]
    answers = await asyncio.gather(*(gateway.refresh(token) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401]
    (winner,) = [answer for answer in answers if answer.status_code == 200]
    assert (await gateway.refresh(winner.json()["refresh_token"])).status_code == 401


async def test_refreshing_ends_with_the_account_the_time_and_the_sign_out(gateway: Gateway) -> None:
    user = await gateway.add_user()
    tokens = [(await gateway.sign_in()).json()["refresh_token"] for _ in range(3)]
    out = await gateway.http.post("/api/v1/sign-outs", json={"refresh_token": tokens[0]})
    assert out.status_code == 204
    assert (await gateway.refresh(tokens[0])).status_code == 401
    unknown = await gateway.http.post("/api/v1/sign-outs", json={"refresh_token": "x" * 43})
    assert unknown.status_code == 204

    await gateway.execute("UPDATE refresh_tokens SET expires_at = now() WHERE used_at IS NULL")
    assert (await gateway.refresh(tokens[1])).status_code == 401
    await gateway.execute("UPDATE refresh_tokens SET expires_at = now() + interval '1 day'")
    await gateway.execute("UPDATE users SET status = 'disabled' WHERE id = :id", id=user.id)
    assert (await gateway.refresh(tokens[2])).status_code == 401


async def test_a_temporary_password_is_good_for_choosing_an_own_one_only(gateway: Gateway, administrator: User) -> None:
    user = await gateway.add_user()
    before = (await gateway.sign_in()).json()["refresh_token"]
    reset = await gateway.http.post(f"/api/v1/users/{user.id}/password-resets", headers=gateway.bearer(administrator))
    assert reset.status_code == 201, reset.text
    temporary = reset.json()["temporary_password"]
    assert (await gateway.sign_in()).status_code == 401, "the old password is gone"
    assert (await gateway.refresh(before)).status_code == 401, "and so is what was signed in with it"
    refused = await gateway.sign_in(password=temporary)
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/password-change-required")

    assert (await change_password(gateway, temporary, NEW_PASSWORD)) == 204
    assert (await gateway.sign_in(password=NEW_PASSWORD)).status_code == 200
    assert (await gateway.sign_in(password=temporary)).status_code == 401


async def test_a_temporary_password_runs_out(gateway: Gateway, administrator: User) -> None:
    user = await gateway.add_user()
    reset = await gateway.http.post(f"/api/v1/users/{user.id}/password-resets", headers=gateway.bearer(administrator))
    await gateway.execute("UPDATE users SET password_temporary_until = now() WHERE id = :id", id=user.id)
    assert (await change_password(gateway, reset.json()["temporary_password"], NEW_PASSWORD)) == 401


async def test_changing_the_password_ends_all_other_sign_ins(gateway: Gateway) -> None:
    user = await gateway.add_user()
    token = (await gateway.sign_in()).json()["refresh_token"]
    assert await change_password(gateway, PASSWORD, "short") == 422
    assert await change_password(gateway, PASSWORD, PASSWORD) == 422
    assert await change_password(gateway, "wrong", NEW_PASSWORD) == 401
    assert await change_password(gateway, PASSWORD, NEW_PASSWORD) == 204
    assert (await gateway.refresh(token)).status_code == 401
    assert await gateway.audited("password_changed", user.id) == 1


async def test_an_administrator_unlocks_and_signs_out_only_whom_she_administers(
    gateway: Gateway, administrator: User
) -> None:
    near, far = await gateway.add_user(), await gateway.add_user("far.away", regions=(NANHAI,))
    token = (await gateway.sign_in()).json()["refresh_token"]
    for _ in range(3):
        await gateway.sign_in(password="wrong")
    headers = gateway.bearer(administrator)
    for act in ("unlocks", "sign-outs", "password-resets"):
        assert (await gateway.http.post(f"/api/v1/users/{far.id}/{act}", headers=headers)).status_code == 404
        own = await gateway.http.post(f"/api/v1/users/{administrator.id}/{act}", headers=headers)
        assert own.status_code == 403, "nobody does this to the own account"
        inspector = gateway.bearer(near)
        assert (await gateway.http.post(f"/api/v1/users/{near.id}/{act}", headers=inspector)).status_code == 403
    assert (await gateway.http.post(f"/api/v1/users/{near.id}/unlocks", headers=headers)).status_code == 204
    assert (await gateway.sign_in()).status_code == 200
    assert (await gateway.http.post(f"/api/v1/users/{near.id}/sign-outs", headers=headers)).status_code == 204
    assert (await gateway.refresh(token)).status_code == 401


async def test_no_secret_is_kept_as_it_is(gateway: Gateway) -> None:
    await gateway.add_user()
    token = (await gateway.sign_in()).json()["refresh_token"]
    await gateway.sign_in("nobody", "My-secret-Pass-99")
    dump = ""
    for table in ("users", "sign_ins", "refresh_tokens", "failed_sign_ins", "audit_entries", "idempotency_records"):
        dump += "".join(row[0] for row in await gateway.execute(f"SELECT to_jsonb({table})::text FROM {table}"))
    for secret in (token, PASSWORD, "My-secret-Pass-99"):
        assert secret not in dump
    assert "$argon2id$" in dump


async def change_password(gateway: Gateway, current: str, new: str) -> int:
    body = {"login": "li.ming", "current_password": current, "new_password": new}
    return (await gateway.http.post("/api/v1/password-changes", json=body)).status_code


async def test_an_expired_access_token_is_refused(gateway: Gateway) -> None:
    user = await gateway.add_user(roles=(Role.ADMINISTRATOR,))
    headers = gateway.bearer(user, timedelta(seconds=-30))
    answer = await gateway.http.get("/api/v1/me", headers=headers)
    assert (answer.status_code, answer.json()["detail"]) == (401, "登录已过期，请重新登录")
