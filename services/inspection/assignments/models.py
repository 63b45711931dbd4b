"""Tables of supervision assignments (包保): which leader answers for which business, and his visits."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.inspection.assignments.codes import AssignmentLevel
from services.inspection.assignments.problems import AssignmentStepRefused
from services.inspection.database import Base
from services.inspection.grid.periods import Stretch
from shared.database import Versioned
from shared.ids import uuid7


class Assignment(Versioned, Base):
    """One leader for one business from `since` to before `until`; a business has one leader at a time.

    `region_code` is where the business was on file when it was assigned. `visits_per_quarter` was the rule then.
    """

    __tablename__ = "supervision_assignments"
    __table_args__ = (
        CheckConstraint("until > since", name="until_after_since"),
        Index("ix_supervision_assignments_one", "business_id", unique=True, postgresql_where="until IS NULL"),
        Index(None, "business_id", "since"),
        Index(None, "region_code", "id"),
        Index(None, "leader_id", postgresql_where="leader_id IS NOT NULL"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    business_id: Mapped[UUID] = mapped_column(ForeignKey("businesses.id"))
    business_name: Mapped[str]
    region_code: Mapped[str]
    level: Mapped[AssignmentLevel]
    leader_id: Mapped[UUID | None]
    leader_name: Mapped[str]
    leader_post: Mapped[str]
    since: Mapped[date]
    until: Mapped[date | None]
    ending_reason: Mapped[str] = mapped_column(default="")
    rule_id: Mapped[UUID] = mapped_column(ForeignKey("dated_rules.id"))
    visits_per_quarter: Mapped[int]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    recorded_by: Mapped[UUID]

    @property
    def days(self) -> Stretch:
        return Stretch(self.since, self.until)

    def end(self, on: date, reason: str) -> None:
        """The leader answers for the business no more from a day on."""
        if self.until is not None:
            raise AssignmentStepRefused(f"这项包保已于 {self.until} 结束")
        if on <= self.since:
            raise AssignmentStepRefused(f"包保自 {self.since} 起，结束的日期应在其后，现为 {on}")
        self.until, self.ending_reason = on, reason
        self.advance()


class SupervisionVisit(Base):
    """One visit of a leader to the business he answers for, with what he saw. Only ever added."""

    __tablename__ = "supervision_visits"
    __table_args__ = (Index(None, "assignment_id", "visited_on"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("supervision_assignments.id"))
    visited_on: Mapped[date]
    found: Mapped[str]
    problems: Mapped[list[str]] = mapped_column(ARRAY(Text))
    evidence: Mapped[list[str]] = mapped_column(ARRAY(Text))
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    recorded_by: Mapped[UUID]
