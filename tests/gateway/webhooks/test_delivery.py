"""What an outside system receives: what its owner may see, signed, once acknowledged never again, and nobody waits for
a slow one.
"""

import asyncio
import json
import time
from typing import Any
from uuid import uuid4

import pytest
from standardwebhooks.webhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

from gateway.identity.api_clients.models import ApiClient
from gateway.identity.users.models import User
from gateway.webhooks.delivery import claim_next, serve
from gateway.webhooks.rules import MOST_ATTEMPTS
from gateway.webhooks.sending import BODY_KEPT, Outgoing, send
from shared import times
from shared.contracts.codes import Role
from shared.ids import uuid7
from tests.gateway.identity.test_api_clients import register
from tests.gateway.webhooks.conftest import HAISHU, NANHAI, NINGBO, WHISTLE, Hearing, Receiver, later, receiving

TOWN = "330203001000"
SECRET = "whsec_" + "QUJD" * 10


async def test_an_event_arrives_signed_as_the_public_library_verifies(
    gateway: Hearing, administrator: User, receiver: Receiver
) -> None:
    _, secret = await gateway.subscribe(administrator, receiver.address)
    await gateway.hears()
    assert await gateway.deliver() == 1
    told = receiver.verified(secret)
    assert (told["type"], told["data"]["region_code"], told["data"]["item_code"]) == (
        WHISTLE,
        TOWN,
        "pesticide_residue",
    )
    assert "演示蔬菜摊" not in receiver.bodies[0].decode(), "a stall's holder is a person"
    with pytest.raises(WebhookVerificationError):
        receiver.verified("whsec_" + "QUJD" * 11)
    assert await gateway.deliver(later(days=1)) == 0, "acknowledged is acknowledged"


async def test_the_same_event_twice_is_told_once(gateway: Hearing, administrator: User, receiver: Receiver) -> None:
    await gateway.subscribe(administrator, receiver.address)
    same = uuid4()
    await asyncio.gather(gateway.hears(identifier=same), gateway.hears(identifier=same))
    assert (await gateway.deliver(), len(receiver.bodies)) == (1, 1)


async def test_only_subscribed_types_and_regions_are_sent(
    gateway: Hearing, administrator: User, receiver: Receiver
) -> None:
    await gateway.subscribe(administrator, receiver.address)
    await gateway.hears("sampling.whistle.closed.v1")
    await gateway.hears(region_code=NANHAI)
    await gateway.hears(region_code="330212000000")  # 鄞州: the administrator's, but not the webhook's
    await gateway.hears(region_code="999999000000")  # a region that the tree does not know
    assert (await gateway.deliver(), receiver.bodies) == (0, [])


async def test_whoever_writes_foreign_regions_into_a_webhook_still_hears_nothing_of_them(
    gateway: Hearing, administrator: User, receiver: Receiver
) -> None:
    """What the table says is not believed: the owner's own regions are asked again."""
    webhook_id, _ = await gateway.subscribe(administrator, receiver.address)
    await gateway.execute("UPDATE webhooks SET regions = :all WHERE id = :id", all=[HAISHU, NANHAI], id=webhook_id)
    await gateway.hears(region_code=NANHAI)
    assert (await gateway.deliver(), receiver.bodies) == (0, [])
    await gateway.execute(
        "INSERT INTO webhook_deliveries (id, webhook_id, message_id, state, attempts, due_at) "
        "SELECT gen_random_uuid(), :id, id, 'pending', 0, now() FROM webhook_messages",
        id=webhook_id,
    )
    assert (await gateway.deliver(), receiver.bodies) == (0, [])
    assert [row.state for row in await gateway.execute("SELECT state FROM webhook_deliveries")] == ["withheld"]


@pytest.mark.parametrize(
    "loss",
    [
        "UPDATE users SET status = 'disabled' WHERE id = :owner",
        "UPDATE users SET roles = '{inspector}' WHERE id = :owner",
        "UPDATE users SET regions = '{440605000000}' WHERE id = :owner",
    ],
)
async def test_who_may_no_longer_see_it_is_not_sent_what_waits(
    gateway: Hearing, administrator: User, receiver: Receiver, loss: str
) -> None:
    webhook_id, _ = await gateway.subscribe(administrator, receiver.address)
    await gateway.hears()
    await gateway.execute(loss, owner=administrator.id)
    await gateway.hears()
    assert (await gateway.deliver(), receiver.bodies) == (0, [])
    states = await gateway.execute("SELECT state FROM webhook_deliveries WHERE webhook_id = :id", id=webhook_id)
    assert [row.state for row in states] == ["withheld"], "the second event was not even owed"


@pytest.mark.parametrize(
    "loss",
    [
        "UPDATE api_clients SET status = 'revoked'",
        "UPDATE api_clients SET expires_at = now()",
        "UPDATE api_clients SET scopes = '{gateway:write,inspection:read}'",
        "UPDATE api_clients SET regions = '{440605000000}'",
    ],
)
async def test_a_system_hears_within_its_scopes_and_as_long_as_it_may(
    gateway: Hearing, administrator: User, receiver: Receiver, loss: str
) -> None:
    made = (await register(gateway, administrator, scopes=["gateway:write", "sampling:read"])).json()
    headers = await client_headers(gateway, made["id"])
    refused = await gateway.http.post(
        "/api/v1/webhooks",
        json={
            "name": "演示",
            "url": receiver.address,
            "event_types": ["scoring.clock.breached.v1"],
            "regions": [HAISHU],
        },
        headers=headers | {"Idempotency-Key": uuid4().hex},
    )
    assert refused.status_code == 403, "a type of a unit that it may not read"
    _, secret = await gateway.subscribe_as(headers, receiver.address)
    await gateway.hears()
    assert await gateway.deliver() == 1
    receiver.verified(secret)
    await gateway.hears()
    await gateway.execute(loss)
    await gateway.hears()
    assert (await gateway.deliver(), len(receiver.bodies)) == (0, 1)


async def client_headers(gateway: Hearing, client_id: str) -> dict[str, str]:
    async with gateway.app.state.sessions() as session:
        client = await session.get(ApiClient, client_id)
        assert client is not None
        return gateway.bearer_of(client.as_actor(frozenset(client.scopes)))


async def test_a_failure_is_tried_again_later_under_the_same_id(
    gateway: Hearing, administrator: User, receiver: Receiver
) -> None:
    webhook_id, secret = await gateway.subscribe(administrator, receiver.address)
    receiver.statuses = [500, 302]
    await gateway.hears()
    assert await gateway.deliver() == 0
    assert await gateway.deliver() == 0, "it rests first"
    assert await gateway.deliver(later(minutes=1)) == 0, "a redirect is no acknowledgement and is not followed"
    assert await gateway.deliver(later(minutes=10)) == 1
    assert len({head["webhook-id"] for head in receiver.headers}) == 1
    assert len(receiver.bodies) == 3
    receiver.verified(secret)
    [entry] = await gateway.log(administrator, webhook_id)
    assert (entry["state"], entry["attempts"]) == ("delivered", 3)
    detail = await gateway.http.get(
        f"/api/v1/webhooks/{webhook_id}/deliveries/{entry['id']}", headers=gateway.bearer(administrator)
    )
    tried = detail.json()["tried"]
    assert [attempt["status"] for attempt in tried] == [200, 302, 500]
    assert tried[0]["response_body"] == "收到"
    assert tried[0]["request_headers"]["webhook-id"] == receiver.headers[0]["webhook-id"]
    assert "webhook-signature" not in tried[0]["request_headers"]
    assert "set-cookie" not in tried[0]["response_headers"]
    assert (await gateway.state_of(webhook_id)).failures == 0


async def test_a_delivery_ends_undelivered_after_the_last_attempt_and_is_replayed_by_hand(
    gateway: Hearing, administrator: User, receiver: Receiver
) -> None:
    webhook_id, _ = await gateway.subscribe(administrator, receiver.address)
    receiver.status = 503
    await gateway.hears()
    await gateway.execute("UPDATE webhook_deliveries SET attempts = :last", last=MOST_ATTEMPTS - 1)
    assert await gateway.deliver() == 0
    [entry] = await gateway.log(administrator, webhook_id)
    assert (entry["state"], entry["attempts"]) == ("failed", MOST_ATTEMPTS)
    receiver.status = 204
    path = f"/api/v1/webhooks/{webhook_id}/deliveries/{entry['id']}/replay"
    again = await gateway.http.post(path, headers=gateway.bearer(administrator))
    assert (again.status_code, again.json()["state"], again.json()["replays"]) == (202, "pending", 1)
    twice = await gateway.http.post(path, headers=gateway.bearer(administrator))
    assert (twice.status_code, twice.json()["type"]) == (409, "/problems/still-pending")
    assert await gateway.deliver(later(minutes=10)) == 1


async def test_a_receiver_that_fails_for_long_is_given_up_and_what_it_missed_is_replayed(
    gateway: Hearing, administrator: User, receiver: Receiver
) -> None:
    webhook_id, _ = await gateway.subscribe(administrator, receiver.address)
    begin = times.now().isoformat()
    receiver.status = 500
    await gateway.hears()
    await gateway.deliver()
    assert (await gateway.state_of(webhook_id)).state == "active"
    await gateway.deliver(later(hours=121))
    disabled = await gateway.state_of(webhook_id)
    assert (disabled.state, disabled.last_error) == ("disabled", "接收方答复 500")
    await gateway.hears()
    receiver.status = 200
    assert await gateway.deliver(later(hours=130)) == 0

    headers = gateway.bearer(administrator)
    span = {"begin": begin, "end": later(hours=1).isoformat()}
    early = await gateway.http.post(f"/api/v1/webhooks/{webhook_id}/replays", json=span, headers=headers)
    assert early.status_code == 409
    resumed = await gateway.http.post(f"/api/v1/webhooks/{webhook_id}/resumption", headers=headers)
    assert (resumed.status_code, resumed.json()["state"]) == (200, "active")
    replayed = await gateway.http.post(f"/api/v1/webhooks/{webhook_id}/replays", json=span, headers=headers)
    assert replayed.json() == {"messages": 1}, "the one it missed; the other still waits by itself"
    assert await gateway.deliver(later(hours=130)) == 2
    nothing = await gateway.http.post(f"/api/v1/webhooks/{webhook_id}/replays", json=span, headers=headers)
    assert nothing.json() == {"messages": 0}
    all_of_it = await gateway.http.post(
        f"/api/v1/webhooks/{webhook_id}/replays", json=span | {"delivered_too": True}, headers=headers
    )
    assert all_of_it.json() == {"messages": 2}


async def test_a_receiver_that_says_it_is_gone_is_believed(
    gateway: Hearing, administrator: User, receiver: Receiver
) -> None:
    webhook_id, _ = await gateway.subscribe(administrator, receiver.address)
    receiver.status = 410
    await gateway.hears()
    await gateway.deliver()
    assert (await gateway.state_of(webhook_id)).state == "disabled"


async def test_a_replay_of_a_span_never_reaches_beyond_the_regions(
    gateway: Hearing, administrator: User, receiver: Receiver
) -> None:
    begin = times.now().isoformat()
    await gateway.hears(region_code=NANHAI)
    await gateway.hears(region_code=HAISHU)
    webhook_id, _ = await gateway.subscribe(administrator, receiver.address)
    span = {"begin": begin, "end": later(hours=1).isoformat()}
    replayed = await gateway.http.post(
        f"/api/v1/webhooks/{webhook_id}/replays", json=span, headers=gateway.bearer(administrator)
    )
    assert replayed.json() == {"messages": 1}, "also what happened before the webhook was made"
    assert await gateway.deliver() == 1
    assert [json.loads(body)["data"]["region_code"] for body in receiver.bodies] == [HAISHU]


async def test_while_a_secret_is_changed_both_sign(gateway: Hearing, administrator: User, receiver: Receiver) -> None:
    webhook_id, old = await gateway.subscribe(administrator, receiver.address)
    new = await gateway.issue(gateway.bearer(administrator), webhook_id, overlap_hours=2)
    await gateway.hears()
    await gateway.deliver()
    assert len(receiver.headers[0]["webhook-signature"].split()) == 2
    for secret in (old, new):
        receiver.verified(secret)
    await gateway.execute("UPDATE webhooks SET previous_until = now() WHERE id = :id", id=webhook_id)
    await gateway.hears()
    await gateway.deliver()
    receiver.verified(new)
    with pytest.raises(WebhookVerificationError):
        receiver.verified(old)


async def test_nothing_is_sent_before_there_is_a_secret(
    gateway: Hearing, administrator: User, receiver: Receiver
) -> None:
    webhook_id, _ = await gateway.subscribe(administrator, receiver.address, secret=False)
    await gateway.hears()
    assert await gateway.deliver() == 0
    early = await gateway.http.post(f"/api/v1/webhooks/{webhook_id}/test-events", headers=gateway.bearer(administrator))
    assert (early.status_code, early.json()["type"]) == (409, "/problems/webhook-without-secret")
    secret = await gateway.issue(gateway.bearer(administrator), webhook_id)
    assert await gateway.deliver() == 1
    receiver.verified(secret)


async def test_a_test_event_goes_to_its_webhook_only(gateway: Hearing, administrator: User, receiver: Receiver) -> None:
    webhook_id, secret = await gateway.subscribe(administrator, receiver.address)
    async with receiving(Receiver()) as other:
        await gateway.subscribe(administrator, other.address)
        sent = await gateway.http.post(
            f"/api/v1/webhooks/{webhook_id}/test-events", headers=gateway.bearer(administrator)
        )
        assert sent.status_code == 202, sent.text
        assert await gateway.deliver() == 1
        assert other.bodies == []
    assert receiver.verified(secret)["type"] == "gateway.webhook.tested.v1"


async def test_a_slow_receiver_keeps_nobody_else_waiting(
    gateway: Hearing, administrator: User, receiver: Receiver
) -> None:
    receiver.seconds = 30.0
    async with receiving(Receiver()) as quick:
        await gateway.subscribe(administrator, receiver.address)
        await gateway.subscribe(administrator, quick.address.replace("127.0.0.1", "localhost"))
        await gateway.hears()
        slow = await claim_next(gateway.app.state.sessions, ["localhost"])
        assert slow is not None
        serving = asyncio.create_task(serve(gateway.app.state.sessions, gateway.settings, slow))
        other = await claim_next(gateway.app.state.sessions, [slow.host])
        assert other is not None
        assert await claim_next(gateway.app.state.sessions, []) is None, "both are taken by one worker each"
        assert await serve(gateway.app.state.sessions, gateway.settings, other) == 1
        assert not serving.done()
        receiver.release.set()
        assert await serving == 1


async def test_a_worker_that_was_overtaken_changes_nothing(
    gateway: Hearing, administrator: User, receiver: Receiver
) -> None:
    await gateway.subscribe(administrator, receiver.address)
    await gateway.hears()
    first = await claim_next(gateway.app.state.sessions, [])
    second = await claim_next(gateway.app.state.sessions, [], later(minutes=5))
    assert first is not None
    assert second is not None
    assert await serve(gateway.app.state.sessions, gateway.settings, first) == 0
    assert receiver.bodies == []
    assert await serve(gateway.app.state.sessions, gateway.settings, second, later(minutes=5)) == 1


async def test_private_addresses_are_refused_when_sending_as_well(
    gateway: Hearing, administrator: User, receiver: Receiver
) -> None:
    """The address was public when the webhook was made, and its name resolves to this machine by now."""
    webhook_id, _ = await gateway.subscribe(administrator, f"http://localhost:{receiver.port}/in")
    await gateway.hears()
    strict = gateway.settings.model_copy(update={"webhooks_to_private_addresses": False})
    for url in (f"http://localhost:{receiver.port}/in", f"https://localtest.invalid:{receiver.port}/in"):
        await gateway.execute(
            "UPDATE webhooks SET url = :url, rests_until = NULL WHERE id = :id", url=url, id=webhook_id
        )
        await gateway.execute("UPDATE webhook_deliveries SET due_at = now()")
        assert await gateway.deliver(settings=strict) == 0
    assert receiver.bodies == []
    assert "localtest.invalid" in (await gateway.state_of(webhook_id)).last_error


async def test_an_answer_is_waited_for_only_so_long_and_read_only_so_far(receiver: Receiver) -> None:
    message = Outgoing(receiver.address, uuid7(), '{"type":"x"}', [SECRET])
    receiver.answer = "长" * 100_000
    outcome = await send(message, private_allowed=True)
    assert outcome.acknowledged
    assert len(outcome.response_body) <= BODY_KEPT
    receiver.seconds = 600.0
    outcome = await send(message, private_allowed=True, patience=0.2)
    receiver.release.set()
    assert (outcome.acknowledged, outcome.error) == (False, "0.2 秒内没有答复")


async def test_a_trickle_of_bytes_gains_no_time() -> None:
    async def trickle(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            for character in "HTTP/1.1 200 OK\r\nX-Slow: " + "a" * 1000:
                writer.write(character.encode())
                await writer.drain()
                await asyncio.sleep(0.02)
        except ConnectionError:
            pass
        finally:
            writer.close()

    async with await asyncio.start_server(trickle, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        message = Outgoing(f"http://127.0.0.1:{port}/", uuid7(), "{}", [SECRET])
        outcome = await send(message, private_allowed=True, patience=0.3)
        assert (outcome.acknowledged, outcome.error) == (False, "0.3 秒内没有答复")


async def test_the_other_side_is_told_by_the_scheme_when_it_was_sent(receiver: Receiver) -> None:
    message = Outgoing(receiver.address, uuid7(), '{"type":"演示"}', [SECRET])
    await send(message, private_allowed=True)
    headers: dict[str, Any] = receiver.headers[0]
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 120
    Verifier(SECRET).verify(receiver.bodies[0], headers)
    stale = headers | {"webhook-timestamp": str(int(headers["webhook-timestamp"]) - 600)}
    with pytest.raises(WebhookVerificationError):
        Verifier(SECRET).verify(receiver.bodies[0], stale)


async def test_two_administrators_and_one_region(gateway: Hearing, administrator: User, receiver: Receiver) -> None:
    """Who resumes a webhook of somebody who left answers for it from then on."""
    webhook_id, _ = await gateway.subscribe(administrator, receiver.address)
    successor = await gateway.add_user("li.na", roles=(Role.ADMINISTRATOR,), regions=(NINGBO,))
    await gateway.execute("UPDATE users SET status = 'disabled' WHERE id = :id", id=administrator.id)
    await gateway.hears()
    assert await gateway.deliver() == 0
    resumed = await gateway.http.post(f"/api/v1/webhooks/{webhook_id}/resumption", headers=gateway.bearer(successor))
    assert resumed.json()["owner_name"] == successor.display_name
    await gateway.hears()
    assert await gateway.deliver() == 1
