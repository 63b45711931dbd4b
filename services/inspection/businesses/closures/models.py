"""When a business did not trade, and why: 停业, 歇业, 注销, each with its reopening if there was one."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from services.inspection.database import Base
from shared.contracts.inspection import ClosureKind
from shared.ids import uuid7


class BusinessClosure(Base):
    """A business is closed from `closed_on`; it trades again from `reopened_on` on. At most one is open."""

    __tablename__ = "business_closures"
    __table_args__ = (
        CheckConstraint("reopened_on >= closed_on", name="reopened_after_closed"),
        CheckConstraint("(reopened_on IS NULL) = (ended_at IS NULL)", name="ended_whole"),
        Index(None, "business_id", unique=True, postgresql_where="ended_at IS NULL"),
        Index(None, "business_id", "closed_on"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    business_id: Mapped[UUID] = mapped_column(ForeignKey("businesses.id"))
    kind: Mapped[ClosureKind]
    closed_on: Mapped[date]
    expected_until: Mapped[date | None]
    reason: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    recorded_by: Mapped[UUID | None]
    reopened_on: Mapped[date | None]
    reopening_reason: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None]

    def end(self, day: date, reason: str, at: datetime, by: UUID | None) -> None:
        """The business trades again, or is closed in another way, from `day` on."""
        self.reopened_on, self.reopening_reason, self.ended_at, self.ended_by = day, reason, at, by
