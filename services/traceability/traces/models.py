"""The table of the numbers by which traces are judged."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from services.traceability.database import Base
from services.traceability.traces.limits import Limit
from shared.ids import uuid7
from shared.unverified_rules.law import law


class TraceLimit(Base):
    """A number by which traces are judged, from a day on; corrections are further rows, the last one counts.

    `product_key` is the key of the product it is for, empty for all products without a number of their own.
    """

    __tablename__ = "trace_limits"
    __table_args__ = (
        UniqueConstraint("name", "product_key", "valid_from", "recorded_at"),
        CheckConstraint("value >= 0", name="value_not_negative"),
        law("追溯核算的界限", "name", "product_key", "valid_from"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    name: Mapped[Limit]
    product_key: Mapped[str] = mapped_column(default="")
    value: Mapped[Decimal]
    valid_from: Mapped[date]
    source: Mapped[str]
    verified: Mapped[bool]
    recorded_by: Mapped[UUID | None]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
