"""Storing events: all or, one by one, those that may be; one id, one event."""

from collections import defaultdict
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
from services.traceability.epcis_events.models import CAPTURER, OFFICE
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
from shared.contracts.codes import OFFICIALS
from shared.http.auth import Actor

BATCH = 1_000
_RACES = 5

_KnownRow = Row[UUID, str, datetime | None, str, str]


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
    part = OFFICE if actor.business_id is None and actor.has(*OFFICIALS) else CAPTURER
    return Capturer(actor.business_id, actor.organisation_id, actor.regions[0] if actor.regions else None, part)


async def store(
    session: AsyncSession, events: Sequence[ReadEvent], capturer: Capturer, capture_id: UUID | None = None
) -> Stored:
    """Store the events with their things, facts, parties and trace edges, in the caller's transaction.

    Those whose id is taken are left out and told of, as are declarations that an event is an error which another has
    told, or which the platform wrote down from a record; whether the others then stay is the caller's to decide.
    Whoever captures what another has captured before him is noted as its capturer, too: it concerns him as much.
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
    known = defaultdict(list)
    for row in rows:
        known[row.event_id, row.error_declared_at is not None].append(row)
    fresh = []
    places: dict[UUID, int] = {}
    told, refusals = await _declarations(session, batch, rows, capturer)
    for place, event in batch:
        declares = event.error_declared_at is not None
        stored = known[event.event_id, declares]
        if declares and event.event_id in refusals:
            outcome.conflicts[place] = refusals[event.event_id]
        elif same := next((row for row in stored if _is_stored(event, row)), None):
            outcome.known.append(place)
            places.setdefault(same.id, place)
        elif any(row.id in told if declares else True for row in stored):
            outcome.conflicts[place] = _conflict(event.event_id)
        else:
            fresh.append((place, event))
    if places:
        outcome.joined += [places[one] for one in await repository.add_capturer(session, places, capturer)]
    return fresh


async def _declarations(
    session: AsyncSession, batch: Sequence[tuple[int, ReadEvent]], rows: Sequence[_KnownRow], capturer: Capturer
) -> tuple[set[UUID], dict[str, Fault]]:
    """Which of the rows are the capturer's own declarations, and by its id which event he may not declare an error."""
    if all(event.error_declared_at is None for _, event in batch):
        return set(), {}
    events = {row.id: row.event_id for row in rows if row.error_declared_at is None}
    own = await repository.declarable_by(session, events, capturer)
    refusals = {event_id: _conflict(event_id) for one, event_id in events.items() if one not in own}
    if capturer.part != OFFICE:
        made = await repository.made_by_records(session, own)
        refusals |= {events[one]: _MADE_BY_RECORD for one in made}
    told = await repository.told_by(session, [row.id for row in rows if row.error_declared_at is not None], capturer)
    return told, refusals


_MADE_BY_RECORD = Fault(
    "/errorDeclaration",
    "这件事件是平台按日常记录（票据、收货、生产、合格证等）写成的，不能用 errorDeclaration 更正：请在原记录上作废"
    "（如作废票据、合格证）后重新登记；记录已不能作废的，请向辖区监管部门说明，由其声明有误",
    "made_by_record",
)


def _is_stored(event: ReadEvent, row: _KnownRow) -> bool:
    """Whether the row is that event. Not where the rules of today would not take the row's any more."""
    context = formats.parse_list(row.context)
    stored = read_event(json_text.parse(row.body), row.body, context, Handling.LENIENT)[0]
    return stored is not None and is_same(event, stored)


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
        row = await repository.declaration_over(session, row.id) or row
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
