"""Tables of the statutory clocks. Rules and entries are only added to; a clock's row is what its entries add up to."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Enum, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shared.clocks.rules import Clock, ClockRule, Due, Extension, ExtensionStep, Pause, Suspension
from shared.contracts.clocks import OPEN_STATES, Authority, ClockState, Effect, EntryKind, LengthUnit, StartRule
from shared.database import ChassisBase, Versioned
from shared.unverified_rules.law import law

Code = TypeVar("Code", bound=StrEnum)


def _code(kind: type[Code]) -> "Mapped[Code]":
    values = [member.value for member in kind]
    return mapped_column(Enum(kind, native_enum=False, length=32, values_callable=lambda _: values))


class ClockRuleRow(Versioned, ChassisBase):
    """One version of a rule as it was shipped (``origin`` seed) or written by a bureau; the highest version holds.

    Clocks keep the row they were opened with, so a correction changes no clock that runs.
    """

    __tablename__ = "clock_rules"
    __table_args__ = (
        UniqueConstraint("code", "authority", "valid_from", "version"),
        CheckConstraint("origin IN ('seed', 'bureau')", name="origin_known"),
        law("期限规则", "code", "authority", "valid_from", by="version"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str]
    authority: Mapped[Authority] = _code(Authority)
    valid_from: Mapped[date]
    version: Mapped[int]
    valid_to: Mapped[date | None]
    name: Mapped[str]
    trigger: Mapped[str]
    length: Mapped[int]
    unit: Mapped[LengthUnit] = _code(LengthUnit)
    start: Mapped[StartRule] = _code(StartRule)
    effect: Mapped[Effect] = _code(Effect)
    day_ends_at: Mapped[str]
    rolls_to_working_day: Mapped[bool]
    suspensions: Mapped[list[Any]]
    extensions: Mapped[list[Any]]
    article: Mapped[str]
    source: Mapped[str]
    statutory: Mapped[bool]
    verified: Mapped[bool]
    counting_verified: Mapped[bool]
    note: Mapped[str]
    origin: Mapped[str]
    reason: Mapped[str]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[UUID | None]

    @classmethod
    def of(cls, rule: ClockRule, **record: Any) -> "ClockRuleRow":
        """Build the row of a rule; ``record`` gives id, version, origin, reason, recorded_at and recorded_by."""
        return cls(
            **{name: getattr(rule, name) for name in _PLAIN_FIELDS},
            suspensions=[{"code": item.code, "name": item.name} for item in rule.suspensions],
            extensions=[{"length": step.length, "by": step.by} for step in rule.extensions],
            **record,
        )

    def to_rule(self) -> ClockRule:
        return self._rule

    @cached_property
    def _rule(self) -> ClockRule:
        """Made once: a row of law is never changed."""
        return ClockRule(
            **{name: getattr(self, name) for name in _PLAIN_FIELDS},
            suspensions=tuple(Suspension(**item) for item in self.suspensions),
            extensions=tuple(ExtensionStep(**step) for step in self.extensions),
        )


_PLAIN_FIELDS = [name for name in ClockRule.__dataclass_fields__ if name not in ("suspensions", "extensions")]


class ClockRow(Versioned, ChassisBase):
    """One clock on one object of the unit. ``due_at`` of a paused clock is the one before the pause.

    ``sweep_after`` is the moment after which the sweep must look at the clock, null when there is nothing to tell;
    ``end_told_at`` is when it told that the clock is overdue or has run out.
    """

    __tablename__ = "clocks"
    __table_args__ = (
        UniqueConstraint("object_id", "object_type", "code", "triggered_at"),
        Index(None, "due_at", "id"),
        Index(None, "region_code", "due_at"),
        Index(None, "sweep_after", postgresql_where="sweep_after IS NOT NULL"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str]
    rule_id: Mapped[UUID] = mapped_column(ForeignKey("clock_rules.id"))
    object_type: Mapped[str]
    object_id: Mapped[UUID]
    region_code: Mapped[str]
    title: Mapped[str]
    triggered_at: Mapped[datetime]
    due_at: Mapped[datetime]
    provisional: Mapped[bool]
    state: Mapped[ClockState] = _code(ClockState)
    closed_at: Mapped[datetime | None]
    end_told_at: Mapped[datetime | None]
    sweep_after: Mapped[datetime | None]

    rule: Mapped[ClockRuleRow] = relationship(lazy="raise")
    entries: Mapped[list["ClockEntry"]] = relationship(lazy="raise", order_by="ClockEntry.number")

    def to_clock(self) -> Clock:
        """Build the immutable clock that the rules reckon with."""
        stated = next((entry.length for entry in self.entries if entry.kind is EntryKind.OPENED), None)
        return Clock(self.triggered_at, self.rule.to_rule(), _pauses(self.entries), _extensions(self.entries), stated)

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def late(self) -> bool:
        """Whether it was done after its last moment."""
        return self.state is ClockState.MET and self.closed_at is not None and self.closed_at > self.due_at

    def overdue(self, now: datetime) -> bool:
        """Whether it is a duty, still open, whose last moment has passed."""
        waiting = self.state in (ClockState.RUNNING, ClockState.BREACHED)
        return waiting and self.rule.effect is Effect.DUTY and now > self.due_at

    def reckon(self, due: Due | None, now: datetime) -> None:
        """Take over a newly computed end (None: the clock stands still) and whether it has been reached."""
        if due is None:
            self.state, self.sweep_after = ClockState.PAUSED, None
            return
        self.due_at, self.provisional = due.at, due.provisional
        if self.state is ClockState.MET:
            self.sweep_after = None if self.late == (self.end_told_at is not None) else due.at
        elif now <= due.at or self.end_told_at is None:
            self.state, self.closed_at = ClockState.RUNNING, None
            self.sweep_after = now if self.end_told_at else due.at

    def meet(self, at: datetime, due: Due, now: datetime) -> None:
        """Close the clock as done at ``at``; a window counts as used only up to its last moment."""
        self.state, self.closed_at = ClockState.MET, at
        self.reckon(due, now)

    def cancel(self, at: datetime) -> None:
        """Close the clock because what it was for has fallen away."""
        self.state, self.closed_at, self.sweep_after = ClockState.CANCELLED, at, None

    def settle(self, now: datetime) -> EntryKind | None:
        """Take note of what has to be told at ``now``: an end reached, an end that was none, or nothing."""
        reached = self.late if self.state is ClockState.MET else now > self.due_at
        told = self.end_told_at is not None
        self.sweep_after = self.due_at if self.state is ClockState.RUNNING and not reached else None
        if reached == told:
            return None
        self.end_told_at = now if reached else None
        if not reached:
            return EntryKind.END_WITHDRAWN
        if self.rule.effect is Effect.DUTY:
            self.state = self.state if self.state is ClockState.MET else ClockState.BREACHED
            return EntryKind.BREACHED
        self.state, self.closed_at = ClockState.ELAPSED, self.due_at
        return EntryKind.ELAPSED

    def record(self, kind: EntryKind, at: datetime, **details: Any) -> None:
        """Append to the history: ``details`` are length, reason, evidence, actor_id, actor_name, recorded_at."""
        if self.entries:
            self.advance()
        self.entries.append(
            ClockEntry(
                number=self.version,
                kind=kind,
                at=at,
                due_at=None if self.state is ClockState.PAUSED else self.due_at,
                provisional=self.provisional,
                **details,
            )
        )


class ClockEntry(ChassisBase):
    """One thing that happened to a clock. ``at`` is when it counts, ``recorded_at`` when it was written down."""

    __tablename__ = "clock_entries"

    clock_id: Mapped[UUID] = mapped_column(ForeignKey("clocks.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[EntryKind] = _code(EntryKind)
    at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    provisional: Mapped[bool]
    length: Mapped[int | None]
    reason: Mapped[str]
    evidence: Mapped[str]
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str]


def _pauses(entries: Sequence[ClockEntry]) -> tuple[Pause, ...]:
    pauses: list[Pause] = []
    for entry in entries:
        if entry.kind is EntryKind.PAUSED:
            pauses.append(Pause(entry.at, None, entry.reason))
        elif entry.kind is EntryKind.RESUMED:
            pauses[-1] = Pause(pauses[-1].since, entry.at, pauses[-1].reason)
    return tuple(pauses)


def _extensions(entries: Sequence[ClockEntry]) -> tuple[Extension, ...]:
    return tuple(Extension(entry.length or 0, entry.at) for entry in entries if entry.kind is EntryKind.EXTENDED)
