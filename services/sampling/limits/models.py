"""Tables of limits: versions of standards and the rows in them. Both only grow; a correction is a further row."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.sampling.database import Base
from services.sampling.limits.rules import Comparison, RequirementForm
from shared.contracts.statutory_sampling import Link
from shared.ids import uuid7
from shared.unverified_rules.law import law


class FoodStandard(Base):
    """One version of a standard (GB 2762-2025 of GB 2762). Of rows with one code the one recorded last counts."""

    __tablename__ = "food_standards"
    __table_args__ = (
        Index(None, "code", "recorded_at"),
        CheckConstraint("valid_to > valid_from", name="valid_to_after_valid_from"),
        law("标准版本", "code"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    code: Mapped[str]
    family: Mapped[str]
    title: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    source: Mapped[str]
    verified: Mapped[bool]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    recorded_by: Mapped[UUID | None]


class FoodLimit(Base):
    """One row: what a version of a standard demands of an item in a category and all below it, less the excluded.

    Decimals keep the digits of the standard. `supersedes_id`: the row that this one corrects, and which no longer
    counts. `expressed_as`: 以…计; `residue_definition`: what is summed up. `valid_from` and `valid_to` only where they
    differ from the standard's.
    """

    __tablename__ = "food_limits"
    __table_args__ = (
        Index(None, "item", "category_code"),
        Index(None, "supersedes_id", unique=True),
        Index(None, "standard_code"),
        CheckConstraint("valid_to > valid_from", name="valid_to_after_valid_from"),
        law("限量", supersedes="supersedes_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    standard_code: Mapped[str]
    item: Mapped[str]
    item_aliases: Mapped[list[str]] = mapped_column(ARRAY(Text))
    category_code: Mapped[str] = mapped_column(ForeignKey("food_categories.code"))
    excluded_codes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    link: Mapped[Link | None]
    form: Mapped[RequirementForm]
    minimum: Mapped[Decimal | None]
    minimum_open: Mapped[bool] = mapped_column(default=False)
    maximum: Mapped[Decimal | None]
    maximum_open: Mapped[bool] = mapped_column(default=False)
    plan_n: Mapped[int | None]
    plan_c: Mapped[int | None]
    plan_m: Mapped[Decimal | None]
    plan_upper: Mapped[Decimal | None]
    unit: Mapped[str]
    comparison: Mapped[Comparison] = mapped_column(default=Comparison.WHOLE)
    expressed_as: Mapped[str] = mapped_column(default="")
    residue_definition: Mapped[str] = mapped_column(default="")
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    source: Mapped[str]
    verified: Mapped[bool]
    note: Mapped[str] = mapped_column(default="")
    supersedes_id: Mapped[UUID | None] = mapped_column(ForeignKey("food_limits.id"))
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    recorded_by: Mapped[UUID | None]
