"""Tables of the division tree. They stand in every unit's schema; the gateway writes, the others follow its events."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from shared.database import ChassisBase, Versioned


class RegionRow(Versioned, ChassisBase):
    """One node of the tree. `version` counts changes; `source_version` names the edition of the data it came from.

    `parent_code` and `successor_code` carry no foreign key: events arrive in any order, a child may come before its
    parent.
    """

    __tablename__ = "regions"
    __table_args__ = (
        CheckConstraint("code ~ '^[0-9]{12}$'", name="code_has_12_digits"),
        CheckConstraint("level BETWEEN 1 AND 5", name="level_between_1_and_5"),
        CheckConstraint("kind IN ('official', 'own')", name="kind_known"),
        CheckConstraint("valid_to >= valid_from", name="valid_to_after_valid_from"),
        Index(None, "parent_code"),
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    short_name: Mapped[str]
    level: Mapped[int]
    kind: Mapped[str]
    parent_code: Mapped[str | None]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    successor_code: Mapped[str | None]
    source: Mapped[str]
    source_version: Mapped[str]
    verified: Mapped[bool]


class RegionAncestor(ChassisBase):
    """The closure of the tree: every node with each node above it and with itself (depth 0)."""

    __tablename__ = "region_ancestors"
    __table_args__ = (Index(None, "ancestor_code", "code"),)

    code: Mapped[str] = mapped_column(ForeignKey("regions.code", ondelete="CASCADE"), primary_key=True)
    ancestor_code: Mapped[str] = mapped_column(primary_key=True)
    depth: Mapped[int]


class RegionPopulation(Versioned, ChassisBase):
    """A stated number of people of a region in a year, by basis (常住, 户籍). What is not stated has no row: unknown is
    not zero.
    """

    __tablename__ = "region_populations"
    __table_args__ = (
        CheckConstraint("persons >= 0", name="persons_not_negative"),
        CheckConstraint("basis IN ('resident', 'registered')", name="basis_known"),
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    basis: Mapped[str] = mapped_column(primary_key=True)
    persons: Mapped[int]
    source: Mapped[str]
    verified: Mapped[bool]
