"""Follow-up visits (跟进检查) after a suspect positive, and what they add to the rate of visits in time."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.inspection.database import Base
from shared.contracts.inspection import VisitOutcome, VisitState
from shared.database import Versioned
from shared.ids import uuid7
from shared.times import day_of, last_day


class Visit(Versioned, Base):
    """One visit to a business, or to a stall or market when the business is not known. A whistle has exactly one.

    `counted_on` is the day on which the visit counts for the rate: that of the visit when it was in time, else the last
    day it would have been; null while it is open and not overdue.
    """

    __tablename__ = "visits"
    __table_args__ = (
        UniqueConstraint("whistle_id"),
        CheckConstraint("(state = 'completed') = (visited_at IS NOT NULL)", name="completed_has_a_time"),
        CheckConstraint("(visited_at IS NULL) = (outcome IS NULL)", name="completed_has_an_outcome"),
        CheckConstraint("(counted_on IS NULL) = (counted_at IS NULL)", name="counted_whole"),
        Index(None, "region_code", "id"),
        Index(None, "business_id"),
        Index(None, "state", "due_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    whistle_id: Mapped[UUID]
    business_id: Mapped[UUID | None] = mapped_column(ForeignKey("businesses.id"))
    business_name: Mapped[str | None]
    site_id: Mapped[UUID | None]
    site_name: Mapped[str | None]
    stall_number: Mapped[str | None]
    region_code: Mapped[str]
    product_name: Mapped[str]
    item_name: Mapped[str]
    quantity: Mapped[Decimal | None]
    unit: Mapped[str | None]
    task_number: Mapped[str]
    state: Mapped[VisitState]
    scheduled_at: Mapped[datetime]
    due_at: Mapped[datetime]
    clock_id: Mapped[UUID]
    visited_at: Mapped[datetime | None]
    visited_by: Mapped[UUID | None]
    outcome: Mapped[VisitOutcome | None]
    notes: Mapped[str | None]
    counted_on: Mapped[date | None]
    counted_at: Mapped[datetime | None]

    @property
    def on_time(self) -> bool:
        """Whether the visit was made by its last moment."""
        return self.visited_at is not None and self.visited_at <= self.due_at

    @property
    def target(self) -> str:
        """Whom or what to visit, in words."""
        stall = f"{self.stall_number} 号摊位" if self.stall_number else ""
        place = f"{self.site_name or ''}{stall}"
        return f"{self.business_name}（{place}）" if self.business_name and place else self.business_name or place

    def complete(self, *, at: datetime, by: UUID, outcome: VisitOutcome, notes: str) -> None:
        """Write down what was found. The caller has checked that the visit is open."""
        self.state = VisitState.COMPLETED
        self.visited_at, self.visited_by = at, by
        self.outcome, self.notes = outcome, notes
        self.advance()

    def count(self, now: datetime) -> None:
        """Let the visit count for the rate from now on."""
        made_in_time = self.visited_at if self.on_time else None
        self.counted_on = day_of(made_in_time) if made_in_time else last_day(self.due_at)
        self.counted_at = now

    def uncount(self) -> None:
        """Take the visit out of the rate again."""
        self.counted_on = self.counted_at = None
