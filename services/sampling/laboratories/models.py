"""The register of laboratories (承检机构): who may test what, where, and whether re-tests may be drawn to it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.sampling.database import Base
from services.sampling.laboratories.rules import ScopeEntry
from shared.database import Versioned


class Laboratory(Versioned, Base):
    """One laboratory; `id` is that of its organisation at the gateway, so that its people's tokens name it.

    `scope` is a list of `{"category_code": … | null, "items": […] | null}`: null takes in all. `serves` are the regions
    that have commissioned it. `region_code` is the region whose office keeps this entry.
    """

    __tablename__ = "laboratories"
    __table_args__ = (
        Index(None, "region_code", "id"),
        CheckConstraint("cma_valid_to >= cma_valid_from", name="cma_valid_in_order"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    region_code: Mapped[str]
    cma_number: Mapped[str]
    cma_valid_from: Mapped[date]
    cma_valid_to: Mapped[date]
    scope: Mapped[list[Any]]
    serves: Mapped[list[str]] = mapped_column(ARRAY(Text))
    on_retest_roster: Mapped[bool]
    contact_name: Mapped[str]
    contact_phone: Mapped[str]
    active: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    @property
    def scope_entries(self) -> list[ScopeEntry]:
        """The scope as the rules reckon with it."""
        return [
            ScopeEntry(entry["category_code"], None if entry["items"] is None else frozenset(entry["items"]))
            for entry in self.scope
        ]
