"""Tables of files of inspection results on their way in. What they bring are reports."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, LargeBinary, func, text
from sqlalchemy.orm import Mapped, mapped_column

from services.sampling.database import Base
from services.sampling.result_imports.rules import UploadState
from shared.contracts.codes import RowOutcome
from shared.database import Versioned
from shared.ids import uuid7


class ResultUpload(Versioned, Base):
    """A file of results. `rows_done` is the checkpoint: the samples in these data rows are decided and stored.

    `reports_…` count samples, which are taken in or refused whole; `items` the items taken in.
    """

    __tablename__ = "result_uploads"
    __table_args__ = (
        Index(
            None,
            "content_key",
            unique=True,
            postgresql_where=text("NOT dry_run AND state NOT IN ('failed', 'cancelled')"),
        ),
        Index(None, "uploaded_by", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    uploaded_by: Mapped[UUID]
    actor: Mapped[dict[str, Any]]
    file_name: Mapped[str]
    file_size: Mapped[int]
    content_key: Mapped[bytes] = mapped_column(LargeBinary)
    dry_run: Mapped[bool]
    report_date: Mapped[date | None]
    state: Mapped[UploadState] = mapped_column(default=UploadState.RECEIVED)
    job_id: Mapped[UUID | None]
    preview: Mapped[dict[str, Any] | None]
    problem: Mapped[dict[str, Any] | None]
    rows_expected: Mapped[int | None]
    rows_done: Mapped[int] = mapped_column(default=0, server_default="0")
    reports_accepted: Mapped[int] = mapped_column(default=0, server_default="0")
    reports_duplicate: Mapped[int] = mapped_column(default=0, server_default="0")
    reports_rejected: Mapped[int] = mapped_column(default=0, server_default="0")
    items: Mapped[int] = mapped_column(default=0, server_default="0")
    in_doubt: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    finished_at: Mapped[datetime | None]


class ResultUploadRow(Base):
    """A row that was not simply taken in. All rows of a refused sample are here, so that it can be sent again whole."""

    __tablename__ = "result_upload_rows"

    upload_id: Mapped[UUID] = mapped_column(primary_key=True)
    sheet: Mapped[str] = mapped_column(primary_key=True)
    row_number: Mapped[int] = mapped_column(primary_key=True)
    sample: Mapped[str]
    outcome: Mapped[RowOutcome]
    report_id: Mapped[UUID | None]
    cells: Mapped[list[Any] | None]
    errors: Mapped[list[Any]]
