"""Boundary files as bureaus brought them. A later file stands before an earlier one; withdrawn ones are not shown."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from gateway.database import Base
from shared.ids import uuid7


class Boundary(Base):
    """The outlines of the regions right below `region_code`, by code: `{"330203001000": [[[lon, lat], …], …]}`.

    Every ring of a region stands in one list, outer and inner alike; they are filled by the even-odd rule.
    """

    __tablename__ = "region_boundaries"
    __table_args__ = (Index(None, "region_code", "recorded_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    region_code: Mapped[str]
    outlines: Mapped[dict[str, Any]]
    source: Mapped[str]
    approval: Mapped[str]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[UUID]
    withdrawn_at: Mapped[datetime | None]

    def withdraw(self, at: datetime) -> None:
        """Take the map off the boards. What was withdrawn stays so."""
        self.withdrawn_at = self.withdrawn_at or at
