"""How old the day on a form may be: dated rows that are only added to, set by the bureau."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from services.sampling.database import Base
from shared.ids import uuid7
from shared.unverified_rules.law import law


class SamplingDayBound(Base):
    """From `valid_from` on, a form that is entered bears no day before the first of January `years_back` years ago.

    No law says so; an older day is a slip of the pen. Of several rows the latest day counts, then the latest row.
    """

    __tablename__ = "sampling_day_bounds"
    __table_args__ = (
        CheckConstraint("years_back BETWEEN 0 AND 30", name="years_back_in_a_lifetime"),
        law("抽样日期的下限", "valid_from"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    years_back: Mapped[int]
    valid_from: Mapped[date]
    source: Mapped[str]
    verified: Mapped[bool]
    reason: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    recorded_by: Mapped[UUID | None]
