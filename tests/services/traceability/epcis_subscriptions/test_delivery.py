"""What a subscriber's own server receives: each event once, signed, however captures and answers come."""

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from aiohttp import web
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from services.traceability.epcis_events.headers import EpcFormat
from services.traceability.epcis_events.models import EpcisEvent
from services.traceability.epcis_queries.asking import asked_in_body
from services.traceability.epcis_queries.service import name_query
from services.traceability.epcis_subscriptions import delivery, repository
from services.traceability.epcis_subscriptions.delivery import deliver_next
from services.traceability.epcis_subscriptions.models import Delivery, Subscription, SubscriptionState
from services.traceability.epcis_subscriptions.rules import MOST_FAILURES
from services.traceability.epcis_subscriptions.schemas import SubscriptionCreate
from services.traceability.epcis_subscriptions.service import rebase_after_restore, resume, subscribe
from shared.contracts.codes import Role, Unit
from shared.database import create_engine, create_sessions
from shared.http.auth import Actor
from shared.times import now
from tests.conftest import settings_of
from tests.services.traceability.epcis_queries.worlds import actor, capture

TOKEN, SECRET = "secret-token-1", "the unit's secret"
Sessions = async_sessionmaker[AsyncSession]


@dataclass
class Receiver:
    """A subscriber's server: answers with `status`, or what `statuses` says next; remembers what it took."""

    address: str
    status: int = 200
    statuses: list[int] = field(default_factory=list)
    documents: list[dict[str, Any]] = field(default_factory=list)
    accepted: list[dict[str, Any]] = field(default_factory=list)
    headers: list[Any] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        expected = base64.b64encode(hmac.new(TOKEN.encode(), body, hashlib.sha256).digest()).decode()
        assert request.headers["GS1-Signature"] == expected
        document = json.loads(body)
        self.documents.append(document)
        self.headers.append(request.headers)
        status = self.statuses.pop(0) if self.statuses else self.status
        if 200 <= status < 300:
            self.accepted.append(document)
        return web.Response(status=status, headers={"Location": self.address} if status == 302 else {})

    def numbers(self, documents: list[dict[str, Any]] | None = None) -> list[int]:
        return [int(event["eventID"][-12:]) for one in (documents or self.accepted) for event in events(one)]


def events(document: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = document["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    return found


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver("")
    app = web.Application()
    app.router.add_post("/in", receiver.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    receiver.address = f"http://127.0.0.1:{port}/in"
    yield receiver
    await runner.cleanup()


@pytest_asyncio.fixture
async def sessions(fresh_database: str) -> AsyncIterator[Sessions]:
    engine = create_engine(settings_of(Unit.TRACEABILITY, fresh_database))
    opened = create_sessions(engine)
    async with opened() as session, session.begin():  # the context is known: its first capture makes others wait
        await capture(session, [event(0)], business_id=uuid4())
    yield opened
    await engine.dispose()


@pytest.fixture
def owner() -> Actor:
    return actor(Role.BUSINESS, business_id=uuid4())


def event(number: int, **more: Any) -> dict[str, Any]:
    return {
        "type": "ObjectEvent",
        "action": "OBSERVE",
        "eventID": f"urn:uuid:00000000-0000-4000-8000-{number:012d}",
        "eventTime": "2026-07-01T08:00:00.000+08:00",
        "eventTimeZoneOffset": "+08:00",
        "epcList": ["urn:epc:id:sgtin:4012345.098765.1"],
        "bizStep": "shipping",
        **more,
    }


async def subscribed(sessions: Sessions, owner: Actor, receiver: Receiver, **controls: Any) -> Subscription:
    async with sessions() as session, session.begin():
        await name_query(session, owner, "sent", asked_in_body({"EQ_bizStep": ["shipping"]}, None))
        body = {"dest": receiver.address, "signatureToken": TOKEN} | (controls or {"stream": True})
        wanted = SubscriptionCreate.model_validate(body)
        return await subscribe(session, owner, "sent", wanted, EpcFormat.URN, private_allowed=True, secret=SECRET)


async def recorded(sessions: Sessions, owner: Actor, *numbers: int, **more: Any) -> None:
    async with sessions() as session, session.begin():
        await capture(session, [event(number, **more) for number in numbers], business_id=owner.business_id)


async def due_again(sessions: Sessions) -> None:
    async with sessions() as session, session.begin():
        await session.execute(update(Subscription).values(due_at=now()))


async def state_of(sessions: Sessions, subscription: Subscription) -> Subscription:
    async with sessions() as session:
        found = await session.get(Subscription, subscription.id)
        assert found is not None
        return found


async def served(sessions: Sessions) -> None:
    """Look once at everything, now."""
    await due_again(sessions)
    for _ in range(50):
        if not await deliver_next(sessions, private_allowed=True, secret=SECRET):
            return


async def test_new_events_arrive_signed_and_only_once(sessions: Sessions, owner: Actor, receiver: Receiver) -> None:
    await recorded(sessions, owner, 1)
    subscription = await subscribed(sessions, owner, receiver)
    await recorded(sessions, owner, 2, 3)
    await recorded(sessions, owner, 4, bizStep="packing")
    async with sessions() as session, session.begin():
        await capture(session, [event(5)], business_id=uuid4())
    for _ in range(3):
        await served(sessions)
    assert receiver.numbers() == [2, 3]
    [document] = receiver.documents
    results = document["epcisBody"]["queryResults"]
    assert (results["queryName"], results["subscriptionID"]) == ("sent", str(subscription.id))
    assert events(document)[0]["epcList"] == ["urn:epc:id:sgtin:4012345.098765.1"], "in the spelling subscribed to"
    assert receiver.headers[0]["GS1-EPC-Format"] == "Always_EPC_URN"
    await recorded(sessions, owner, 6)
    await served(sessions)
    assert receiver.numbers() == [2, 3, 6]


async def test_what_was_recorded_since_a_time_is_sent_too(sessions: Sessions, owner: Actor, receiver: Receiver) -> None:
    await recorded(sessions, owner, 1)
    since: datetime = now()
    await recorded(sessions, owner, 2)
    await subscribed(sessions, owner, receiver, stream=True, initialRecordTime=since.isoformat())
    await served(sessions)
    assert receiver.numbers() == [2]


async def test_a_failed_batch_is_sent_again_as_it_was(sessions: Sessions, owner: Actor, receiver: Receiver) -> None:
    subscription = await subscribed(sessions, owner, receiver)
    await recorded(sessions, owner, 1)
    receiver.statuses = [500, 302]
    await served(sessions)
    await recorded(sessions, owner, 2)
    tried: datetime = now()
    await served(sessions)
    assert len(receiver.documents) == 2, "a redirect is not followed"
    failing = await state_of(sessions, subscription)
    assert (failing.failures, failing.state) == (2, SubscriptionState.ACTIVE)
    assert failing.due_at > tried + timedelta(seconds=10)
    await served(sessions)
    assert len({one["id"] for one in receiver.documents[:3]}) == 1
    assert receiver.numbers(receiver.documents[:3]) == [1, 1, 1]
    assert receiver.numbers() == [1, 2]
    async with sessions() as session:
        log = (await session.scalars(select(Delivery).order_by(Delivery.id))).all()
    assert [one.status for one in log] == [500, 302, 200, 200]


async def test_after_many_failures_a_person_decides(sessions: Sessions, owner: Actor, receiver: Receiver) -> None:
    subscription = await subscribed(sessions, owner, receiver)
    await recorded(sessions, owner, 1)
    receiver.status = 503
    for _ in range(MOST_FAILURES + 2):
        await served(sessions)
    assert len(receiver.documents) == MOST_FAILURES
    paused = await state_of(sessions, subscription)
    assert (paused.state, paused.last_error) == (SubscriptionState.PAUSED, "接收方答复 503")
    receiver.status = 204
    async with sessions() as session, session.begin():
        await resume(session, owner, "sent", subscription.id)
    await served(sessions)
    assert receiver.numbers() == [1]


async def test_a_receiver_that_finds_it_too_much_gets_less(
    sessions: Sessions, owner: Actor, receiver: Receiver
) -> None:
    await subscribed(sessions, owner, receiver)
    await recorded(sessions, owner, *range(1, 9))
    receiver.statuses = [413, 413]
    await served(sessions)
    assert [len(events(one)) for one in receiver.documents] == [8, 4, 2, 2, 2, 2]
    assert receiver.numbers() == list(range(1, 9))


async def test_a_schedule_waits_for_its_time_and_tells_of_nothing_if_asked(
    sessions: Sessions, owner: Actor, receiver: Receiver
) -> None:
    subscription = await subscribed(sessions, owner, receiver, schedule={"hour": "1"}, reportIfEmpty=True)
    await recorded(sessions, owner, 1)
    assert not await deliver_next(sessions, private_allowed=True, secret=SECRET), "not before its time"
    due = (await state_of(sessions, subscription)).due_at
    assert await deliver_next(sessions, private_allowed=True, secret=SECRET, at=due)
    assert receiver.numbers() == [1]
    await due_again(sessions)
    assert await deliver_next(sessions, private_allowed=True, secret=SECRET)
    assert events(receiver.documents[-1]) == []


async def test_an_inner_address_is_not_called_whatever_was_stored(
    sessions: Sessions, owner: Actor, receiver: Receiver
) -> None:
    subscription = await subscribed(sessions, owner, receiver)
    await recorded(sessions, owner, 1)
    await due_again(sessions)
    assert await deliver_next(sessions, private_allowed=False, secret=SECRET)
    assert receiver.documents == []
    assert (await state_of(sessions, subscription)).failures == 1


async def test_a_token_stands_nowhere_in_clear_and_without_the_secret_nothing_is_sent(
    sessions: Sessions, owner: Actor, receiver: Receiver
) -> None:
    subscription = await subscribed(sessions, owner, receiver)
    async with sessions() as session:
        kept = await session.scalar(
            text("SELECT epcis_subscriptions::text || sealed_token::text FROM epcis_subscriptions")
        )
    assert kept is not None
    assert TOKEN not in kept
    assert TOKEN.encode().hex() not in kept
    await recorded(sessions, owner, 1)
    await due_again(sessions)
    assert await deliver_next(sessions, private_allowed=True, secret="another secret")
    assert receiver.documents == []
    assert "重新订阅" in ((await state_of(sessions, subscription)).last_error or "")


async def test_few_matches_among_many_events_are_all_found_a_part_at_a_time(
    sessions: Sessions, owner: Actor, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "LOOKED_THROUGH", 3)
    await subscribed(sessions, owner, receiver)
    for number in range(1, 18):
        await recorded(sessions, owner, number, bizStep="shipping" if number in (2, 11, 12, 17) else "packing")
    await due_again(sessions)
    await served(sessions)
    assert receiver.numbers() == [2, 11, 12, 17]
    assert all(events(document) for document in receiver.documents), "of nothing found nobody is told"


async def test_an_event_committed_late_is_neither_lost_nor_told_twice(
    sessions: Sessions, owner: Actor, receiver: Receiver
) -> None:
    await subscribed(sessions, owner, receiver)
    async with sessions() as slow:
        await slow.begin()
        await capture(slow, [event(1)], business_id=owner.business_id)
        await recorded(sessions, owner, 2)
        await served(sessions)
        assert receiver.numbers() == [], "the later one waits for the one that began before it"
        await slow.commit()
    await served(sessions)
    assert receiver.numbers() == [1, 2]


@pytest.mark.parametrize("seed", range(2))
async def test_every_event_arrives_exactly_once_in_whatever_order_captures_end(
    sessions: Sessions, owner: Actor, receiver: Receiver, seed: int
) -> None:
    random = Random(seed)
    await subscribed(sessions, owner, receiver)
    running: list[tuple[int, AsyncSession]] = []
    committed: set[int] = set()
    for number in range(1, 13):
        session = sessions()
        await session.begin()
        await capture(session, [event(number)], business_id=owner.business_id)
        running.append((number, session))
        while len(running) > 4 or (running and random.random() < 0.4):
            ended, session = running.pop(random.randrange(len(running)))
            if random.random() < 0.2:
                await session.rollback()
            else:
                await session.commit()
                committed.add(ended)
            await session.close()
        receiver.status = random.choice([200, 200, 500])
        await served(sessions)
        assert set(receiver.numbers()) <= committed
    for ended, session in running:
        await session.commit()
        await session.close()
        committed.add(ended)
    receiver.status = 200
    await served(sessions)
    assert sorted(receiver.numbers()) == sorted(committed)


async def test_deliveries_go_on_after_a_dump_was_loaded_elsewhere(
    sessions: Sessions, owner: Actor, receiver: Receiver
) -> None:
    await subscribed(sessions, owner, receiver)
    await recorded(sessions, owner, 1)
    await served(sessions)
    await recorded(sessions, owner, 2)
    async with sessions() as session, session.begin():  # as if another server's ids stood there
        await repository.shift_recorded(session, -(10**12))
        await rebase_after_restore(session)
        shifted = set(await session.scalars(select(EpcisEvent.recorded_in)))
        assert max(shifted) < 0
    await recorded(sessions, owner, 3)
    await served(sessions)
    assert receiver.numbers() == [1, 2, 3]
    async with sessions() as session, session.begin():
        await rebase_after_restore(session)
        assert shifted < set(await session.scalars(select(EpcisEvent.recorded_in))), "nothing more to do"
