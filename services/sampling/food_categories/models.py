"""Table of food categories: a tree of four levels that a bureau keeps as the yearly plan names it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.sampling.database import Base
from services.sampling.food_categories.rules import DateBasis
from shared.database import Versioned
from shared.unverified_rules.law import law


class FoodCategory(Versioned, Base):
    """One node. `excluded_codes` do not inherit from it (“X除外”); `date_basis` null: as the parent."""

    __tablename__ = "food_categories"
    __table_args__ = (
        Index(None, "parent_code"),
        CheckConstraint("level BETWEEN 1 AND 4", name="level_one_to_four"),
        CheckConstraint("(level = 1) = (parent_code IS NULL)", name="parent_unless_top"),
        law("食品类别"),
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("food_categories.code"))
    level: Mapped[int]
    name: Mapped[str]
    aliases: Mapped[list[str]] = mapped_column(ARRAY(Text))
    excluded_codes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    date_basis: Mapped[DateBasis | None]
    source: Mapped[str]
    verified: Mapped[bool]
    changed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    changed_by: Mapped[UUID | None]
