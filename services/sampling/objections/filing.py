"""Filing objections: within the window they go to be accepted, after it they are refused and stay on record."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.disposals.notices import served_on_party
from services.sampling.disposals.service import NOTICE_CLOCK_OBJECT, by, case_for
from services.sampling.objections import repository
from services.sampling.objections.models import Objection
from services.sampling.objections.problems import ObjectionAlreadyOpen
from services.sampling.objections.rules import clocks_of
from services.sampling.objections.schemas import ResultObjectionCreate, SamplingObjectionCreate
from services.sampling.objections.service import open_clock_of
from services.sampling.proceedings.clocks import clock_on, has_lapsed, meet, open_where_ruled
from services.sampling.proceedings.filing import filed_at
from services.sampling.samples.models import Sample
from services.sampling.samples.problems import SampleNotFound
from services.sampling.samples.repository import lock_sample
from services.sampling.whistles.schemas import Step
from shared.clocks.models import ClockRow
from shared.clocks.service import Opening
from shared.contracts.clocks import Authority
from shared.contracts.disposals import ObjectionGround, ObjectionKind, ObjectionStep
from shared.http.auth import Actor
from shared.ids import uuid7

SAMPLING_CLOCK_OBJECT = "sampling_objection"
"""Of the window to contest how a sample was taken; its object is the sample."""


async def object_to_sampling(
    session: AsyncSession, sample_id: UUID, body: SamplingObjectionCreate, actor: Actor
) -> Objection:
    """The sampled party contests how the sample was taken. Too late: refused, and on record.

    Raises SampleNotFound, NotApart, InvalidRequest.
    """
    sample = await repository.lock_contestable_sample(session, sample_id, actor)
    if sample is None or sample.taken_at is None:
        raise SampleNotFound("请核对编号；只能对辖区内的，或从自己这里抽取的样品提出抽样过程异议")
    at = await filed_at(session, sample.id, body, sample.taken_at, actor)
    window = await open_sampling_window(session, sample)
    objection = Objection(
        id=uuid7(),
        sample_id=sample.id,
        case_id=None,
        kind=ObjectionKind.SAMPLING_PROCESS,
        authority=Authority.MARKET,
        region_code=sample.region_code,
        food_name=sample.food_name,
        applicant_name=sample.sampled_party_name,
        applicant_business_id=sample.business_id,
        filed_at=at,
        is_late=has_lapsed(window, at),
        entries=[],
    )
    return await _file(session, objection, window, SAMPLING_CLOCK_OBJECT, sample.id, body, actor)


async def object_to_result(
    session: AsyncSession, case_id: UUID, body: ResultObjectionCreate, actor: Actor
) -> Objection:
    """A party to a case contests how it was tested, the result, or that the food is its own. Too late: refused.

    Before the result was served on it, the window has not begun. Raises CaseNotFound, ResultNotServed, NotApart,
    InvalidRequest.
    """
    unlocked = await case_for(session, case_id, actor)
    sample = await lock_sample(session, unlocked.sample_id)
    assert sample is not None  # a case cannot be without its sample
    case = await case_for(session, case_id, actor, lock=True)
    notice, served_at = served_on_party(case)
    at = await filed_at(session, sample.id, body, served_at, actor)
    window = await clock_on(session, NOTICE_CLOCK_OBJECT, notice.id, clocks_of(body.kind).window)
    objection = Objection(
        id=uuid7(),
        sample_id=sample.id,
        case_id=case.id,
        kind=body.kind,
        authority=case.authority,
        region_code=case.region_code,
        food_name=case.food_name,
        applicant_name=case.party_name,
        applicant_business_id=case.party_business_id,
        filed_at=at,
        is_late=has_lapsed(window, at),
        entries=[],
    )
    return await _file(session, objection, window, NOTICE_CLOCK_OBJECT, notice.id, body, actor)


async def open_sampling_window(session: AsyncSession, sample: Sample) -> ClockRow | None:
    """The sampled party's window to contest the taking, from when it was finished; opened once, whoever asks first."""
    assert sample.taken_at is not None
    opening = Opening(
        code=clocks_of(ObjectionKind.SAMPLING_PROCESS).window,
        object_type=SAMPLING_CLOCK_OBJECT,
        object_id=sample.id,
        region_code=sample.region_code,
        triggered_at=sample.taken_at,
        title=f"{sample.food_name} · 抽样过程异议",
    )
    return await open_where_ruled(session, opening)


async def _file(
    session: AsyncSession,
    objection: Objection,
    window: ClockRow | None,
    window_object: str,
    window_id: UUID,
    body: Step,
    actor: Actor,
) -> Objection:
    at = objection.filed_at
    if (other := await repository.open_like(session, objection)) is not None:
        raise ObjectionAlreadyOpen(
            f"{other.kind.label}的异议 {other.id} 正在办理（{other.state.label}），新的理由和材料请补充到那一件",
            objection_id=str(other.id),
        )
    objection.log(ObjectionStep.RECEIVED, at, **by(actor), note=body.note, evidence=body.evidence)
    session.add(objection)
    await session.flush()
    if objection.is_late:
        objection.refuse(ObjectionGround.LATE, at)
        details = {"ground": ObjectionGround.LATE.value}
        objection.log(ObjectionStep.REFUSED, at, note=ObjectionGround.LATE.label, details=details)
        await session.flush()
        return objection
    if window is not None and at <= window.due_at:
        await meet(session, window_object, window_id, window.code, actor=actor, at=at, evidence=body.note)
    await open_clock_of(session, objection, clocks_of(objection.kind).acceptance, at)
    return objection
