"""How old the day on a form may be: dated rows that are only added to, set by the bureau."""

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped

from services.sampling.database import Base
from shared.dated_rules.models import DatedRule, dated


class SamplingDayBound(DatedRule, Base):
    """From `valid_from` on, a form that is entered bears no day before the first of January `years_back` years ago.

    No law says so; an older day is a slip of the pen. Of several rows the latest day counts, then the latest row.
    """

    __tablename__ = "sampling_day_bounds"
    __table_args__ = (
        CheckConstraint("years_back BETWEEN 0 AND 30", name="years_back_in_a_lifetime"),
        *dated("抽样日期的下限"),
    )

    years_back: Mapped[int]
    reason: Mapped[str]
