"""Opening, stopping and closing clocks inside the caller's transaction.

A service opens a clock where the trigger happens and closes it where the duty is done; it keeps no date of its own:

    clock = await open_clock(session, code="inspection_report", object_type="sample", object_id=sample.id,
                             region_code=sample.region_code, triggered_at=sample.received_at, title=sample.name)
    await meet_clock(session, clock.id, actor=actor, evidence="检验报告 …")

``at`` is when something counts (the date on the paper), by default now; it may lie in the past.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.calendar.repository import load_calendar
from shared.clocks import repository, rules
from shared.clocks.models import ClockRow, ClockRuleRow
from shared.clocks.problems import ClockNotFound, ClockStepRefused
from shared.clocks.repository import clocks_of as clocks_of  # the read that callers use next to these verbs
from shared.clocks.rules import ClockRule
from shared.clocks.steps import Opening as Opening
from shared.clocks.steps import closed, details, meet, new_clock
from shared.contracts.clocks import Authority, ClockState, Effect, EntryKind
from shared.http.auth import Actor
from shared.times import now


@dataclass(frozen=True, slots=True)
class Meeting:
    """A clock to be met: ``at`` is when the duty was done, by default now."""

    clock_id: UUID
    at: datetime | None = None
    evidence: str = ""


async def open_clock(
    session: AsyncSession,
    *,
    code: str,
    object_type: str,
    object_id: UUID,
    region_code: str,
    triggered_at: datetime,
    title: str,
    authority: Authority = Authority.MARKET,
    in_force_at: datetime | None = None,
    actor: Actor | None = None,
    evidence: str = "",
) -> ClockRow:
    """Open a clock on an object under the rule in force at the trigger (or at ``in_force_at``, where the law says so).

    The same trigger on the same object opens one clock, however often it is reported. Raises NoClockRule.
    """
    opening = Opening(
        code=code,
        object_type=object_type,
        object_id=object_id,
        region_code=region_code,
        triggered_at=triggered_at,
        title=title,
        authority=authority,
        in_force_at=in_force_at,
    )
    return (await open_clocks(session, [opening], actor=actor, evidence=evidence))[0]


async def open_clocks(
    session: AsyncSession, openings: Sequence[Opening], *, actor: Actor | None = None, evidence: str = ""
) -> list[ClockRow]:
    """Open many clocks with a handful of statements; gives them in the order of ``openings``. Raises NoClockRule."""
    known = await repository.find_clocks(session, [opening.key for opening in openings])
    calendar = await load_calendar(session)
    rows = await rules_by_code(session, {item.code for item in openings})
    opened = []
    for opening in openings:
        row = known.get(opening.key)
        if row is None:
            row = new_clock(opening, rows[opening.code], calendar, actor=actor, evidence=evidence)
            known[opening.key] = row
            session.add(row)
        opened.append(row)
    await session.flush()
    return opened


async def rules_by_code(
    session: AsyncSession, codes: Collection[str]
) -> Mapping[str, Mapping[ClockRule, ClockRuleRow]]:
    """The rules in force of each code, with their rows."""
    versions = {code: await repository.rules_in_force(session, code) for code in codes}
    return {code: {row.to_rule(): row for row in found} for code, found in versions.items()}


async def pause_clock(
    session: AsyncSession,
    clock_id: UUID,
    *,
    reason: str,
    evidence: str = "",
    actor: Actor | None = None,
    at: datetime | None = None,
) -> ClockRow:
    """Let a clock stand still on one of the grounds its rule names. Raises ClockStepRefused, ClockClosed."""
    row, calendar = await _open_clock(session, clock_id), await load_calendar(session)
    with _refusals():
        clock = rules.pause(row.to_clock(), calendar, reason=reason, at=at or now())
    row.reckon(rules.due(clock, calendar), now())
    row.record(EntryKind.PAUSED, clock.last_moment, **details(actor, reason=reason, evidence=evidence))
    await session.flush()
    return row


async def resume_clock(
    session: AsyncSession,
    clock_id: UUID,
    *,
    evidence: str = "",
    actor: Actor | None = None,
    at: datetime | None = None,
) -> ClockRow:
    """Let a clock run again; the time it stood still does not count. Raises ClockStepRefused, ClockClosed."""
    row, calendar = await _open_clock(session, clock_id), await load_calendar(session)
    with _refusals():
        clock = rules.resume(row.to_clock(), at=at or now())
    row.reckon(rules.due(clock, calendar), now())
    row.record(EntryKind.RESUMED, clock.last_moment, **details(actor, evidence=evidence))
    await session.flush()
    return row


async def extend_clock(
    session: AsyncSession,
    clock_id: UUID,
    *,
    length: int,
    reason: str,
    evidence: str = "",
    actor: Actor | None = None,
    at: datetime | None = None,
) -> ClockRow:
    """Extend a clock by ``length`` units of its rule, as its next extension step allows. Raises ClockStepRefused."""
    row, calendar = await _open_clock(session, clock_id), await load_calendar(session)
    with _refusals():
        clock = rules.extend(row.to_clock(), calendar, length=length, at=at or now())
    row.reckon(rules.due(clock, calendar), now())
    told = details(actor, reason=reason, evidence=evidence, length=length)
    row.record(EntryKind.EXTENDED, clock.extensions[-1].decided_at, **told)
    await session.flush()
    return row


async def meet_clock(
    session: AsyncSession,
    clock_id: UUID,
    *,
    evidence: str = "",
    actor: Actor | None = None,
    at: datetime | None = None,
) -> ClockRow:
    """Close a clock because the duty is done or the right is used. Done late, the breach is still told by the sweep.

    Raises ClockStepRefused for a window used too late and for a minimum, which nobody can meet early.
    """
    return (await meet_clocks(session, [Meeting(clock_id, at, evidence)], actor=actor))[0]


async def meet_clocks(
    session: AsyncSession, meetings: Sequence[Meeting], *, actor: Actor | None = None
) -> list[ClockRow]:
    """Close many clocks with a handful of statements; gives them in the order of ``meetings``. Raises ClockNotFound and
    what ``meet_clock`` raises.
    """
    rows = await repository.lock_clocks(session, {meeting.clock_id for meeting in meetings})
    calendar = await load_calendar(session)
    met = []
    for meeting in meetings:
        if meeting.clock_id not in rows:
            raise _not_found(meeting.clock_id)
        row = rows[meeting.clock_id]
        meet(row, calendar, meeting.at, actor=actor, evidence=meeting.evidence)
        met.append(row)
    await session.flush()
    return met


async def correct_meeting(
    session: AsyncSession,
    clock_id: UUID,
    *,
    at: datetime,
    reason: str,
    evidence: str = "",
    actor: Actor | None = None,
) -> ClockRow:
    """Say that a met duty was done at ``at`` instead; the history keeps what was said before, with the reason.

    A breach told by the wrong moment is withdrawn by the sweep, one that it hid is told. Raises ClockStepRefused.
    """
    row, calendar = await _locked(session, clock_id), await load_calendar(session)
    if row.state is not ClockState.MET or row.rule.effect is not Effect.DUTY:
        raise ClockStepRefused(f"“{row.rule.name}”不是已办结的办理期限，没有可更正的办结时间")
    moment = max(at, row.triggered_at)
    due = rules.due(row.to_clock(), calendar)
    assert due is not None  # what is met does not stand still
    row.meet(moment, due, now())
    row.record(EntryKind.MET, moment, **details(actor, reason=reason, evidence=evidence))
    await session.flush()
    return row


async def cancel_clock(
    session: AsyncSession,
    clock_id: UUID,
    *,
    reason: str,
    actor: Actor | None = None,
    at: datetime | None = None,
) -> ClockRow:
    """Close a clock because what it was for has fallen away. Raises ClockClosed."""
    row = await _open_clock(session, clock_id)
    moment = max(at or now(), row.triggered_at)
    row.cancel(moment)
    row.record(EntryKind.CANCELLED, moment, **details(actor, reason=reason))
    await session.flush()
    return row


async def recompute_clocks(session: AsyncSession, since: datetime) -> int:
    """Reckon anew every clock that holidays from ``since`` on may move, and return how many did move."""
    calendar, moved = await load_calendar(session), 0
    for row in await repository.lock_clocks_touched_by_calendar(session, since):
        due = rules.due(row.to_clock(), calendar)
        if due is None or (due.at, due.provisional) == (row.due_at, row.provisional):
            continue
        row.reckon(due, now())
        row.record(EntryKind.RECOMPUTED, now(), **details(None, reason="放假安排公布或更正后重新计算"))
        moved += 1
    await session.flush()
    return moved


async def _locked(session: AsyncSession, clock_id: UUID) -> ClockRow:
    row = await repository.get_clock(session, clock_id, lock=True)
    if row is None:
        raise _not_found(clock_id)
    return row


def _not_found(clock_id: UUID) -> ClockNotFound:
    return ClockNotFound(f"没有编号为 {clock_id} 的期限，请核对编号")


async def _open_clock(session: AsyncSession, clock_id: UUID) -> ClockRow:
    row = await _locked(session, clock_id)
    if not row.is_open:
        raise closed(row)
    return row


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except rules.StepNotAllowedError as refusal:
        raise ClockStepRefused(str(refusal)) from refusal
