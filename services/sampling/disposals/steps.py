"""The steps of a disposal case under way, each by somebody who neither sampled nor tested.

None of them waits for an objection or a re-test: the duties run on meanwhile.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.disposals import repository, service
from services.sampling.disposals.models import Count, DisposalCase
from services.sampling.disposals.rules import missing_topics
from services.sampling.disposals.schemas import (
    ClosureStep,
    ExtensionStep,
    FilingStep,
    PenaltyStep,
    RecallStep,
    RegionNoticeStep,
    StopSaleStep,
    WordStep,
)
from services.sampling.disposals.service import CLOCK_OBJECT, COMPLETION, NOTICE_CLOCK_OBJECT, START
from services.sampling.figures import disposals as figures
from services.sampling.proceedings.clocks import cancel_open, clock_on, meet
from services.sampling.samples.models import Sample
from services.sampling.samples.repository import lock_sample
from services.sampling.samples.service import facts_of
from services.sampling.separation.service import take_part
from services.sampling.whistles.schemas import Step
from shared.clocks.service import cancel_clock, extend_clock
from shared.contracts.disposals import CaseState, CaseStep, Topic
from shared.contracts.statutory_sampling import CaseRequested, Duty, RecallRequested
from shared.events.outbox import publish
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.times import day_of, now


async def start(session: AsyncSession, case_id: UUID, body: Step, version: int, actor: Actor) -> DisposalCase:
    """The bureau goes to work: the duty to start is done, in time or late."""
    case, _, at = await begin(session, case_id, body, version, actor, CaseStep.STARTED)
    before = case.count
    case.start()
    await meet(session, CLOCK_OBJECT, case.id, START, actor=actor, at=at, evidence=body.note)
    return await finish(session, case, CaseStep.STARTED, at, before, body, actor)


async def stop_sale(
    session: AsyncSession, case_id: UUID, body: StopSaleStep, version: int, actor: Actor
) -> DisposalCase:
    """Goods were taken off sale or sealed: how much, in what unit; unknown stays unknown."""
    kind = CaseStep.SEALED if body.sealed else CaseStep.STOPPED_SALE
    case, _, at = await begin(session, case_id, body, version, actor, kind)
    before = case.count
    case.stop_selling()
    return await finish(session, case, kind, at, before, body, actor, quantity=body.quantity, unit=body.unit)


async def request_recall(
    session: AsyncSession, case_id: UUID, body: RecallStep, version: int, actor: Actor
) -> DisposalCase:
    """The lot is to be recalled, which traceability is told; or it was decided that there is nothing to recall."""
    kind = CaseStep.RECALL_REQUESTED if body.needed else CaseStep.RECALL_NOT_NEEDED
    case, sample, at = await begin(session, case_id, body, version, actor, kind)
    before = case.count
    if body.needed:
        case.request_recall(at)
        event = RecallRequested(**facts_of(sample), case_id=case.id, reason=body.note, requested_at=at)
        await publish(session, event, case.id)
    else:
        case.need_no_recall()
    return await finish(session, case, kind, at, before, body, actor)


async def find_cause(session: AsyncSession, case_id: UUID, body: WordStep, version: int, actor: Actor) -> DisposalCase:
    """Why it came to be unqualified."""
    return await _record(session, case_id, body, version, actor, CaseStep.CAUSE_FOUND, DisposalCase.work)


async def rectify(session: AsyncSession, case_id: UUID, body: WordStep, version: int, actor: Actor) -> DisposalCase:
    """What the party has put right."""
    return await _record(session, case_id, body, version, actor, CaseStep.RECTIFIED, DisposalCase.work)


async def request_case(
    session: AsyncSession, case_id: UUID, body: WordStep, version: int, actor: Actor
) -> DisposalCase:
    """A suspected violation is handed over to investigation, which is told."""
    case, sample, at = await begin(session, case_id, body, version, actor, CaseStep.CASE_REQUESTED)
    before = case.count
    case.request_case(at)
    event = CaseRequested(
        **facts_of(sample),
        case_id=case.id,
        side=case.side,
        party_name=case.party_name,
        party_uscc=case.party_uscc,
        reason=body.note,
        unqualified_items=case.unqualified_items,
        requested_at=at,
    )
    await publish(session, event, case.id)
    return await finish(session, case, CaseStep.CASE_REQUESTED, at, before, body, actor)


async def record_filing(
    session: AsyncSession, case_id: UUID, body: FilingStep, version: int, actor: Actor
) -> DisposalCase:
    """A penalty case was filed under its number, or it was decided in writing not to."""
    kind = CaseStep.FILED if body.number else CaseStep.NOT_FILED
    case, _, at = await begin(session, case_id, body, version, actor, kind)
    before = case.count
    if body.number:
        case.file(body.number)
    else:
        case.not_file(body.note)
    details = {"number": body.number} if body.number else {}
    return await finish(session, case, kind, at, before, body, actor, details=details)


async def record_penalty(
    session: AsyncSession, case_id: UUID, body: PenaltyStep, version: int, actor: Actor
) -> DisposalCase:
    """The decision in the penalty case, by its number."""
    details = {"number": body.number}
    kind = CaseStep.PENALISED
    return await _record(session, case_id, body, version, actor, kind, DisposalCase.penalise, details=details)


async def notify_region(
    session: AsyncSession, case_id: UUID, body: RegionNoticeStep, version: int, actor: Actor
) -> DisposalCase:
    """The bureau where the producer is was told: to whom, when, how. The disposal is its from then on."""
    case, _, at = await begin(session, case_id, body, version, actor, CaseStep.REGION_NOTIFIED)
    before = case.count
    case.notify_region()
    await meet(session, CLOCK_OBJECT, case.id, START, actor=actor, at=at, evidence=f"通报 {body.to}")
    completion = await clock_on(session, CLOCK_OBJECT, case.id, COMPLETION)
    if completion is not None and completion.is_open:
        await cancel_clock(session, completion.id, reason=f"已通报 {body.to} 办理", actor=actor, at=at)
        await service.settle(session, case)
    details = {"to": body.to, "channel": body.channel}
    return await finish(session, case, CaseStep.REGION_NOTIFIED, at, before, body, actor, details=details)


async def take_over(session: AsyncSession, case_id: UUID, body: WordStep, version: int, actor: Actor) -> DisposalCase:
    """The producer is one's own after all, or his bureau gave the case back: completion counts from the first day."""
    case, _, at = await begin(session, case_id, body, version, actor, CaseStep.TAKEN_OVER)
    before = case.count
    case.take_over()
    await finish(session, case, CaseStep.TAKEN_OVER, at, before, body, actor)
    await service.open_clocks_of(session, case)
    await meet(session, CLOCK_OBJECT, case.id, START, actor=actor, at=at, evidence=body.note)
    return case


async def extend(session: AsyncSession, case_id: UUID, body: ExtensionStep, version: int, actor: Actor) -> DisposalCase:
    """The head of the bureau allows more days in writing, before the time is up. Raises ClockStepRefused after it."""
    case, _, at = await begin(session, case_id, body, version, actor, CaseStep.EXTENDED)
    before = case.count
    case.extend()
    completion = await clock_on(session, CLOCK_OBJECT, case.id, COMPLETION)
    if completion is not None:
        evidence = "、".join(body.evidence)
        await extend_clock(
            session, completion.id, length=body.days, reason=body.note, evidence=evidence, actor=actor, at=at
        )
    return await finish(session, case, CaseStep.EXTENDED, at, before, body, actor, details={"days": body.days})


async def close(session: AsyncSession, case_id: UUID, body: ClosureStep, version: int, actor: Actor) -> DisposalCase:
    """Everything this side must show is shown: the case is closed with evidence, and the others are told."""
    case, sample, at = await begin(session, case_id, body, version, actor, CaseStep.CLOSED)
    before = case.count
    case.close(at, await missing_of(session, case, at))
    await meet(session, CLOCK_OBJECT, case.id, COMPLETION, actor=actor, at=at, evidence="、".join(body.evidence))
    for notice in case.notices:
        if notice.served_at is None:
            await cancel_open(session, NOTICE_CLOCK_OBJECT, notice.id, reason="已办结", actor=actor, at=at)
    await finish(session, case, CaseStep.CLOSED, at, before, body, actor)
    await service.settle(session, case)
    await service.tell_closed(session, case, sample, case.conclusion, at)
    return case


async def missing_of(session: AsyncSession, case: DisposalCase, at: datetime | None = None) -> list[Topic]:
    """What the case cannot be closed without and does not show; nothing for a closed one."""
    if case.state is CaseState.CLOSED:
        return []
    requirements = await repository.requirements_on(session, case.side, case.handling, day_of(at or now()))
    return missing_topics(
        requirements,
        {entry.kind for entry in case.entries},
        all_served=all(notice.served_at is not None for notice in case.notices),
        filed=case.filing_number is not None,
    )


async def begin(
    session: AsyncSession, case_id: UUID, body: Step, version: int, actor: Actor, kind: CaseStep
) -> tuple[DisposalCase, Sample, datetime]:
    """Hold the sample, then the case, for a step: gives both and the moment of the step.

    Raises CaseNotFound, PreconditionFailed, NotApart for who sampled or tested, InvalidRequest for a bad moment.
    """
    case, sample = await hold(session, case_id, version, actor)
    await take_part(session, sample.id, Duty.CASE_HANDLER, actor)
    return case, sample, case.moment_of(kind, body.at, now())


async def hold(session: AsyncSession, case_id: UUID, version: int, actor: Actor) -> tuple[DisposalCase, Sample]:
    """Hold the sample, then the case, in the version that was read. Raises CaseNotFound, PreconditionFailed."""
    unlocked = await service.case_for(session, case_id, actor)
    sample = await lock_sample(session, unlocked.sample_id)
    assert sample is not None  # a case cannot be without its sample
    case = await service.case_for(session, case_id, actor, lock=True)
    ensure_version(case, version)
    return case, sample


async def finish(
    session: AsyncSession,
    case: DisposalCase,
    kind: CaseStep,
    at: datetime,
    before: Count,
    body: Step,
    actor: Actor,
    **fields: Any,
) -> DisposalCase:
    """Write the step into the timeline, and what it added to the figures."""
    entry = case.log(kind, at, before, **service.by(actor), note=body.note, evidence=body.evidence, **fields)
    case.advance()
    await session.flush()
    await figures.record_filing(session, case, entry)
    return case


async def _record(
    session: AsyncSession,
    case_id: UUID,
    body: Step,
    version: int,
    actor: Actor,
    kind: CaseStep,
    step: Callable[[DisposalCase], None],
    **fields: Any,
) -> DisposalCase:
    """A step that moves no clock and tells nobody."""
    case, _, at = await begin(session, case_id, body, version, actor, kind)
    before = case.count
    step(case)
    return await finish(session, case, kind, at, before, body, actor, **fields)
