"""The audit trail: only added to, and read by those whose regions it concerns."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from gateway.identity.audit.service import find_edited
from gateway.identity.users.models import User
from shared import times
from shared.contracts.codes import Role
from tests.gateway.identity.conftest import HAISHU, NANHAI, Gateway


@pytest.mark.parametrize("statement", ["UPDATE audit_entries SET address = ''", "DELETE FROM audit_entries"])
async def test_what_was_noted_is_neither_changed_nor_deleted(gateway: Gateway, statement: str) -> None:
    await gateway.add_user()
    await gateway.sign_in()
    with pytest.raises(DBAPIError, match="only appended"):
        await gateway.execute(statement)


async def test_an_auditor_sees_the_acts_of_the_own_regions_and_those_of_unknown_accounts(gateway: Gateway) -> None:
    auditor = await gateway.add_user("zhao.audit", roles=(Role.AUDITOR,), regions=(HAISHU,))
    near = await gateway.add_user("near.by", regions=("330203009000",))
    await gateway.add_user("far.away", regions=(NANHAI,))
    for login in ("near.by", "far.away", "nobody.here"):
        await gateway.sign_in(login, "wrong")
    entries = (await gateway.http.get("/api/v1/audit-entries", headers=gateway.bearer(auditor))).json()["items"]
    assert [entry["subject_name"] for entry in entries] == ["（没有这个账号）", near.display_name]
    assert entries[1]["action_label"] == "登录被拒"
    assert entries[1]["address"] == "192.0.2.10"
    narrowed = await gateway.http.get(
        "/api/v1/audit-entries", params={"subject_id": str(near.id), "limit": 1}, headers=gateway.bearer(auditor)
    )
    assert [entry["subject_id"] for entry in narrowed.json()["items"]] == [str(near.id)]


async def test_every_change_of_rights_is_noted_with_before_and_after(gateway: Gateway, administrator: User) -> None:
    user = await gateway.add_user()
    headers = gateway.bearer(administrator)
    await gateway.http.patch(
        f"/api/v1/users/{user.id}", json={"roles": ["sampler"]}, headers=headers | {"If-Match": '"1"'}
    )
    answer = await gateway.http.get("/api/v1/audit-entries", params={"action": "user_changed"}, headers=headers)
    (entry,) = answer.json()["items"]
    grant = {
        "roles": ["inspector"],
        "regions": [HAISHU],
        "status": "active",
        "organisation_id": None,
        "business_id": None,
    }
    assert entry["details"] == {"before": grant, "after": grant | {"roles": ["sampler"]}}
    assert (entry["actor_id"], entry["subject_id"]) == (str(administrator.id), str(user.id))
    assert entry["request_id"] != ""


async def test_a_new_account_is_noted_with_its_whole_grant(gateway: Gateway, administrator: User) -> None:
    business = str(uuid4())
    headers = gateway.bearer(administrator)
    body = {"login": "zhang.wei", "display_name": "演示·张", "roles": ["market_operator"], "regions": [HAISHU]}
    made = await gateway.http.post(
        "/api/v1/users", json=body | {"business_id": business}, headers=headers | {"Idempotency-Key": uuid4().hex}
    )
    assert made.status_code == 201, made.text
    answer = await gateway.http.get("/api/v1/audit-entries", params={"action": "user_created"}, headers=headers)
    after = answer.json()["items"][0]["details"]["after"]
    assert (after["roles"], after["regions"], after["business_id"]) == (["market_operator"], [HAISHU], business)


async def test_a_change_of_a_client_is_noted_with_its_whole_grant(gateway: Gateway, administrator: User) -> None:
    headers = gateway.bearer(administrator)
    until = (times.now() + timedelta(days=30)).isoformat()
    body = {"name": "某市场快检系统（演示）", "scopes": ["sampling:read"], "regions": [HAISHU], "expires_at": until}
    made = await gateway.http.post("/api/v1/api-clients", json=body, headers=headers | {"Idempotency-Key": uuid4().hex})
    path = f"/api/v1/api-clients/{made.json()['id']}"
    change = {"scopes": ["sampling:write"]}
    done = await gateway.http.patch(path, json=change, headers=headers | {"If-Match": made.headers["etag"]})
    assert done.status_code == 200, done.text
    answer = await gateway.http.get("/api/v1/audit-entries", params={"action": "api_client_changed"}, headers=headers)
    details = answer.json()["items"][0]["details"]
    assert [details[side]["scopes"] for side in ("before", "after")] == [["sampling:read"], ["sampling:write"]]
    assert [details[side]["regions"] for side in ("before", "after")] == [[HAISHU], [HAISHU]]


async def test_others_do_not_read_it(gateway: Gateway) -> None:
    user = await gateway.add_user()
    assert (await gateway.http.get("/api/v1/audit-entries", headers=gateway.bearer(user))).status_code == 403


@pytest.mark.parametrize(
    "deed",
    [
        "UPDATE audit_entries SET address = '192.0.2.99' WHERE action = 'sign_in_refused'",
        "UPDATE audit_entries SET details = '{}' WHERE action = 'sign_in_refused'",
        "DELETE FROM audit_entries WHERE action = 'sign_in_refused'",
        "INSERT INTO audit_entries SELECT gen_random_uuid(), now(), action, actor_id, actor_name, subject_id,"
        " subject_name, regions, address, request_id, details FROM audit_entries WHERE action = 'sign_in_refused'",
    ],
)
async def test_an_entry_that_an_administrator_of_the_database_touched_is_found(gateway: Gateway, deed: str) -> None:
    await gateway.add_user()
    await gateway.sign_in(password="wrong")
    await gateway.sign_in()
    async with gateway.app.state.sessions() as session, session.begin():
        assert await find_edited(session) == []
        await session.execute(text("SET LOCAL session_replication_role = replica"))
        await session.execute(text(deed))
        session.expunge_all()
        assert len(await find_edited(session)) == 1


async def test_no_hash_of_a_password_stands_in_the_log_of_writes(gateway: Gateway) -> None:
    await gateway.add_user()
    assert (await gateway.sign_in()).status_code == 200
    (row,) = await gateway.execute("SELECT * FROM audit_records WHERE action = 'POST /api/v1/tokens'")
    assert (row.status, row.content_sha256, row.content_sm3, row.content_salt) == (200, None, None, None)
