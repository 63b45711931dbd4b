"""The register of samplers (抽样人员): who may take samples, where, since when, and when he is away."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from services.sampling.database import Base
from services.sampling.samplers.rules import Leave
from shared.database import Versioned


class Sampler(Versioned, Base):
    """One sampler; `id` is his user id at the gateway. He samples in `region_code` and all below it.

    `leaves` is a list of `{"first_day": …, "last_day": …}`, both days included.
    """

    __tablename__ = "samplers"
    __table_args__ = (
        Index(None, "region_code", "id"),
        CheckConstraint("valid_to >= valid_from", name="valid_in_order"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    organisation_id: Mapped[UUID]
    organisation_name: Mapped[str]
    region_code: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    leaves: Mapped[list[Any]]
    active: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    @property
    def leave_days(self) -> list[Leave]:
        """His leaves as the rules reckon with them."""
        return [
            Leave(date.fromisoformat(leave["first_day"]), date.fromisoformat(leave["last_day"]))
            for leave in self.leaves
        ]
