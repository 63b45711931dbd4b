"""Merges of files that turned out to be one business, and pairs that were looked at and are two."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from services.inspection.database import Base
from shared.contracts.inspection import BusinessStatus
from shared.ids import uuid7


class BusinessMerge(Base):
    """The file `loser_id` ended in favour of `winner_id`. Undone, the merge stays on record.

    `taken` are the fields that were taken from the loser, each with its value before and after; `licences_added` are
    the winner's new permit rows.
    """

    __tablename__ = "business_merges"
    __table_args__ = (
        CheckConstraint("winner_id <> loser_id", name="between_two"),
        CheckConstraint("(undone_at IS NULL) = (undoing_reason IS NULL)", name="undone_says_why"),
        Index(None, "loser_id", unique=True, postgresql_where="undone_at IS NULL"),
        Index(None, "winner_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    winner_id: Mapped[UUID] = mapped_column(ForeignKey("businesses.id"))
    loser_id: Mapped[UUID] = mapped_column(ForeignKey("businesses.id"))
    region_code: Mapped[str]
    reason: Mapped[str]
    taken: Mapped[dict[str, Any]]
    licences_added: Mapped[list[Any]]
    loser_status: Mapped[BusinessStatus]
    merged_at: Mapped[datetime] = mapped_column(server_default=func.now())
    merged_by: Mapped[UUID]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[UUID | None]
    undoing_reason: Mapped[str | None]

    def undo(self, at: datetime, by: UUID, reason: str) -> None:
        """The two were two after all. The caller checked that the merge stands."""
        self.undone_at, self.undone_by, self.undoing_reason = at, by, reason


class DistinctBusinesses(Base):
    """Two files that somebody looked at and found to be two businesses; `first_id` is the lesser id."""

    __tablename__ = "distinct_businesses"
    __table_args__ = (CheckConstraint("first_id < second_id", name="in_order"),)

    first_id: Mapped[UUID] = mapped_column(ForeignKey("businesses.id"), primary_key=True)
    second_id: Mapped[UUID] = mapped_column(ForeignKey("businesses.id"), primary_key=True)
    reason: Mapped[str]
    decided_at: Mapped[datetime] = mapped_column(server_default=func.now())
    decided_by: Mapped[UUID]
