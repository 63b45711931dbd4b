"""The table of facilities."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from services.inspection.database import Base
from services.inspection.facilities.codes import FacilityKind
from services.inspection.facilities.problems import FacilityStepRefused
from shared.database import Versioned
from shared.ids import uuid7


class Facility(Versioned, Base):
    """A business has something from a day on, until another. What was entered stays; it is ended, and begun anew."""

    __tablename__ = "facilities"
    __table_args__ = (
        CheckConstraint("until > since", name="ends_after_it_begins"),
        CheckConstraint("(until IS NULL) = (ending_reason = '')", name="ending_has_reason"),
        Index(None, "business_id", "kind", unique=True, postgresql_where="until IS NULL"),
        Index(None, "region_code", "kind"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    business_id: Mapped[UUID] = mapped_column(ForeignKey("businesses.id"))
    region_code: Mapped[str]
    kind: Mapped[FacilityKind]
    since: Mapped[date]
    until: Mapped[date | None]
    basis: Mapped[str]
    ending_reason: Mapped[str] = mapped_column(default="")
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    recorded_by: Mapped[UUID]
    recorded_by_name: Mapped[str]

    def end(self, on: date, reason: str) -> None:
        """The business has it no more from a day on."""
        if self.until is not None:
            raise FacilityStepRefused(f"已于 {self.until} 结束")
        if on <= self.since:
            raise FacilityStepRefused(f"自 {self.since} 起有，结束的日期应在其后，现为 {on}")
        self.until, self.ending_reason = on, reason
        self.advance()
