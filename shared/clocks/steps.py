"""How a clock opens and is met, as changes of its row: `service` writes them one by one, `bulk` by the thousand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.calendar.rules import WorkingCalendar
from shared.clocks import rules
from shared.clocks.models import ClockRow, ClockRuleRow
from shared.clocks.problems import ClockClosed, ClockStepRefused, NoClockRule
from shared.clocks.repository import ClockKey
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


def new_clock(
    opening: Opening,
    rows: Mapping[ClockRule, ClockRuleRow],
    calendar: WorkingCalendar,
    *,
    actor: Actor | None,
    evidence: str,
) -> ClockRow:
    """The clock under the rule in force, with its first entry. Raises NoClockRule."""
    moment = opening.in_force_at or opening.triggered_at
    rule = rules.applicable(rows, opening.code, opening.authority, moment)
    if rule is None:
        raise NoClockRule(
            f"{day_of(moment)} 没有适用于“{opening.code}”（{opening.authority}）的期限规则，请先补录规则或改正日期"
        )
    due = rules.due(rules.Clock(opening.triggered_at, rule, stated_length=opening.stated_length), calendar)
    assert due is not None  # a new clock does not stand still
    row = ClockRow(
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
    told = details(actor, evidence=evidence, length=opening.stated_length)
    row.record(EntryKind.OPENED, opening.triggered_at, **told)
    return row


def meet(row: ClockRow, calendar: WorkingCalendar, at: datetime | None, *, actor: Actor | None, evidence: str) -> None:
    """Close a clock as done. Raises ClockStepRefused, ClockClosed."""
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
        raise closed(row)
    row.meet(moment, due, now())
    row.record(EntryKind.MET, moment, **details(actor, evidence=evidence))


def closed(row: ClockRow) -> ClockClosed:
    return ClockClosed(f"“{row.rule.name}”已于 {row.closed_at} 了结（{row.state}），不能再变更")


def details(actor: Actor | None, *, reason: str = "", evidence: str = "", length: int | None = None) -> dict[str, Any]:
    """Who did it and why, as an entry of the history says it."""
    return {
        "actor_id": actor.id if actor else None,
        "actor_name": actor.name if actor else "系统",
        "recorded_at": now(),
        "reason": reason,
        "evidence": evidence,
        "length": length,
    }
