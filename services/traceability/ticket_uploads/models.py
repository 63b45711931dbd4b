"""Tables of the files of tickets on their way in."""

from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from services.traceability.database import Base
from shared.contracts.codes import RowOutcome
from shared.http.problems import Conflict
from shared.uploads.models import Upload, sent_once


class TicketUploadNotFinished(Conflict):
    slug, title = "ticket-upload-not-finished", "这次上传还没有处理完"


class TicketUploadStopped(Conflict):
    slug, title = "ticket-upload-stopped", "处理文件时出了意外，多次重试仍未完成"


class TicketUpload(Upload, Base):
    """A file of one business's sales and purchases, a line each. `sender` is who sent it, with the rights he had."""

    __tablename__ = "ticket_uploads"
    __table_args__ = (sent_once(), Index(None, "business_id", "id"))
    FOLDER = "ticket-uploads"
    COUNTED = ("accepted", "duplicate", "rejected")
    NOT_FINISHED, STOPPED = TicketUploadNotFinished, TicketUploadStopped

    business_id: Mapped[UUID]
    region_code: Mapped[str]
    sender: Mapped[dict[str, Any]]
    sheet: Mapped[str | None]
    mapping: Mapped[dict[str, Any]]
    accepted: Mapped[int] = mapped_column(default=0)
    duplicate: Mapped[int] = mapped_column(default=0)
    rejected: Mapped[int] = mapped_column(default=0)


class TicketUploadRow(Base):
    """What became of one row. `cells` are kept of rejected rows, to be handed back."""

    __tablename__ = "ticket_upload_rows"

    upload_id: Mapped[UUID] = mapped_column(ForeignKey("ticket_uploads.id"), primary_key=True)
    row_number: Mapped[int] = mapped_column(primary_key=True)
    outcome: Mapped[RowOutcome]
    ticket_id: Mapped[UUID | None]
    cells: Mapped[list[Any] | None]
    errors: Mapped[list[Any]]
