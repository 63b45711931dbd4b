"""The table of what became of the recalls that disposal cases asked for."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from services.sampling.database import Base
from services.sampling.disposals.models import DisposalCase
from shared.contracts.traceability import RecallLevel, RecallState


class DisposalRecall(Base):
    """The recall of a case's lot as traceability told of it last; of two messages the greater version is later.

    `holders` and `acknowledged` are null until it has ended.
    """

    __tablename__ = "disposal_recalls"

    case_id: Mapped[UUID] = mapped_column(ForeignKey(DisposalCase.id), primary_key=True)
    recall_id: Mapped[UUID]
    version: Mapped[int]
    state: Mapped[RecallState]
    level: Mapped[RecallLevel | None]
    holders: Mapped[int | None]
    acknowledged: Mapped[int | None]
    at: Mapped[datetime]
