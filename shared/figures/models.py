"""Tables of the figures: deltas as they are written, rollups as they are read, and stated values with their source."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from shared.database import ChassisBase
from shared.ids import uuid7


class FigureDelta(ChassisBase):
    """A change of a figure, appended in the writer's transaction and folded into the rollups later.

    Appending instead of updating the rollup keeps concurrent uploads of one region from queueing on one row.
    """

    __tablename__ = "figure_deltas"
    __table_args__ = (Index(None, "code", "region_code", "day"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    code: Mapped[str]
    region_code: Mapped[str]
    day: Mapped[date]
    numerator: Mapped[Decimal]
    denominator: Mapped[Decimal]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())


class FigureRollup(ChassisBase):
    """The folded sums of a figure for a region (every level) and a period (day, month, quarter, year)."""

    __tablename__ = "figure_rollups"

    code: Mapped[str] = mapped_column(primary_key=True)
    region_code: Mapped[str] = mapped_column(primary_key=True)
    period_kind: Mapped[str] = mapped_column(primary_key=True)
    first_day: Mapped[date] = mapped_column(primary_key=True)
    numerator: Mapped[Decimal]
    denominator: Mapped[Decimal]


class RegisteredFigure(ChassisBase):
    """A stated value: somebody's document says so. A correction is a new row that the old one points to."""

    __tablename__ = "registered_figures"
    __table_args__ = (
        CheckConstraint("kind IN ('fact', 'target')", name="kind_known"),
        CheckConstraint("comparison IN ('=', '≥', '≤', '')", name="comparison_known"),
        Index(None, "region_code", "code"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    code: Mapped[str]
    name: Mapped[str]
    region_code: Mapped[str]
    period: Mapped[str] = mapped_column(default="")
    kind: Mapped[str]
    comparison: Mapped[str]
    value: Mapped[Decimal | None]
    unit: Mapped[str]
    quote: Mapped[str]
    source: Mapped[str]
    source_date: Mapped[date | None]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    recorded_by: Mapped[UUID | None]
    superseded_by: Mapped[UUID | None]
