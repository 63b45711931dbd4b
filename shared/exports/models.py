"""The table of exports: who ordered which list, and the file that came of it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shared.database import ChassisBase
from shared.jobs.models import Job


class ExportFile(ChassisBase):
    """One export. `ordered_as` is the verified caller as he was, in whose name the list is read. `rows` and what
    follows are null until the file is there; `deleted_at` says that it is no more.
    """

    __tablename__ = "exports"
    __table_args__ = (Index(None, "actor_id", "id"), Index(None, "expires_at"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    format: Mapped[str]
    filters: Mapped[dict[str, Any]]
    actor_id: Mapped[UUID]
    ordered_as: Mapped[dict[str, Any]]
    job_id: Mapped[UUID | None] = mapped_column(ForeignKey("jobs.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    as_of: Mapped[datetime | None]
    rows: Mapped[int | None] = mapped_column(BigInteger)
    bytes: Mapped[int | None] = mapped_column(BigInteger)
    sha256: Mapped[str | None]
    expires_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]

    job: Mapped[Job | None] = relationship(lazy="raise")
