"""What grades depend on, recorded as it was told: facts, results of inspections, profiles. Rows are only appended."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from services.inspection.database import Base
from services.inspection.risk_grades.codes import FactKind, FactState
from shared.ids import uuid7


class RiskFact(Base):
    """What one record of a service, or an officer, says of a business at one of its versions.

    Of several versions of one record the greatest holds; the day is the earliest told. `business_id` is null while the
    register holds nobody who can only be meant.
    """

    __tablename__ = "risk_facts"
    __table_args__ = (
        UniqueConstraint("kind", "source_id", "source_version"),
        CheckConstraint("recorded_by IS NULL OR evidence <> ''", name="officer_shows_evidence"),
        Index(None, "business_id"),
        Index(None, "region_code", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    kind: Mapped[FactKind]
    source_id: Mapped[UUID]
    source_version: Mapped[int]
    business_id: Mapped[UUID | None] = mapped_column(ForeignKey("businesses.id"))
    business_name: Mapped[str]
    region_code: Mapped[str]
    state: Mapped[FactState]
    occurred_on: Mapped[date]
    summary: Mapped[str]
    evidence: Mapped[str] = mapped_column(default="")
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    recorded_by: Mapped[UUID | None]


class RiskCheck(Base):
    """The result of one inspection at one version of its record; the greatest version holds."""

    __tablename__ = "risk_checks"
    __table_args__ = (UniqueConstraint("source_id", "source_version"), Index(None, "business_id", "checked_on"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    source_id: Mapped[UUID]
    source_version: Mapped[int]
    business_id: Mapped[UUID] = mapped_column(ForeignKey("businesses.id"))
    checked_on: Mapped[date]
    full_items: Mapped[bool]
    key_checked: Mapped[int]
    key_failed: Mapped[int]
    key_open: Mapped[int]
    general_checked: Mapped[int]
    general_failed: Mapped[int]
    general_open: Mapped[int]
    score_share: Mapped[Decimal | None]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())


class RiskProfile(Base):
    """What officers found of the factors of a business. `number` counts; the last one holds."""

    __tablename__ = "risk_profiles"
    __table_args__ = (UniqueConstraint("business_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    business_id: Mapped[UUID] = mapped_column(ForeignKey("businesses.id"))
    number: Mapped[int]
    variant: Mapped[str | None]
    answers: Mapped[dict[str, Any]]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    recorded_by: Mapped[UUID | None]

    @property
    def version(self) -> int:
        """Its ETag."""
        return self.number
