"""The table of weekly plans. A plan never changes; whoever has `inputs` works out the same `result`."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, func
from sqlalchemy.orm import Mapped, mapped_column

from services.inspection.database import Base
from shared.ids import uuid7


class VisitPlan(Base):
    """One week's visits in a region: what was due and who there was (`inputs`), who goes where (`result`)."""

    __tablename__ = "visit_plans"
    __table_args__ = (Index(None, "region_code", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    region_code: Mapped[str]
    monday: Mapped[date]
    inputs: Mapped[dict[str, Any]]
    inputs_sha256: Mapped[str]
    result: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    created_by: Mapped[UUID]
