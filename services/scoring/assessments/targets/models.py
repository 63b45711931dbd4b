"""Tables of targets: a plan, what it promises, and what was read. Readings only grow; of a day the last one counts."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.scoring.assessments.targets.rules import Aim
from services.scoring.database import Base
from shared.ids import uuid7
from shared.times import now


class TargetPlan(Base):
    """A plan of a region with its targets."""

    __tablename__ = "target_plans"
    __table_args__ = (UniqueConstraint("region_code", "title"), Index(None, "region_code", "id"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    title: Mapped[str]
    region_code: Mapped[str]
    source: Mapped[str]
    recorded_by: Mapped[UUID]
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    targets: Mapped[list["PlanTarget"]] = relationship(order_by="PlanTarget.position", lazy="raise")


class PlanTarget(Base):
    """One target. `base`: where the plan began, if it says. Of a fact there is no target."""

    __tablename__ = "plan_targets"
    __table_args__ = (
        UniqueConstraint("plan_id", "code"),
        CheckConstraint("(aim = 'fact') = (target IS NULL)", name="a_fact_promises_nothing"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("target_plans.id"))
    position: Mapped[int]
    code: Mapped[str]
    title: Mapped[str]
    unit: Mapped[str]
    aim: Mapped[Aim]
    target: Mapped[Decimal | None] = mapped_column(Numeric)
    base: Mapped[Decimal | None] = mapped_column(Numeric)
    due_on: Mapped[date | None]
    note: Mapped[str]

    readings: Mapped[list["TargetReading"]] = relationship(order_by="TargetReading.recorded_at", lazy="raise")


class TargetReading(Base):
    """What was read on a day, and where it stands."""

    __tablename__ = "target_readings"
    __table_args__ = (Index(None, "target_id", "on"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    target_id: Mapped[UUID] = mapped_column(ForeignKey("plan_targets.id"))
    on: Mapped[date]
    value: Mapped[Decimal] = mapped_column(Numeric)
    source: Mapped[str]
    recorded_by: Mapped[UUID]
    recorded_at: Mapped[datetime] = mapped_column(default=now)
