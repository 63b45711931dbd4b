"""Tables of evidence: a file behind a clause and what became of it; a claim that a clause does not apply."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.scoring.database import Base
from services.scoring.evidence.problems import ClaimRefused, EvidenceStepRefused
from shared.contracts.evaluations import ClaimState, EvidenceState, Stage
from shared.database import Versioned
from shared.http.auth import Actor
from shared.ids import uuid7
from shared.times import now


class EvidenceFile(Versioned, Base):
    """A file behind one clause of one run. `requirement` is the piece that the clause asks for, if it is one.

    The bytes lie in the data folder under `sha256` (hex). A returned file stays, with the reason.
    """

    __tablename__ = "evaluation_evidence"
    __table_args__ = (
        UniqueConstraint("evaluation_id", "clause_code", "sha256"),
        CheckConstraint("(state = 'submitted') = (reviewed_at IS NULL)", name="reviewed_says_when"),
        CheckConstraint("state <> 'returned' OR review_reason <> ''", name="returned_says_why"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    evaluation_id: Mapped[UUID] = mapped_column(ForeignKey("evaluations.id"))
    clause_code: Mapped[str]
    requirement: Mapped[str | None]
    stage: Mapped[Stage]
    name: Mapped[str]
    sha256: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str]
    submitted_at: Mapped[datetime] = mapped_column(default=now)
    submitted_by: Mapped[UUID]
    submitted_by_name: Mapped[str]
    state: Mapped[EvidenceState] = mapped_column(default=EvidenceState.SUBMITTED)
    reviewed_at: Mapped[datetime | None]
    reviewed_by: Mapped[UUID | None]
    reviewed_by_name: Mapped[str | None]
    review_reason: Mapped[str] = mapped_column(default="")

    def review(self, *, accepted: bool, reason: str, actor: Actor, at: datetime) -> None:
        """Take it or give it back with a reason, once; by another than who sent it."""
        if self.state is not EvidenceState.SUBMITTED:
            raise EvidenceStepRefused(f"这份材料{self.state.label}；要改请补交一份")
        if actor.id == self.submitted_by:
            raise EvidenceStepRefused("自己提交的材料请由他人审核")
        if not accepted and not reason:
            raise EvidenceStepRefused("退回的请写明理由，以便补正")
        self.state = EvidenceState.ACCEPTED if accepted else EvidenceState.RETURNED
        self.reviewed_at, self.reviewed_by, self.reviewed_by_name = at, actor.id, actor.name
        self.review_reason = reason


class InapplicabilityClaim(Versioned, Base):
    """合理缺项 of one clause of one run. Until it is approved it changes nothing."""

    __tablename__ = "inapplicability_claims"
    __table_args__ = (
        Index(
            "uq_inapplicability_claims_one_standing",
            *("evaluation_id", "clause_code"),
            unique=True,
            postgresql_where="state <> 'refused'",
        ),
        CheckConstraint("(state = 'pending') = (decided_at IS NULL)", name="decided_says_when"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    evaluation_id: Mapped[UUID] = mapped_column(ForeignKey("evaluations.id"))
    clause_code: Mapped[str]
    reason: Mapped[str]
    claimed_at: Mapped[datetime] = mapped_column(default=now)
    claimed_by: Mapped[UUID]
    claimed_by_name: Mapped[str]
    state: Mapped[ClaimState] = mapped_column(default=ClaimState.PENDING)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    decided_by_name: Mapped[str | None]
    decision_reason: Mapped[str] = mapped_column(default="")

    def decide(self, *, approved: bool, reason: str, actor: Actor, at: datetime) -> None:
        """Approve or refuse, once; by another than who claimed."""
        if self.state is not ClaimState.PENDING:
            raise ClaimRefused(f"这条合理缺项{self.state.label}，不再更改")
        if actor.id == self.claimed_by:
            raise ClaimRefused("自己提出的合理缺项请由他人批准")
        if not approved and not reason:
            raise ClaimRefused("不予批准的请写明理由")
        self.state = ClaimState.APPROVED if approved else ClaimState.REFUSED
        self.decided_at, self.decided_by, self.decided_by_name = at, actor.id, actor.name
        self.decision_reason = reason
