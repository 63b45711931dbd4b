"""Tables of evaluations: the run, its stages, what happened, and what people said in the publicity.

A run pins one published version of a scheme by its hash. Each method is one step and refuses
(`EvaluationStepRefused`) what the order of the stages does not carry; the history only grows.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.scoring.database import Base
from services.scoring.evaluations.problems import EvaluationStepRefused
from shared.contracts.evaluations import RunState, Stage
from shared.contracts.figures import Period
from shared.database import Versioned
from shared.ids import uuid7
from shared.times import now


class Evaluation(Versioned, Base):
    """One run. `organiser_region_code` is the region of the office that evaluates: the jurisdiction or one above it.

    `stage` is the one that is open; null once the run has ended.
    """

    __tablename__ = "evaluations"
    __table_args__ = (
        Index(None, "region_code", "id"),
        Index(
            "uq_evaluations_one_open",
            *("scheme_code", "region_code", "period", "organiser_region_code"),
            unique=True,
            postgresql_where="state = 'open'",
        ),
        CheckConstraint("(state = 'open') = (stage IS NOT NULL)", name="open_has_a_stage"),
        CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="ended_says_when"),
        CheckConstraint("(state = 'concluded') = (passed IS NOT NULL)", name="concluded_says_what"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    scheme_id: Mapped[UUID] = mapped_column(ForeignKey("scoring_schemes.id"))
    scheme_code: Mapped[str]
    scheme_number: Mapped[int]
    scheme_sha256: Mapped[str]
    official: Mapped[bool]
    title: Mapped[str]
    region_code: Mapped[str]
    organiser_region_code: Mapped[str]
    period: Mapped[str]
    state: Mapped[RunState] = mapped_column(default=RunState.OPEN)
    stage: Mapped[Stage | None]
    begun_at: Mapped[datetime]
    publicised_at: Mapped[datetime | None]
    publicised_where: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    passed: Mapped[bool | None]
    decision_reason: Mapped[str] = mapped_column(default="")

    stages: Mapped[list["EvaluationStage"]] = relationship(order_by="EvaluationStage.position", lazy="raise")
    entries: Mapped[list["EvaluationEntry"]] = relationship(order_by="EvaluationEntry.number", lazy="raise")

    @property
    def span(self) -> Period:
        return Period.parse(self.period)

    @property
    def current(self) -> "EvaluationStage":
        """The stage that is open. Raises `EvaluationStepRefused` once the run has ended."""
        if self.stage is None:
            raise EvaluationStepRefused(f"这次评价{self.state.label}，不再更改；请另起一次")
        return next(stage for stage in self.stages if stage.stage is self.stage)

    def is_closed(self, stage: Stage) -> bool:
        return any(one.stage is stage and one.closed_at is not None for one in self.stages)

    def up_to(self, stage: Stage) -> list[Stage]:
        """The stages of this run to `stage`, the first first."""
        own = [one.stage for one in self.stages]
        return own[: own.index(stage) + 1]

    def log(self, kind: str, at: datetime, **details: Any) -> None:
        """Append to the history (its entries must be loaded)."""
        self.entries.append(EvaluationEntry(number=len(self.entries) + 1, kind=kind, at=at, **details))

    def publicise(self, where: str, at: datetime) -> None:
        """The self-assessment has been put before the public, once."""
        if self.current.stage is not Stage.PUBLICITY:
            raise EvaluationStepRefused(f"现在是{self.current.stage.label}阶段，进入公示阶段后再登记公示")
        if self.publicised_at is not None:
            raise EvaluationStepRefused("已经登记过公示；公示有误的请在说明中写明后重新开展评价")
        self.publicised_at, self.publicised_where = at, where

    def close_stage(self, at: datetime) -> "EvaluationStage | None":
        """End the open stage; the next one opens and is given back, None where the last was 综合评审's turn."""
        current = self.current
        following = next((stage for stage in self.stages if stage.position == current.position + 1), None)
        if following is None:
            raise EvaluationStepRefused("综合评审是最后一个阶段，请直接作出结论")
        if current.stage is Stage.PUBLICITY and self.publicised_at is None:
            raise EvaluationStepRefused("还没有登记公示，不能结束公示阶段")
        current.closed_at, following.opened_at, self.stage = at, at, following.stage
        return following

    def conclude(self, *, passed: bool, reason: str, at: datetime) -> None:
        """The panel's decision ends the run."""
        if self.current.stage is not Stage.PANEL:
            raise EvaluationStepRefused(f"现在是{self.current.stage.label}阶段，到综合评审阶段才能作出结论")
        self.current.closed_at = at
        self.state, self.stage, self.ended_at = RunState.CONCLUDED, None, at
        self.passed, self.decision_reason = passed, reason

    def abandon(self, reason: str, at: datetime) -> None:
        """The run ends without a decision; what was said stays."""
        self.current.closed_at = at
        self.state, self.stage, self.ended_at, self.decision_reason = RunState.ABANDONED, None, at, reason


class EvaluationStage(Base):
    """One stage of a run and how many days the plan gives it."""

    __tablename__ = "evaluation_stages"
    __table_args__ = (UniqueConstraint("evaluation_id", "stage"), UniqueConstraint("evaluation_id", "position"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    evaluation_id: Mapped[UUID] = mapped_column(ForeignKey("evaluations.id"))
    stage: Mapped[Stage]
    position: Mapped[int]
    days: Mapped[int]
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class EvaluationEntry(Base):
    """One line of a run's history. `kind` is the step's name."""

    __tablename__ = "evaluation_entries"
    __table_args__ = (UniqueConstraint("evaluation_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    evaluation_id: Mapped[UUID] = mapped_column(ForeignKey("evaluations.id"))
    number: Mapped[int]
    kind: Mapped[str]
    stage: Mapped[Stage | None]
    at: Mapped[datetime]
    recorded_at: Mapped[datetime] = mapped_column(default=now)
    actor_id: Mapped[UUID]
    actor_name: Mapped[str]
    note: Mapped[str] = mapped_column(default="")


class Opinion(Base):
    """What somebody said in the publicity, and the answer. Names of people are not kept."""

    __tablename__ = "evaluation_opinions"
    __table_args__ = (Index(None, "evaluation_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    evaluation_id: Mapped[UUID] = mapped_column(ForeignKey("evaluations.id"))
    received_at: Mapped[datetime]
    channel: Mapped[str]
    content: Mapped[str]
    recorded_by: Mapped[UUID]
    answer: Mapped[str | None]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[UUID | None]
