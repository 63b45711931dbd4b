"""Tables of grades: what was proposed and why, and the history of grades in force."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from services.inspection.database import Base
from services.inspection.risk_grades.codes import Grade, ProposalState
from services.inspection.risk_grades.grades.problems import ProposalDecided
from services.inspection.risk_grades.inputs import Inputs
from shared.database import Versioned
from shared.ids import uuid7


class RiskProposal(Versioned, Base):
    """A grade worked out for a business from a day on. It is in force for nobody until a person confirms it.

    `inputs`, `as_of` and the pinned scheme are all that the result depends on; `inputs_sha256` is their hash. `present`
    is the grade that was in force when it was proposed.
    """

    __tablename__ = "risk_proposals"
    __table_args__ = (
        Index(
            "ix_risk_proposals_one_open",
            "business_id",
            "valid_from",
            unique=True,
            postgresql_where="state = 'proposed'",
        ),
        Index(None, "business_id"),
        Index(None, "region_code", "id"),
        Index(None, "scheme_id"),
        CheckConstraint("(state IN ('confirmed', 'refused')) = (decided_at IS NOT NULL)", name="decided_says_when"),
        CheckConstraint("(state = 'confirmed') = (confirmed_grade IS NOT NULL)", name="confirmed_says_what"),
        CheckConstraint("decided_at IS NULL OR decision_reason <> ''", name="decided_says_why"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    business_id: Mapped[UUID] = mapped_column(ForeignKey("businesses.id"))
    business_name: Mapped[str]
    region_code: Mapped[str]
    valid_from: Mapped[date]
    as_of: Mapped[date]
    scheme_id: Mapped[UUID] = mapped_column(ForeignKey("risk_schemes.id"))
    scheme_sha256: Mapped[str]
    inputs: Mapped[dict[str, Any]]
    inputs_sha256: Mapped[str]
    score: Mapped[Decimal]
    by_score: Mapped[Grade]
    grade: Mapped[Grade]
    present: Mapped[Grade | None]
    result: Mapped[dict[str, Any]]
    proposed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    proposed_by: Mapped[UUID]

    state: Mapped[ProposalState] = mapped_column(default=ProposalState.PROPOSED)
    confirmed_grade: Mapped[Grade | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    decided_by_name: Mapped[str] = mapped_column(default="")
    decision_reason: Mapped[str] = mapped_column(default="")

    @property
    def read_inputs(self) -> Inputs:
        return Inputs.model_validate(self.inputs)

    @property
    def differs(self) -> bool:
        """Whether it would change the grade that is in force."""
        return self.grade is not self.present

    def confirm(self, grade: Grade, *, at: datetime, by: UUID, by_name: str, reason: str) -> None:
        """A person decides on this grade, the proposed one or another."""
        self._decide(ProposalState.CONFIRMED, at=at, by=by, by_name=by_name, reason=reason)
        self.confirmed_grade = grade

    def refuse(self, *, at: datetime, by: UUID, by_name: str, reason: str) -> None:
        """A person decides that nothing changes."""
        self._decide(ProposalState.REFUSED, at=at, by=by, by_name=by_name, reason=reason)

    def replace(self) -> None:
        """A newer proposal for the same day stands in its place."""
        self._ensure_open()
        self.state = ProposalState.REPLACED
        self.advance()

    def _decide(self, state: ProposalState, *, at: datetime, by: UUID, by_name: str, reason: str) -> None:
        self._ensure_open()
        self.state, self.decided_at, self.decided_by = state, at, by
        self.decided_by_name, self.decision_reason = by_name, reason
        self.advance()

    def _ensure_open(self) -> None:
        if self.state is not ProposalState.PROPOSED:
            raise ProposalDecided(f"这份建议{self.state.label}，不能再作决定")


class RiskGrade(Base):
    """A grade that a person confirmed, from a day on until the next one. Rows are only appended; of two rows for one
    day the later confirmed holds.
    """

    __tablename__ = "risk_grades"
    __table_args__ = (Index(None, "business_id", "valid_from"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    business_id: Mapped[UUID] = mapped_column(ForeignKey("businesses.id"))
    grade: Mapped[Grade]
    valid_from: Mapped[date]
    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("risk_proposals.id"), unique=True)
    score: Mapped[Decimal]
    reason: Mapped[str]
    confirmed_at: Mapped[datetime]
    confirmed_by: Mapped[UUID]
    confirmed_by_name: Mapped[str]
