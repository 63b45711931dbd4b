"""How many days before its last day a permit or certificate is warned of: data with history, source and a check."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from services.inspection.businesses.warnings.rules import Expiring
from services.inspection.database import Base
from shared.ids import uuid7
from shared.unverified_rules.law import law


class WarningLength(Base):
    """Warnings of this kind begin `days` before the last day; in force until `ended_at`."""

    __tablename__ = "expiry_warning_lengths"
    __table_args__ = (
        CheckConstraint("days BETWEEN 0 AND 730", name="days_plausible"),
        Index(None, "kind", unique=True, postgresql_where="ended_at IS NULL"),
        law("证照到期提醒的天数"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    kind: Mapped[Expiring]
    days: Mapped[int]
    source: Mapped[str]
    verified: Mapped[bool]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    recorded_by: Mapped[UUID | None]
    ended_at: Mapped[datetime | None]
