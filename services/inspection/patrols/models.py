"""The table of patrols (巡查): what a terminal sent, whole and for ever as it was sent."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from services.inspection.database import Base


class Patrol(Base):
    """One patrol of one cell. `id` is made by the terminal; `doubts` are what is odd about it and was taken all the
    same, because a terminal that was offline cannot know better.
    """

    __tablename__ = "patrols"
    __table_args__ = (
        CheckConstraint("ended_at >= started_at", name="ends_after_it_starts"),
        Index(None, "region_code", "id"),
        Index(None, "cell_code", "started_at"),
        Index(None, "patroller_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    cell_code: Mapped[str]
    region_code: Mapped[str]
    duty_list_id: Mapped[UUID] = mapped_column(ForeignKey("dated_rules.id"))
    patroller_id: Mapped[UUID]
    patroller_name: Mapped[str]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    content: Mapped[dict[str, Any]]
    sha256: Mapped[str]
    doubts: Mapped[list[Any]]
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())
