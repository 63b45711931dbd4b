"""The table of schemes: every version of each, kept as one document."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from services.scoring.database import Base
from services.scoring.scheme_language.content import SchemeContent
from services.scoring.schemes.files import fingerprint
from services.scoring.schemes.problems import SchemeStepRefused
from shared.database import Versioned
from shared.ids import uuid7


class SchemeState(StrEnum):
    """A draft changes, what is published never does."""

    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return {"draft": "是草稿", "published": "已发布", "withdrawn": "已撤回"}[self.value]


class Origin(StrEnum):
    """Who wrote it: shipped with the product, or the bureau, over which no shipped one is ever written."""

    SEED = "seed"
    BUREAU = "bureau"


class ScoringScheme(Versioned, Base):
    """One version of a scheme. `number` counts within the code; `sha256` is of the document, as evaluations pin it."""

    __tablename__ = "scoring_schemes"
    __table_args__ = (
        UniqueConstraint("code", "number"),
        Index("ix_scoring_schemes_one_draft", "code", unique=True, postgresql_where="state = 'draft'"),
        CheckConstraint("(state = 'draft') = (published_at IS NULL)", name="published_unless_draft"),
        CheckConstraint("(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="withdrawn_says_when"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    code: Mapped[str]
    number: Mapped[int]
    title: Mapped[str]
    issuer: Mapped[str]
    official: Mapped[bool]
    region_code: Mapped[str | None]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    state: Mapped[SchemeState]
    document: Mapped[dict[str, Any]]
    sha256: Mapped[str]
    origin: Mapped[Origin]
    written_at: Mapped[datetime] = mapped_column(server_default=func.now())
    written_by: Mapped[UUID | None]
    published_at: Mapped[datetime | None]
    published_by: Mapped[UUID | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[UUID | None]
    withdrawal_reason: Mapped[str | None]

    @property
    def content(self) -> SchemeContent:
        return SchemeContent.model_validate(self.document)

    def write(self, content: SchemeContent, origin: Origin, by: UUID | None, at: datetime) -> None:
        """Put the content of a draft. Refused once it is published."""
        if self.state is not None and self.state is not SchemeState.DRAFT:
            raise SchemeStepRefused(f"第 {self.number} 版{self.state.label}，不能再改；请另起一版")
        self.state, self.origin = SchemeState.DRAFT, origin
        self.title, self.issuer, self.official = content.title, content.issuer, content.official
        self.region_code = content.region_code
        self.valid_from, self.valid_to = content.valid_from, content.valid_to
        self.document = content.model_dump(mode="json", exclude_defaults=True)
        self.sha256 = fingerprint(self.document)
        self.written_by, self.written_at = by, at

    def publish(self, by: UUID | None, at: datetime) -> None:
        """Let evaluations use it. The caller has seen that it is consistent and passes its own tests."""
        if self.state is not SchemeState.DRAFT:
            raise SchemeStepRefused(f"只有草稿可以发布，第 {self.number} 版{self.state.label}")
        self.state, self.published_by, self.published_at = SchemeState.PUBLISHED, by, at

    def withdraw(self, reason: str, by: UUID, at: datetime) -> None:
        """No further evaluation uses it. Those made by it stay, and so does what it says."""
        if self.state is not SchemeState.PUBLISHED:
            raise SchemeStepRefused(f"只有已发布的可以撤回，第 {self.number} 版{self.state.label}")
        self.state, self.withdrawal_reason = SchemeState.WITHDRAWN, reason
        self.withdrawn_by, self.withdrawn_at = by, at
