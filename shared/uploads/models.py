"""The columns that every table of uploads has. What a file brings, and how its rows are counted, each feature adds."""

from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from sqlalchemy import Index, LargeBinary, func, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.contracts.uploads import UploadState
from shared.database import Versioned
from shared.http.problems import Problem
from shared.ids import uuid7
from shared.times import now


class Upload(Versioned):
    """A file on its way in. `rows_done` is the checkpoint: these data rows are decided and stored.

    `preview` is how the header was understood, with the whole `header` beside it for the file of refused rows.
    """

    FOLDER: ClassVar[str]
    """Where files wait, under the data folder."""
    COUNTED: ClassVar[tuple[str, ...]]
    """The columns that count what became of the rows."""
    TAKEN_IN: ClassVar[str] = "行"
    """What is taken in or refused whole."""
    NOT_FINISHED: ClassVar[type[Problem]]
    STOPPED: ClassVar[type[Problem]]

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    uploaded_by: Mapped[UUID]
    file_name: Mapped[str]
    file_size: Mapped[int]
    content_key: Mapped[bytes] = mapped_column(LargeBinary)
    dry_run: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    job_id: Mapped[UUID | None]

    state: Mapped[UploadState] = mapped_column(default=UploadState.RECEIVED)
    preview: Mapped[dict[str, Any] | None]
    rows_expected: Mapped[int | None]
    rows_done: Mapped[int] = mapped_column(default=0)
    problem: Mapped[dict[str, Any] | None]
    finished_at: Mapped[datetime | None]

    def path_in(self, data_dir: Path) -> Path:
        """Where the file waits until it is taken in."""
        return data_dir / self.FOLDER / f"{self.id}.table"

    def finish(self) -> None:
        """Every row is decided."""
        self.rows_expected = self.rows_done
        self.stop(UploadState.DONE)

    def stop(self, state: UploadState, problem: Problem | None = None) -> None:
        """The file goes in no further; what was taken in stays."""
        self.state, self.finished_at = state, now()
        if problem is not None:
            document = problem.document(instance=None, request_id=None)
            self.problem = {name: document.get(name) for name in ("type", "title", "detail", "errors")}


AnUpload = TypeVar("AnUpload", bound=Upload)


def sent_once() -> Index:
    """The same content goes in once; one that failed or was cancelled may be sent again, a dry run any time."""
    is_kept = text("NOT dry_run AND state NOT IN ('failed', 'cancelled')")
    return Index(None, "content_key", unique=True, postgresql_where=is_kept)
