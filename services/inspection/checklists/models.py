"""Tables of the checklists: the lists, and their versions, each kept as one document."""

import hashlib
import json
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.inspection.checklists.content import Content, Header, Source
from services.inspection.checklists.problems import VersionStepRefused
from services.inspection.database import Base
from shared.database import Versioned
from shared.ids import uuid7


class VersionState(StrEnum):
    """A draft may be written anew; a published version never changes; a withdrawn one starts no further visit."""

    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return {"draft": "草稿", "published": "已发布", "withdrawn": "已撤回"}[self.value]


class Origin(StrEnum):
    """Who wrote it: shipped with the product, or the bureau, over which no shipped one is ever written."""

    SEED = "seed"
    BUREAU = "bureau"


class Checklist(Versioned, Base):
    """One list. What it says of itself may be corrected (superseded since, by whom); versions do not change with it."""

    __tablename__ = "checklists"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    code: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    kinds: Mapped[list[str]] = mapped_column(ARRAY(Text))
    region_code: Mapped[str | None]
    source: Mapped[dict[str, Any]]
    issued_on: Mapped[date | None]
    effective_on: Mapped[date | None]
    superseded_on: Mapped[date | None]
    superseded_by: Mapped[str | None]
    origin: Mapped[Origin]

    versions: Mapped[list["ChecklistVersion"]] = relationship(
        order_by="ChecklistVersion.number", lazy="selectin", back_populates="checklist"
    )

    @property
    def header(self) -> Header:
        """What the list says of itself."""
        return Header(
            **{name: getattr(self, name) for name in Header.model_fields if name != "source"},
            source=Source.model_validate(self.source),
        )

    def write(self, header: Header, origin: Origin) -> None:
        """Take over a header. Its code is the list's name and does not change."""
        for name in Header.model_fields:
            setattr(self, name, getattr(header, name))
        self.kinds = [kind.value for kind in header.kinds]
        self.source = header.source.model_dump(mode="json")
        self.origin = origin

    def in_force(self, on: date) -> bool:
        """Whether the list holds on a day."""
        begun = self.effective_on is not None and self.effective_on <= on
        return begun and (self.superseded_on is None or on < self.superseded_on)

    def version_for(self, on: date) -> "ChecklistVersion | None":
        """The published version that applies on a day: the one that applies from the latest day, then the newest."""
        candidates = [
            version
            for version in self.versions
            if version.state is VersionState.PUBLISHED and version.applies_from and version.applies_from <= on
        ]
        return max(candidates, key=lambda version: (version.applies_from, version.number), default=None)


class ChecklistVersion(Versioned, Base):
    """One version. `number` counts within the list; `sha256` is of the content, as a visit pins it."""

    __tablename__ = "checklist_versions"
    __table_args__ = (
        UniqueConstraint("checklist_id", "number"),
        Index("ix_checklist_versions_one_draft", "checklist_id", unique=True, postgresql_where="state = 'draft'"),
        CheckConstraint("(state = 'draft') = (published_at IS NULL)", name="published_at_unless_draft"),
        CheckConstraint("(state = 'draft') = (applies_from IS NULL)", name="applies_from_unless_draft"),
        CheckConstraint("(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="withdrawn_at_if_withdrawn"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    checklist_id: Mapped[UUID] = mapped_column(ForeignKey("checklists.id"))
    number: Mapped[int]
    state: Mapped[VersionState]
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

    checklist: Mapped[Checklist] = relationship(lazy="immediate", back_populates="versions")

    @property
    def content(self) -> Content:
        """What the version says."""
        return Content.model_validate(self.document)

    @property
    def partial(self) -> bool:
        """Whether items of the official document are missing."""
        return not self.document["complete"]

    @property
    def verified(self) -> bool:
        """Whether the text was compared with the official one."""
        return bool(self.document["verified"])

    @property
    def items(self) -> int:
        """How many items it has."""
        return sum(len(section["items"]) for section in self.document["sections"])

    def write(self, content: Content, by: UUID | None, at: datetime) -> None:
        """Put the content of a draft. Refused once it is published."""
        if self.state is not None and self.state is not VersionState.DRAFT:
            raise VersionStepRefused(f"第 {self.number} 版{self.state.label}，不能再改；请另起一版")
        self.state = VersionState.DRAFT
        self.document = content.model_dump(mode="json")
        self.sha256 = digest(content)
        self.written_by, self.written_at = by, at

    def publish(self, applies_from: date, by: UUID | None, at: datetime) -> None:
        """Let visits be made with it from a day on. The caller has seen that it is consistent."""
        if self.state is not VersionState.DRAFT:
            raise VersionStepRefused(f"只有草稿可以发布，第 {self.number} 版{self.state.label}")
        self.state, self.applies_from = VersionState.PUBLISHED, applies_from
        self.published_by, self.published_at = by, at

    def withdraw(self, reason: str, by: UUID, at: datetime) -> None:
        """No further visit is begun with it. Visits that were made keep it; so it stays readable."""
        if self.state is not VersionState.PUBLISHED:
            raise VersionStepRefused(f"只有已发布的可以撤回，第 {self.number} 版是{self.state.label}")
        self.state, self.withdrawal_reason = VersionState.WITHDRAWN, reason
        self.withdrawn_by, self.withdrawn_at = by, at


def digest(content: Content) -> str:
    """The SHA-256 (hex) of the content's JSON with sorted keys, no spaces, UTF-8: the same on every terminal."""
    text = json.dumps(content.model_dump(mode="json"), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
