"""The laboratory of a re-test: drawn at random from the roster, never the first; it may refuse; it gets the backup."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.assignment_draws.models import DrawPurpose
from services.sampling.assignment_draws.repository import category_path
from services.sampling.assignment_draws.service import draw_laboratory, fit_for_retest
from services.sampling.laboratories.rules import Need
from services.sampling.proceedings.clocks import cancel_open, clock_on
from services.sampling.retests.models import Retest
from services.sampling.retests.problems import RetestStepRefused, fault
from services.sampling.retests.schemas import DrawStep, LaboratoryReply, RetestExtension, TransferStep
from services.sampling.retests.service import (
    CLOCK_OBJECT,
    REPLY,
    REPORT,
    SELECTION,
    TRANSFER,
    begin,
    finish,
    meet_clock_of,
    open_clock_of,
)
from services.sampling.samples.models import Sample
from services.sampling.separation.repository import lock_parts
from services.sampling.separation.rules import Part
from services.sampling.separation.service import take_part_as
from shared.clocks.service import cancel_clock, extend_clock
from shared.contracts.disposals import RetestGround, RetestState, RetestStep
from shared.contracts.statutory_sampling import Duty
from shared.http.auth import Actor
from shared.times import day_of

EXTENDABLE = {
    RetestState.ACCEPTED: SELECTION,
    RetestState.COMMISSIONED: TRANSFER,
    RetestState.UNDERTAKEN: TRANSFER,
    RetestState.TESTING: REPORT,
}
"""Which clock an extension belongs to, by what is being waited for."""


async def draw(session: AsyncSession, retest_id: UUID, body: DrawStep, version: int, actor: Actor) -> Retest:
    """Draw the laboratory (食品安全法 §88): at random from the roster, the seed on record, never the first.

    Left out, each with its reason: the first laboratory, those that refused, houses that sampled or handle the case.
    Raises DrawImpossible, RedrawUnexplained.
    """
    retest, sample, at = await begin(session, retest_id, body, version, actor)
    if retest.state is not RetestState.ACCEPTED:
        raise RetestStepRefused(f"只有已受理、待确定复检机构的才能抽取，现在是“{retest.state.label}”")
    need = Need(await category_path(session, sample.category_code), frozenset(retest.items))
    drawn = await draw_laboratory(
        session,
        purpose=DrawPurpose.RETEST,
        subject_id=retest.id,
        region_code=retest.region_code,
        candidates_filter=fit_for_retest(need, day_of(at)),
        exclude=await _left_out(session, retest, sample),
        actor=actor,
        items=retest.items,
        reason=body.note,
        on=day_of(at),
    )
    retest.commission(drawn.laboratory_id)
    await meet_clock_of(session, retest, SELECTION, at, actor, f"随机抽取 {drawn.id}")
    await open_clock_of(session, retest, REPLY, at)
    await open_clock_of(session, retest, TRANSFER, at)
    details = {"draw_id": str(drawn.id), "laboratory_id": str(drawn.laboratory_id), "seed": drawn.seed}
    return await finish(session, retest, RetestStep.LABORATORY_DRAWN, at, body, actor, details=details)


async def reply(session: AsyncSession, retest_id: UUID, body: LaboratoryReply, version: int, actor: Actor) -> Retest:
    """The drawn laboratory undertakes it, or refuses in writing with its reason, and another must be drawn.

    It may not refuse after its time (实施条例 §79: nor without reason), unless the bureau decides so in writing.
    """
    kind = RetestStep.UNDERTAKEN if body.undertakes else RetestStep.LABORATORY_REFUSED
    retest, sample, at = await begin(session, retest_id, body, version, actor)
    if retest.state is not RetestState.COMMISSIONED or retest.laboratory_id is None:
        raise RetestStepRefused(f"只有已委托、待答复的才能登记答复，现在是“{retest.state.label}”")
    laboratory_id = retest.laboratory_id
    details = {"laboratory_id": str(laboratory_id)}
    clock = await clock_on(session, CLOCK_OBJECT, retest.id, REPLY)
    if body.undertakes:
        retest.be_undertaken()
        house = Part(Duty.LABORATORY, laboratory_id, laboratory_id)
        await take_part_as(session, sample.id, house, "复检机构")
    else:
        if not body.note:
            raise fault("/note", "复检机构拒绝的，请写明其书面理由", "missing")
        if clock is not None and at > clock.due_at and not body.evidence:
            raise fault("/evidence", "复检机构已逾答复期限，应当承接；确需更换的，附受理部门的书面决定", "missing")
        retest.be_declined()
        transfer = await clock_on(session, CLOCK_OBJECT, retest.id, TRANSFER)
        if transfer is not None and transfer.is_open:
            await cancel_clock(session, transfer.id, reason="复检机构拒绝", actor=actor, at=at)
    await meet_clock_of(session, retest, REPLY, at, actor, body.note)
    if not body.undertakes:
        await open_clock_of(session, retest, SELECTION, at)
    return await finish(session, retest, kind, at, body, actor, details=details)


async def transfer_backup(
    session: AsyncSession, retest_id: UUID, body: TransferStep, version: int, actor: Actor
) -> Retest:
    """The backup sample reached the laboratory, its seals seen and photographed; its time to report begins.

    With a broken seal there is no re-test: it ends on the ground that the backup sample cannot serve.
    """
    retest, _, at = await begin(session, retest_id, body, version, actor)
    if not body.seals_intact:
        retest.find_backup_spoilt(at)
        label = RetestGround.BACKUP_UNUSABLE.label
        await cancel_open(session, CLOCK_OBJECT, retest.id, reason=label, actor=actor, at=at)
        return await finish(
            session,
            retest,
            RetestStep.REFUSED,
            at,
            body,
            actor,
            details={"grounds": [RetestGround.BACKUP_UNUSABLE.value]},
        )
    retest.transfer_backup()
    await meet_clock_of(session, retest, TRANSFER, at, actor, "、".join(body.evidence))
    await open_clock_of(session, retest, REPORT, at)
    return await finish(session, retest, RetestStep.BACKUP_TRANSFERRED, at, body, actor)


async def extend(session: AsyncSession, retest_id: UUID, body: RetestExtension, version: int, actor: Actor) -> Retest:
    """More time for what is being waited for, as far as its rule allows. Raises ClockStepRefused."""
    retest, _, at = await begin(session, retest_id, body, version, actor)
    code = EXTENDABLE.get(retest.state)
    clock = await clock_on(session, CLOCK_OBJECT, retest.id, code) if code else None
    if code is None or clock is None:
        raise RetestStepRefused(f"“{retest.state.label}”没有可以延长的期限")
    evidence = "、".join(body.evidence)
    await extend_clock(session, clock.id, length=body.length, reason=body.note, evidence=evidence, actor=actor, at=at)
    details = {"code": code, "length": body.length}
    return await finish(session, retest, RetestStep.EXTENDED, at, body, actor, details=details)


async def _left_out(session: AsyncSession, retest: Retest, sample: Sample) -> dict[UUID, str]:
    left_out = {
        part.organisation_id: f"已承担这份样品的{part.duty.label}"
        for part in await lock_parts(session, sample.id)
        if part.organisation_id is not None and part.duty is not Duty.LABORATORY
    }
    left_out |= dict.fromkeys(retest.refused_by, "已书面拒绝这次复检")
    if retest.first_laboratory_id is not None:
        left_out[retest.first_laboratory_id] = "初检机构"
    return left_out
