"""The table of files of visits."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, func
from sqlalchemy.orm import Mapped, mapped_column

from services.inspection.database import Base


class Attachment(Base):
    """A photo, film or document whose every byte has come and gives its SHA-256 (hex). The bytes lie in the data
    folder, once, whoever names them how often; nothing ever replaces them.
    """

    __tablename__ = "attachments"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str]
    uploaded_by: Mapped[UUID]
    uploaded_at: Mapped[datetime] = mapped_column(server_default=func.now())


class AttachmentSender(Base):
    """Somebody who has sent every byte of a file. Knowing its hash proves nothing: only what he names who sent the
    bytes shows the file to others.
    """

    __tablename__ = "attachment_senders"

    sha256: Mapped[str] = mapped_column(ForeignKey("attachments.sha256"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    sent_at: Mapped[datetime] = mapped_column(server_default=func.now())
