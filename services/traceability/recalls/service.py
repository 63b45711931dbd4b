"""Grading a recall, telling its holders, tracing on, ending it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.lots.service import lift_hold
from services.traceability.recalls import repository, scoping
from services.traceability.recalls.models import Recall
from services.traceability.recalls.opening import take_scope
from services.traceability.recalls.problems import RecallIncomplete, UnknownRecall
from services.traceability.recalls.rules import Step
from services.traceability.recalls.schemas import RecallClosure
from services.traceability.recalls.steps import (
    OBJECT,
    cancel_clocks,
    completion_clock,
    facts,
    flushed,
    note,
    start_clock,
)
from shared.clocks.service import clocks_of, meet_clock
from shared.contracts.clocks import OPEN_STATES
from shared.contracts.traceability import RecallClosed, RecallLevel, RecallOpened
from shared.events.outbox import publish
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.http.problems import FieldError
from shared.regions.scope import ensure_in_scope
from shared.times import now


async def recall_for(session: AsyncSession, recall_id: UUID, actor: Actor, *, lock: bool = False) -> Recall:
    """The recall, if it is of the actor's regions or has reached them. Raises `UnknownRecall`."""
    recall = await repository.visible_recall(session, recall_id, actor, lock=lock)
    if recall is None:
        raise UnknownRecall("请核对编号；只能查看辖区内的，和涉及辖区内持有人的")
    return recall


async def _own(session: AsyncSession, recall_id: UUID, version: int, actor: Actor) -> Recall:
    """The recall for a change, which only its own office makes."""
    recall = await recall_for(session, recall_id, actor, lock=True)
    await ensure_in_scope(session, actor, recall.region_code)
    ensure_version(recall, version)
    return recall


async def grade(
    session: AsyncSession, recall_id: UUID, level: RecallLevel, reason: str, version: int, actor: Actor
) -> Recall:
    """Give or change the level. The clock of the former level is cancelled, that of the new one runs from the start."""
    recall = await _own(session, recall_id, version, actor)
    recall.grade(level)
    note(session, recall, Step.GRADED, f"{level.label}：{reason}", actor)
    if not recall.rehearsal:
        await cancel_clocks(session, recall, "重新定级", actor)
        await (start_clock if recall.notified_at is None else completion_clock)(session, recall, actor)
    return await flushed(session, recall)


async def send_notices(session: AsyncSession, recall_id: UUID, version: int, actor: Actor) -> Recall:
    """Tell every holder. From now on he sees his notice; the recall counts as started."""
    recall = await _own(session, recall_id, version, actor)
    at = now()
    recall.notify(at)
    for notice in recall.notices:
        notice.sent_at = at
    note(session, recall, Step.NOTIFIED, f"通知 {len(recall.notices)} 家", actor, at=at)
    for clock in await clocks_of(session, OBJECT, recall.id):
        if clock.state in OPEN_STATES:
            await meet_clock(session, clock.id, actor=actor, at=at, evidence=f"通知 {len(recall.notices)} 家")
    await completion_clock(session, recall, actor)
    return await flushed(session, recall)


async def extend(session: AsyncSession, recall_id: UUID, version: int, actor: Actor) -> Recall:
    """Trace again, as far as this actor sees: an office whose region the lot has reached finds who had it there.

    Holders and lots that are new are added, told where the others were, and held. Nothing is taken out. Other services
    hear of the recall again, now with the new holders.
    """
    recall = await recall_for(session, recall_id, actor, lock=True)
    ensure_version(recall, version)
    recall.extend()
    scope = await scoping.traced(session, actor, recall.key, now())
    known = {notice.holder_key: notice for notice in recall.notices}
    added = await take_scope(session, recall, scope, known, actor)
    note(session, recall, Step.EXTENDED, f"再追一次，增加 {added} 家", actor)
    whole = await flushed(session, recall)
    if added and not recall.rehearsal:
        await publish(session, RecallOpened(**facts(whole), opened_at=recall.opened_at), recall.id)
    return whole


async def close(session: AsyncSession, recall_id: UUID, wanted: RecallClosure, version: int, actor: Actor) -> Recall:
    """End it. Raises `RecallIncomplete`, naming all that is missing."""
    recall = await _own(session, recall_id, version, actor)
    lacking = [one for one in recall.missing if one.code != "scope" or not wanted.scope_note]
    if lacking and not recall.rehearsal:
        raise RecallIncomplete(
            f"还缺 {len(lacking)} 项",
            errors=[FieldError(pointer="", message=one.says, code=one.code) for one in lacking],
        )
    at = now()
    recall.close(at=at, by_name=actor.name, note=wanted.reason)
    note(session, recall, Step.CLOSED, wanted.reason, actor, at=at, detail=wanted.model_dump())
    for clock in await clocks_of(session, OBJECT, recall.id):
        if clock.state in OPEN_STATES:
            await meet_clock(session, clock.id, actor=actor, at=at, evidence=wanted.reason)
    return await _ended(session, recall, at)


async def withdraw(session: AsyncSession, recall_id: UUID, reason: str, version: int, actor: Actor) -> Recall:
    """Its ground has fallen away: the holds that it put on lots are lifted."""
    recall = await _own(session, recall_id, version, actor)
    return await _withdrawn(session, recall, reason, at=now(), by_name=actor.name, actor=actor)


async def withdraw_for_request(session: AsyncSession, request_id: UUID, *, because: str) -> None:
    """The request for the recall was withdrawn; nothing where none was opened, or it has ended."""
    recall = await repository.recall_of_request(session, request_id)
    if recall is not None and recall.closed_at is None:
        await _withdrawn(session, recall, because, at=now(), by_name="", actor=None)


async def _withdrawn(
    session: AsyncSession, recall: Recall, reason: str, *, at: datetime, by_name: str, actor: Actor | None
) -> Recall:
    recall.withdraw(at=at, by_name=by_name, because=reason)
    note(session, recall, Step.WITHDRAWN, reason, actor, at=at)
    await cancel_clocks(session, recall, f"召回撤销：{reason}", actor)
    for notice in recall.notices:
        for held in notice.holds:
            hold = held.hold
            await session.refresh(hold, ["lot"])
            await lift_hold(session, hold, reason=f"召回撤销：{reason}", at=at)
    return await _ended(session, recall, at)


async def _ended(session: AsyncSession, recall: Recall, at: datetime) -> Recall:
    whole = await flushed(session, recall)
    if not recall.rehearsal:
        told = RecallClosed(
            **facts(whole),
            state=whole.state,
            holders=len(whole.notices),
            acknowledged=sum(notice.acknowledged_at is not None for notice in whole.notices),
            closed_at=at,
        )
        await publish(session, told, recall.id)
    return whole
