"""Clocks of a proceeding, found by what they are about instead of by remembered ids."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.clocks.models import ClockRow
from shared.clocks.problems import NoClockRule
from shared.clocks.service import Opening, cancel_clock, clocks_of, correct_meeting, meet_clock, open_clocks
from shared.contracts.clocks import Authority, ClockState
from shared.http.auth import Actor


async def open_where_ruled(session: AsyncSession, opening: Opening, actor: Actor | None = None) -> ClockRow | None:
    """Open a clock; None where the law that was read gives this authority no length for the step.

    The rules of sampling were read for the market authority: there a missing rule is a fault (NoClockRule). The
    agriculture line has only those of 农产品质量安全法 §51; another authority's length is never put in its place.
    """
    try:
        return (await open_clocks(session, [opening], actor=actor))[0]
    except NoClockRule:
        if opening.authority is Authority.MARKET:
            raise
        return None


async def clock_on(session: AsyncSession, object_type: str, object_id: UUID, code: str) -> ClockRow | None:
    """The clock of that code that counts: the last opened of those not cancelled."""
    found = [
        clock
        for clock in await clocks_of(session, object_type, object_id)
        if clock.code == code and clock.state is not ClockState.CANCELLED
    ]
    return max(found, key=lambda clock: clock.id, default=None)


async def meet(
    session: AsyncSession,
    object_type: str,
    object_id: UUID,
    code: str,
    *,
    actor: Actor,
    at: datetime,
    evidence: str = "",
) -> ClockRow | None:
    """Close the clock of that code as done; nothing where there is none, or it is done.

    A window that has run out meanwhile is used all the same by what came in before its end.
    """
    clock = await clock_on(session, object_type, object_id, code)
    if clock is None or not (clock.is_open or clock.state is ClockState.ELAPSED):
        return clock
    return await meet_clock(session, clock.id, evidence=evidence, actor=actor, at=at)


async def correct_met(
    session: AsyncSession,
    object_type: str,
    object_id: UUID,
    code: str,
    *,
    actor: Actor,
    at: datetime,
    reason: str,
    evidence: str = "",
) -> None:
    """The clock of that code was met at another moment than was said; nothing where there is none that was met."""
    clock = await clock_on(session, object_type, object_id, code)
    if clock is not None and clock.state is ClockState.MET:
        await correct_meeting(session, clock.id, reason=reason, evidence=evidence, actor=actor, at=at)


def has_lapsed(window: ClockRow | None, at: datetime) -> bool:
    """Whether a window had closed at `at`. A provisional end may still move, so nobody loses his right by it."""
    return window is not None and at > window.due_at and not window.provisional


async def cancel_open(
    session: AsyncSession, object_type: str, object_id: UUID, *, reason: str, actor: Actor | None, at: datetime
) -> None:
    """Close every open clock of an object because what they were for has fallen away."""
    for clock in await clocks_of(session, object_type, object_id):
        if clock.is_open:
            await cancel_clock(session, clock.id, reason=reason, actor=actor, at=at)
