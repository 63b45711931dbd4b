"""Tables of objections (异议): what is contested, what was decided, every step.

Each method is one step and refuses (`ObjectionStepRefused`) what is not its turn. Nothing here stops the disposal.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.sampling.database import Base
from services.sampling.objections.problems import ObjectionStepRefused
from services.sampling.proceedings.models import TimelineEntry
from services.sampling.proceedings.moments import moment_after
from shared.contracts.clocks import Authority
from shared.contracts.disposals import ObjectionGround, ObjectionKind, ObjectionState, ObjectionStep
from shared.database import Versioned
from shared.ids import uuid7

OPEN = (ObjectionState.RECEIVED, ObjectionState.SUPPLEMENT_AWAITED, ObjectionState.ACCEPTED)


class Objection(Versioned, Base):
    """One party's objection to a sample: to how it was taken (`case_id` null), or to the result of one case.

    `is_late` is what its window said when it was filed; a provisional end decides nothing. Refused ones stay on record.
    """

    __tablename__ = "objections"
    __table_args__ = (
        Index(None, "sample_id"),
        Index(None, "case_id", postgresql_where="case_id IS NOT NULL"),
        Index(None, "region_code", "id"),
        CheckConstraint("(kind = 'sampling_process') = (case_id IS NULL)", name="case_unless_sampling"),
        CheckConstraint("(state = 'refused') = (ground IS NOT NULL)", name="ground_iff_refused"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    sample_id: Mapped[UUID] = mapped_column(ForeignKey("samples.id"))
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("disposal_cases.id"))
    kind: Mapped[ObjectionKind]
    authority: Mapped[Authority]
    region_code: Mapped[str]
    food_name: Mapped[str]
    applicant_name: Mapped[str]
    applicant_business_id: Mapped[UUID | None]
    filed_at: Mapped[datetime]
    is_late: Mapped[bool]

    state: Mapped[ObjectionState] = mapped_column(default=ObjectionState.RECEIVED)
    ground: Mapped[ObjectionGround | None]
    accepted_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    entries: Mapped[list["ObjectionEntry"]] = relationship(order_by="ObjectionEntry.number", lazy="raise")

    def log(self, kind: ObjectionStep, at: datetime, **details: Any) -> None:
        """Append to the timeline (its entries must be loaded)."""
        self.entries.append(ObjectionEntry(number=len(self.entries) + 1, kind=kind, at=at, **details))

    def moment_of(self, given: datetime | None, present: datetime) -> datetime:
        """When a step counts (the timeline must be loaded): no step before the last.

        Raises `InvalidRequest` where it would run backwards.
        """
        return moment_after(given, present, [(entry.kind.label, entry.at) for entry in self.entries])

    def ask_supplement(self) -> None:
        """The papers are not complete; the applicant was told once and for all what is missing."""
        self._must_be(ObjectionState.RECEIVED)
        self.state = ObjectionState.SUPPLEMENT_AWAITED

    def supplement(self) -> None:
        """What was missing came in: the time to accept is counted from now."""
        self._must_be(ObjectionState.SUPPLEMENT_AWAITED)
        self.state = ObjectionState.RECEIVED

    def accept(self, at: datetime) -> None:
        """It will be examined. One that came too late cannot be."""
        self._must_be(ObjectionState.RECEIVED)
        if self.is_late:
            raise ObjectionStepRefused(f"{ObjectionGround.LATE.label}，请以此不予受理")
        self.state, self.accepted_at = ObjectionState.ACCEPTED, at

    def refuse(self, ground: ObjectionGround, at: datetime) -> None:
        """It is not accepted, on a ground; it stays on record. Lateness cannot be claimed where it was in time."""
        self._must_be(ObjectionState.RECEIVED, ObjectionState.SUPPLEMENT_AWAITED)
        if ground is ObjectionGround.LATE and not self.is_late:
            raise ObjectionStepRefused("异议是在期限内提出的，不能以逾期为由不予受理")
        if ground is ObjectionGround.NOT_SUPPLEMENTED and self.state is not ObjectionState.SUPPLEMENT_AWAITED:
            raise ObjectionStepRefused("没有告知补正，或已经补正，不能以逾期未补正为由不予受理")
        self.state, self.ground, self.ended_at = ObjectionState.REFUSED, ground, at

    def must_be_examined(self) -> None:
        """Only what is being examined can wait for the standard's clarification."""
        self._must_be(ObjectionState.ACCEPTED)

    def decide(self, at: datetime, *, upheld: bool) -> None:
        """The outcome of the examination."""
        self._must_be(ObjectionState.ACCEPTED)
        self.state = ObjectionState.UPHELD if upheld else ObjectionState.REJECTED
        self.ended_at = at

    def withdraw(self, at: datetime) -> None:
        """The applicant takes it back."""
        self._must_be(*OPEN)
        self.state, self.ended_at = ObjectionState.WITHDRAWN, at

    @property
    def title(self) -> str:
        """What clocks call it; it names no party."""
        return f"{self.food_name} · {self.kind.label}异议"

    def _must_be(self, *states: ObjectionState) -> None:
        if self.state not in states:
            wanted = "、".join(f"“{state.label}”" for state in states)
            raise ObjectionStepRefused(f"这一步要求异议处于{wanted}，现在是“{self.state.label}”")


class ObjectionEntry(TimelineEntry, Base):
    """One line of an objection's timeline."""

    __tablename__ = "objection_entries"
    __table_args__ = (Index(None, "objection_id", "number", unique=True),)

    objection_id: Mapped[UUID] = mapped_column(ForeignKey("objections.id"))
    kind: Mapped[ObjectionStep]
