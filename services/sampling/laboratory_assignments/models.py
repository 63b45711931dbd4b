"""To which laboratory a sample goes, and what is to be tested there. Rows are only added; the last one counts."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from services.sampling.database import Base
from shared.ids import uuid7


class LaboratoryAssignment(Base):
    """One assignment of a sample, by a draw (`draw_id`) or by an officer's word, which needs a reason.

    `current` marks the one that counts; the others stay as they were. The laboratory sees `items`.
    """

    __tablename__ = "laboratory_assignments"
    __table_args__ = (
        Index(None, "sample_id", "number", unique=True),
        Index("ix_laboratory_assignments_current", "sample_id", unique=True, postgresql_where="current"),
        Index(None, "laboratory_id", "sample_id", postgresql_where="current"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    sample_id: Mapped[UUID] = mapped_column(ForeignKey("samples.id"))
    number: Mapped[int]
    laboratory_id: Mapped[UUID] = mapped_column(ForeignKey("laboratories.id"))
    items: Mapped[list[Any]]
    draw_id: Mapped[UUID | None] = mapped_column(ForeignKey("assignment_draws.id"))
    reason: Mapped[str]
    assigned_at: Mapped[datetime]
    assigned_by: Mapped[UUID]
    assigned_by_name: Mapped[str]
    current: Mapped[bool] = mapped_column(default=True)
