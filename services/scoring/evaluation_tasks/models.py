"""Tables of tasks: what is to be done for a clause or a heading of a plan, the units, and what happened."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.scoring.database import Base
from services.scoring.evaluation_tasks.problems import TaskStepRefused
from shared.contracts.evaluations import TaskState, UnitPart
from shared.database import Versioned
from shared.http.auth import Actor
from shared.ids import uuid7
from shared.times import now


class EvaluationTask(Versioned, Base):
    """One task of a run. `clause_code` null: it comes from a plan's text, whose words `quote` keeps.

    When it is due stands in its clock.
    """

    __tablename__ = "evaluation_tasks"
    __table_args__ = (
        UniqueConstraint("evaluation_id", "number"),
        Index(None, "region_code", "id"),
        Index(
            "uq_evaluation_tasks_one_a_clause",
            *("evaluation_id", "clause_code"),
            unique=True,
            postgresql_where="clause_code IS NOT NULL AND state <> 'withdrawn'",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    evaluation_id: Mapped[UUID] = mapped_column(ForeignKey("evaluations.id"))
    number: Mapped[int]
    region_code: Mapped[str]
    clause_code: Mapped[str | None]
    title: Mapped[str]
    quote: Mapped[str]
    source: Mapped[str]
    state: Mapped[TaskState] = mapped_column(default=TaskState.OPEN)
    given_at: Mapped[datetime] = mapped_column(default=now)
    reminders: Mapped[int] = mapped_column(default=0)

    units: Mapped[list["TaskUnit"]] = relationship(order_by="TaskUnit.position", lazy="raise")
    entries: Mapped[list["TaskEntry"]] = relationship(order_by="TaskEntry.number", lazy="raise")

    def report(self, note: str, actor: Actor, at: datetime) -> None:
        """A unit says that it is done."""
        self._must_be(TaskState.OPEN)
        self.state = TaskState.REPORTED
        self._log("reported", note, actor, at)

    def accept(self, note: str, actor: Actor, at: datetime) -> None:
        """Somebody has looked, and it is."""
        self._must_be(TaskState.REPORTED)
        if any(entry.kind == "reported" and entry.actor_id == actor.id for entry in self.entries[-1:]):
            raise TaskStepRefused("自己上报的请由他人核对")
        self.state = TaskState.DONE
        self._log("accepted", note, actor, at)

    def send_back(self, note: str, actor: Actor, at: datetime) -> None:
        """Somebody has looked, and it is not: why stands in the note."""
        self._must_be(TaskState.REPORTED)
        self.state = TaskState.OPEN
        self._log("returned", note, actor, at)

    def remind(self, note: str, actor: Actor, at: datetime) -> None:
        self._must_be(TaskState.OPEN)
        self.reminders += 1
        self._log("reminded", note, actor, at)

    def remind_by_clock(self, note: str, at: datetime) -> None:
        """The end is near or past and nobody has reported; nobody's doing."""
        self._must_be(TaskState.OPEN)
        self.reminders += 1
        self._enter("reminded", note, at, None, "系统")

    def withdraw(self, note: str, actor: Actor, at: datetime) -> None:
        self._must_be(TaskState.OPEN, TaskState.REPORTED)
        self.state = TaskState.WITHDRAWN
        self._log("withdrawn", note, actor, at)

    def _must_be(self, *states: TaskState) -> None:
        if self.state not in states:
            wanted = "或".join(state.label for state in states)
            raise TaskStepRefused(f"只有{wanted}的才能这样办理，现在是{self.state.label}")

    def _log(self, kind: str, note: str, actor: Actor, at: datetime) -> None:
        self._enter(kind, note, at, actor.id, actor.name)

    def _enter(self, kind: str, note: str, at: datetime, actor_id: UUID | None, actor_name: str) -> None:
        entry = TaskEntry(number=len(self.entries) + 1, kind=kind, at=at, actor_id=actor_id, actor_name=actor_name)
        entry.note = note
        self.entries.append(entry)


class TaskUnit(Base):
    """A unit's part in a task."""

    __tablename__ = "evaluation_task_units"
    __table_args__ = (Index(None, "name"),)

    task_id: Mapped[UUID] = mapped_column(ForeignKey("evaluation_tasks.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    part: Mapped[UnitPart]


class TaskEntry(Base):
    """One line of a task's history; without an actor where a clock has done it."""

    __tablename__ = "evaluation_task_entries"

    task_id: Mapped[UUID] = mapped_column(ForeignKey("evaluation_tasks.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    at: Mapped[datetime]
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str]
    note: Mapped[str]
