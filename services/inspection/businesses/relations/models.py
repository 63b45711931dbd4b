"""What businesses are to one another: stall and market, tenant and landlord, branch and headquarters, platform."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from services.inspection.database import Base
from shared.contracts.inspection import RelationKind
from shared.database import Versioned
from shared.ids import uuid7


class BusinessRelation(Versioned, Base):
    """`business_id` stands under `other_id` (stall under market …) from `valid_from` to the day before `valid_to`."""

    __tablename__ = "business_relations"
    __table_args__ = (
        CheckConstraint("valid_to >= valid_from", name="valid_to_after_valid_from"),
        CheckConstraint("business_id <> other_id", name="between_two"),
        Index(None, "business_id", "kind", "valid_from"),
        Index(None, "other_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    kind: Mapped[RelationKind]
    business_id: Mapped[UUID] = mapped_column(ForeignKey("businesses.id"))
    other_id: Mapped[UUID] = mapped_column(ForeignKey("businesses.id"))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())

    def end(self, day: date) -> None:
        """The relation ends: `day` is the first day on which it no longer holds. The caller checked that it is open."""
        self.valid_to = day
        self.advance()
