"""What each business adds to the figures of risk grades and of coverage: dated rows that are only appended."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from services.inspection.database import Base
from shared.ids import uuid7


class RiskFigureRow(Base):
    """From `day` on a business adds so much to a figure in a region. A day may lie ahead: what will run out then."""

    __tablename__ = "risk_figure_rows"
    __table_args__ = (Index(None, "business_id"), Index(None, "code", "region_code"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    code: Mapped[str]
    business_id: Mapped[UUID] = mapped_column(ForeignKey("businesses.id"))
    region_code: Mapped[str]
    day: Mapped[date]
    numerator: Mapped[Decimal]
    denominator: Mapped[Decimal]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
