"""What the timelines of disposal cases, objections and re-tests have in common: lines that are only added."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Text, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from shared.ids import uuid7


class TimelineEntry:
    """Columns of one line. `at`: when it counts; `recorded_at`: when it was written. The table adds what it is about
    and its kind.
    """

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    number: Mapped[int]
    at: Mapped[datetime]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str] = mapped_column(default="系统")
    note: Mapped[str] = mapped_column(default="")
    evidence: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
