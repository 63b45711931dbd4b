"""Tables of the frequency planner: dated rules, plan runs, planned inspections."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from services.inspection.database import Base
from services.inspection.inspection_frequency.codes import PlanningRule
from shared.ids import uuid7
from shared.unverified_rules.law import law


class PlanningRuleRow(Base):
    """A number from a day on until a later row of its code. Rows are only appended."""

    __tablename__ = "planning_rules"
    __table_args__ = (
        CheckConstraint("value > 0", name="value_positive"),
        Index(None, "code", "valid_from", unique=True),
        law("检查计划的数值", "code", by="valid_from"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    code: Mapped[PlanningRule]
    value: Mapped[int]
    valid_from: Mapped[date]
    source: Mapped[str]
    verified: Mapped[bool]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    recorded_by: Mapped[UUID | None]


class InspectionPlan(Base):
    """One plan run. Nothing of it ever changes; whoever has `inputs` works out the same `result`."""

    __tablename__ = "inspection_plans"
    __table_args__ = (Index(None, "region_code", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    region_code: Mapped[str]
    start: Mapped[date]
    months: Mapped[int]
    inputs: Mapped[dict[str, Any]]
    inputs_sha256: Mapped[str]
    result: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    created_by: Mapped[UUID]


class PlannedInspection(Base):
    """One inspection of a plan: in the month that begins on `month`, at the latest on `by`."""

    __tablename__ = "planned_inspections"
    __table_args__ = (Index(None, "plan_id", "month", "business_id", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("inspection_plans.id"))
    business_id: Mapped[UUID] = mapped_column(ForeignKey("businesses.id"))
    team: Mapped[str]
    month: Mapped[date]
    by: Mapped[date]
    for_coverage: Mapped[bool]
    late: Mapped[int]
