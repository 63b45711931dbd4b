"""The table of items for which there is no re-test (不予复检): dated rows that are only added to."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, func
from sqlalchemy.orm import Mapped, mapped_column

from services.sampling.database import Base
from shared.ids import uuid7
from shared.unverified_rules.law import law


class NoRetestItem(Base):
    """From `valid_from` on, an item whose name holds `name` counts as microbiological, or (`excluded`) no longer does.

    Of several rows of one name the latest day counts, then the latest row.
    """

    __tablename__ = "no_retest_items"
    __table_args__ = (Index(None, "name"), law("不予复检的微生物项目", "name", "valid_from"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    name: Mapped[str]
    excluded: Mapped[bool] = mapped_column(default=False)
    valid_from: Mapped[date]
    source: Mapped[str]
    verified: Mapped[bool]
    reason: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    recorded_by: Mapped[UUID | None]
