"""Who has done what for a sample: the record by which sampling, testing and disposal are kept apart."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from services.sampling.database import Base
from shared.contracts.statutory_sampling import Duty
from shared.ids import uuid7


class Participation(Base):
    """A person (and the organisation he acted for) did a duty for a sample. Never removed: having sampled stays."""

    __tablename__ = "sample_participations"
    __table_args__ = (Index(None, "sample_id", "duty", "user_id", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    sample_id: Mapped[UUID] = mapped_column(ForeignKey("samples.id"))
    duty: Mapped[Duty]
    user_id: Mapped[UUID]
    user_name: Mapped[str]
    organisation_id: Mapped[UUID | None]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
