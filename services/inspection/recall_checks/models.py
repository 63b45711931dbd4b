"""The table of recall checks (召回现场核查): an officer looks whether what is called back has left the shelf."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from services.inspection.database import Base
from services.inspection.recall_checks.problems import RecallCheckSettled
from shared.contracts.inspection import RecallCheckOutcome, RecallCheckState
from shared.contracts.traceability import RecallLevel
from shared.database import Versioned
from shared.ids import uuid7


class RecallCheck(Versioned, Base):
    """One check of one business on file for one recall, as traceability told of it."""

    __tablename__ = "recall_checks"
    __table_args__ = (
        UniqueConstraint("recall_id", "business_id"),
        Index(None, "region_code", "id"),
        Index(None, "business_id"),
        CheckConstraint("(state = 'completed') = (checked_at IS NOT NULL)", name="completed_has_a_time"),
        CheckConstraint("(checked_at IS NULL) = (outcome IS NULL)", name="completed_has_an_outcome"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    recall_id: Mapped[UUID]
    business_id: Mapped[UUID] = mapped_column(ForeignKey("businesses.id"))
    business_name: Mapped[str]
    region_code: Mapped[str]
    product_name: Mapped[str]
    code: Mapped[str]
    reason: Mapped[str]
    level: Mapped[RecallLevel | None]
    state: Mapped[RecallCheckState]
    scheduled_at: Mapped[datetime] = mapped_column(server_default=func.now())
    checked_at: Mapped[datetime | None]
    checked_by: Mapped[UUID | None]
    checked_by_name: Mapped[str]
    outcome: Mapped[RecallCheckOutcome | None]
    note: Mapped[str]

    def complete(self, *, at: datetime, by: UUID, by_name: str, outcome: RecallCheckOutcome, note: str) -> None:
        """Write down what was found. Raises `RecallCheckSettled` where the check is no longer open."""
        if self.state is not RecallCheckState.SCHEDULED:
            raise RecallCheckSettled(f"这次核查{self.state.label}，有新的情况请另行登记检查")
        self.state, self.checked_at, self.checked_by, self.checked_by_name = RecallCheckState.COMPLETED, at, by, by_name
        self.outcome, self.note = outcome, note
        self.advance()

    def cancel(self) -> None:
        """The recall was withdrawn: nothing is left to look for. What was found stays."""
        if self.state is RecallCheckState.SCHEDULED:
            self.state = RecallCheckState.CANCELLED
            self.advance()
