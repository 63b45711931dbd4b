"""Tables of visit records: what was delivered (never changed), what holds of it, what was judged and published."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from services.inspection.database import Base
from services.inspection.visit_records.kinds import EntryKind, RecordState, VisitKind
from shared.database import Versioned
from shared.ids import uuid7


class VisitRecord(Versioned, Base):
    """One visit under the terminal's own id; what its versions settle to.

    `content` is the settled record without `saved`, null while no version has been settled; the other columns repeat of
    it what is searched. `began_at` and `ended_at` are by the corrected clock. `heads`, `aside` and `waiting` are hashes
    of versions. Nothing here refers to businesses or lists by key: a terminal may name what is not there, and is heard
    nevertheless.
    """

    __tablename__ = "visit_records"
    __table_args__ = (
        Index(None, "region_code", "id"),
        Index(None, "business_id", "began_at"),
        Index(None, "state", "id"),
        CheckConstraint("(clock_id IS NULL) = (formed_at IS NULL)", name="formed_with_its_clock"),
        CheckConstraint("state <> 'complete' OR content IS NOT NULL", name="complete_has_content"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    region_code: Mapped[str]
    authority_code: Mapped[str]
    business_id: Mapped[UUID | None]
    unregistered_place: Mapped[str] = mapped_column(default="")
    kind: Mapped[VisitKind]
    state: Mapped[RecordState]
    content: Mapped[dict[str, Any] | None]
    heads: Mapped[list[Any]] = mapped_column(default=list)
    aside: Mapped[list[Any]] = mapped_column(default=list)
    waiting: Mapped[list[Any]] = mapped_column(default=list)
    disputes: Mapped[list[Any]] = mapped_column(default=list)
    faults: Mapped[list[Any]] = mapped_column(default=list)
    missing_files: Mapped[list[Any]] = mapped_column(default=list)
    began_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    formed_at: Mapped[datetime | None]
    clock_id: Mapped[UUID | None]
    judgement_id: Mapped[UUID | None]
    follow_up_settled: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    created_by: Mapped[UUID]


class VisitVersion(Base):
    """One content that was delivered, whole and unchanged, with who saved it and who handed it in.

    `saved_at` is by the corrected clock, `stated_at` as the device had it. `skew_ms` is what was added, `skew_error_ms`
    how far it may be off at most (null: not known). `admitted`: it takes part in settling; else it is in quarantine or
    was filed.
    """

    __tablename__ = "visit_versions"
    __table_args__ = (UniqueConstraint("record_id", "sha256"), Index(None, "device", "received_at"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    record_id: Mapped[UUID] = mapped_column(ForeignKey("visit_records.id"))
    sha256: Mapped[str]
    base: Mapped[list[Any]]
    content: Mapped[dict[str, Any]]
    author_id: Mapped[UUID]
    author_name: Mapped[str]
    device: Mapped[str]
    stated_at: Mapped[datetime]
    saved_at: Mapped[datetime]
    skew_ms: Mapped[int | None] = mapped_column(BigInteger)
    skew_error_ms: Mapped[int | None] = mapped_column(BigInteger)
    clock_moved: Mapped[bool]
    received_at: Mapped[datetime]
    handed_in_by: Mapped[UUID]
    handed_in_name: Mapped[str]
    admitted: Mapped[bool]


class VisitFile(Base):
    """A file that somebody named who handed in a version of a record, whether or not it has come from him."""

    __tablename__ = "visit_files"
    __table_args__ = (Index(None, "sha256"),)

    record_id: Mapped[UUID] = mapped_column(ForeignKey("visit_records.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(primary_key=True)
    named_by: Mapped[UUID] = mapped_column(primary_key=True)


class VisitJudgement(Base):
    """A verdict with its steps, as it was reckoned from the heads of that moment. A later one does not replace it."""

    __tablename__ = "visit_judgements"
    __table_args__ = (Index(None, "record_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    record_id: Mapped[UUID] = mapped_column(ForeignKey("visit_records.id"))
    heads: Mapped[list[Any]]
    checklist_version_id: Mapped[UUID | None]
    verdict: Mapped[str | None]
    judgement: Mapped[dict[str, Any]]
    judged_at: Mapped[datetime] = mapped_column(server_default=func.now())


class VisitEntry(Base):
    """One line of a record's history, which only grows."""

    __tablename__ = "visit_entries"
    __table_args__ = (Index(None, "record_id", "number"),)

    number: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    record_id: Mapped[UUID] = mapped_column(ForeignKey("visit_records.id"))
    kind: Mapped[EntryKind]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    actor_id: Mapped[UUID]
    actor_name: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)


class VisitPublication(Base):
    """A result as it was shown to everybody. A correction is another row; the last one stands."""

    __tablename__ = "visit_publications"
    __table_args__ = (
        Index(None, "record_id", "id"),
        Index(None, "business_id", "id"),
        Index(None, "region_code", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    record_id: Mapped[UUID] = mapped_column(ForeignKey("visit_records.id"))
    business_id: Mapped[UUID | None]
    region_code: Mapped[str]
    judgement_id: Mapped[UUID] = mapped_column(ForeignKey("visit_judgements.id"))
    result: Mapped[dict[str, Any]]
    note: Mapped[str]
    published_at: Mapped[datetime] = mapped_column(server_default=func.now())
    published_by: Mapped[UUID]
    published_by_name: Mapped[str]
    current: Mapped[bool] = mapped_column(default=True)
