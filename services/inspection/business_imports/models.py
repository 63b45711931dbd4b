"""Bulk imports of businesses: one row a file, and one a line that was not simply taken in."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from services.inspection.database import Base
from shared.contracts.codes import FileFormat, RowOutcome
from shared.contracts.inspection import ImportState


class BusinessImport(Base):
    """One uploaded file and how far it has come. `rows_done` is where an interrupted import goes on.

    A dry run answers every line and enters nothing; accepted, the same file is taken in from its first line.
    """

    __tablename__ = "business_imports"
    __table_args__ = (Index(None, "actor_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    file_name: Mapped[str]
    format: Mapped[FileFormat | None]
    sha256: Mapped[str]
    size: Mapped[int]
    dry_run: Mapped[bool] = mapped_column(server_default="false")
    state: Mapped[ImportState]
    job_id: Mapped[UUID | None]
    header: Mapped[list[Any]]
    rows_done: Mapped[int]
    accepted: Mapped[int]
    duplicate: Mapped[int]
    suspected_duplicate: Mapped[int]
    rejected: Mapped[int]
    error: Mapped[str | None]
    actor_id: Mapped[UUID]
    regions: Mapped[list[Any]]
    uploaded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    finished_at: Mapped[datetime | None]

    def add(self, outcomes: list[RowOutcome]) -> None:
        """Count the answers to one chunk of rows."""
        self.state = ImportState.RUNNING
        self.rows_done += len(outcomes)
        for outcome in RowOutcome:
            setattr(self, outcome.value, getattr(self, outcome.value) + outcomes.count(outcome))

    def begin_again(self) -> None:
        """No line is answered yet: a dry run has nothing to go on from."""
        self.rows_done = 0
        for outcome in RowOutcome:
            setattr(self, outcome.value, 0)

    def take_for_real(self, job_id: UUID) -> None:
        """The file of a finished dry run is to be taken in."""
        self.begin_again()
        self.dry_run, self.state, self.job_id, self.finished_at = False, ImportState.QUEUED, job_id, None

    def finish(self, at: datetime) -> None:
        """All rows are answered."""
        self.state, self.finished_at = ImportState.FINISHED, at

    def cancel(self, at: datetime) -> None:
        """Somebody has stopped the import; what was taken in before stays."""
        self.state, self.finished_at = ImportState.CANCELLED, at

    def fail(self, reason: str, at: datetime) -> None:
        """The file as a whole cannot be read; what was taken in before stays."""
        self.state, self.error, self.finished_at = ImportState.FAILED, reason, at


class BusinessImportRow(Base):
    """A line that was a duplicate, suspected to be one, or rejected: as it stood in the file, and why."""

    __tablename__ = "business_import_rows"

    import_id: Mapped[UUID] = mapped_column(ForeignKey("business_imports.id", ondelete="CASCADE"), primary_key=True)
    row_number: Mapped[int] = mapped_column(primary_key=True)
    outcome: Mapped[RowOutcome]
    business_id: Mapped[UUID | None]
    cells: Mapped[list[Any]]
    reasons: Mapped[list[Any]]
