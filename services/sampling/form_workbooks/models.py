"""Tables of the workbooks of forms on their way in."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, func, text
from sqlalchemy.orm import Mapped, mapped_column

from services.sampling.database import Base
from services.sampling.rapid_tests.rules import UploadState
from shared.contracts.codes import RowOutcome
from shared.database import Versioned
from shared.ids import uuid7


class FormUpload(Versioned, Base):
    """A workbook of forms. `rows_done` is the checkpoint: these data rows are decided and stored.

    `region_code` is the county whose forms these are; the workbook itself does not say it.
    """

    __tablename__ = "form_uploads"
    __table_args__ = (
        Index(
            None,
            "content_key",
            unique=True,
            postgresql_where=text("NOT dry_run AND state NOT IN ('failed', 'cancelled')"),
        ),
        Index(None, "region_code", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    region_code: Mapped[str]
    uploaded_by: Mapped[UUID]
    uploader_name: Mapped[str]
    file_name: Mapped[str]
    file_size: Mapped[int]
    content_key: Mapped[bytes] = mapped_column(LargeBinary)
    dry_run: Mapped[bool]
    sheet: Mapped[str | None]
    mapping: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    job_id: Mapped[UUID | None]

    state: Mapped[UploadState] = mapped_column(default=UploadState.RECEIVED)
    preview: Mapped[dict[str, Any] | None]
    rows_expected: Mapped[int | None]
    rows_done: Mapped[int] = mapped_column(default=0)
    accepted: Mapped[int] = mapped_column(default=0)
    duplicate: Mapped[int] = mapped_column(default=0)
    rejected: Mapped[int] = mapped_column(default=0)
    problem: Mapped[dict[str, Any] | None]
    finished_at: Mapped[datetime | None]

    @property
    def is_under_way(self) -> bool:
        return self.state in (UploadState.RECEIVED, UploadState.RUNNING)

    def stop(self, state: UploadState, at: datetime, problem: dict[str, Any] | None) -> None:
        """The file goes in no further; what was taken in stays."""
        self.state, self.finished_at, self.problem = state, at, problem


class FormUploadRow(Base):
    """What became of one row. `cells` are kept of rejected rows, to be handed back."""

    __tablename__ = "form_upload_rows"

    upload_id: Mapped[UUID] = mapped_column(ForeignKey("form_uploads.id"), primary_key=True)
    row_number: Mapped[int] = mapped_column(primary_key=True)
    outcome: Mapped[RowOutcome]
    sample_id: Mapped[UUID | None]
    cells: Mapped[list[Any] | None]
    errors: Mapped[list[Any]]
