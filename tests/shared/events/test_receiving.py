"""What the inbox takes and what it refuses, over the route that units call."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from opentelemetry import context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from sqlalchemy import text

from shared.contracts.event import Event
from shared.events import repository
from shared.events.outbox import publish
from shared.events.signature import is_signed, sign
from shared.ids import uuid7
from shared.times import now
from tests.shared.events.conftest import Stage
from tests.shared.events.trial import SECRET, TrialHeld


def envelope(number: int, **changes: Any) -> dict[str, Any]:
    """A CloudEvent as it travels."""
    event = Event(
        id=uuid7(),
        type=TrialHeld.type,
        source="/sampling",
        subject=str(number),
        time=now(),
        data=TrialHeld(number=number).model_dump(),
    )
    return event.model_dump(mode="json", exclude_none=True) | changes


async def send(stage: Stage, batch: Any, *, secret: str = SECRET) -> httpx.Response:
    body = json.dumps(batch).encode()
    async with (
        stage.app.router.lifespan_context(stage.app),
        httpx.AsyncClient(transport=httpx.ASGITransport(stage.app), base_url="http://scoring") as client,
    ):
        return await client.post("/events", content=body, headers=sign(secret, uuid7(), body))


def outcomes(response: httpx.Response) -> list[str]:
    return [receipt["outcome"] for receipt in response.json()["receipts"]]


async def test_the_same_event_twice_takes_effect_once(stage: Stage) -> None:
    batch = [envelope(1), envelope(2)]
    assert outcomes(await send(stage, batch)) == ["accepted", "accepted"]
    assert outcomes(await send(stage, [*batch, envelope(3)])) == ["duplicate", "duplicate", "accepted"]
    assert await stage.effects() == [1, 2, 3]


async def test_the_same_event_twice_in_one_batch_takes_effect_once(stage: Stage) -> None:
    twice = envelope(1)
    response = await send(stage, [twice, twice])
    assert len(response.json()["receipts"]) == 2
    assert await stage.effects() == [1]


async def test_an_event_of_an_unknown_type_is_refused_by_name_and_the_others_are_taken(stage: Stage) -> None:
    response = await send(stage, [envelope(1), envelope(2, type="sampling.moon.landed.v1")])
    assert outcomes(response) == ["accepted", "refused"]
    assert "sampling.moon.landed.v1" in response.json()["receipts"][1]["reason"]


@pytest.mark.parametrize(
    "broken",
    [{"specversion": "0.3"}, {"data": {"number": "many"}}, {"data": {"number": 1, "extra": 1}}, {"id": "not-a-uuid"}],
)
async def test_an_event_that_is_not_as_agreed_is_refused_alone(stage: Stage, broken: dict[str, Any]) -> None:
    assert outcomes(await send(stage, [envelope(1, **broken), envelope(2)])) == ["refused", "accepted"]
    assert await stage.effects() == [2]


async def test_a_failing_event_leaves_no_trace_and_may_come_again(stage: Stage) -> None:
    spoilt = envelope(1, data={"number": 1, "spoilt": True})
    assert outcomes(await send(stage, [spoilt, envelope(2)])) == ["failed", "accepted"]
    mended = spoilt | {"data": {"number": 1}}
    assert outcomes(await send(stage, [mended])) == ["accepted"]
    assert await stage.effects() == [1, 2]


async def test_a_batch_signed_with_another_secret_is_refused(stage: Stage) -> None:
    response = await send(stage, [envelope(1)], secret="another")
    assert response.status_code == 401
    assert response.headers["content-type"] == "application/problem+json"
    assert await stage.effects() == []


async def test_a_body_that_is_no_batch_is_refused(stage: Stage) -> None:
    assert (await send(stage, {"not": "a list"})).status_code == 422


def test_a_signature_does_not_fit_another_body_and_does_not_last(monkeypatch: pytest.MonkeyPatch) -> None:
    headers = sign(SECRET, uuid7(), b"[]")
    assert is_signed(SECRET, headers, b"[]")
    assert not is_signed(SECRET, headers, b"[ ]")
    assert not is_signed(SECRET, headers | {"webhook-signature": "nonsense"}, b"[]")
    assert not is_signed(SECRET, {}, b"[]")
    monkeypatch.setattr("shared.events.signature.now", lambda: now() - timedelta(minutes=6))
    assert not is_signed(SECRET, sign(SECRET, uuid7(), b"[]"), b"[]")


async def test_old_delivered_events_are_forgotten_and_owed_ones_never(stage: Stage) -> None:
    await stage.publish(*(TrialHeld(number=number) for number in range(3)))
    async with stage.sessions() as session, session.begin():
        await session.execute(text("UPDATE outbox_events SET time = time - interval '31 days'"))
        ids = (await session.execute(text("SELECT id FROM outbox_events ORDER BY time"))).scalars().all()
        await repository.settle(session, "scoring", ids[:2])
        assert await repository.delete_delivered(session, days=30, limit=100) == 2
        assert (await session.execute(text("SELECT id FROM outbox_events"))).scalars().all() == ids[2:]


async def test_the_inbox_forgets_only_what_is_long_past(stage: Stage) -> None:
    await send(stage, [envelope(1), envelope(2)])
    async with stage.scoring.begin() as connection:
        await connection.execute(text("UPDATE inbox_events SET received_at = now() - interval '181 days'"))
    await send(stage, [envelope(3)])
    async with stage.app.router.lifespan_context(stage.app), stage.app.state.sessions() as session:
        assert await repository.delete_remembered(session, days=180, limit=100) == 2


async def test_the_trace_of_the_request_travels_with_the_event(stage: Stage) -> None:

    traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    token = context.attach(TraceContextTextMapPropagator().extract({"traceparent": traceparent}))
    try:
        async with stage.sessions() as session, session.begin():
            await publish(session, TrialHeld(number=1), UUID(int=1))
            assert await session.scalar(text("SELECT traceparent FROM outbox_events")) == traceparent
    finally:
        context.detach(token)
