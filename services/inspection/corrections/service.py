"""Keeping a correction's clocks and counts: what every step of it needs.

How one is opened is in `opening`, the steps of one under way are in `steps`.
"""

from collections import Counter
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.corrections import repository
from services.inspection.corrections.kinds import CorrectionEnd, Origin
from services.inspection.corrections.models import Correction, CorrectionOrder, OverdueMovement, Standing
from services.inspection.corrections.problems import CorrectionNotFound
from services.inspection.corrections.repository import ORDER_CLOCK
from services.inspection.corrections.rules import TimeLimit, is_overdue_ended
from services.inspection.figures import corrections as figures
from services.inspection.figures.duties import FILING_RATE
from services.inspection.grid.counts import service as counting
from shared.clocks.models import ClockRow
from shared.clocks.service import Opening, cancel_clock, clocks_of, meet_clock, open_clocks, pause_clock, resume_clock
from shared.contracts.clocks import Authority, ClockState
from shared.http.auth import Actor
from shared.ids import uuid7
from shared.times import day_of, now

AWAITING_RECHECK = "awaiting_recheck"
CASE_CLOCK, CASE_CLOCK_CODE = "correction_case", "clue_verification"


def by(actor: Actor | None) -> dict[str, Any]:
    """Who wrote an entry."""
    return {"actor_id": actor.id, "actor_name": actor.name} if actor else {}


async def correction_for(session: AsyncSession, correction_id: UUID, actor: Actor, *, lock: bool = False) -> Correction:
    """The correction with orders and timeline, if the actor may see it. Raises CorrectionNotFound."""
    correction = await repository.visible_correction(session, correction_id, actor, lock=lock)
    if correction is None:
        raise CorrectionNotFound("请核对编号；只能查看辖区内的，或自己的整改")
    return correction


async def clock_of(session: AsyncSession, order_id: UUID | None) -> ClockRow | None:
    """The clock of a time limit."""
    found = await clocks_of(session, ORDER_CLOCK, order_id) if order_id is not None else []
    return found[0] if found else None


async def case_clock_of(session: AsyncSession, correction_id: UUID) -> ClockRow | None:
    """The clock by which it is to be decided whether a case is opened."""
    found = await clocks_of(session, CASE_CLOCK, correction_id)
    return found[0] if found else None


async def start_clock(session: AsyncSession, correction: Correction, order: CorrectionOrder, actor: Actor) -> ClockRow:
    """Open the clock of a time limit, as long as the document says."""
    limit = TimeLimit(order.length, order.unit)
    opening = Opening(
        code=limit.code,
        object_type=ORDER_CLOCK,
        object_id=order.id,
        region_code=correction.region_code,
        triggered_at=order.ordered_at,
        title=correction.title,
        authority=Authority.MARKET,
        stated_length=limit.length,
    )
    return (await open_clocks(session, [opening], actor=actor, evidence=order.document_number))[0]


async def is_overdue(session: AsyncSession, correction: Correction, at: datetime) -> bool:
    """Whether the time limit that runs now had passed at `at`; what awaits a re-check in time has not."""
    clock = await clock_of(session, correction.order_id)
    return clock is not None and clock.state in (ClockState.RUNNING, ClockState.BREACHED) and at > clock.due_at


async def pause(session: AsyncSession, correction: Correction, actor: Actor, at: datetime) -> None:
    """Done in time as the business says: until somebody has looked, its time does not run."""
    clock = await clock_of(session, correction.order_id)
    if clock is not None and clock.state is ClockState.RUNNING and at < clock.due_at:
        await pause_clock(session, clock.id, reason=AWAITING_RECHECK, actor=actor, at=at)


async def resume(session: AsyncSession, correction: Correction, actor: Actor, at: datetime) -> None:
    """It was not done, or nobody could see it: the time runs again."""
    clock = await clock_of(session, correction.order_id)
    if clock is not None and clock.state is ClockState.PAUSED:
        await resume_clock(session, clock.id, actor=actor, at=at)


async def meet_orders(session: AsyncSession, correction: Correction, actor: Actor, done_at: datetime) -> None:
    """Every time limit there was is met now, in time or late."""
    for order in correction.orders:
        clock = await clock_of(session, order.id)
        if clock is not None and clock.is_open:
            await meet_clock(session, clock.id, actor=actor, at=done_at, evidence="复查合格")


async def cancel_orders(
    session: AsyncSession, correction: Correction, actor: Actor | None, at: datetime, reason: str
) -> None:
    """What the time limits were for has fallen away."""
    for order in correction.orders:
        clock = await clock_of(session, order.id)
        if clock is not None and clock.is_open:
            await cancel_clock(session, clock.id, reason=reason, actor=actor, at=at)


async def settle_order(session: AsyncSession, order_id: UUID) -> None:
    """Take note of what the sweep found about a time limit. Unknown ids are nobody's business here."""
    correction = await repository.lock_correction_of_order(session, order_id)
    if correction is not None:
        await settle(session, correction)


async def settle(session: AsyncSession, correction: Correction) -> None:
    """Count the correction as its clocks say now, in whatever order their messages come.

    In time is only what was done within the first time limit, with its written extensions; a second one heals nothing.
    """
    clocks = [await clock_of(session, order.id) for order in correction.orders]
    known = [clock for clock in clocks if clock is not None]
    standing = _standing(correction, known[0] if known else None)
    if standing != correction.standing:
        await figures.record_standing(session, correction.region_code, before=correction.standing, after=standing)
        correction.stand(standing, now())
    await _move(session, correction, _overdue_days(correction, known))
    await session.flush()


async def count_filing(session: AsyncSession, correction: Correction) -> None:
    """Count a finding of a visit among those of which a case was filed, or not."""
    if correction.origin is not Origin.VISIT:
        return
    key, filed = str(correction.id), correction.filing_number is not None
    counts = counting.Standing(
        correction.region_code, filed, correction.title, f"/v1/corrections/{key}", day_of(correction.found_at)
    )
    withdrawn = correction.ended_because is CorrectionEnd.WITHDRAWN
    await counting.settle(session, FILING_RATE, key, {key: None if withdrawn else counts})


def _standing(correction: Correction, clock: ClockRow | None) -> Standing | None:
    if correction.ended_because is CorrectionEnd.WITHDRAWN:
        return None
    if clock is None:
        on_the_spot = correction.ended_because is CorrectionEnd.ON_THE_SPOT
        return Standing(True, day_of(correction.done_at)) if on_the_spot and correction.done_at else None
    if clock.closed_at is not None and clock.closed_at <= clock.due_at:
        return Standing(True, day_of(clock.closed_at)) if clock.state is ClockState.MET else None
    if clock.closed_at is not None or clock.state is ClockState.BREACHED:
        return Standing(False, day_of(clock.due_at))
    return None


def _overdue_days(correction: Correction, clocks: list[ClockRow]) -> Counter[date]:
    """What the correction adds to the stock of overdue ones, by day. One that was withdrawn adds nothing."""
    days: Counter[date] = Counter()
    if correction.ended_because is CorrectionEnd.WITHDRAWN:
        return days
    nexts: list[datetime | None] = [order.ordered_at for order in correction.orders[1:]]
    for clock, replaced_at in zip(clocks, [*nexts, None], strict=False):
        if clock.state is not ClockState.BREACHED and clock.closed_at is None:
            continue
        overdue = is_overdue_ended(clock.due_at, replaced_at, clock.closed_at)
        if overdue is None:
            continue
        since, until = overdue
        days[since] += 1
        if until is not None:
            days[until] -= 1
    return days


async def _move(session: AsyncSession, correction: Correction, wanted: Counter[date]) -> None:
    """Add the movements that are missing to make what is wanted."""
    present: Counter[date] = Counter()
    for row in await repository.movements_of(session, correction.id):
        present[row.day] += row.change
    for day in sorted(wanted.keys() | present.keys()):
        difference = wanted[day] - present[day]
        change = 1 if difference > 0 else -1
        for _ in range(abs(difference)):
            session.add(OverdueMovement(id=uuid7(), correction_id=correction.id, change=change, day=day))
        await figures.record_overdue(session, correction.region_code, difference, day)
