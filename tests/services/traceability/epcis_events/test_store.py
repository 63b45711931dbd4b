"""Events are stored with all that hangs on them or not at all; one id is one event."""

import asyncio
from typing import Any

from sqlalchemy import func, select

from services.traceability.epcis_events.models import (
    EpcisContext,
    EpcisEvent,
    EpcisEventFact,
    EpcisEventParty,
    EpcisEventThing,
    EpcisNamespace,
    TraceEdge,
)
from services.traceability.epcis_events.reading import ReadEvent
from services.traceability.epcis_events.repository import Capturer
from services.traceability.epcis_events.service import store
from shared.contracts.codes import Unit
from shared.database import create_engine, create_sessions
from shared.ids import uuid7
from tests.conftest import SessionOf, settings_of
from tests.services.traceability.epcis_events.events import CONTEXT, aggregation, good, object_event, transformation

HAISHU = "330203000000"
SOMEBODY = Capturer(uuid7(), None, HAISHU)


async def _rows(session: Any, model: Any, *where: Any) -> list[Any]:
    return list(await session.scalars(select(model).where(*where)))


async def test_all_rows_of_an_event_are_there(session_of: SessionOf) -> None:
    session = await session_of(Unit.TRACEABILITY)
    event = good(
        aggregation(**{"example:x": 1.50, "destinationList": [{"type": "location", "destination": "urn:x:1"}]})
    )
    outcome = await store(session, [event], SOMEBODY, capture := uuid7())
    assert outcome.stored == [0]
    [row] = await _rows(session, EpcisEvent, EpcisEvent.event_id == event.event_id)
    assert (row.body, row.capture_id, row.business_id, row.region_code) == (
        event.text,
        capture,
        SOMEBODY.business_id,
        HAISHU,
    )
    assert row.recorded_in > 0
    things = await _rows(session, EpcisEventThing, EpcisEventThing.event_pk == row.id)
    assert {(thing.role, thing.key) for thing in things} == {(thing.role, thing.key) for thing in event.things}
    assert {thing.record_time for thing in things} == {row.record_time}
    [fact] = await _rows(
        session, EpcisEventFact, EpcisEventFact.event_pk == row.id, EpcisEventFact.family == "extension"
    )
    assert (fact.name, str(fact.value_number)) == ("https://ns.example.com/epcis/x", "1.5")
    parties = await _rows(session, EpcisEventParty, EpcisEventParty.event_pk == row.id)
    assert {(party.part, party.gln_key, party.business_id) for party in parties} == {
        ("capturer", None, SOMEBODY.business_id),
        ("destination", "urn:x:1", None),
        ("location", "6901234000016", None),
    }
    [edge] = await _rows(session, TraceEdge, TraceEdge.event_pk == row.id)
    assert (edge.source_key, edge.target_key, edge.kind) == (event.things[1].key, event.things[0].key, "aggregated")
    context = await session.get(EpcisContext, row.context_id)
    assert context is not None
    assert context.body == event.context.text
    assert await _rows(session, EpcisNamespace, EpcisNamespace.prefix == "example")


async def test_a_transformation_without_an_id_is_its_own_node(session_of: SessionOf) -> None:
    session = await session_of(Unit.TRACEABILITY)
    event = good(transformation())
    await store(session, [event], SOMEBODY)
    [row] = await _rows(session, EpcisEvent, EpcisEvent.event_id == event.event_id)
    edges = await _rows(session, TraceEdge, TraceEdge.event_pk == row.id)
    assert {edge.source_key for edge in edges} & {edge.target_key for edge in edges} == {f"event:{row.id}"}


async def test_the_same_event_again_changes_nothing(session_of: SessionOf) -> None:
    session = await session_of(Unit.TRACEABILITY)
    one = object_event(eventID="urn:uuid:0e1f0000-0000-4000-8000-000000000001")
    again = dict(reversed(list(one.items()))) | {
        "recordTime": "2026-07-24T10:00:00Z",
        "bizStep": "cbv:BizStep-receiving",
    }
    assert (await store(session, [good(one)], SOMEBODY)).stored == [0]
    outcome = await store(session, [good(again), good(one)], SOMEBODY)
    assert (outcome.stored, outcome.known, outcome.conflicts) == ([], [0, 1], {})


async def test_another_event_under_a_taken_id_is_a_conflict(session_of: SessionOf) -> None:
    session = await session_of(Unit.TRACEABILITY)
    one = object_event(eventID="urn:uuid:0e1f0000-0000-4000-8000-000000000002")
    await store(session, [good(one)], SOMEBODY)
    others = [one | {"action": "DELETE"}, one | {"certificationInfo": "https://example.com/c"}, object_event()]
    outcome = await store(session, [good(other) for other in others], SOMEBODY)
    assert outcome.stored == [2]
    assert set(outcome.conflicts) == {0, 1}
    assert outcome.conflicts[0].code == "event_id_taken"


async def test_an_event_of_equal_hash_does_not_pass_for_another(session_of: SessionOf) -> None:
    session = await session_of(Unit.TRACEABILITY)
    one = object_event(epcList=["urn:x:a", "urn:x:b"], **{"example:n": "x"})
    made_up = one | {"epcList": ["urn:x:aepc=urn:x:b"]}
    assert good(one).hash_id == good(made_up).hash_id, "the hash runs values together"
    assert (await store(session, [good(made_up)], SOMEBODY)).stored == [0]
    assert set((await store(session, [good(one)], SOMEBODY)).conflicts) == {0}, "it is told, not swallowed"
    named = one | {"eventID": "urn:uuid:0e1f0000-0000-4000-8000-000000000005"}
    assert (await store(session, [good(named)], SOMEBODY)).stored == [0], "and is taken under an id of its own"
    outcome = await store(
        session, [good(one | {"bizStep": "packing"}), good(made_up | {"bizStep": "packing"})], SOMEBODY
    )
    assert (outcome.stored, set(outcome.conflicts)) == ([0], {1}), "in one document, too"


async def test_two_in_one_document_are_judged_like_two_documents(session_of: SessionOf) -> None:
    session = await session_of(Unit.TRACEABILITY)
    one = object_event(eventID="urn:uuid:0e1f0000-0000-4000-8000-000000000003")
    events = [good(one), good(one), good(one | {"action": "ADD"})]
    outcome = await store(session, events, SOMEBODY)
    assert (outcome.stored, outcome.known, set(outcome.conflicts)) == ([0], [1], {2})


async def test_an_event_may_be_declared_an_error_under_its_own_id(session_of: SessionOf) -> None:
    session = await session_of(Unit.TRACEABILITY)
    one = object_event(eventID="urn:uuid:0e1f0000-0000-4000-8000-000000000004")
    declaration = {
        "declarationTime": "2026-07-25T09:00:00Z",
        "reason": "did_not_occur",
        "correctiveEventIDs": ["urn:x:9"],
    }
    declared = good(one | {"errorDeclaration": declaration})
    assert (await store(session, [good(one), declared], SOMEBODY)).stored == [0, 1]
    assert (await store(session, [declared], SOMEBODY)).known == [0]
    differently = good(one | {"errorDeclaration": declaration | {"reason": "incorrect_data"}})
    assert set((await store(session, [differently], SOMEBODY)).conflicts) == {0}
    rows = await _rows(session, EpcisEvent, EpcisEvent.event_id == one["eventID"])
    assert {row.error_reason for row in rows} == {None, "https://ref.gs1.org/cbv/ER-did_not_occur"}


async def test_of_two_captures_at_once_one_stores_and_the_other_knows(fresh_database: str) -> None:
    engine = create_engine(settings_of(Unit.TRACEABILITY, fresh_database))
    sessions = create_sessions(engine)
    events = [good(object_event(eventID=f"urn:uuid:{number}")) for number in range(20)]

    async def capture() -> tuple[int, int]:
        async with sessions() as session, session.begin():
            outcome = await store(session, events, SOMEBODY)
        return len(outcome.stored), len(outcome.known)

    outcomes = await asyncio.gather(*(capture() for _ in range(4)))
    await engine.dispose()
    assert sorted(outcomes) == [(0, 20), (0, 20), (0, 20), (20, 0)]


async def test_one_context_is_kept_once(session_of: SessionOf) -> None:
    session = await session_of(Unit.TRACEABILITY)
    events: list[ReadEvent] = [good(object_event()) for _ in range(3)]
    await store(session, events, SOMEBODY)
    count = select(func.count()).where(EpcisContext.id == events[0].context.id)
    assert await session.scalar(count) == 1
    assert {event.context.id for event in events} == {good(object_event(), CONTEXT).context.id}
