"""The table of replays (推演): what was put in, what came out, and the hashes of both."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from services.inspection.database import Base
from shared.ids import uuid7


class RiskReplay(Base):
    """One replay of a version of a scheme on the businesses of a region as of a day. Nothing of it ever changes.

    `inputs` are all that the result depends on; whoever has them works out the same `result`.
    """

    __tablename__ = "risk_replays"
    __table_args__ = (Index(None, "region_code", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    region_code: Mapped[str]
    on: Mapped[date]
    scheme_id: Mapped[UUID] = mapped_column(ForeignKey("risk_schemes.id"))
    scheme_code: Mapped[str]
    scheme_number: Mapped[int]
    inputs: Mapped[dict[str, Any]]
    inputs_sha256: Mapped[str]
    result: Mapped[dict[str, Any]]
    result_sha256: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    created_by: Mapped[UUID]
