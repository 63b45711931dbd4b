"""Storing events: all or, one by one, those that may be; one id, one event."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from asyncpg import UniqueViolationError
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.epcis_events import formats, json_text, repository
from services.traceability.epcis_events.faults import Fault
from services.traceability.epcis_events.headers import EpcFormat
from services.traceability.epcis_events.keys import key_of
from services.traceability.epcis_events.problems import (
    NoSuchResourceException,
    ResourceAlreadyExistsException,
    refused,
)
from services.traceability.epcis_events.reading import ReadEvent, read_event
from services.traceability.epcis_events.redaction import MARK_NAMESPACE, redacted
from services.traceability.epcis_events.repository import Capturer
from services.traceability.epcis_events.sameness import is_same
from services.traceability.epcis_events.strictness import Handling
from services.traceability.epcis_events.visibility import concerned, linked
from shared.http.auth import Actor

BATCH = 1_000
_RACES = 5


@dataclass(slots=True)
class Stored:
    """What became of the events, by their place in the sequence given: `known` were stored before with the same
    content, of these `joined` by somebody else, `conflicts` have an id under which something else is stored.
    """

    stored: list[int] = field(default_factory=list)
    known: list[int] = field(default_factory=list)
    joined: list[int] = field(default_factory=list)
    conflicts: dict[int, Fault] = field(default_factory=dict)


def capturer_of(actor: Actor) -> Capturer:
    """The caller as the capturer of events. His first region is theirs; who has none captures for no region."""
    return Capturer(actor.business_id, actor.organisation_id, actor.regions[0] if actor.regions else None)


async def store(
    session: AsyncSession, events: Sequence[ReadEvent], capturer: Capturer, capture_id: UUID | None = None
) -> Stored:
    """Store the events with their things, facts, parties and trace edges, in the caller's transaction.

    Those whose id is taken are left out and told of, as are declarations that another's event is an error; whether the
    others then stay is the caller's to decide. Whoever captures what another has captured before him is noted as its
    capturer, too: it concerns him as much.
    """
    outcome = Stored()
    for start in range(0, len(events), BATCH):
        batch = [(start + offset, event) for offset, event in enumerate(events[start : start + BATCH])]
        await _store_batch(session, batch, outcome, capturer, capture_id)
    return outcome


async def _store_batch(
    session: AsyncSession,
    batch: Sequence[tuple[int, ReadEvent]],
    outcome: Stored,
    capturer: Capturer,
    capture_id: UUID | None,
) -> None:
    await repository.add_contexts(session, [event.context for _, event in batch])
    fresh = _without_repeated(await _without_known(session, batch, outcome, capturer), outcome)
    for attempt in range(_RACES):
        if not fresh:
            return
        try:
            async with session.begin_nested():
                await repository.copy_events(session, [event for _, event in fresh], capturer, capture_id)
        except UniqueViolationError:  # another capture of the same event was faster; now it can be seen
            if attempt == _RACES - 1:
                raise
            fresh = await _without_known(session, fresh, outcome, capturer)
        else:
            outcome.stored += [place for place, _ in fresh]
            return


def _without_repeated(batch: Sequence[tuple[int, ReadEvent]], outcome: Stored) -> list[tuple[int, ReadEvent]]:
    """The batch without events whose id has come before in it."""
    first: dict[tuple[str, bool], ReadEvent] = {}
    fresh = []
    for place, event in batch:
        earlier = first.setdefault((event.event_id, event.error_declared_at is not None), event)
        if earlier is event:
            fresh.append((place, event))
        elif is_same(earlier, event):
            outcome.known.append(place)
        else:
            outcome.conflicts[place] = _conflict(event.event_id)
    return fresh


async def _without_known(
    session: AsyncSession, batch: Sequence[tuple[int, ReadEvent]], outcome: Stored, capturer: Capturer
) -> list[tuple[int, ReadEvent]]:
    rows = await repository.known_events(session, {event.event_id for _, event in batch})
    known = {(row.event_id, row.error_declared_at is not None): row for row in rows}
    fresh = []
    places: dict[UUID, int] = {}
    erroneous = [row.id for row in rows if row.error_declared_at is None]
    own = await repository.captured_by(session, erroneous, capturer) if _declare_errors(batch) else set()
    for place, event in batch:
        row = known.get((event.event_id, event.error_declared_at is not None))
        if row is None:
            original = known.get((event.event_id, False))
            if original is not None and original.id not in own:  # then this declares it an error
                outcome.conflicts[place] = _conflict(event.event_id)
            else:
                fresh.append((place, event))
        elif (stored := _stored(row)) is not None and is_same(event, stored):
            outcome.known.append(place)
            places.setdefault(row.id, place)
        else:
            outcome.conflicts[place] = _conflict(event.event_id)
    if places:
        outcome.joined += [places[one] for one in await repository.add_capturer(session, places, capturer)]
    return fresh


def _declare_errors(batch: Sequence[tuple[int, ReadEvent]]) -> bool:
    return any(event.error_declared_at is not None for _, event in batch)


def _stored(row: Row[UUID, str, datetime | None, str, str]) -> ReadEvent | None:
    """The event of a row. None where the rules of today would not take it any more."""
    return read_event(json_text.parse(row.body), row.body, formats.parse_list(row.context), Handling.LENIENT)[0]


def _conflict(event_id: str) -> Fault:
    return Fault(
        "/eventID",
        f"编号 {event_id[:200]} 已用于另一内容的事件；更正请用 errorDeclaration 声明原事件有误，再以新编号采集",
        "event_id_taken",
    )


async def add_event(session: AsyncSession, text: str, actor: Actor, handling: Handling = Handling.USUAL) -> ReadEvent:
    """Store one event. Raises `ValidationException`, and `ResourceAlreadyExistsException` when its id is taken, or the
    caller has captured it before.
    """
    try:
        value = json_text.parse(text)
    except json_text.NotJson as fault:
        raise refused([Fault("", str(fault), "json")]) from None
    event, faults = read_event(value, text.strip(), handling=handling)
    if event is None:
        raise refused(faults)
    outcome = await store(session, [event], capturer_of(actor))
    if not outcome.stored and not outcome.joined:
        detail = outcome.conflicts[0].message if outcome.conflicts else f"事件 {event.event_id} 已经采集过，内容相同"
        raise ResourceAlreadyExistsException(detail, event_id=event.event_id)
    return event


async def read(session: AsyncSession, event_id: str, actor: Actor, wanted: EpcFormat) -> str:
    """The event as JSON, as far as the actor may see it. Of one declared an error it is the declaration that is read.

    Raises `NoSuchResourceException`, also for what exists and is not for him.
    """
    row = await repository.event_named(session, event_id, concerned(actor))
    if row is not None:
        return _shown(row, wanted, formats.parse_event(row.body), {})
    row = await repository.event_named(session, event_id, linked(actor))
    if row is None:
        raise NoSuchResourceException("没有这件事件，或它不在您可查看的范围内")
    keys = await repository.keys_shown(session, row.id, actor)
    return _shown(row, wanted, redacted(formats.parse_event(row.body), keys, key_of), MARK_NAMESPACE)


def _shown(
    row: Row[UUID, str, datetime, str, str], wanted: EpcFormat, event: dict[str, Any], namespace: Mapping[str, str]
) -> str:
    context = [*formats.parse_list(row.context), *([dict(namespace)] if namespace else [])]
    told = formats.answered(event, row.event_id, row.record_time, wanted)
    return formats.write_json({"@context": context, **told})
