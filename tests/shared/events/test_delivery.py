"""From a commit in one unit to a commit in another: nothing lost, nothing doubled, nobody held up."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from deploy.processes import free_port
from services.traceability.settings import Settings as TraceabilitySettings
from shared.app import create_app
from shared.contracts.codes import Unit
from shared.database import create_engine
from shared.events import inbox, outbox, relay
from shared.events.inbox import Patience
from shared.events.outbox import publish, send_again
from shared.events.relay import Pace, targets_of
from tests.shared.events.conftest import Stage, serving
from tests.shared.events.trial import (
    QUICK,
    SECRET,
    SUBSCRIBER,
    TrialHeld,
    create_effects,
    subscriptions_with,
)
from tests.waiting import eventually


async def test_an_event_is_published_with_its_fact_or_not_at_all(stage: Stage) -> None:
    async with stage.sessions() as session:
        await publish(session, TrialHeld(number=1), "1")
        await session.rollback()
    await stage.publish(TrialHeld(number=2))
    async with stage.subscriber(), stage.relay():
        await eventually(lambda: _has(stage, [2]))
    assert await stage.owed() == 0


async def test_a_commit_wakes_the_relay_long_before_it_looks_by_itself(stage: Stage) -> None:
    async with stage.subscriber(), stage.relay(replace(QUICK, poll_seconds=3600)):
        await asyncio.sleep(0.5)
        await stage.publish(TrialHeld(number=1))
        await eventually(lambda: _has(stage, [1]))


async def test_an_event_whose_transaction_commits_late_is_not_passed_over(stage: Stage) -> None:
    async with stage.subscriber(), stage.relay():
        async with stage.sessions() as early:
            await publish(early, TrialHeld(number=1), "1")
            await stage.publish(TrialHeld(number=2))
            await eventually(lambda: _has(stage, [2]))
            await early.commit()
        await eventually(lambda: _has(stage, [1, 2]))


async def test_the_database_decides_the_time_of_an_event_and_its_envelope_carries_everything(stage: Stage) -> None:
    await stage.publish(TrialHeld(number=7))
    async with stage.sampling.connect() as connection:
        row = (await connection.execute(text("SELECT type, subject, data FROM outbox_events"))).one()
    assert row.type == "sampling.trial.held.v1"
    assert row.subject == "7"


async def test_two_relays_of_one_unit_share_the_work_and_double_nothing(stage: Stage) -> None:
    await stage.publish(*(TrialHeld(number=number) for number in range(500)))
    async with stage.subscriber(), stage.relay(), stage.relay():
        await eventually(lambda: _nothing_owed(stage))
    assert await stage.effects() == list(range(500))


async def test_a_poisoned_event_is_parked_and_its_batch_goes_through(stage: Stage) -> None:
    await stage.publish(*(TrialHeld(number=number, spoilt=number == 3) for number in range(10)))
    async with stage.subscriber(), stage.relay():
        await eventually(lambda: _nothing_owed(stage))
    assert await stage.effects() == [0, 1, 2, 4, 5, 6, 7, 8, 9]
    async with stage.sampling.connect() as connection:
        parked = (await connection.execute(text("SELECT attempts, last_error FROM outbox_deliveries"))).one()
    assert parked.attempts == QUICK.attempts
    assert parked.last_error == "这件事处理不了：数据坏了"


async def test_a_parked_event_arrives_after_its_cause_is_mended_and_it_is_sent_again(stage: Stage) -> None:
    await stage.publish(TrialHeld(number=1, spoilt=True))
    async with stage.subscriber(), stage.relay():
        await eventually(lambda: _nothing_owed(stage))
        async with stage.sessions() as session, session.begin():
            mended = text("UPDATE outbox_events SET data = jsonb_set(data, '{spoilt}', 'false') RETURNING id")
            event_id = (await session.execute(mended)).scalar_one()
            assert await send_again(session, event_id) == ["scoring"]
        await eventually(lambda: _has(stage, [1]))


async def test_an_outage_of_the_subscriber_is_no_mark_against_its_events(stage: Stage) -> None:
    await stage.publish(*(TrialHeld(number=number) for number in range(5)))
    async with stage.relay():
        await asyncio.sleep(2)  # far longer than all attempts of an event take
        assert await stage.owed() == 5
        async with stage.subscriber():
            await eventually(lambda: _has(stage, [0, 1, 2, 3, 4]))


async def test_a_unit_with_another_secret_gets_nothing_and_loses_nothing(stage: Stage) -> None:
    await stage.publish(TrialHeld(number=1))
    async with stage.subscriber():
        async with stage.relay(events_secret="another-secret"):
            await asyncio.sleep(1)
        assert await stage.effects() == []
        async with stage.relay():
            await eventually(lambda: _has(stage, [1]))


async def test_a_batch_that_takes_too_long_is_handled_in_smaller_ones(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "PATIENCE", Patience(batch=0.5, event=0.5, total=1))
    await stage.publish(*(TrialHeld(number=number, seconds=0.1) for number in range(40)))
    async with stage.subscriber(), stage.relay():
        await eventually(lambda: _nothing_owed(stage))
    assert await stage.effects() == list(range(40))


async def test_one_event_that_never_ends_is_parked_alone(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "PATIENCE", Patience(batch=1, event=1, total=10))
    await stage.publish(*(TrialHeld(number=number, seconds=60 if number == 4 else 0) for number in range(8)))
    # The other seven end in a moment, also on a machine that stalls for most of a second.
    pace = replace(QUICK, attempts=2, timeout_seconds=20, lease=timedelta(seconds=25))
    async with stage.subscriber(), stage.relay(pace):
        await eventually(lambda: _nothing_owed(stage))
    assert await stage.effects() == [0, 1, 2, 3, 5, 6, 7]


async def test_a_dead_subscriber_holds_up_nobody(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    both = subscriptions_with(Unit.SCORING, Unit.TRACEABILITY)
    monkeypatch.setattr(outbox, "SUBSCRIPTIONS", both)
    monkeypatch.setattr(relay, "SUBSCRIPTIONS", both)
    assert {Unit.SCORING, Unit.TRACEABILITY} <= set(targets_of(Unit.SAMPLING))
    settings = TraceabilitySettings(database_url=stage.url, events_secret=SECRET, log_level="ERROR")
    engine = create_engine(settings)
    await create_effects(engine)
    await engine.dispose()
    port = free_port()
    await stage.publish(*(TrialHeld(number=number, seconds=0.3) for number in range(100)))
    other = create_app(replace(SUBSCRIBER, unit=Unit.TRACEABILITY, subscribers={TrialHeld.type: _at_once}), settings)
    async with stage.subscriber(), serving(other, port), stage.relay(traceability_url=f"http://127.0.0.1:{port}"):
        await eventually(lambda: _settled(stage, "traceability"))
        assert not await _settled(stage, "scoring")


async def _at_once(session: object, data: TrialHeld) -> None:
    """A subscriber that has nothing to do."""


async def _has(stage: Stage, numbers: list[int]) -> bool:
    return await stage.effects() == numbers


async def _nothing_owed(stage: Stage) -> bool:
    return await stage.owed() == 0


async def _settled(stage: Stage, target: str) -> bool:
    async with stage.sampling.connect() as connection:
        statement = text("SELECT count(*) FROM outbox_deliveries WHERE target = :target")
        return bool(await connection.scalar(statement, {"target": target}) == 0)


def test_a_relay_waits_longer_than_an_inbox_works_and_leases_longer_than_it_waits() -> None:
    patience, pace = Patience(), Pace()
    assert patience.total + patience.event < pace.timeout_seconds
    assert patience.batch <= patience.total
    assert pace.timeout_seconds < pace.lease.total_seconds()
