"""Tables of supervision letters (三书一函): who issues them, from which forms, and the letters with their timeline."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.inspection.database import Base
from services.inspection.supervision_letters.kinds import (
    IN_FORCE,
    UNISSUED,
    FieldType,
    LetterKind,
    LetterState,
    LetterStep,
    ServiceMethod,
)
from services.inspection.supervision_letters.problems import LetterStepRefused
from services.inspection.supervision_letters.rules import BEGINNING, Issued, TemplateField, link
from shared.contracts.clocks import LengthUnit
from shared.database import Versioned
from shared.ids import uuid7
from shared.unverified_rules.law import law


class LetterIssuer(Base):
    """An organisation that issues letters, with the end of its chain. Its abbreviation stands in every number."""

    __tablename__ = "letter_issuers"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    region_code: Mapped[str] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(unique=True)
    abbreviation: Mapped[str] = mapped_column(unique=True)
    issued_count: Mapped[int] = mapped_column(default=0)
    head: Mapped[str] = mapped_column(default=BEGINNING)
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    recorded_by: Mapped[UUID]


class LetterTemplate(Base):
    """One version of the form of a kind of letter. Rows are only added; from `valid_from` on the latest one is used."""

    __tablename__ = "letter_templates"
    __table_args__ = (UniqueConstraint("kind", "number"), law("三书一函的格式", "kind", by="number"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    kind: Mapped[LetterKind]
    number: Mapped[int]
    valid_from: Mapped[date]
    fields: Mapped[list[Any]]
    paragraphs: Mapped[list[str]] = mapped_column(ARRAY(Text))
    source: Mapped[str]
    verified: Mapped[bool]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    recorded_by: Mapped[UUID | None]

    @property
    def typed_fields(self) -> list[TemplateField]:
        return [TemplateField(**field | {"type": FieldType(field["type"])}) for field in self.fields]


class Letter(Versioned, Base):
    """One letter. What `issue` writes is never written again.

    `position` is its place in the issuer's chain, `content` what the letter says, whole. `region_code` is the
    addressee's. `reply_length` and `reply_unit` are the time for the reply: while it is a draft what was wished for, or
    null for what the rule says; once issued what the letter says.
    """

    __tablename__ = "supervision_letters"
    __table_args__ = (
        UniqueConstraint("issuer_id", "position"),
        UniqueConstraint("issuer_id", "kind", "year", "sequence"),
        Index(None, "region_code", "id"),
        Index(None, "business_id", "id"),
        CheckConstraint("(state IN ('draft', 'submitted')) = (position IS NULL)", name="issued_has_a_place"),
        CheckConstraint("(position IS NULL) = (content IS NULL)", name="issued_says_something"),
        CheckConstraint("(position IS NULL) = (chain_sha256 IS NULL)", name="issued_is_a_link"),
        CheckConstraint("state NOT IN ('served', 'replied') OR served_at IS NOT NULL", name="served_says_when"),
        CheckConstraint("(state = 'withdrawn') = (superseded_by IS NOT NULL)", name="withdrawn_is_superseded"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    kind: Mapped[LetterKind]
    state: Mapped[LetterState] = mapped_column(default=LetterState.DRAFT)
    issuer_id: Mapped[UUID] = mapped_column(ForeignKey("letter_issuers.id"))
    template_id: Mapped[UUID] = mapped_column(ForeignKey("letter_templates.id"))
    region_code: Mapped[str]
    business_id: Mapped[UUID | None] = mapped_column(ForeignKey("businesses.id"))
    addressee: Mapped[str]
    fields: Mapped[dict[str, Any]]
    correction_ids: Mapped[list[Any]] = mapped_column(default=list)
    reply_length: Mapped[int | None]
    reply_unit: Mapped[LengthUnit | None]
    supersedes_id: Mapped[UUID | None] = mapped_column(ForeignKey("supervision_letters.id"))
    prepared_by: Mapped[UUID]
    prepared_by_name: Mapped[str]

    year: Mapped[int | None]
    sequence: Mapped[int | None]
    number: Mapped[str | None]
    position: Mapped[int | None]
    content: Mapped[dict[str, Any] | None]
    content_sha256: Mapped[str | None]
    previous_sha256: Mapped[str | None]
    chain_sha256: Mapped[str | None]
    issued_at: Mapped[datetime | None]
    approved_by: Mapped[UUID | None]
    approved_by_name: Mapped[str] = mapped_column(default="")

    served_at: Mapped[datetime | None]
    service_method: Mapped[ServiceMethod | None]
    replied_at: Mapped[datetime | None]
    superseded_by: Mapped[UUID | None]

    issuer: Mapped[LetterIssuer] = relationship(lazy="raise")
    template: Mapped[LetterTemplate] = relationship(lazy="raise")
    entries: Mapped[list["LetterEntry"]] = relationship(order_by="LetterEntry.number", lazy="raise")

    def log(self, kind: LetterStep, at: datetime, **details: Any) -> None:
        """Append to the timeline."""
        self.entries.append(LetterEntry(number=len(self.entries) + 1, kind=kind, at=at, **details))

    @property
    def last_entry(self) -> "LetterEntry":
        return self.entries[-1]

    def change(self) -> None:
        """A draft may be changed, nothing else."""
        if self.state is not LetterState.DRAFT:
            raise LetterStepRefused("只有拟稿可以修改；送审的请先退回，已签发的由新文书取代")

    def submit(self) -> None:
        """Hand the draft to whoever approves."""
        if self.state is not LetterState.DRAFT:
            raise LetterStepRefused(f"{self.state.label}，不能送审")
        self.state = LetterState.SUBMITTED

    def send_back(self) -> None:
        """Not approved: it is a draft again."""
        if self.state is not LetterState.SUBMITTED:
            raise LetterStepRefused(f"{self.state.label}，不能退回")
        self.state = LetterState.DRAFT

    def ensure_may_issue(self, approver: UUID) -> None:
        """Refuse what nobody handed in, and who wrote it himself."""
        if self.state is not LetterState.SUBMITTED:
            raise LetterStepRefused(f"{self.state.label}，不能签发" if self.state not in UNISSUED else "请先送审再签发")
        if approver == self.prepared_by:
            raise LetterStepRefused("拟稿人不能签发自己拟的文书，请由另一位领导签发")

    def issue(self, content: dict[str, Any], content_sha256: str, at: datetime) -> None:
        """Become the next link of the issuer's chain (its row must be held)."""
        issuer = self.issuer
        self.state, self.issued_at = LetterState.ISSUED, at
        self.content, self.content_sha256 = content, content_sha256
        self.position = issuer.issued_count + 1
        self.previous_sha256 = issuer.head
        self.chain_sha256 = link(issuer.head, self.position, content_sha256)
        issuer.issued_count, issuer.head = self.position, self.chain_sha256

    def serve(self, at: datetime, method: ServiceMethod) -> None:
        """It reached its addressee."""
        if self.state is not LetterState.ISSUED:
            raise LetterStepRefused(f"{self.state.label}，不能登记送达")
        self.state, self.served_at, self.service_method = LetterState.SERVED, at, method

    def reply(self, at: datetime) -> None:
        """The addressee answered."""
        if self.state is not LetterState.SERVED:
            raise LetterStepRefused(f"{self.state.label}，不能登记答复")
        self.state, self.replied_at = LetterState.REPLIED, at

    def ensure_may_be_superseded(self) -> None:
        if self.state not in IN_FORCE:
            raise LetterStepRefused(f"{self.state.label}，不能由新文书取代")

    def supersede(self, by: UUID) -> None:
        """Another letter stands in its place."""
        self.ensure_may_be_superseded()
        self.state, self.superseded_by = LetterState.WITHDRAWN, by

    def as_issued(self) -> Issued:
        """The letter as a link of the chain."""
        return Issued(
            position=self.position or 0,
            kind=self.kind,
            year=self.year or 0,
            sequence=self.sequence or 0,
            number=self.number or "",
            content=self.content or {},
            content_sha256=self.content_sha256 or "",
            previous_sha256=self.previous_sha256 or "",
            chain_sha256=self.chain_sha256 or "",
        )


class LetterEntry(Base):
    """One line of a letter's timeline, which only grows."""

    __tablename__ = "letter_entries"
    __table_args__ = (Index(None, "letter_id", "number", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    letter_id: Mapped[UUID] = mapped_column(ForeignKey("supervision_letters.id"))
    number: Mapped[int]
    kind: Mapped[LetterStep]
    at: Mapped[datetime]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    actor_id: Mapped[UUID]
    actor_name: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    evidence: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
