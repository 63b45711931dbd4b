"""The table of ratings."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, func
from sqlalchemy.orm import Mapped, mapped_column

from services.inspection.catering_ratings.codes import RatingGrade
from services.inspection.catering_ratings.problems import RatingWithdrawn
from services.inspection.database import Base
from shared.database import Versioned
from shared.ids import uuid7
from shared.times import now


class CateringRating(Versioned, Base):
    """What a caterer was rated on a day; the latest that was not withdrawn stands. `rule_id`: what a score means."""

    __tablename__ = "catering_ratings"
    __table_args__ = (
        Index(None, "business_id", "rated_on"),
        Index(None, "region_code", "id"),
        CheckConstraint("score BETWEEN 0 AND 100", name="score_of_a_hundred"),
        CheckConstraint("(score IS NULL) = (rule_id IS NULL)", name="score_has_its_rule"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawal_reason = '')", name="withdrawal_has_reason"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    business_id: Mapped[UUID] = mapped_column(ForeignKey("businesses.id"))
    region_code: Mapped[str]
    grade: Mapped[RatingGrade]
    score: Mapped[Decimal | None] = mapped_column(Numeric(4, 1))
    rule_id: Mapped[UUID | None] = mapped_column(ForeignKey("dated_rules.id"))
    rated_on: Mapped[date]
    basis: Mapped[str]
    withdrawn_at: Mapped[datetime | None]
    withdrawal_reason: Mapped[str] = mapped_column(default="")
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    recorded_by: Mapped[UUID]
    recorded_by_name: Mapped[str]

    def withdraw(self, reason: str) -> None:
        """It should not have been entered: what was rated before stands again."""
        if self.withdrawn_at is not None:
            raise RatingWithdrawn("已经撤销，不用再办")
        self.withdrawn_at, self.withdrawal_reason = now(), reason
        self.advance()
