"""The table of dated rules: shipped or written by a bureau, only ever added to."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import CheckConstraint, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from services.inspection.database import Base
from services.inspection.grid.dated_rules.contents import Content, Subject
from services.inspection.grid.dated_rules.rules import Version
from shared.ids import uuid7

C = TypeVar("C")
CONTENT: TypeAdapter[Content] = TypeAdapter(Content)


class Origin(StrEnum):
    """Who wrote it: shipped with the product, or the bureau, over which no shipped one is ever written."""

    SEED = "seed"
    BUREAU = "bureau"


class DatedRule(Base):
    """One version of a rule. Records name the version they were made under, so a later one changes none of them."""

    __tablename__ = "dated_rules"
    __table_args__ = (
        Index(
            "ix_dated_rules_version",
            *("subject", "code", "region_code", "valid_from", "number"),
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint("valid_to >= valid_from", name="valid_to_after_valid_from"),
        CheckConstraint("content ->> 'subject' = subject", name="content_is_of_the_subject"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    subject: Mapped[Subject]
    code: Mapped[str]
    region_code: Mapped[str | None]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    number: Mapped[int]
    title: Mapped[str]
    content: Mapped[dict[str, Any]]
    source: Mapped[str]
    verified: Mapped[bool]
    origin: Mapped[Origin]
    reason: Mapped[str] = mapped_column(default="")
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    recorded_by: Mapped[UUID | None]

    def says(self, kind: type[C]) -> C:
        """What it says, as the schema of its subject."""
        content = CONTENT.validate_python(self.content)
        assert isinstance(content, kind)
        return content

    @property
    def dated(self) -> "Version[DatedRule]":
        return Version(self, self.region_code, self.valid_from, self.valid_to, self.number)
