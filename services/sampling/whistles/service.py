"""Every step of a whistle until it is closed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.figures import service as figures
from services.sampling.sampling_tasks import service as sampling_tasks
from services.sampling.statutory_tasks import service as statutory_tasks
from services.sampling.whistles import repository
from services.sampling.whistles.blowing import CLOCK_OBJECT, facts_of, window_from
from services.sampling.whistles.models import Whistle
from services.sampling.whistles.problems import WhistleNotFound, evidence_missing, moment_refused
from services.sampling.whistles.rules import is_officer
from services.sampling.whistles.schemas import (
    DisposalStep,
    NoticeStep,
    ObjectionStep,
    OutcomeStep,
    RepeatStep,
    SampleStep,
    Step,
)
from shared.clocks.models import ClockRow
from shared.clocks.service import cancel_clock, clocks_of, meet_clock, open_clocks
from shared.contracts.clocks import ClockState
from shared.contracts.sampling import (
    WhistleClosed,
    WhistleEntryKind,
    WhistleState,
)
from shared.events.outbox import publish
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.times import day_of, in_words, now


async def whistle_for(session: AsyncSession, whistle_id: UUID, actor: Actor) -> Whistle:
    """The whistle with task and timeline, if the actor may see it. Raises `WhistleNotFound`."""
    whistle = await repository.visible_whistle(session, whistle_id, actor)
    if whistle is None:
        raise WhistleNotFound("请核对编号；只能查看辖区内、自己市场或与自己有关的快检吹哨")
    return whistle


async def tell_seller(session: AsyncSession, whistle_id: UUID, body: NoticeStep, version: int, actor: Actor) -> Whistle:
    """The seller received the result, or an officer corrects when: the window to contest is counted anew from then."""
    whistle, at = await _begin(session, whistle_id, body, version, actor, WhistleEntryKind.TOLD)
    before = whistle.told_at
    kind = whistle.tell(at, by_officer=is_officer(actor.roles, actor.business_id), reason=body.note)
    window = await _window(session, whistle)
    if window.triggered_at != at:
        if window.is_open:
            await cancel_clock(session, window.id, reason="已登记实际告知时间，改自告知时起算", actor=actor)
        [window] = await open_clocks(session, [window_from(whistle, at)])
    whistle.objection_clock_id = window.id
    was = f"原登记 {in_words(before)}；" if before else ""
    return await _finish(session, whistle, kind, at, body, actor, note=was + body.note)


async def object_to_result(
    session: AsyncSession, whistle_id: UUID, body: ObjectionStep, version: int, actor: Actor
) -> Whistle:
    """The seller contests the result. After the window it is put on record and refused.

    It counts from when it is recorded. Only an officer may say that it came earlier, on paper, and shows the paper:
    the parties' own word would let them contest for ever.
    """
    if body.at is not None and not is_officer(actor.roles, actor.business_id):
        raise moment_refused(
            "复检申请以登记时为准，请不要填写申请时间；书面申请更早递交的，请检查、办案或食安办人员凭证据补记"
        )
    if body.at is not None and not body.evidence:
        raise evidence_missing("补记更早递交的书面申请，须附证据：收件凭证、照片或附件编号")
    whistle, at = await _begin(session, whistle_id, body, version, actor, WhistleEntryKind.OBJECTION_ACCEPTED)
    window = await _window(session, whistle)
    in_time = at <= window.due_at
    whistle.object_to(in_time=in_time)
    if in_time and window.state is not ClockState.CANCELLED:  # cancelled: a receipt corrected, and corrected back
        await meet_clock(session, window.id, evidence=body.note, actor=actor, at=at)
    kind = WhistleEntryKind.OBJECTION_ACCEPTED if in_time else WhistleEntryKind.OBJECTION_REFUSED
    return await _finish(session, whistle, kind, at, body, actor)


async def record_repeat(
    session: AsyncSession, whistle_id: UUID, body: RepeatStep, version: int, actor: Actor
) -> Whistle:
    """A further rapid test; evidence only."""
    whistle, at = await _begin(session, whistle_id, body, version, actor, WhistleEntryKind.REPEATED)
    whistle.repeat()
    return await _finish(session, whistle, WhistleEntryKind.REPEATED, at, body, actor, verdict=body.verdict)


async def link_sample(session: AsyncSession, whistle_id: UUID, body: SampleStep, version: int, actor: Actor) -> Whistle:
    """The statutory sample was taken outside the platform: the task's duty is done, on time or late."""
    whistle, at = await _begin(session, whistle_id, body, version, actor, WhistleEntryKind.SAMPLED)
    reason = f"已登记在平台以外抽取的样品，抽样单 {body.sample_number}"
    await sampling_tasks.withdraw_for_whistle(session, whistle.task.id, reason, at)
    return await _record_sample(session, whistle, body, at, actor)


async def note_sample_taken(session: AsyncSession, statutory_task_id: UUID, body: SampleStep, actor: Actor) -> None:
    """A sample of the whistle's task was taken on the platform; the step is recorded unless one was before.

    Whoever may take the sample may do this: the task has brought him here, whatever whistles he sees otherwise.
    Raises `InvalidRequest` for a moment before the whistle was blown.
    """
    whistle = await repository.whistle_of_task(session, statutory_task_id)
    if whistle is not None and whistle.state is WhistleState.OPEN:
        at = whistle.moment_of(WhistleEntryKind.SAMPLED, body.at, now())
        await _record_sample(session, whistle, body, at, actor)


async def _record_sample(
    session: AsyncSession, whistle: Whistle, body: SampleStep, at: datetime, actor: Actor
) -> Whistle:
    whistle.sample(same_lot=body.same_lot)
    await statutory_tasks.record_sample(session, whistle.task, body.sample_number, at, actor)
    lot = "同批" if body.same_lot else "非同批"
    note = f"抽样单 {body.sample_number}（{lot}）{body.note}"
    return await _finish(session, whistle, WhistleEntryKind.SAMPLED, at, body, actor, note=note)


async def conclude(session: AsyncSession, whistle_id: UUID, body: OutcomeStep, version: int, actor: Actor) -> Whistle:
    """Confirmed, unconfirmed or unreachable. Without a sample the task's clock is cancelled."""
    whistle, at = await _begin(session, whistle_id, body, version, actor, WhistleEntryKind.CONCLUDED)
    whistle.conclude(body.outcome, at)
    await statutory_tasks.conclude(session, whistle.task, f"无法复核：{body.note}", at, actor)
    note = f"{body.outcome.label}：{body.note}"
    return await _finish(session, whistle, WhistleEntryKind.CONCLUDED, at, body, actor, note=note)


async def record_disposal(
    session: AsyncSession, whistle_id: UUID, body: DisposalStep, version: int, actor: Actor
) -> Whistle:
    """Goods were destroyed, or nothing was left to destroy."""
    whistle, at = await _begin(session, whistle_id, body, version, actor, WhistleEntryKind.DISPOSED)
    window = await _window(session, whistle)
    before = whistle.destroyed_quantity or 0
    whistle.dispose(body.quantity, body.unit, window_open=at <= window.due_at)
    if before == 0 and body.quantity > 0:
        await figures.record_first_disposal(session, whistle.region_code, day_of(whistle.tested_at))
    return await _finish(session, whistle, WhistleEntryKind.DISPOSED, at, body, actor, quantity=body.quantity)


async def lift_stop_sale(session: AsyncSession, whistle_id: UUID, body: Step, version: int, actor: Actor) -> Whistle:
    """The goods may be sold again."""
    whistle, at = await _begin(session, whistle_id, body, version, actor, WhistleEntryKind.STOP_SALE_LIFTED)
    whistle.lift_stop_sale(at)
    return await _finish(session, whistle, WhistleEntryKind.STOP_SALE_LIFTED, at, body, actor)


async def close(session: AsyncSession, whistle_id: UUID, body: Step, version: int, actor: Actor) -> Whistle:
    """Nothing is left to do; the others are told."""
    whistle, at = await _begin(session, whistle_id, body, version, actor, WhistleEntryKind.CLOSED)
    whistle.close(at, remainder_explained=bool(body.note))
    for clock in await clocks_of(session, CLOCK_OBJECT, whistle.id):
        if clock.is_open:
            await cancel_clock(session, clock.id, reason="吹哨已办结", actor=actor, at=at)
    await figures.record_closed(session, whistle.region_code, day_of(at))
    await _finish(session, whistle, WhistleEntryKind.CLOSED, at, body, actor)
    site = (await repository.sites_by_id(session, [whistle.site_id]))[whistle.site_id]
    assert whistle.outcome is not None
    event = WhistleClosed(
        **facts_of(whistle, site.name),
        outcome=whistle.outcome,
        same_lot=bool(whistle.same_lot),
        stop_sale=whistle.stop_sale,
        destroyed_quantity=whistle.destroyed_quantity,
        closed_at=at,
    )
    await publish(session, event, whistle.id)
    return whistle


async def _begin(
    session: AsyncSession, whistle_id: UUID, body: Step, version: int, actor: Actor, kind: WhistleEntryKind
) -> tuple[Whistle, datetime]:
    """Lock the whistle for a step; gives it and the moment of the step. Raises for a stale version or a bad moment."""
    whistle = await repository.visible_whistle(session, whistle_id, actor, lock=True)
    if whistle is None:
        raise WhistleNotFound("请核对编号；只能办理辖区内、自己市场或与自己有关的快检吹哨")
    ensure_version(whistle, version)
    return whistle, whistle.moment_of(kind, body.at, now())


async def _finish(
    session: AsyncSession,
    whistle: Whistle,
    kind: WhistleEntryKind,
    at: datetime,
    body: Step,
    actor: Actor,
    **details: Any,
) -> Whistle:
    values = {"note": body.note, "evidence": body.evidence, "actor_id": actor.id, "actor_name": actor.name} | details
    whistle.log(kind, at, **values)
    whistle.advance()
    await session.flush()
    return whistle


async def _window(session: AsyncSession, whistle: Whistle) -> ClockRow:
    """The window that counts: the one from the actual receipt, once that is on record."""
    clocks = await clocks_of(session, CLOCK_OBJECT, whistle.id)
    return next(clock for clock in clocks if clock.id == whistle.objection_clock_id)
