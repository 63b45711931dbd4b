"""Tables of own cells, and of the businesses that were put into them by hand.

The regions of the division tree are cells as they are, and have no rows here.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from services.inspection.database import Base
from services.inspection.grid.cells.codes import GridLevel
from services.inspection.grid.cells.rules import Stay
from services.inspection.grid.periods import Stretch
from shared.database import Versioned
from shared.ids import uuid7


class GridCell(Versioned, Base):
    """An own cell below `region_code`, beside or below the division tree's own nodes of its `level`."""

    __tablename__ = "grid_cells"
    __table_args__ = (
        CheckConstraint("valid_to > valid_from", name="valid_to_after_valid_from"),
        Index(None, "region_code", "level"),
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    level: Mapped[GridLevel]
    region_code: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    source: Mapped[str]
    closing_reason: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    created_by: Mapped[UUID]

    @property
    def days(self) -> Stretch:
        return Stretch(self.valid_from, self.valid_to)


class CellStay(Base):
    """A business is in an own cell from `since` to before `until`; in one cell of a level at a time."""

    __tablename__ = "grid_cell_stays"
    __table_args__ = (
        CheckConstraint("until > since", name="until_after_since"),
        Index("ix_grid_cell_stays_one", "business_id", "level", unique=True, postgresql_where="until IS NULL"),
        Index(None, "cell_code", "since"),
        Index(None, "business_id", "since"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    business_id: Mapped[UUID] = mapped_column(ForeignKey("businesses.id"))
    cell_code: Mapped[str] = mapped_column(ForeignKey("grid_cells.code"))
    level: Mapped[GridLevel]
    since: Mapped[date]
    until: Mapped[date | None]
    reason: Mapped[str]
    ending_reason: Mapped[str] = mapped_column(default="")
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    recorded_by: Mapped[UUID]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None]

    @property
    def stay(self) -> Stay:
        return Stay(self.cell_code, self.level, Stretch(self.since, self.until))
