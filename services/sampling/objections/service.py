"""Objections, from acceptance to the decision. They hold up nothing: the disposal's duties run on meanwhile."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.disposals.service import by, end_cases
from services.sampling.objections import repository
from services.sampling.objections.models import Objection
from services.sampling.objections.problems import ObjectionNotFound, ObjectionStepRefused
from services.sampling.objections.rules import clocks_of
from services.sampling.objections.schemas import (
    DecisionStep,
    ObjectionRefusal,
    ReasonStep,
)
from services.sampling.proceedings.clocks import cancel_open, clock_on, meet, open_where_ruled
from services.sampling.publications.reexamination import OBJECTION_UPHELD, mark_for_reexamination
from services.sampling.samples.models import Sample
from services.sampling.samples.repository import lock_sample
from services.sampling.separation.service import take_part
from services.sampling.whistles.problems import moment_refused
from services.sampling.whistles.schemas import Step
from shared.clocks.models import ClockRow
from shared.clocks.problems import ClockStepRefused
from shared.clocks.service import Opening, pause_clock, resume_clock
from shared.contracts.disposals import CaseEnd, ObjectionStep
from shared.contracts.statutory_sampling import Duty
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.times import now

CLOCK_OBJECT = "objection"
CLARIFICATION = "standard_clarification"


async def ask_supplement(
    session: AsyncSession, objection_id: UUID, body: ReasonStep, version: int, actor: Actor
) -> Objection:
    """The papers are incomplete: the applicant was told what is missing, which does the duty to answer."""
    objection, _, at = await _begin(session, objection_id, body, version, actor)
    objection.ask_supplement()
    await _meet(session, objection, clocks_of(objection.kind).acceptance, at, actor, body.note)
    return await _finish(session, objection, ObjectionStep.SUPPLEMENT_ASKED, at, body, actor)


async def supplement(
    session: AsyncSession, objection_id: UUID, body: ReasonStep, version: int, actor: Actor
) -> Objection:
    """The applicant brought what was missing: the time to accept is counted from then."""
    objection, _, at = await _begin(session, objection_id, body, version, actor)
    objection.supplement()
    await open_clock_of(session, objection, clocks_of(objection.kind).acceptance, at)
    return await _finish(session, objection, ObjectionStep.SUPPLEMENTED, at, body, actor)


async def accept(session: AsyncSession, objection_id: UUID, body: Step, version: int, actor: Actor) -> Objection:
    """It will be examined: the time to decide begins."""
    objection, _, at = await _begin(session, objection_id, body, version, actor)
    objection.accept(at)
    await _meet(session, objection, clocks_of(objection.kind).acceptance, at, actor, body.note)
    await open_clock_of(session, objection, clocks_of(objection.kind).decision, at)
    return await _finish(session, objection, ObjectionStep.ACCEPTED, at, body, actor)


async def refuse(
    session: AsyncSession, objection_id: UUID, body: ObjectionRefusal, version: int, actor: Actor
) -> Objection:
    """It will not be examined, on a ground; it stays on record."""
    objection, _, at = await _begin(session, objection_id, body, version, actor)
    objection.refuse(body.ground, at)
    await _meet(session, objection, clocks_of(objection.kind).acceptance, at, actor, body.note)
    details = {"ground": body.ground.value}
    return await _finish(session, objection, ObjectionStep.REFUSED, at, body, actor, details=details)


async def pause(session: AsyncSession, objection_id: UUID, body: ReasonStep, version: int, actor: Actor) -> Objection:
    """The standard's meaning was asked for: the time to decide stands still, where its rule allows it."""
    objection, _, at = await _begin(session, objection_id, body, version, actor)
    objection.must_be_examined()
    clock = await _decision_clock(session, objection)
    evidence = "、".join(body.evidence)
    await pause_clock(session, clock.id, reason=CLARIFICATION, evidence=evidence, actor=actor, at=at)
    return await _finish(session, objection, ObjectionStep.PAUSED, at, body, actor)


async def resume(session: AsyncSession, objection_id: UUID, body: Step, version: int, actor: Actor) -> Objection:
    """The answer on the standard came: the time runs on; what it stood still does not count."""
    objection, _, at = await _begin(session, objection_id, body, version, actor)
    objection.must_be_examined()
    clock = await _decision_clock(session, objection)
    await resume_clock(session, clock.id, evidence="、".join(body.evidence), actor=actor, at=at)
    return await _finish(session, objection, ObjectionStep.RESUMED, at, body, actor)


async def decide(
    session: AsyncSession, objection_id: UUID, body: DecisionStep, version: int, actor: Actor
) -> Objection:
    """The outcome. Upheld, it ends the cases that the decision names and marks the published row of the sample, whose
    conclusion is the report's, which a corrected report replaces.
    """
    objection, sample, at = await _begin(session, objection_id, body, version, actor)
    if body.ends and not body.upheld:
        raise ObjectionStepRefused("异议不成立的，不终结核查处置")
    objection.decide(at, upheld=body.upheld)
    await _meet(session, objection, clocks_of(objection.kind).decision, at, actor, "、".join(body.evidence))
    details = {"upheld": body.upheld, "ends": [side.value for side in body.ends]}
    await _finish(session, objection, ObjectionStep.DECIDED, at, body, actor, details=details)
    if body.ends and sample.conclusion is not None:
        note = f"{objection.kind.label}异议，{'、'.join(body.evidence)}"
        await end_cases(
            session,
            sample,
            CaseEnd.OBJECTION_UPHELD,
            sample.conclusion,
            at,
            note,
            actor=actor,
            sides=body.ends,
        )
    if body.upheld:
        await mark_for_reexamination(session, sample, OBJECTION_UPHELD, now(), actor)  # the publisher learns of it now
    return objection


async def withdraw(session: AsyncSession, objection_id: UUID, body: Step, version: int, actor: Actor) -> Objection:
    """The applicant takes his objection back."""
    objection, _, at = await _begin(session, objection_id, body, version, actor)
    objection.withdraw(at)
    await cancel_open(session, CLOCK_OBJECT, objection.id, reason="撤回异议", actor=actor, at=at)
    return await _finish(session, objection, ObjectionStep.WITHDRAWN, at, body, actor)


async def objection_for(session: AsyncSession, objection_id: UUID, actor: Actor, *, lock: bool = False) -> Objection:
    """The objection with its timeline, if the actor may see it. Raises ObjectionNotFound."""
    objection = await repository.visible_objection(session, objection_id, actor, lock=lock)
    if objection is None:
        raise ObjectionNotFound("请核对编号；只能查看辖区内的，或自己提出的异议")
    return objection


async def _begin(
    session: AsyncSession, objection_id: UUID, body: Step, version: int, actor: Actor
) -> tuple[Objection, Sample, datetime]:
    unlocked = await objection_for(session, objection_id, actor)
    sample = await lock_sample(session, unlocked.sample_id)
    assert sample is not None  # an objection cannot be without its sample
    objection = await objection_for(session, objection_id, actor, lock=True)
    ensure_version(objection, version)
    if actor.business_id is None:
        await take_part(session, sample.id, Duty.CASE_HANDLER, actor)
    elif body.at is not None:
        raise moment_refused("以登记时为准，请不要填写时间")
    return objection, sample, objection.moment_of(body.at, now())


async def _finish(
    session: AsyncSession,
    objection: Objection,
    kind: ObjectionStep,
    at: datetime,
    body: Step,
    actor: Actor,
    **fields: object,
) -> Objection:
    objection.log(kind, at, **by(actor), note=body.note, evidence=body.evidence, **fields)
    objection.advance()
    await session.flush()
    return objection


async def open_clock_of(session: AsyncSession, objection: Objection, code: str, triggered_at: datetime) -> None:
    """A clock of the objection, under the rules of its authority."""
    opening = Opening(
        code=code,
        object_type=CLOCK_OBJECT,
        object_id=objection.id,
        region_code=objection.region_code,
        triggered_at=triggered_at,
        title=objection.title,
        authority=objection.authority,
    )
    await open_where_ruled(session, opening)


async def _meet(
    session: AsyncSession, objection: Objection, code: str, at: datetime, actor: Actor, evidence: str
) -> None:
    await meet(session, CLOCK_OBJECT, objection.id, code, actor=actor, at=at, evidence=evidence)


async def _decision_clock(session: AsyncSession, objection: Objection) -> ClockRow:
    clock = await clock_on(session, CLOCK_OBJECT, objection.id, clocks_of(objection.kind).decision)
    if clock is None:
        raise ClockStepRefused("没有适用于这个机关的处理期限，不必中止")
    return clock
