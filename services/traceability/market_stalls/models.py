"""The table of stalls in markets."""

from datetime import date
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from services.traceability.database import Base


class MarketStall(Base):
    """`business_id` is a stall of `market_business_id` from `valid_from` to the day before `valid_to`.

    Kept under the relation's id and version in the register, which alone decides it; either business may be unknown
    here yet.
    """

    __tablename__ = "market_stalls"
    __table_args__ = (Index(None, "market_business_id", "business_id"),)

    relation_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    business_id: Mapped[UUID]
    market_business_id: Mapped[UUID]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
