"""The steps of a correction: ordered, done, looked at again, escalated, closed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.corrections import repository, service
from services.inspection.corrections.kinds import CorrectionEnd, CorrectionStep, RecheckResult
from services.inspection.corrections.limits import limit_of
from services.inspection.corrections.models import Correction
from services.inspection.corrections.problems import CorrectionStepRefused, refused_at
from services.inspection.corrections.schemas import (
    Assessment,
    CaseFiling,
    CompletionReport,
    Extension,
    Order,
    ReasonStep,
    Recheck,
    SpotCorrection,
    Step,
)
from services.inspection.corrections.telling import tell_last_step
from services.inspection.figures import corrections as figures
from shared.clocks.service import extend_clock, meet_clock, open_clock
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.times import now

RECHECKED = {
    RecheckResult.PASSED: CorrectionStep.RECHECK_PASSED,
    RecheckResult.FAILED: CorrectionStep.RECHECK_FAILED,
    RecheckResult.NOT_REACHED: CorrectionStep.NOT_REACHED,
}


async def assess(
    session: AsyncSession, correction_id: UUID, body: Assessment, version: int, actor: Actor
) -> Correction:
    """Say whether food safety is affected, and why."""
    correction, at = await begin(session, correction_id, body, version, actor)
    correction.assess(body.affects_safety)
    details = {"affects_safety": body.affects_safety}
    return await finish(session, correction, CorrectionStep.ASSESSED, at, body, actor, details=details)


async def correct_on_the_spot(
    session: AsyncSession, correction_id: UUID, body: SpotCorrection, version: int, actor: Actor
) -> Correction:
    """It was put right before the officers' eyes. Raises CorrectionStepRefused where food safety is affected."""
    correction, at = await begin(session, correction_id, body, version, actor)
    correction.correct_on_the_spot(body.evidence_before, body.evidence_after, at)
    evidence = [*body.evidence_before, *body.evidence_after]
    return await finish(session, correction, CorrectionStep.ON_THE_SPOT, at, body, actor, evidence=evidence)


async def order(session: AsyncSession, correction_id: UUID, body: Order, version: int, actor: Actor) -> Correction:
    """Set the time limit that a document states; a second one after the first was missed or the correction failed.

    Raises InvalidRequest for a last day that is none, or longer than the local rule allows.
    """
    correction, at = await begin(session, correction_id, body, version, actor)
    limit = await limit_of(session, body, correction.region_code, at)
    if correction.orders and not correction.may_escalate(await service.is_overdue(session, correction, at)):
        raise CorrectionStepRefused("整改期限还没有届满，也没有复查不合格，不能再次限期；需要更多时间的请书面延期")
    given = correction.order(limit, body.document_number, body.demand, at)
    await session.flush()
    await service.start_clock(session, correction, given, actor)
    step = CorrectionStep.ORDERED if given.number == 1 else CorrectionStep.ORDERED_AGAIN
    details = {"document_number": given.document_number, "limit": limit.in_words}
    return await finish(session, correction, step, at, body, actor, details=details)


async def extend(session: AsyncSession, correction_id: UUID, body: Extension, version: int, actor: Actor) -> Correction:
    """Allow more time in writing, before the time is up. Raises ClockStepRefused after it."""
    correction, at = await begin(session, correction_id, body, version, actor)
    correction.extend()
    clock = await service.clock_of(session, correction.order_id)
    assert clock is not None  # an ordered correction has a time limit
    await extend_clock(
        session, clock.id, length=body.length, reason=body.note, evidence=body.document_number, actor=actor, at=at
    )
    details = {"document_number": body.document_number, "length": body.length}
    return await finish(session, correction, CorrectionStep.EXTENDED, at, body, actor, details=details)


async def report(
    session: AsyncSession, correction_id: UUID, body: CompletionReport, version: int, actor: Actor
) -> Correction:
    """The business says that it is done. Its own word counts when it is recorded; an officer enters a paper one."""
    if actor.business_id is not None and body.at is not None:
        raise refused_at("/at", "报告以登记时为准，请不要填写时间；书面报告更早递交的，请检查人员补记", "moment")
    correction, at = await begin(session, correction_id, body, version, actor)
    correction.report(body.evidence_after, at)
    await service.pause(session, correction, actor, at)
    return await finish(session, correction, CorrectionStep.REPORTED, at, body, actor, evidence=body.evidence_after)


async def recheck(session: AsyncSession, correction_id: UUID, body: Recheck, version: int, actor: Actor) -> Correction:
    """An officer went to see. A pass meets every time limit as of the report it confirms; nothing else does."""
    correction, at = await begin(session, correction_id, body, version, actor)
    correction.recheck(body.result, at, body.evidence_after)
    if correction.done_at is not None:
        await service.meet_orders(session, correction, actor, correction.done_at)
    else:
        await service.resume(session, correction, actor, at)
    step = RECHECKED[body.result]
    return await finish(session, correction, step, at, body, actor, evidence=body.evidence_after)


async def request_case(
    session: AsyncSession, correction_id: UUID, body: ReasonStep, version: int, actor: Actor
) -> Correction:
    """Hand the finding over to investigation, where it is to be decided in time whether a case is opened."""
    correction, at = await begin(session, correction_id, body, version, actor)
    correction.request_case(at, await service.is_overdue(session, correction, at))
    await open_clock(
        session,
        code=service.CASE_CLOCK_CODE,
        object_type=service.CASE_CLOCK,
        object_id=correction.id,
        region_code=correction.region_code,
        triggered_at=at,
        title=f"{correction.title}，决定是否立案",
        actor=actor,
    )
    return await finish(session, correction, CorrectionStep.CASE_REQUESTED, at, body, actor)


async def decide_case(
    session: AsyncSession, correction_id: UUID, body: CaseFiling, version: int, actor: Actor
) -> Correction:
    """A case was opened under its number, or it was decided in writing to open none."""
    correction, at = await begin(session, correction_id, body, version, actor)
    if body.filing_number is not None:
        correction.file(body.filing_number)
    else:
        correction.decline(body.note)
    clock = await service.case_clock_of(session, correction.id)
    if clock is not None and clock.is_open:
        evidence = body.filing_number or body.note
        await meet_clock(session, clock.id, actor=actor, at=at, evidence=evidence)
    step = CorrectionStep.CASE_FILED if body.filing_number else CorrectionStep.CASE_DECLINED
    details = {"filing_number": body.filing_number} if body.filing_number else {}
    return await finish(session, correction, step, at, body, actor, details=details)


async def close(session: AsyncSession, correction_id: UUID, body: Step, version: int, actor: Actor) -> Correction:
    """Everything is done, as `missing` says."""
    correction, at = await begin(session, correction_id, body, version, actor)
    correction.close(at)
    if correction.ended_because is CorrectionEnd.INVESTIGATED:
        await service.cancel_orders(session, correction, actor, at, f"立案查处 {correction.filing_number}")
    return await finish(session, correction, CorrectionStep.CLOSED, at, body, actor)


async def withdraw(
    session: AsyncSession, correction_id: UUID, body: ReasonStep, version: int, actor: Actor
) -> Correction:
    """It should not have been opened. It counts in no figure from now on."""
    correction, at = await begin(session, correction_id, body, version, actor)
    correction.withdraw(at)
    await service.cancel_orders(session, correction, actor, at, body.note)
    if correction.visit_id is not None:
        tally = await repository.tally_of(session, correction.visit_id)
        assert tally is not None  # a correction of a visit refers to it
        await figures.record_visit(session, tally, tally.problems - 1, is_new=False)
    return await finish(session, correction, CorrectionStep.WITHDRAWN, at, body, actor)


async def begin(
    session: AsyncSession, correction_id: UUID, body: Step, version: int, actor: Actor
) -> tuple[Correction, datetime]:
    """Hold the correction for a step: gives it and the moment of the step.

    Raises CorrectionNotFound, PreconditionFailed, InvalidRequest for a bad moment.
    """
    correction = await service.correction_for(session, correction_id, actor, lock=True)
    ensure_version(correction, version)
    return correction, correction.moment(body.at, now())


async def finish(
    session: AsyncSession,
    correction: Correction,
    kind: CorrectionStep,
    at: datetime,
    body: Step,
    actor: Actor,
    **fields: Any,
) -> Correction:
    """Write the step into the timeline and count the correction anew."""
    correction.log(kind, at, **service.by(actor), note=body.note, **fields)
    correction.advance()
    await session.flush()
    await tell_last_step(session, correction)
    await service.count_filing(session, correction)
    await service.settle(session, correction)
    return correction
