"""Who may keep a webhook, what it may be told, and that its secret is seen once."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from gateway.identity.users.models import User
from gateway.webhooks import repository
from shared.contracts.codes import Role
from shared.contracts.scopes import SCOPES
from tests.gateway.identity.test_api_clients import register
from tests.gateway.webhooks.conftest import HAISHU, NANHAI, WHISTLE, Hearing, Receiver, later
from tests.gateway.webhooks.test_delivery import client_headers

PUBLIC_ADDRESS = "https://93.184.215.14/hook"  # an address on the open internet; nothing is sent to it here


async def asked(gateway: Hearing, headers: dict[str, str], **changes: Any) -> httpx.Response:
    body = {"name": "某区应急平台（演示）", "url": PUBLIC_ADDRESS, "event_types": [WHISTLE], "regions": [HAISHU]}
    headers = headers | {"Idempotency-Key": uuid4().hex}
    return await gateway.http.post("/api/v1/webhooks", json=body | changes, headers=headers)


@pytest.mark.parametrize(
    "changes",
    [
        {"regions": [NANHAI]},
        {"regions": [HAISHU, NANHAI]},
        {"regions": ["330000000000"]},
    ],
)
async def test_nobody_subscribes_beyond_his_regions(
    gateway: Hearing, administrator: User, changes: dict[str, Any]
) -> None:
    answer = await asked(gateway, gateway.bearer(administrator), **changes)
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/outside-region")
    made = (await asked(gateway, gateway.bearer(administrator))).json()
    headers = gateway.bearer(administrator) | {"If-Match": '"1"'}
    changed = await gateway.http.patch(f"/api/v1/webhooks/{made['id']}", json=changes, headers=headers)
    assert changed.status_code == 403


@pytest.mark.parametrize(
    "url",
    [
        "http://93.184.215.14/hook",
        "https://127.0.0.1/hook",
        "https://10.0.0.5/hook",
        "https://[::1]/hook",
        "https://[::ffff:10.0.0.5]/hook",
        "https://169.254.169.254/latest/meta-data",
        "https://localhost/hook",
        "https://2130706433/hook",
        "https://user:password@93.184.215.14/hook",
        "ftp://93.184.215.14/hook",
        "https://nothing.invalid/hook",
    ],
)
async def test_only_addresses_on_the_open_internet_are_taken(
    gateway: Hearing, administrator: User, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway.settings, "webhooks_to_private_addresses", False)
    answer = await asked(gateway, gateway.bearer(administrator), url=url)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"] == "/url"
    made = (await asked(gateway, gateway.bearer(administrator))).json()
    headers = gateway.bearer(administrator) | {"If-Match": '"1"'}
    moved = await gateway.http.patch(f"/api/v1/webhooks/{made['id']}", json={"url": url}, headers=headers)
    assert moved.status_code == 422, "nor later"


async def test_unknown_event_types_and_empty_lists_are_refused(gateway: Hearing, administrator: User) -> None:
    headers = gateway.bearer(administrator)
    refused: tuple[dict[str, Any], ...] = (
        {"event_types": ["inspection.consumer_clue.changed.v1"]},
        {"event_types": ["gateway.webhook.tested.v1"]},
        {"event_types": []},
        {"regions": []},
    )
    for changes in refused:
        assert (await asked(gateway, headers, **changes)).status_code == 422, changes


async def test_a_foreign_administrator_finds_nothing(gateway: Hearing, administrator: User, receiver: Receiver) -> None:
    webhook_id, _ = await gateway.subscribe(administrator, receiver.address)
    await gateway.hears()
    [entry] = await gateway.log(administrator, webhook_id)
    foreign = await gateway.add_user("chen.jie", roles=(Role.ADMINISTRATOR,), regions=(NANHAI,))
    headers = gateway.bearer(foreign) | {"If-Match": '"1"'}
    path = f"/api/v1/webhooks/{webhook_id}"
    span = {"begin": later(hours=-1).isoformat(), "end": later(hours=1).isoformat()}
    for method, below, body in (
        ("GET", "", None),
        ("PATCH", "", {"name": "别人的"}),
        ("DELETE", "", None),
        ("POST", "/secrets", {}),
        ("POST", "/pause", None),
        ("POST", "/resumption", None),
        ("POST", "/test-events", None),
        ("GET", "/deliveries", None),
        ("GET", f"/deliveries/{entry['id']}", None),
        ("POST", f"/deliveries/{entry['id']}/replay", None),
        ("POST", "/replays", span),
    ):
        answer = await gateway.http.request(method, path + below, json=body, headers=headers)
        assert answer.status_code == 404, (method, below, answer.text)
    assert (await gateway.http.get("/api/v1/webhooks", headers=headers)).json()["items"] == []


async def test_a_system_keeps_its_own_webhooks_and_sees_no_other(
    gateway: Hearing, administrator: User, receiver: Receiver
) -> None:
    await gateway.subscribe(administrator, receiver.address)
    one, two = [
        await client_headers(gateway, (await register(gateway, administrator, scopes=list(SCOPES))).json()["id"])
        for _ in range(2)
    ]
    own, _ = await gateway.subscribe_as(one, receiver.address)
    assert [item["id"] for item in (await gateway.http.get("/api/v1/webhooks", headers=one)).json()["items"]] == [own]
    assert (await gateway.http.get("/api/v1/webhooks", headers=two)).json()["items"] == []
    assert (await gateway.http.get(f"/api/v1/webhooks/{own}", headers=two)).status_code == 404
    seen = (await gateway.http.get("/api/v1/webhooks", headers=gateway.bearer(administrator))).json()["items"]
    assert len(seen) == 2, "its administrator watches both"


async def test_a_system_without_the_scope_keeps_none(gateway: Hearing, administrator: User) -> None:
    client_id = (await register(gateway, administrator, scopes=["gateway:read", "sampling:read"])).json()["id"]
    headers = await client_headers(gateway, client_id)
    assert (await gateway.http.get("/api/v1/webhooks", headers=headers)).status_code == 200
    refused = await asked(gateway, headers)
    assert (refused.status_code, "gateway:write" in refused.json()["detail"]) == (403, True)


async def test_a_secret_is_shown_once_and_kept_sealed(
    gateway: Hearing, administrator: User, receiver: Receiver
) -> None:
    webhook_id, secret = await gateway.subscribe(administrator, receiver.address)
    for path in ("", f"/{webhook_id}", f"/{webhook_id}/deliveries"):
        shown = await gateway.http.get(f"/api/v1/webhooks{path}", headers=gateway.bearer(administrator))
        assert secret not in shown.text
    for table in ("webhooks", "audit_entries", "audit_records", "idempotency_records"):
        rows = await gateway.execute(f"SELECT to_jsonb({table})::text AS row FROM {table}")
        assert all(secret.removeprefix("whsec_") not in row.row for row in rows), table
    sealed = (await gateway.state_of(webhook_id)).sealed_secret
    assert secret.encode() not in sealed


async def test_what_is_done_to_a_webhook_stands_in_the_audit_trail(
    gateway: Hearing, administrator: User, receiver: Receiver
) -> None:
    webhook_id, _ = await gateway.subscribe(administrator, receiver.address + "?token=geheim")
    headers = gateway.bearer(administrator)
    for step in ("pause", "resumption"):
        assert (await gateway.http.post(f"/api/v1/webhooks/{webhook_id}/{step}", headers=headers)).status_code == 200
    assert (await gateway.http.delete(f"/api/v1/webhooks/{webhook_id}", headers=headers)).status_code == 204
    noted = await gateway.execute("SELECT action, details::text FROM audit_entries ORDER BY id")
    assert [row.action for row in noted if row.action.startswith("webhook")] == [
        "webhook_created",
        "webhook_secret_issued",
        "webhook_changed",
        "webhook_changed",
        "webhook_removed",
    ]
    assert all("geheim" not in row.details for row in noted), "an address may hold a secret"


async def test_a_paused_webhook_owes_nothing_and_a_stale_change_is_refused(
    gateway: Hearing, administrator: User, receiver: Receiver
) -> None:
    webhook_id, _ = await gateway.subscribe(administrator, receiver.address)
    headers = gateway.bearer(administrator)
    await gateway.http.post(f"/api/v1/webhooks/{webhook_id}/pause", headers=headers)
    again = await gateway.http.post(f"/api/v1/webhooks/{webhook_id}/pause", headers=headers)
    assert (again.status_code, again.json()["type"]) == (409, "/problems/webhook-not-active")
    await gateway.hears()
    assert (await gateway.deliver(later(minutes=1)), await gateway.log(administrator, webhook_id)) == (0, [])
    stale = await gateway.http.patch(
        f"/api/v1/webhooks/{webhook_id}", json={"name": "新名"}, headers=headers | {"If-Match": '"1"'}
    )
    assert stale.status_code == 412


async def test_a_type_that_was_left_out_is_no_longer_sent(
    gateway: Hearing, administrator: User, receiver: Receiver
) -> None:
    webhook_id, _ = await gateway.subscribe(administrator, receiver.address)
    await gateway.hears()
    headers = gateway.bearer(administrator)
    etag = (await gateway.http.get(f"/api/v1/webhooks/{webhook_id}", headers=headers)).headers["etag"]
    changed = await gateway.http.patch(
        f"/api/v1/webhooks/{webhook_id}",
        json={"event_types": ["traceability.recall.opened.v1"]},
        headers=headers | {"If-Match": etag},
    )
    assert changed.status_code == 200, changed.text
    assert (await gateway.deliver(), receiver.bodies) == (0, [])


async def test_the_catalogue_names_types_fields_and_scopes(gateway: Hearing, administrator: User) -> None:
    listed = await gateway.http.get("/api/v1/webhook-event-types", headers=gateway.bearer(administrator))
    whistle = next(item for item in listed.json() if item["type"] == WHISTLE)
    assert (whistle["scope"], "region_code" in whistle["fields"]) == ("sampling:read", True)


async def test_old_messages_are_forgotten_with_their_log(
    gateway: Hearing, administrator: User, receiver: Receiver
) -> None:
    webhook_id, _ = await gateway.subscribe(administrator, receiver.address)
    await gateway.hears()
    await gateway.deliver()
    await gateway.execute("UPDATE webhook_messages SET at = :past", past=later(days=-31))
    await gateway.hears()
    async with gateway.app.state.sessions() as session, session.begin():
        assert await repository.forget_messages(session, days=30, limit=100) == 1
    assert len(await gateway.log(administrator, webhook_id)) == 1
