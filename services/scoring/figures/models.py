"""The rows behind the figures of evaluations, lists, credit and surveys: what each fact adds, only ever added to."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from services.scoring.database import Base
from shared.ids import uuid7


class ScoringCount(Base):
    """From `recorded_at` on, a fact adds so much (or, negative, less) to a figure on a day in Asia/Shanghai.

    A day may lie ahead: a listing that ends on a day is taken off the stock of that day when it begins.
    """

    __tablename__ = "scoring_counts"
    __table_args__ = (
        Index(None, "figure", "region_code", "day"),
        CheckConstraint("numerator <> 0 OR denominator <> 0", name="changes_something"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    figure: Mapped[str]
    label: Mapped[str]
    region_code: Mapped[str]
    day: Mapped[date]
    numerator: Mapped[int]
    denominator: Mapped[int]
    link: Mapped[str | None]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
