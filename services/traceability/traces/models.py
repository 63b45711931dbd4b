"""The table of the numbers by which traces are judged."""

from decimal import Decimal

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.traceability.database import Base
from services.traceability.traces.limits import Limit
from shared.dated_rules.models import DatedRule, dated


class TraceLimit(DatedRule, Base):
    """A number by which traces are judged, from a day on; corrections are further rows, the last one counts.

    `product_key` is the key of the product it is for, empty for all products without a number of their own.
    """

    __tablename__ = "trace_limits"
    __table_args__ = (
        CheckConstraint("value >= 0", name="value_not_negative"),
        *dated("追溯核算的界限", "name", "product_key"),
    )

    name: Mapped[Limit]
    product_key: Mapped[str] = mapped_column(default="")
    value: Mapped[Decimal]
