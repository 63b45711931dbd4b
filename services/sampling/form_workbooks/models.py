"""Tables of the workbooks of forms on their way in."""

from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from services.sampling.database import Base
from shared.contracts.codes import RowOutcome
from shared.http.problems import Conflict
from shared.uploads.models import Upload, sent_once


class FormUploadNotFinished(Conflict):
    slug, title = "form-upload-not-finished", "这次上传还没有处理完"


class FormUploadStopped(Conflict):
    slug, title = "form-upload-stopped", "处理文件时出了意外，多次重试仍未完成"


class FormUpload(Upload, Base):
    """A workbook of forms. `region_code` is the county whose forms these are; the workbook itself does not say it."""

    __tablename__ = "form_uploads"
    __table_args__ = (sent_once(), Index(None, "region_code", "id"))
    FOLDER = "form-uploads"
    COUNTED = ("accepted", "duplicate", "rejected")
    NOT_FINISHED, STOPPED = FormUploadNotFinished, FormUploadStopped

    region_code: Mapped[str]
    uploader_name: Mapped[str]
    sheet: Mapped[str | None]
    mapping: Mapped[dict[str, Any]]
    accepted: Mapped[int] = mapped_column(default=0)
    duplicate: Mapped[int] = mapped_column(default=0)
    rejected: Mapped[int] = mapped_column(default=0)


class FormUploadRow(Base):
    """What became of one row. `cells` are kept of rejected rows, to be handed back."""

    __tablename__ = "form_upload_rows"

    upload_id: Mapped[UUID] = mapped_column(ForeignKey("form_uploads.id"), primary_key=True)
    row_number: Mapped[int] = mapped_column(primary_key=True)
    outcome: Mapped[RowOutcome]
    sample_id: Mapped[UUID | None]
    cells: Mapped[list[Any] | None]
    errors: Mapped[list[Any]]
