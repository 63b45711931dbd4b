"""Tables of orders of visits. A run never changes; whoever has the same history works out the same."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from services.inspection.database import Base
from services.inspection.visit_priority.training import Method
from shared.ids import uuid7


class PriorityRun(Base):
    """One order, worked out from what was known before `as_of`. `training` is `report.training_as_json` without the
    inspectors, who stand apart: not everybody who reads the order reads of them.
    """

    __tablename__ = "priority_runs"
    __table_args__ = (Index(None, "region_code", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    region_code: Mapped[str]
    as_of: Mapped[date]
    method: Mapped[Method]
    why: Mapped[str]
    businesses: Mapped[int]
    training: Mapped[dict[str, Any]]
    inspectors: Mapped[list[Any]]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    created_by: Mapped[UUID]


class PriorityPlace(Base):
    """A business in its place, which ties share; `number` tells them apart. `lines` say what put it there."""

    __tablename__ = "priority_places"
    __table_args__ = (Index(None, "run_id", "business_id", unique=True),)

    run_id: Mapped[UUID] = mapped_column(ForeignKey("priority_runs.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[int]
    business_id: Mapped[UUID] = mapped_column(ForeignKey("businesses.id"))
    score: Mapped[int | None]
    lines: Mapped[list[Any]]
