"""API clients: keys are shown once, and what a client may do never grows by itself."""

import hashlib
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import jwt
from hypothesis import given
from hypothesis import strategies as st

from gateway.identity.api_clients.models import ApiClient
from gateway.identity.users.models import User
from shared import times
from shared.contracts.codes import Role
from shared.contracts.scopes import SCOPES
from tests.gateway.identity.conftest import HAISHU, NANHAI, Gateway

OWN_SCOPES = ["inspection:read", "sampling:write"]


async def register(gateway: Gateway, administrator: User, **changes: Any) -> httpx.Response:
    expires_at = (times.now() + timedelta(days=30)).isoformat()
    body = {"name": "某市场快检系统（演示）", "scopes": OWN_SCOPES, "regions": [HAISHU], "expires_at": expires_at}
    headers = gateway.bearer(administrator) | {"Idempotency-Key": uuid4().hex}
    return await gateway.http.post("/api/v1/api-clients", json=body | changes, headers=headers)


async def issue_key(gateway: Gateway, administrator: User, client_id: str, overlap_hours: int = 24) -> str:
    answer = await gateway.http.post(
        f"/api/v1/api-clients/{client_id}/keys",
        json={"overlap_hours": overlap_hours},
        headers=gateway.bearer(administrator),
    )
    assert answer.status_code == 201, answer.text
    assert answer.headers["cache-control"] == "no-store"
    key: str = answer.json()["client_key"]
    return key


async def let_in(gateway: Gateway, client_id: str, key: str, scopes: list[str] | None = None) -> httpx.Response:
    body = {"grant_type": "client_credentials", "client_id": client_id, "client_key": key, "scopes": scopes}
    return await gateway.http.post("/api/v1/tokens", json=body)


async def test_a_client_gets_a_token_with_its_own_regions_and_scopes(gateway: Gateway, administrator: User) -> None:
    client_id = (await register(gateway, administrator)).json()["id"]
    key = await issue_key(gateway, administrator, client_id)
    answer = (await let_in(gateway, client_id, key)).json()
    assert (answer["scopes"], answer["refresh_token"]) == (OWN_SCOPES, None)
    claims = jwt.decode(answer["access_token"], options={"verify_signature": False})
    assert (claims["kind"], claims["roles"], claims["regions"]) == ("client", ["external_system"], [HAISHU])
    assert (claims["sub"], claims["scopes"]) == (client_id, OWN_SCOPES)
    assert await gateway.execute("SELECT 1 FROM idempotency_records WHERE encode(body, 'escape') LIKE '%shian_%'") == []


@given(own=st.sets(st.sampled_from(SCOPES)), wanted=st.sets(st.sampled_from([*SCOPES, "gateway:write", "*", ""])))
def test_a_token_never_has_a_scope_the_client_lacks(own: set[str], wanted: set[str]) -> None:
    client = ApiClient(id=uuid4(), name="演示", scopes=sorted(own), regions=[HAISHU])
    actor = client.as_actor(frozenset(wanted))
    assert actor.scopes == own & wanted
    assert actor.roles == {Role.EXTERNAL_SYSTEM}


async def test_a_client_may_ask_for_less_but_not_for_more(gateway: Gateway, administrator: User) -> None:
    client_id = (await register(gateway, administrator)).json()["id"]
    key = await issue_key(gateway, administrator, client_id)
    assert (await let_in(gateway, client_id, key, ["sampling:write"])).json()["scopes"] == ["sampling:write"]
    for wider in (["scoring:write"], [*OWN_SCOPES, "sampling:read"], ["*"], [""]):
        answer = await let_in(gateway, client_id, key, wider)
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/scope-too-wide"), wider


async def test_the_proxy_lets_a_client_do_only_what_its_scopes_say(gateway: Gateway, administrator: User) -> None:
    client_id = (await register(gateway, administrator)).json()["id"]
    token = (await let_in(gateway, client_id, await issue_key(gateway, administrator, client_id))).json()[
        "access_token"
    ]
    headers = {"Authorization": f"Bearer {token}"}
    refused = [("GET", "sampling"), ("POST", "inspection"), ("GET", "scoring"), ("DELETE", "traceability")]
    for method, unit in refused:
        answer = await gateway.http.request(method, f"/api/{unit}/v1/anything", headers=headers)
        assert answer.status_code == 403, (method, unit)
    for method, unit in [("GET", "inspection"), ("POST", "sampling")]:
        answer = await gateway.http.request(method, f"/api/{unit}/v1/anything", headers=headers)
        assert answer.status_code == 503, "admitted: no service runs in this test"
    for path in ("users", "api-clients", "audit-entries"):
        assert (await gateway.http.get(f"/api/v1/{path}", headers=headers)).status_code == 403


async def test_a_client_is_not_given_regions_or_scopes_that_do_not_exist_for_its_maker(
    gateway: Gateway, administrator: User
) -> None:
    assert (await register(gateway, administrator, regions=[NANHAI])).status_code == 403
    assert (await register(gateway, administrator, scopes=["everything"])).status_code == 422
    assert (await register(gateway, administrator, scopes=[])).status_code == 422
    assert (await register(gateway, administrator, regions=[])).status_code == 422
    too_long = (times.now() + timedelta(days=2000)).isoformat()
    assert (await register(gateway, administrator, expires_at=too_long)).status_code == 422


async def test_a_key_is_rotated_with_an_overlap_and_then_ends(gateway: Gateway, administrator: User) -> None:
    client_id = (await register(gateway, administrator)).json()["id"]
    old = await issue_key(gateway, administrator, client_id)
    new = await issue_key(gateway, administrator, client_id, overlap_hours=1)
    assert [(await let_in(gateway, client_id, key)).status_code for key in (old, new)] == [200, 200]
    await gateway.execute("UPDATE api_keys SET expires_at = now() WHERE expires_at IS NOT NULL")
    assert [(await let_in(gateway, client_id, key)).status_code for key in (old, new)] == [401, 200]
    newest = await issue_key(gateway, administrator, client_id, overlap_hours=0)
    assert [(await let_in(gateway, client_id, key)).status_code for key in (new, newest)] == [401, 200]


async def test_an_administrator_sees_which_key_is_still_used(gateway: Gateway, administrator: User) -> None:
    client_id = (await register(gateway, administrator)).json()["id"]
    headers = gateway.bearer(administrator)
    old = await issue_key(gateway, administrator, client_id)
    new = await issue_key(gateway, administrator, client_id, overlap_hours=24)
    path = f"/api/v1/api-clients/{client_id}"
    assert (await gateway.http.get(path, headers=headers)).json()["last_used_at"] is None
    assert (await let_in(gateway, client_id, old)).status_code == 200
    keys = (await gateway.http.get(f"{path}/keys", headers=headers)).json()
    assert [key["fingerprint"] for key in keys] == [
        hashlib.sha256(each.encode()).hexdigest()[:8] for each in (new, old)
    ]
    assert [key["last_used_at"] is None for key in keys] == [True, False], "the other side has not changed over yet"
    assert [key["expires_at"] is None for key in keys] == [True, False]
    shown = await gateway.http.get(path, headers=headers)
    assert shown.json()["last_used_at"] == keys[1]["last_used_at"]
    assert shown.headers["etag"] == '"1"', "to use a key is no change of the client"
    assert old not in str(keys)
    foreign = await gateway.add_user("chen.jie", roles=(Role.ADMINISTRATOR,), regions=(NANHAI,))
    assert (await gateway.http.get(f"{path}/keys", headers=gateway.bearer(foreign))).status_code == 404


async def test_revoked_expired_and_foreign_keys_let_nobody_in(gateway: Gateway, administrator: User) -> None:
    client_id, other_id = [(await register(gateway, administrator)).json()["id"] for _ in range(2)]
    key = await issue_key(gateway, administrator, client_id)
    assert (await let_in(gateway, other_id, key)).status_code == 401
    assert (await let_in(gateway, client_id, "shian_" + "x" * 43)).status_code == 401
    assert (await let_in(gateway, str(uuid4()), key)).status_code == 401
    assert await gateway.audited("api_key_refused") == 3
    await gateway.execute("UPDATE api_clients SET expires_at = now()")
    assert (await let_in(gateway, client_id, key)).status_code == 401
    await gateway.execute("UPDATE api_clients SET expires_at = now() + interval '1 day'")
    assert (await let_in(gateway, client_id, key)).status_code == 200

    headers = gateway.bearer(administrator)
    revoked = await gateway.http.post(f"/api/v1/api-clients/{client_id}/revocation", headers=headers)
    assert (revoked.status_code, revoked.json()["status"]) == (200, "revoked")
    assert (await let_in(gateway, client_id, key)).status_code == 401
    again = await gateway.http.post(f"/api/v1/api-clients/{client_id}/keys", json={}, headers=headers)
    assert again.status_code == 409, "what is revoked stays revoked"


async def test_a_foreign_administrator_neither_sees_nor_changes_a_client(gateway: Gateway, administrator: User) -> None:
    client_id = (await register(gateway, administrator)).json()["id"]
    foreign = await gateway.add_user("chen.jie", roles=(Role.ADMINISTRATOR,), regions=(NANHAI,))
    headers = gateway.bearer(foreign) | {"If-Match": '"1"'}
    path = f"/api/v1/api-clients/{client_id}"
    assert (await gateway.http.get(path, headers=headers)).status_code == 404
    assert (await gateway.http.patch(path, json={"scopes": list(SCOPES)}, headers=headers)).status_code == 404
    assert (await gateway.http.post(f"{path}/keys", json={}, headers=headers)).status_code == 404
    assert (await gateway.http.post(f"{path}/revocation", headers=headers)).status_code == 404
    assert (await gateway.http.get("/api/v1/api-clients", headers=headers)).json()["items"] == []
