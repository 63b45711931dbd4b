"""The table of the records of town offices (八有六化); each judging is a further row, the latest is what stands."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, func
from sqlalchemy.orm import Mapped, mapped_column

from services.inspection.database import Base
from shared.ids import uuid7

POINTS = Numeric(8, 2)


class OfficeRecord(Base):
    """How the food-safety office of a town stood on a day, item by item, with evidence."""

    __tablename__ = "office_records"
    __table_args__ = (
        CheckConstraint("points <= judged AND judged <= possible", name="points_within"),
        Index(None, "region_code", "judged_on", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    region_code: Mapped[str]
    judged_on: Mapped[date]
    rule_id: Mapped[UUID] = mapped_column(ForeignKey("dated_rules.id"))
    items: Mapped[list[Any]]
    note: Mapped[str]
    points: Mapped[Decimal] = mapped_column(POINTS)
    possible: Mapped[Decimal] = mapped_column(POINTS)
    judged: Mapped[Decimal] = mapped_column(POINTS)
    percent: Mapped[Decimal | None] = mapped_column(POINTS)
    complete: Mapped[bool]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    recorded_by: Mapped[UUID]
    recorded_by_name: Mapped[str]
