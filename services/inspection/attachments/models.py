"""The table of files of visits."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, func
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
