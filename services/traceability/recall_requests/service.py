"""Taking in what disposal cases ask to be called back, holding the lot at once, and deciding on the request."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.lots.rules import normalise_code
from services.traceability.lots.service import hold_lot, lift_hold
from services.traceability.recall_requests import repository
from services.traceability.recall_requests.models import RecallRequest, SampleOutcome
from services.traceability.recall_requests.problems import RecallRequestNotFound
from services.traceability.recalls.opening import open_for_request
from services.traceability.recalls.service import withdraw_for_request
from shared.contracts.statutory_sampling import RecallRequested, SampleConcluded, SampleFacts
from shared.contracts.traceability import RecallRequestState
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.ids import uuid7
from shared.times import now

_KEPT_AS = {"number": "sample_number", "version": "facts_version"}
_FACTS = {name: _KEPT_AS.get(name, name) for name in SampleFacts.model_fields}
"""What sampling says of a sample → the column that keeps it."""


async def receive(session: AsyncSession, asked: RecallRequested) -> RecallRequest:
    """Enter the request of a case and hold the lot it names, once, however often and in whatever order it is told.

    A later message about the same case brings the facts up to date; a lot that it names anew is held too. The hold on
    the lot named before stays until an officer releases it with a reason: a changed name does not prove that lot safe.
    """
    await repository.lock_sample(session, asked.sample_id)
    said = _said(asked)
    request, is_new = await repository.enter(session, {"id": uuid7(), "version": 1, **_BLANK} | said)
    if not is_new:
        if asked.version <= request.facts_version:
            return request
        for name, value in said.items():
            setattr(request, name, value)
        request.advance()
    outcome = await repository.outcome_of(session, request.sample_id)
    if outcome is not None and outcome.undoes(request.facts_version):
        await _withdraw(session, request, outcome)
    elif request.state is not RecallRequestState.WITHDRAWN:
        await _hold_named_lot(session, request)
    await session.flush()
    return request


async def hear_conclusion(session: AsyncSession, concluded: SampleConcluded) -> None:
    """Where a sample passes after all (a re-test is final), withdraw what was asked of it and free its lot.

    It is kept, so that a request that comes after it, but was made before it, is withdrawn as it is entered.
    """
    await repository.lock_sample(session, concluded.sample_id)
    outcome = await repository.note_outcome(session, concluded)
    for request in await repository.standing_requests(session, concluded.sample_id):
        if outcome.undoes(request.facts_version):
            await _withdraw(session, request, outcome)
    await session.flush()


async def request_for(session: AsyncSession, request_id: UUID, actor: Actor, *, lock: bool = False) -> RecallRequest:
    """The request. Raises `RecallRequestNotFound`, also for one of another region."""
    request = await repository.visible_request(session, request_id, actor, lock=lock)
    if request is None:
        raise RecallRequestNotFound("请核对编号；只能办理辖区内的")
    return request


async def accept(session: AsyncSession, request_id: UUID, note: str, version: int, actor: Actor) -> RecallRequest:
    """Take the recall on: it is opened at once. Raises `RecallRequestNotFound`, `PreconditionFailed`,
    `RecallRequestDecided`.
    """
    request = await _decide(session, request_id, RecallRequestState.ACCEPTED, note, version, actor)
    await open_for_request(session, actor, request)
    return request


async def decline(session: AsyncSession, request_id: UUID, reason: str, version: int, actor: Actor) -> RecallRequest:
    """Decline it in writing; the hold stays. Raises as `accept` does."""
    return await _decide(session, request_id, RecallRequestState.DECLINED, reason, version, actor)


async def _decide(
    session: AsyncSession, request_id: UUID, state: RecallRequestState, note: str, version: int, actor: Actor
) -> RecallRequest:
    request = await request_for(session, request_id, actor, lock=True)
    ensure_version(request, version)
    request.decide(state, at=now(), by=actor.id, by_name=actor.name, note=note)
    await session.flush()
    return request


async def _withdraw(session: AsyncSession, request: RecallRequest, outcome: SampleOutcome) -> None:
    """Only this request's own hold is lifted: a lot that another one holds may still not be sold."""
    if request.state is RecallRequestState.WITHDRAWN:
        return
    request.withdraw(at=outcome.concluded_at, because=outcome.words)
    await withdraw_for_request(session, request.id, because=outcome.words)
    if request.hold is not None:
        await lift_hold(session, request.hold, reason=f"召回请求撤回：{outcome.words}", at=outcome.concluded_at)


async def _hold_named_lot(session: AsyncSession, request: RecallRequest) -> None:
    if request.hold is not None and request.hold.lot.code == normalise_code(request.lot_code or ""):
        return
    request.hold = (
        await hold_lot(
            session,
            code=request.lot_code,
            product_name=request.food_name,
            holder_business_id=request.business_id,
            holder_uscc=request.sampled_party_uscc,
            holder_name=request.sampled_party_name,
            region_code=request.region_code,
            reason=f"监督抽检核查处置要求召回：{request.reason}",
            at=request.requested_at,
        )
        or request.hold
    )


def _said(asked: RecallRequested) -> dict[str, Any]:
    facts = {column: getattr(asked, name) for name, column in _FACTS.items()}
    return facts | {"case_id": asked.case_id, "reason": asked.reason, "requested_at": asked.requested_at}


_BLANK = {"state": RecallRequestState.PENDING, "decided_by_name": "", "decision_note": "", "overturned_because": ""}
