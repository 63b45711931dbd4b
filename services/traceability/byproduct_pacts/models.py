"""The table of by-product pacts (厂场挂钩): to which plant a market or slaughterhouse hands its trimmings."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from services.traceability.database import Base
from services.traceability.subjects.models import Subject
from shared.database import Versioned


class ByproductPact(Versioned, Base):
    """Who hands by-products to whom, from a day until a day (null: until further notice). Collections are tickets."""

    __tablename__ = "byproduct_pacts"
    __table_args__ = (
        Index(None, "source_id"),
        Index(None, "processor_id"),
        Index(None, "region_code", "id"),
        CheckConstraint("until >= since", name="ends_after_it_begins"),
        CheckConstraint("source_id <> processor_id", name="between_two"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    source_id: Mapped[UUID] = mapped_column(ForeignKey(Subject.id))
    processor_id: Mapped[UUID] = mapped_column(ForeignKey(Subject.id))
    region_code: Mapped[str]
    since: Mapped[date]
    until: Mapped[date | None]
    basis: Mapped[str]
    recorded_by: Mapped[UUID]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
