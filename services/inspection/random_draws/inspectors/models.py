"""Tables of the inspectors' roster (检查人员名录库): who may be drawn, when he is away, where he may not go."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.inspection.database import Base
from services.inspection.grid.periods import Stretch
from shared.database import Versioned
from shared.ids import uuid7


class DrawInspector(Versioned, Base):
    """Somebody who may be drawn, by his account. `skills` are kinds of business that he is able to inspect.

    Of an absence only the days are kept: why somebody is away is nobody's business here.
    """

    __tablename__ = "draw_inspectors"
    __table_args__ = (
        Index(None, "user_id", unique=True),
        Index(None, "region_code", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    user_id: Mapped[UUID]
    name: Mapped[str]
    department: Mapped[str]
    region_code: Mapped[str]
    skills: Mapped[list[str]] = mapped_column(ARRAY(Text))
    certificate_until: Mapped[date | None]
    active: Mapped[bool]
    leaves: Mapped[list[Any]] = mapped_column(default=list)
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    recorded_by: Mapped[UUID]

    def is_away(self, day: date) -> bool:
        """Whether a leave holds the day; first and last day count."""
        return any(leave["first_day"] <= day.isoformat() <= leave["last_day"] for leave in self.leaves)


class InspectorRecusal(Base):
    """An inspector may not inspect a business, from a day to before another. The reason is not shown to everybody."""

    __tablename__ = "inspector_recusals"
    __table_args__ = (
        CheckConstraint("until > since", name="until_after_since"),
        Index(None, "inspector_id", "business_id"),
        Index(None, "business_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    inspector_id: Mapped[UUID] = mapped_column(ForeignKey("draw_inspectors.id"))
    business_id: Mapped[UUID] = mapped_column(ForeignKey("businesses.id"))
    reason: Mapped[str]
    since: Mapped[date]
    until: Mapped[date | None]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    recorded_by: Mapped[UUID]

    @property
    def days(self) -> Stretch:
        return Stretch(self.since, self.until)
