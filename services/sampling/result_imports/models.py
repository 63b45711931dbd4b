"""Tables of files of inspection results on their way in. What they bring are reports."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from services.sampling.database import Base
from shared.contracts.codes import RowOutcome
from shared.http.problems import Conflict
from shared.uploads.models import Upload, sent_once


class ResultUploadNotFinished(Conflict):
    slug, title = "result-upload-not-finished", "这次上传还没有处理完"


class ResultUploadStopped(Conflict):
    slug, title = "result-upload-stopped", "处理文件时出了意外，多次重试仍未完成"


class ResultUpload(Upload, Base):
    """A file of results. `reports_…` count samples, which are taken in or refused whole; `items` the items taken in."""

    __tablename__ = "result_uploads"
    __table_args__ = (sent_once(), Index(None, "uploaded_by", "id"))
    FOLDER = "result-uploads"
    COUNTED = ("reports_accepted", "reports_duplicate", "reports_rejected", "items", "in_doubt")
    TAKEN_IN = "报告"
    NOT_FINISHED, STOPPED = ResultUploadNotFinished, ResultUploadStopped

    actor: Mapped[dict[str, Any]]
    report_date: Mapped[date | None]
    reports_accepted: Mapped[int] = mapped_column(default=0, server_default="0")
    reports_duplicate: Mapped[int] = mapped_column(default=0, server_default="0")
    reports_rejected: Mapped[int] = mapped_column(default=0, server_default="0")
    items: Mapped[int] = mapped_column(default=0, server_default="0")
    in_doubt: Mapped[int] = mapped_column(default=0, server_default="0")


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
