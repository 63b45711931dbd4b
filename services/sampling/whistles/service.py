"""Blowing the whistle on suspect positives, and every step until it is closed."""

from collections.abc import Sequence
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.figures import service as figures
from services.sampling.rapid_tests.models import RapidTest
from services.sampling.statutory_tasks import service as statutory_tasks
from services.sampling.statutory_tasks.service import Order
from services.sampling.test_items.models import Item
from services.sampling.whistles import repository
from services.sampling.whistles.models import Whistle, WhistleEntry
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
from shared.clocks.service import Opening, cancel_clock, clocks_of, meet_clock, open_clocks
from shared.contracts.clocks import ClockState
from shared.contracts.sampling import (
    RapidTestFailed,
    Verdict,
    WhistleClosed,
    WhistleEntryKind,
)
from shared.events.outbox import publish, publish_all
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.ids import uuid7
from shared.times import day_of, in_words, now

CLOCK_OBJECT = "whistle"
OBJECTION = "rapid_test_objection"

BATCH = 500


async def blow(session: AsyncSession, tests: Sequence[RapidTest], *, at: datetime | None = None) -> int:
    """Open one whistle for each suspect positive among `tests` that has none yet; returns how many were opened.

    Each stops the sale of what is left (unknown stays unknown), opens the seller's window to contest (4 hours by
    食品安全法 §88(2), counted from `at` until the actual receipt is recorded), and gives the county's bureau a
    statutory sampling task with its clock (§112). A correction belongs to the whistle of the test it corrects.
    """
    moment = at or now()
    positives = [test for test in tests if test.verdict is Verdict.SUSPECTED_POSITIVE]
    remaining = iter(positives)
    opened = 0
    while batch := list(islice(remaining, BATCH)):
        opened += await _blow_batch(session, batch, moment)
    return opened


async def _blow_batch(session: AsyncSession, tests: Sequence[RapidTest], at: datetime) -> int:
    firsts = await repository.first_of_chain(session, tests)
    items = await repository.items_by_code(session, {test.item_code for test in tests if test.item_code})
    rows = {firsts[test.id]: _values(test, firsts[test.id], items[test.item_code or ""], at) for test in tests}
    # In one order everywhere, so that two uploads with the same positives wait for each other and do not deadlock.
    new = await repository.add_missing(session, [rows[first_id] for first_id in sorted(rows)])
    if not new:
        return 0
    whistles = await repository.whistles_by_id(session, new)
    sites = await repository.sites_by_id(session, {whistle.site_id for whistle in whistles})
    orders = [Order(whistle.id, whistle.site_id, whistle.region_code, whistle.title) for whistle in whistles]
    events = []
    tasks = await statutory_tasks.assign(session, orders, at)
    windows = await open_clocks(session, [_window_from(whistle, at) for whistle in whistles])
    for whistle, task, window in zip(whistles, tasks, windows, strict=True):
        whistle.objection_clock_id = window.id
        session.add(
            WhistleEntry(
                whistle_id=whistle.id,
                number=1,
                kind=WhistleEntryKind.BLOWN,
                at=at,
                actor_name="系统",
                note=f"监督抽检任务 {task.number}",
                evidence=[],
            )
        )
        event = RapidTestFailed(
            **_facts(whistle, sites[whistle.site_id].name),
            verdict=Verdict.SUSPECTED_POSITIVE,
            method=whistle.method,
            tested_at=whistle.tested_at,
            blown_at=at,
            task_number=task.number,
        )
        events.append((event, whistle.id))
    await session.flush()
    await figures.record_blown(
        session, [(whistle.region_code, day_of(whistle.tested_at), day_of(at)) for whistle in whistles]
    )
    await publish_all(session, events)
    return len(whistles)


def _values(test: RapidTest, first_id: UUID, item: Item, at: datetime) -> dict[str, Any]:
    held = test.quantity_in if test.quantity_kept is None else test.quantity_kept
    return {
        "id": uuid7(),
        "rapid_test_id": test.id,
        "first_test_id": first_id,
        "site_id": test.site_id,
        "region_code": test.region_code,
        "stall_number": test.stall_number,
        "seller_business_id": test.seller_business_id,
        "seller_uscc": test.seller_uscc,
        "seller_name": test.seller_name,
        "product_name": test.product_name,
        "item_code": item.code,
        "item_name": item.name,
        "banned": item.banned,
        "method": test.method,
        "lot_code": test.lot_code,
        "tested_at": test.tested_at,
        "blown_at": at,
        "held_quantity": held,
        "unit": test.quantity_unit,
    }


def _window_from(whistle: Whistle, received_at: datetime) -> Opening:
    """The seller's window to contest the result, counted from when he received it."""
    return Opening(
        code=OBJECTION,
        object_type=CLOCK_OBJECT,
        object_id=whistle.id,
        region_code=whistle.region_code,
        triggered_at=received_at,
        title=whistle.title,
    )


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
        [window] = await open_clocks(session, [_window_from(whistle, at)])
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
    """The statutory sample was taken: the task's duty is done, on time or late."""
    whistle, at = await _begin(session, whistle_id, body, version, actor, WhistleEntryKind.SAMPLED)
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
        **_facts(whistle, site.name),
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


def _facts(whistle: Whistle, site_name: str) -> dict[str, Any]:
    return {
        "whistle_id": whistle.id,
        "version": whistle.version,
        "rapid_test_id": whistle.rapid_test_id,
        "site_id": whistle.site_id,
        "site_name": site_name,
        "region_code": whistle.region_code,
        "stall_number": whistle.stall_number,
        "seller_business_id": whistle.seller_business_id,
        "seller_uscc": whistle.seller_uscc,
        "seller_name": whistle.seller_name,
        "product_name": whistle.product_name,
        "item_code": whistle.item_code,
        "item_name": whistle.item_name,
        "lot_code": whistle.lot_code,
        "quantity": whistle.held_quantity,
        "unit": whistle.unit,
        "banned": whistle.banned,
    }
