"""The table of inspections that were made on paper."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from services.inspection.database import Base
from services.inspection.paper_checks.problems import PaperCheckWithdrawn
from services.inspection.visit_records.kinds import VisitKind
from shared.database import Versioned
from shared.ids import uuid7
from shared.times import now


class PaperCheck(Versioned, Base):
    """An inspection that an office enters afterwards from its paper record; a wrong entry is withdrawn."""

    __tablename__ = "paper_checks"
    __table_args__ = (
        Index(None, "region_code", "document_number", unique=True, postgresql_where="withdrawn_at IS NULL"),
        Index(None, "region_code", "id"),
        Index(None, "business_id"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawal_reason = '')", name="withdrawal_has_reason"),
        CheckConstraint("business_id IS NOT NULL OR place <> ''", name="was_somewhere"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    region_code: Mapped[str]
    business_id: Mapped[UUID | None] = mapped_column(ForeignKey("businesses.id"))
    place: Mapped[str]
    kind: Mapped[VisitKind]
    checked_on: Mapped[date]
    document_number: Mapped[str]
    inspectors: Mapped[list[Any]]
    why_on_paper: Mapped[str]
    withdrawn_at: Mapped[datetime | None]
    withdrawal_reason: Mapped[str] = mapped_column(default="")
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    recorded_by: Mapped[UUID]
    recorded_by_name: Mapped[str]

    def withdraw(self, reason: str) -> None:
        """It should not have been entered: it counts no more and stays to be read."""
        if self.withdrawn_at is not None:
            raise PaperCheckWithdrawn("这一条已经撤销")
        self.withdrawn_at, self.withdrawal_reason = now(), reason
        self.advance()
