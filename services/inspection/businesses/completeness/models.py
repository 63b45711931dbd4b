"""Which parts a file of each kind needs to count as complete: data with its history, its source and who checked it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, func
from sqlalchemy.orm import Mapped, mapped_column

from services.inspection.businesses.completeness.rules import FileField
from services.inspection.database import Base
from shared.contracts.inspection import BusinessKind
from shared.ids import uuid7
from shared.unverified_rules.law import law


class FileRequirement(Base):
    """A file of this kind needs this part, from `recorded_at` until `ended_at`."""

    __tablename__ = "file_requirements"
    __table_args__ = (
        Index(None, "kind", "field", unique=True, postgresql_where="ended_at IS NULL"),
        law("一户一档应有的内容"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    kind: Mapped[BusinessKind]
    field: Mapped[FileField]
    source: Mapped[str]
    verified: Mapped[bool]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    recorded_by: Mapped[UUID | None]
    ended_at: Mapped[datetime | None]
