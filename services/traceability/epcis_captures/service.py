"""Capturing documents: judged before they are accepted, stored at once or, when large, by a background job."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.epcis_captures import repository
from services.traceability.epcis_captures.documents import BadDocument, CaptureDocument, read_capture
from services.traceability.epcis_captures.models import Capture
from services.traceability.epcis_captures.schemas import CaptureRead, ErrorBehaviour
from services.traceability.epcis_events.faults import Fault
from services.traceability.epcis_events.headers import LIMIT_HEADERS, MOST_EVENTS
from services.traceability.epcis_events.json_text import TooMany
from services.traceability.epcis_events.problems import (
    CaptureLimitExceededException,
    NoSuchResourceException,
    QueryParameterException,
    ValidationException,
    field_errors,
    refused,
)
from services.traceability.epcis_events.repository import Capturer
from services.traceability.epcis_events.service import Stored, capturer_of, store
from services.traceability.epcis_events.strictness import Handling
from services.traceability.master_data import service as master_data
from services.traceability.master_data.service import holder_of
from shared.http.auth import Actor
from shared.http.problems import FieldError
from shared.ids import uuid7
from shared.jobs import service as jobs

JOB = "epcis_capture"
INLINE_EVENTS, INLINE_CHARACTERS = 1_000, 4 * 2**20
"""Up to so many events, in a text so long, are stored before the answer leaves."""
MOST_FAULTS_TOLD = 200


class _RolledBack(Exception):  # noqa: N818 (an order, not an error)
    """Takes back what a capture has stored so far."""


async def capture(
    session: AsyncSession,
    text: str,
    behaviour: ErrorBehaviour,
    actor: Actor,
    handling: Handling = Handling.USUAL,
) -> Capture:
    """Take a document. A faulty frame refuses it, under `rollback` a faulty event too (`ValidationException`).

    The capture that comes back is finished, unless the document is larger than `INLINE_EVENTS` allows. Raises
    `CaptureLimitExceededException` before the first event beyond the limit is read.
    """
    document = await _read(text, handling)
    if document.faulty and behaviour is ErrorBehaviour.ROLLBACK:
        raise refused([fault for faults in document.faulty.values() for fault in faults][:MOST_FAULTS_TOLD])
    capturer = capturer_of(actor)
    taken = Capture(
        id=uuid7(),
        error_behaviour=behaviour.value,
        handling=handling.value,
        events_received=document.count,
        actor_id=actor.id,
        actor_name=actor.name,
        business_id=capturer.business_id,
        organisation_id=capturer.organisation_id,
        region_code=capturer.region_code,
        captured_as=capturer.part,
    )
    session.add(taken)
    await session.flush()
    if document.count <= INLINE_EVENTS and len(text) <= INLINE_CHARACTERS:
        await _work_through(session, taken, document)
        return taken
    taken.document = text
    payload = {"capture_id": str(taken.id)}
    title = f"采集 EPCIS 事件 {document.count} 件"
    job = await jobs.enqueue(session, JOB, payload, actor=actor, title=title, region_code=capturer.region_code)
    taken.job_id = job.id
    await session.flush()
    return taken


async def _read(text: str, handling: Handling) -> CaptureDocument:
    """In a thread of its own: a large document takes a second, and others wait for their answers."""
    try:
        return await asyncio.to_thread(read_capture, text, MOST_EVENTS, handling)
    except TooMany:
        raise CaptureLimitExceededException(
            f"一次最多采集 {MOST_EVENTS} 件事件，请分几份提交", headers=LIMIT_HEADERS
        ) from None
    except BadDocument as bad:
        raise refused(bad.faults[:MOST_FAULTS_TOLD]) from None


async def resume(session: AsyncSession, capture_id: UUID) -> Mapping[str, Any]:
    """Work a large capture through; what the background job does. One that is finished stays as it is."""
    taken = await repository.lock(session, capture_id)
    assert taken is not None  # the job was enqueued in the transaction that stored it
    if taken.running:
        assert taken.document is not None
        await _work_through(session, taken, await _read(taken.document, Handling(taken.handling)))
    return {"events_stored": taken.events_stored, "errors": len(taken.errors)}


async def _work_through(session: AsyncSession, taken: Capture, document: CaptureDocument) -> None:
    """Store what may be stored and finish the capture."""
    proceed = taken.error_behaviour == ErrorBehaviour.PROCEED
    places = [place for place, _ in document.events]
    outcome = Stored()
    capturer = Capturer(taken.business_id, taken.organisation_id, taken.region_code, taken.captured_as)
    try:
        async with session.begin_nested():
            holder = holder_of(taken.actor_id, capturer)
            await master_data.state(session, document.elements, holder, capture_id=taken.id)
            outcome = await store(session, [event for _, event in document.events], capturer, taken.id)
            if outcome.conflicts and not proceed:
                raise _RolledBack
    except _RolledBack:
        outcome = Stored(conflicts=outcome.conflicts)
    faults = dict(document.faulty)
    ids = dict(document.ids)
    for index, fault in outcome.conflicts.items():
        number, event = document.events[index]
        faults[number], ids[number] = [fault.below(document.place_of(places[index]))], event.event_id
    taken.finish(stored=len(outcome.stored), known=len(outcome.known), errors=list(_errors(faults, ids)))
    await session.flush()


def _errors(faults: Mapping[int, Sequence[Fault]], ids: Mapping[int, str]) -> Iterator[dict[str, Any]]:
    """One problem document a faulty event, in the order of the document."""
    for number in sorted(faults):
        problem = ValidationException(
            f"第 {number + 1} 件事件有 {len(faults[number])} 处需要改正", errors=field_errors(faults[number])
        )
        document = problem.document(instance=None, request_id=None)
        told = {name: value for name, value in document.items() if value is not None}
        yield told | ({"eventID": ids[number]} if number in ids else {})


async def shown(session: AsyncSession, taken: Capture) -> CaptureRead:
    """The capture as it stands. One whose background job was lost has failed."""
    lost = taken.running and taken.job_id is not None and await repository.is_job_lost(session, taken.job_id)
    errors = [_LOST] if lost else taken.errors
    return CaptureRead(
        capture_id=taken.id,
        created_at=taken.created_at,
        finished_at=taken.finished_at,
        running=taken.running and not lost,
        success=taken.success and not lost,
        capture_error_behaviour=ErrorBehaviour(taken.error_behaviour),
        errors=errors,
        events_received=taken.events_received,
        events_stored=taken.events_stored,
        events_known=taken.events_known,
    )


_LOST = {
    "type": "epcisException:ImplementationException",
    "title": "采集没有完成",
    "status": 500,
    "detail": "后台任务被取消或多次失败，一件也没有存；请重新提交",
}


async def find(session: AsyncSession, capture_id: UUID, actor: Actor) -> CaptureRead:
    """A capture that the actor may see. Raises `NoSuchResourceException`."""
    found = await repository.find(session, capture_id, actor)
    if found is None:
        raise NoSuchResourceException("没有这次采集，或它不在您可查看的范围内")
    return await shown(session, found)


async def page_of(
    session: AsyncSession, actor: Actor, token: str | None, limit: int
) -> tuple[list[CaptureRead], UUID | None]:
    """A page of captures, the newest first, and the token of the next. Raises `QueryParameterException`."""
    rows = await repository.list_captures(session, actor, _after(token), limit + 1)
    page = [await shown(session, row) for row in rows[:limit]]
    return page, rows[limit - 1].id if len(rows) > limit else None


def _after(token: str | None) -> UUID | None:
    try:
        return UUID(token) if token is not None else None
    except ValueError:
        raise QueryParameterException(
            "不是本平台给出的令牌",
            errors=[FieldError(pointer="#query/nextPageToken", message="请用上一页答复 Link 头中的地址")],
        ) from None
