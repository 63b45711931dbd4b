"""Tables of publications (抽检结果公布): announced tables, their rows as they were published, and the corrections."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from services.sampling.database import Base
from services.sampling.publications.problems import AlreadyPublished, NotYetPublished
from services.sampling.publications.rules import EditionKind, PublicationKind, PublicationState
from shared.database import Versioned
from shared.ids import uuid7


class Publication(Versioned, Base):
    """One table of one announcement. `region_code` is the region whose office publishes; `task_source` null: several.

    `row_count` is the number of samples, set when it is published; corrections add none.
    """

    __tablename__ = "publications"
    __table_args__ = (
        UniqueConstraint("region_code", "number", "kind", "title"),
        Index(None, "state", "announced_on", "id"),
        CheckConstraint("period_from <= period_to", name="period_in_order"),
        CheckConstraint("(state = 'published') = (announced_on IS NOT NULL)", name="published_says_when"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    kind: Mapped[PublicationKind]
    region_code: Mapped[str]
    number: Mapped[str]
    title: Mapped[str]
    period_from: Mapped[date]
    period_to: Mapped[date]
    task_source: Mapped[str | None]
    link: Mapped[str | None]
    state: Mapped[PublicationState] = mapped_column(default=PublicationState.DRAFT)
    row_count: Mapped[int] = mapped_column(default=0)
    announced_on: Mapped[date | None]
    published_at: Mapped[datetime | None]
    published_by: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    created_by: Mapped[UUID]

    def must_be_draft(self) -> None:
        if self.state is not PublicationState.DRAFT:
            raise AlreadyPublished("公布了的表和行不再改动；有误的请对那一行登记更正")

    def must_be_published(self) -> None:
        if self.state is not PublicationState.PUBLISHED:
            raise NotYetPublished("还没有公布的行不用更正：移出后重新列入即可")

    def publish(self, *, row_count: int, on: date, at: datetime, by: UUID) -> None:
        """From now on anybody can read it and nobody can change it."""
        self.must_be_draft()
        self.state, self.row_count = PublicationState.PUBLISHED, row_count
        self.announced_on, self.published_at, self.published_by = on, at, by
        self.advance()

    @property
    def name(self) -> str:
        """What it is called in messages."""
        return f"{self.state.label}的“{self.title}”（{self.number}）"


class PublicationRow(Base):
    """One sample as it is published (`edition` 1), or what was said of it later, beside the first. Never changed.

    `cells` are the announcement's columns that are the sample's own, as they were when the row was made from version
    `sample_version` of the sample. `number` (序号) is given when the table is published; a correction has that of its
    row. `kind` says what an edition is: one that marks the row as under re-examination says that its report went back
    to the laboratory, until a later edition corrects, upholds or withdraws it.
    """

    __tablename__ = "publication_rows"
    __table_args__ = (
        Index(None, "sample_id", unique=True, postgresql_where="corrects_id IS NULL"),
        Index(None, "publication_id", "number", "edition", unique=True),
        Index(None, "corrects_id", unique=True, postgresql_where="corrects_id IS NOT NULL"),
        CheckConstraint("(edition = 1) = (corrects_id IS NULL)", name="first_edition_corrects_nothing"),
        CheckConstraint("edition = 1 OR reason <> ''", name="correction_says_why"),
        CheckConstraint("(edition = 1) = (kind = 'first')", name="first_edition_is_first"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    publication_id: Mapped[UUID] = mapped_column(ForeignKey("publications.id"))
    sample_id: Mapped[UUID] = mapped_column(ForeignKey("samples.id"))
    sample_version: Mapped[int]
    number: Mapped[int | None]
    edition: Mapped[int] = mapped_column(default=1)
    cells: Mapped[dict[str, Any]]
    corrects_id: Mapped[UUID | None] = mapped_column(ForeignKey("publication_rows.id"))
    reason: Mapped[str] = mapped_column(default="")
    kind: Mapped[EditionKind] = mapped_column(default=EditionKind.FIRST)
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    recorded_by: Mapped[UUID]

    @property
    def withdrawn(self) -> bool:
        """Whether the row no longer stands."""
        return self.kind is EditionKind.WITHDRAWAL

    @property
    def under_reexamination(self) -> bool:
        """Whether nobody knows at present if the row still stands."""
        return self.kind is EditionKind.REEXAMINATION

    def followed_by(
        self, kind: EditionKind, reason: str, cells: dict[str, Any], sample_version: int, by: UUID
    ) -> "PublicationRow":
        """The next edition, to stand beside this one, which stays as it is."""
        return PublicationRow(
            id=uuid7(),
            publication_id=self.publication_id,
            sample_id=self.sample_id,
            sample_version=sample_version,
            number=self.number,
            edition=self.edition + 1,
            cells=cells,
            corrects_id=self.id,
            reason=reason,
            kind=kind,
            recorded_by=by,
        )
