"""Applying for a re-test, and whether there is one: what the system itself sees must be refused is refused.

A re-test holds up nothing: stop of sale, recall and the disposal's clocks run on (抽样检验管理办法: the operator's
duties are not suspended). What the laboratories do is in `laboratories`, what comes out in `results`.
"""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.disposals.models import DisposalCase
from services.sampling.disposals.notices import RETEST_WINDOW, served_on_party
from services.sampling.disposals.service import NOTICE_CLOCK_OBJECT, by, case_for
from services.sampling.no_retest_items.repository import names_on
from services.sampling.no_retest_items.rules import is_microbiological
from services.sampling.proceedings.clocks import cancel_open, clock_on, has_lapsed, meet, open_where_ruled
from services.sampling.proceedings.filing import filed_at
from services.sampling.publications.reexamination import RETEST_ACCEPTED, mark_for_reexamination
from services.sampling.retests import repository
from services.sampling.retests.models import Retest
from services.sampling.retests.problems import (
    RetestAlreadyOpen,
    RetestMustBeRefused,
    RetestNotFound,
    fault,
)
from services.sampling.retests.rules import CHECKED, Facts, binding_grounds
from services.sampling.retests.schemas import BackupCheck, RefusalStep, RetestApplication
from services.sampling.samples.models import Sample
from services.sampling.samples.repository import lock_sample
from services.sampling.separation.service import take_part
from services.sampling.whistles.schemas import Step
from shared.clocks.service import Opening
from shared.contracts.disposals import RetestGround, RetestState, RetestStep
from shared.contracts.statutory_sampling import Duty, UnqualifiedItem
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.ids import uuid7
from shared.times import day_of, now

CLOCK_OBJECT = "retest"
ACCEPTANCE, SELECTION, REPLY = "retest_acceptance", "retest_lab_selection", "retest_lab_refusal"
TRANSFER, REPORT, TELLING = "backup_sample_transfer", "retest_report", "retest_result_notice"


async def apply(session: AsyncSession, case_id: UUID, body: RetestApplication, actor: Actor) -> Retest:
    """A party to a case asks for a re-test; counted from when it is recorded, or as an officer shows it came in.

    Too late (and not by a provisional end), for germs alone, without a backup, or beside a re-test already accepted: it
    is refused at once on that ground, and stays on record. Raises CaseNotFound, ResultNotServed, NotApart,
    InvalidRequest.
    """
    case, sample = await _held(session, case_id, actor)
    notice, served_at = served_on_party(case)
    at = await filed_at(session, sample.id, body, served_at, actor)
    window = await clock_on(session, NOTICE_CLOCK_OBJECT, notice.id, RETEST_WINDOW)
    items = _contested(case, body.items, await names_on(session, day_of(at)))
    if (other := await repository.open_of_case(session, case.id)) is not None:
        raise RetestAlreadyOpen(f"复检申请 {other.id} 还没有办结（{other.state.label}）", retest_id=str(other.id))
    retest = Retest(
        id=uuid7(),
        sample_id=sample.id,
        case_id=case.id,
        notice_id=notice.id,
        authority=case.authority,
        region_code=case.region_code,
        food_name=case.food_name,
        applicant_name=case.party_name,
        applicant_business_id=case.party_business_id,
        items=[item.item for item in items],
        applied_at=at,
        is_late=has_lapsed(window, at),
        first_laboratory_id=sample.laboratory_id,
        entries=[],
    )
    retest.log(RetestStep.RECEIVED, at, **by(actor), note=body.note, evidence=body.evidence)
    session.add(retest)
    await session.flush()
    grounds = binding_grounds(await _facts(session, retest, case, sample, None, at))
    if grounds:
        retest.refuse(grounds[0], at)
        reasons = "、".join(ground.label for ground in grounds)
        retest.log(RetestStep.REFUSED, at, note=reasons, details={"grounds": [ground.value for ground in grounds]})
        await session.flush()
        return retest
    if window is not None and at <= window.due_at:
        await meet(session, NOTICE_CLOCK_OBJECT, notice.id, RETEST_WINDOW, actor=actor, at=at, evidence=body.note)
    await open_clock_of(session, retest, ACCEPTANCE, at)
    return retest


async def accept(session: AsyncSession, retest_id: UUID, body: BackupCheck, version: int, actor: Actor) -> Retest:
    """The application is accepted, the backup sample having been looked at; where the sample is published, its row is
    marked. Raises RetestMustBeRefused on a ground.
    """
    retest, sample, at = await begin(session, retest_id, body, version, actor)
    case = await case_for(session, retest.case_id, actor)
    grounds = binding_grounds(await _facts(session, retest, case, sample, body.backup_expires_on, at))
    if not body.backup_intact:
        grounds.append(RetestGround.BACKUP_UNUSABLE)
    if grounds and retest.state is RetestState.RECEIVED:
        labels = "；".join(ground.label for ground in grounds)
        raise RetestMustBeRefused(
            f"{labels}。请以其中一项不予受理", grounds=[ground.value for ground in dict.fromkeys(grounds)]
        )
    retest.accept(at, body.backup_expires_on)
    await meet_clock_of(session, retest, ACCEPTANCE, at, actor)
    await open_clock_of(session, retest, SELECTION, at)
    await mark_for_reexamination(session, sample, RETEST_ACCEPTED, now(), actor)  # the publisher learns of it now
    return await finish(session, retest, RetestStep.ACCEPTED, at, body, actor)


async def refuse(session: AsyncSession, retest_id: UUID, body: RefusalStep, version: int, actor: Actor) -> Retest:
    """The application is refused on one ground. One that the system can check must hold; the others need proof."""
    retest, sample, at = await begin(session, retest_id, body, version, actor)
    case = await case_for(session, retest.case_id, actor)
    seen = binding_grounds(await _facts(session, retest, case, sample, body.backup_expires_on, at))
    if body.ground in CHECKED and body.ground not in seen:
        hint = "；请填写备份样品保质期的最后一日" if body.ground is RetestGround.BACKUP_EXPIRED else ""
        raise fault("/ground", f"查无此情形：{body.ground.label}{hint}", "ground")
    if body.ground not in seen and not body.evidence:
        raise fault("/evidence", f"以“{body.ground.label}”不予受理，须附证据：照片、文书编号", "missing")
    retest.refuse(body.ground, at)
    await meet_clock_of(session, retest, ACCEPTANCE, at, actor, body.note)
    details = {"grounds": [body.ground.value]}
    return await finish(session, retest, RetestStep.REFUSED, at, body, actor, details=details)


async def withdraw(session: AsyncSession, retest_id: UUID, body: Step, version: int, actor: Actor) -> Retest:
    """The applicant takes his application back."""
    retest, _, at = await begin(session, retest_id, body, version, actor)
    retest.withdraw(at)
    await cancel_open(session, CLOCK_OBJECT, retest.id, reason="撤回复检申请", actor=actor, at=at)
    return await finish(session, retest, RetestStep.WITHDRAWN, at, body, actor)


async def retest_for(session: AsyncSession, retest_id: UUID, actor: Actor, *, lock: bool = False) -> Retest:
    """The re-test with its timeline, if the actor may see it. Raises RetestNotFound."""
    retest = await repository.visible_retest(session, retest_id, actor, lock=lock)
    if retest is None:
        raise RetestNotFound("请核对编号；只能查看辖区内的，或自己申请的复检")
    return retest


async def begin(
    session: AsyncSession, retest_id: UUID, body: Step, version: int, actor: Actor
) -> tuple[Retest, Sample, datetime]:
    """Hold sample and re-test for a step: gives both and the moment of the step; an officer acts as case handler."""
    unlocked = await retest_for(session, retest_id, actor)
    sample = await lock_sample(session, unlocked.sample_id)
    assert sample is not None  # a re-test cannot be without its sample
    retest = await retest_for(session, retest_id, actor, lock=True)
    ensure_version(retest, version)
    if actor.business_id is None:
        await take_part(session, sample.id, Duty.CASE_HANDLER, actor)
    elif body.at is not None:
        raise fault("/at", "以登记时为准，请不要填写时间", "moment")
    return retest, sample, retest.moment_of(body.at, now())


async def finish(
    session: AsyncSession, retest: Retest, kind: RetestStep, at: datetime, body: Step, actor: Actor, **fields: object
) -> Retest:
    """Write the step into the timeline."""
    retest.log(kind, at, **by(actor), note=body.note, evidence=body.evidence, **fields)
    retest.advance()
    await session.flush()
    return retest


async def open_clock_of(session: AsyncSession, retest: Retest, code: str, triggered_at: datetime) -> None:
    """A clock of the re-test, under the rules of its authority."""
    opening = Opening(
        code=code,
        object_type=CLOCK_OBJECT,
        object_id=retest.id,
        region_code=retest.region_code,
        triggered_at=triggered_at,
        title=retest.title,
        authority=retest.authority,
    )
    await open_where_ruled(session, opening)


async def meet_clock_of(
    session: AsyncSession, retest: Retest, code: str, at: datetime, actor: Actor, evidence: str = ""
) -> None:
    """The duty of that code is done, in time or late."""
    await meet(session, CLOCK_OBJECT, retest.id, code, actor=actor, at=at, evidence=evidence)


def failed_items(case: DisposalCase) -> list[UnqualifiedItem]:
    """What the sample failed in, by the report the case stands on."""
    return [UnqualifiedItem.model_validate(item) for item in case.unqualified_items]


async def _held(session: AsyncSession, case_id: UUID, actor: Actor) -> tuple[DisposalCase, Sample]:
    unlocked = await case_for(session, case_id, actor)
    sample = await lock_sample(session, unlocked.sample_id)
    assert sample is not None  # a case cannot be without its sample
    return await case_for(session, case_id, actor, lock=True), sample


def _contested(case: DisposalCase, names: list[str], germs: Collection[str]) -> list[UnqualifiedItem]:
    failed = failed_items(case)
    unknown = [name for name in names if name not in {item.item for item in failed}]
    if unknown:
        known = "、".join(item.item for item in failed)
        raise fault("/items", f"“{unknown[0]}”不在检验结论的不合格项目之中（{known}）", "item")
    if names:
        return [item for item in failed if item.item in names]
    return [item for item in failed if not is_microbiological(item, germs)] or failed


async def _facts(
    session: AsyncSession, retest: Retest, case: DisposalCase, sample: Sample, expires_on: date | None, at: datetime
) -> Facts:
    contested = [item for item in failed_items(case) if item.item in retest.items]
    sealing = sample.form.get("sealing") or {}
    germs = await names_on(session, day_of(at))
    return Facts(
        is_late=retest.is_late,
        only_microbiology=bool(contested) and all(is_microbiological(item, germs) for item in contested),
        another_accepted=await repository.another_accepted(session, sample.id, but=retest.id),
        no_backup=bool(sealing.get("no_backup_because")),
        backup_expires_on=expires_on,
        day=day_of(at),
    )
