"""The rows behind the figures of the grid: every change of what a subject adds to a figure, only ever added to."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from services.inspection.database import Base
from shared.ids import uuid7


class GridCount(Base):
    """From `recorded_at` on, a subject (a place, a person's year, an assignment's quarter, a clue) adds so much more or
    less to a figure on a day in Asia/Shanghai.
    """

    __tablename__ = "grid_counts"
    __table_args__ = (
        Index(None, "figure", "subject"),
        Index(None, "figure", "region_code", "day"),
        CheckConstraint("numerator <> 0 OR denominator <> 0", name="changes_something"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    figure: Mapped[str]
    subject: Mapped[str]
    label: Mapped[str]
    region_code: Mapped[str]
    day: Mapped[date]
    numerator: Mapped[int]
    denominator: Mapped[int]
    link: Mapped[str | None]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
