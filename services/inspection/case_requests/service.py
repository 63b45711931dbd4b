"""Taking in suspected violations that disposals hand over, and deciding whether a penalty case is opened."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.models import TimelineEntry
from services.inspection.case_requests import repository
from services.inspection.case_requests.models import CaseRequest
from services.inspection.case_requests.problems import CaseRequestNotFound
from services.inspection.case_requests.schemas import Decline, Filing
from services.inspection.risk_grades.facts.filed_cases import record_case_filed
from shared.clocks.service import cancel_clock, meet_clock, open_clock
from shared.contracts.inspection import CaseRequestState, TimelineKind
from shared.contracts.statutory_sampling import CaseRequested, CaseSide, Link, SampleConcluded
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.http.problems import FieldError, InvalidRequest
from shared.ids import uuid7
from shared.times import in_words, now

CLOCK_CODE, CLOCK_OBJECT = "clue_verification", "case_request"
CLOCK_SKEW = timedelta(minutes=5)


async def receive(session: AsyncSession, asked: CaseRequested) -> CaseRequest:
    """Enter the request of a disposal case with its clock, once, however often and in whatever order it is told.

    A later message about the same case brings the facts up to date; whom it concerns, where, and what was decided stay.
    """
    await repository.lock_sample(session, asked.sample_id)
    known = await repository.request_of_case(session, asked.case_id)
    if known is not None:
        if asked.version > known.facts_version:
            for name, value in _facts(asked).items():
                setattr(known, name, value)
            known.advance()
            await session.flush()
            await _undo_if_overturned(session, known)
        return known
    # The business that sampling names is the sampled party; a producer elsewhere is known by his code alone.
    is_sampled_party = asked.side is CaseSide.SELLER or asked.link is Link.PRODUCTION
    named = asked.business_id if is_sampled_party else None
    business = await repository.party_on_file(session, named, asked.party_uscc)
    request = CaseRequest(
        id=uuid7(),
        version=1,
        case_id=asked.case_id,
        side=asked.side,
        business_id=business.id if business else None,
        region_code=business.region_code if business else asked.region_code,
        requested_at=asked.requested_at,
        state=CaseRequestState.PENDING,
        **_facts(asked),
    )
    clock = await open_clock(
        session,
        code=CLOCK_CODE,
        object_type=CLOCK_OBJECT,
        object_id=request.id,
        region_code=request.region_code,
        triggered_at=request.requested_at,
        title=request.title,
    )
    request.clock_id = clock.id
    session.add(request)
    await session.flush()
    await _tell(session, request, TimelineKind.CASE_REQUESTED, f"：{request.food_name} {request.reason}", None)
    await _undo_if_overturned(session, request)
    return request


async def hear_conclusion(session: AsyncSession, concluded: SampleConcluded) -> None:
    """Where a sample passes after all (a re-test is final): withdraw what is undecided, note it beside what is decided.

    It is kept, so that a request that comes after it, but was made before it, is treated the same as it is entered.
    """
    await repository.lock_sample(session, concluded.sample_id)
    await repository.note_outcome(session, concluded)
    for request in await repository.standing_requests(session, concluded.sample_id):
        await _undo_if_overturned(session, request)


async def request_for(session: AsyncSession, request_id: UUID, actor: Actor, *, lock: bool = False) -> CaseRequest:
    """The request. Raises `CaseRequestNotFound`, also for one of another region."""
    request = await repository.visible_request(session, request_id, actor, lock=lock)
    if request is None:
        raise CaseRequestNotFound("请核对编号；只能办理辖区内的")
    return request


async def accept(session: AsyncSession, request_id: UUID, filing: Filing, version: int, actor: Actor) -> CaseRequest:
    """Record the penalty case. Raises `CaseRequestNotFound`, `PreconditionFailed`, `CaseRequestDecided`."""
    request = await _open(session, request_id, version, actor)
    at = _moment(request, "/filed_at", filing.filed_at)
    request.accept(filing.filing_number, at=at, by=actor.id, by_name=actor.name, note=filing.note)
    await record_case_filed(session, request)
    return await _settle(session, request, at, actor, evidence=f"立案号 {filing.filing_number}")


async def decline(session: AsyncSession, request_id: UUID, body: Decline, version: int, actor: Actor) -> CaseRequest:
    """Record that none is opened, and why. Raises as `accept` does."""
    request = await _open(session, request_id, version, actor)
    at = _moment(request, "/decided_at", body.decided_at)
    request.decline(at=at, by=actor.id, by_name=actor.name, reason=body.reason)
    return await _settle(session, request, at, actor, evidence=body.reason)


async def _undo_if_overturned(session: AsyncSession, request: CaseRequest) -> None:
    outcome = await repository.outcome_of(session, request.sample_id)
    if outcome is None or request.overturned_at is not None or not outcome.undoes(request.facts_version):
        return
    was_pending = request.state is CaseRequestState.PENDING
    request.overturn(at=outcome.concluded_at, because=outcome.words)
    if was_pending:
        at = max(outcome.concluded_at, request.requested_at)
        await cancel_clock(session, request.clock_id, reason=outcome.words, actor=None, at=at)
    await session.flush()
    await _tell(session, request, TimelineKind.CASE_DECIDED, f"：{request.state.label}，{outcome.words}", None)


async def _open(session: AsyncSession, request_id: UUID, version: int, actor: Actor) -> CaseRequest:
    request = await request_for(session, request_id, actor, lock=True)
    ensure_version(request, version)
    return request


def _moment(request: CaseRequest, pointer: str, given: datetime | None) -> datetime:
    present = now()
    at = given or present
    if request.requested_at - CLOCK_SKEW <= at <= present + CLOCK_SKEW:
        return at
    message = f"应在移送（{in_words(request.requested_at)}）之后、现在之前"
    raise InvalidRequest("有 1 处需要改正", errors=[FieldError(pointer=pointer, message=message, code="moment")])


async def _settle(
    session: AsyncSession, request: CaseRequest, at: datetime, actor: Actor, *, evidence: str
) -> CaseRequest:
    await meet_clock(session, request.clock_id, evidence=evidence, actor=actor, at=at)
    await session.flush()
    await _tell(session, request, TimelineKind.CASE_DECIDED, f"：{request.state.label}，{evidence}", actor.id)
    return request


async def _tell(
    session: AsyncSession, request: CaseRequest, kind: TimelineKind, words: str, actor_id: UUID | None
) -> None:
    if request.business_id is None:
        return
    session.add(
        TimelineEntry(
            business_id=request.business_id,
            kind=kind,
            summary=f"{kind.label}{words}",
            details={"case_request_id": str(request.id), "case_id": str(request.case_id)},
            actor_id=actor_id,
            link=f"/v1/case-requests/{request.id}",
        )
    )
    await session.flush()


def _facts(asked: CaseRequested) -> dict[str, Any]:
    """What a later message may say otherwise."""
    same = (
        *("party_name", "party_uscc", "sample_id", "stream", "link", "food_name", "lot_code", "production_date"),
        *("sampled_on", "sampled_party_name", "producer_name", "reason"),
    )
    return {name: getattr(asked, name) for name in same} | {
        "facts_version": asked.version,
        "sample_number": asked.number,
        "unqualified_items": [item.model_dump(mode="json") for item in asked.unqualified_items],
    }
