"""Opening, stopping and closing clocks inside the caller's transaction.

A service opens a clock where the trigger happens and closes it where the duty is done; it keeps no date of its own:

    clock = await open_clock(session, code="inspection_report", object_type="sample", object_id=sample.id,
                             region_code=sample.region_code, triggered_at=sample.received_at, title=sample.name)
    await meet_clock(session, clock.id, actor=actor, evidence="检验报告 …")

``at`` is when something counts (the date on the paper), by default now; it may lie in the past.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.calendar.repository import load_calendar
from shared.calendar.rules import WorkingCalendar
from shared.clocks import repository, rules
from shared.clocks.models import ClockRow, ClockRuleRow
from shared.clocks.problems import ClockClosed, ClockNotFound, ClockStepRefused, NoClockRule
from shared.clocks.repository import ClockKey
from shared.clocks.repository import clocks_of as clocks_of  # the read that callers use next to these verbs
from shared.clocks.rules import ClockRule
from shared.contracts.clocks import Authority, ClockState, Effect, EntryKind
from shared.http.auth import Actor
from shared.ids import uuid7
from shared.times import day_of, now


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A clock to be opened; the fields mean what they mean in ``open_clock``.

    ``stated_length`` is the length that a document states, in units of the rule; without it the rule's own counts.
    """

    code: str
    object_type: str
    object_id: UUID
    region_code: str
    triggered_at: datetime
    title: str
    authority: Authority = Authority.MARKET
    in_force_at: datetime | None = None
    stated_length: int | None = None

    @property
    def key(self) -> ClockKey:
        """What makes it one clock."""
        return self.object_id, self.object_type, self.code, self.triggered_at


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
    versions = {code: await repository.rules_in_force(session, code) for code in {item.code for item in openings}}
    rows = {code: {row.to_rule(): row for row in found} for code, found in versions.items()}
    opened = []
    for opening in openings:
        row = known.get(opening.key)
        if row is None:
            row = known[opening.key] = _new_clock(opening, rows[opening.code], calendar)
            details = _details(actor, evidence=evidence, length=opening.stated_length)
            row.record(EntryKind.OPENED, opening.triggered_at, **details)
            session.add(row)
        opened.append(row)
    await session.flush()
    return opened


def _new_clock(opening: Opening, rows: Mapping[ClockRule, ClockRuleRow], calendar: WorkingCalendar) -> ClockRow:
    moment = opening.in_force_at or opening.triggered_at
    rule = rules.applicable(rows, opening.code, opening.authority, moment)
    if rule is None:
        raise NoClockRule(
            f"{day_of(moment)} 没有适用于“{opening.code}”（{opening.authority}）的期限规则，请先补录规则或改正日期"
        )
    due = rules.due(rules.Clock(opening.triggered_at, rule, stated_length=opening.stated_length), calendar)
    assert due is not None  # a new clock does not stand still
    return ClockRow(
        id=uuid7(),
        code=opening.code,
        rule_id=rows[rule].id,
        rule=rows[rule],
        object_type=opening.object_type,
        object_id=opening.object_id,
        region_code=opening.region_code,
        title=opening.title,
        triggered_at=opening.triggered_at,
        due_at=due.at,
        provisional=due.provisional,
        state=ClockState.RUNNING,
        closed_at=None,
        end_told_at=None,
        sweep_after=due.at,
        version=1,
        entries=[],
    )


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
    row.record(EntryKind.PAUSED, clock.last_moment, **_details(actor, reason=reason, evidence=evidence))
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
    row.record(EntryKind.RESUMED, clock.last_moment, **_details(actor, evidence=evidence))
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
    details = _details(actor, reason=reason, evidence=evidence, length=length)
    row.record(EntryKind.EXTENDED, clock.extensions[-1].decided_at, **details)
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
        moment = _meet(row, calendar, meeting.at)
        row.record(EntryKind.MET, moment, **_details(actor, evidence=meeting.evidence))
        met.append(row)
    await session.flush()
    return met


def _meet(row: ClockRow, calendar: WorkingCalendar, at: datetime | None) -> datetime:
    """Close one clock; gives the moment that counts."""
    clock = row.to_clock()
    moment = max(at or now(), row.triggered_at)
    due = rules.due(rules.resume(clock, at=moment) if clock.paused_since else clock, calendar)
    assert due is not None  # it does not stand still
    effect = clock.rule.effect
    if effect is Effect.MINIMUM:
        raise ClockStepRefused(f"“{clock.rule.name}”须满 {clock.rule.length_in_words}，只能等待期满或撤销")
    if effect is Effect.WINDOW and moment > due.at:
        raise ClockStepRefused(f"“{clock.rule.name}”已于期限届满时失权；如有正当理由，请先按规定延长或恢复")
    if not row.is_open and row.state is not ClockState.ELAPSED:
        raise _closed(row)
    row.meet(moment, due, now())
    return moment


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
    row.record(EntryKind.MET, moment, **_details(actor, reason=reason, evidence=evidence))
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
    row.record(EntryKind.CANCELLED, moment, **_details(actor, reason=reason))
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
        row.record(EntryKind.RECOMPUTED, now(), **_details(None, reason="放假安排公布或更正后重新计算"))
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
        raise _closed(row)
    return row


def _closed(row: ClockRow) -> ClockClosed:
    return ClockClosed(f"“{row.rule.name}”已于 {row.closed_at} 了结（{row.state}），不能再变更")


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except rules.StepNotAllowedError as refusal:
        raise ClockStepRefused(str(refusal)) from refusal


def _details(actor: Actor | None, *, reason: str = "", evidence: str = "", length: int | None = None) -> dict[str, Any]:
    return {
        "actor_id": actor.id if actor else None,
        "actor_name": actor.name if actor else "系统",
        "recorded_at": now(),
        "reason": reason,
        "evidence": evidence,
        "length": length,
    }
