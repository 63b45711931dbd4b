"""Who may act for whom, in which roles, and until when."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from gateway.database import Base
from shared.ids import uuid7


class Deputation(Base):
    """One person's leave to act for another. It gives what the other may do at the time of acting, and no more."""

    __tablename__ = "deputations"
    __table_args__ = (
        CheckConstraint("principal_id <> deputy_id", name="two_people"),
        CheckConstraint("valid_from < valid_until", name="some_time"),
        Index(None, "deputy_id", "valid_until"),
        Index(None, "principal_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    principal_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    deputy_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    roles: Mapped[list[str]]
    reason: Mapped[str]
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime]
    given_by: Mapped[UUID]
    given_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    def holds(self, at: datetime) -> bool:
        """Whether it may be acted on now."""
        return self.revoked_at is None and self.valid_from <= at < self.valid_until

    def revoke(self, at: datetime) -> None:
        """End it before its time. What was revoked stays so."""
        self.revoked_at = self.revoked_at or at
