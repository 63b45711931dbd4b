"""The table of grading schemes: every version of each, kept as one document."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.inspection.database import Base
from services.inspection.risk_grades.codes import SchemeState
from services.inspection.risk_grades.content import Content, Header
from services.inspection.risk_grades.rules import fingerprint
from services.inspection.risk_grades.schemes.problems import SchemeStepRefused
from shared.database import Versioned
from shared.ids import uuid7


class Origin(StrEnum):
    """Who wrote it: shipped with the product, or the bureau, over which no shipped one is ever written."""

    SEED = "seed"
    BUREAU = "bureau"


class RiskScheme(Versioned, Base):
    """One version of a scheme. `number` counts within the code; `sha256` is of the document, as a grade pins it."""

    __tablename__ = "risk_schemes"
    __table_args__ = (
        UniqueConstraint("code", "number"),
        Index("ix_risk_schemes_one_draft", "code", unique=True, postgresql_where="state = 'draft'"),
        CheckConstraint("(state = 'draft') = (applies_from IS NULL)", name="applies_from_unless_draft"),
        CheckConstraint("(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="withdrawn_at_if_withdrawn"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    code: Mapped[str]
    number: Mapped[int]
    title: Mapped[str]
    kinds: Mapped[list[str]] = mapped_column(ARRAY(Text))
    variant: Mapped[str | None]
    region_code: Mapped[str | None]
    ends_on: Mapped[date | None]
    state: Mapped[SchemeState]
    document: Mapped[dict[str, Any]]
    sha256: Mapped[str]
    origin: Mapped[Origin]
    applies_from: Mapped[date | None]
    written_at: Mapped[datetime] = mapped_column(server_default=func.now())
    written_by: Mapped[UUID | None]
    published_at: Mapped[datetime | None]
    published_by: Mapped[UUID | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[UUID | None]
    withdrawal_reason: Mapped[str | None]

    @property
    def header(self) -> Header:
        return Header.model_validate(self.document["scheme"])

    @property
    def content(self) -> Content:
        return Content.model_validate(self.document["content"])

    @property
    def complete(self) -> bool:
        """Whether every factor and choice of the official document is here."""
        return bool(self.document["content"]["complete"])

    def write(self, header: Header, content: Content, by: UUID | None, at: datetime) -> None:
        """Put the content of a draft. Refused once it is published."""
        if self.state is not None and self.state is not SchemeState.DRAFT:
            raise SchemeStepRefused(f"第 {self.number} 版{self.state.label}，不能再改；请另起一版")
        self.state = SchemeState.DRAFT
        self.title, self.variant = header.title, header.variant
        self.region_code, self.ends_on = header.region_code, header.ends_on
        self.kinds = [kind.value for kind in header.kinds]
        self.document = {"scheme": header.model_dump(mode="json"), "content": content.model_dump(mode="json")}
        self.sha256 = fingerprint(self.document)
        self.written_by, self.written_at = by, at

    def publish(self, applies_from: date, by: UUID | None, at: datetime) -> None:
        """Let it grade from a day on. The caller has seen that it is consistent."""
        if self.state is not SchemeState.DRAFT:
            raise SchemeStepRefused(f"只有草稿可以发布，第 {self.number} 版{self.state.label}")
        self.state, self.applies_from = SchemeState.PUBLISHED, applies_from
        self.published_by, self.published_at = by, at

    def withdraw(self, reason: str, by: UUID, at: datetime) -> None:
        """It grades nobody any more. Grades given by it stay, and so does what it says."""
        if self.state is not SchemeState.PUBLISHED:
            raise SchemeStepRefused(f"只有已发布的可以撤回，第 {self.number} 版是{self.state.label}")
        self.state, self.withdrawal_reason = SchemeState.WITHDRAWN, reason
        self.withdrawn_by, self.withdrawn_at = by, at
