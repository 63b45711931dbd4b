"""Tables of the random draws: each holds all that is needed to reckon it again. Nothing is changed or removed."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.sampling.database import Base
from shared.ids import uuid7


class DrawPurpose(StrEnum):
    """What is drawn for."""

    SAMPLING_TASK = "sampling_task"
    RETEST = "retest"

    @property
    def label(self) -> str:
        return {"sampling_task": "抽样任务", "retest": "复检"}[self]


class AssignmentDraw(Base):
    """One draw for a subject (a sampling task, a re-test); the one with the highest `number` counts.

    `roster` is `{"samplers": […], "laboratories": […]}` as it was hashed into `roster_sha256`, the excluded with their
    reasons; `tickets` gives each candidate's ticket (hex). `seed_source` says where a seed was made known beforehand,
    null for one that the platform made. `items` are to be tested. `reason` says why it was drawn again.
    """

    __tablename__ = "assignment_draws"
    __table_args__ = (
        Index(None, "purpose", "subject_id", "number", unique=True),
        Index(None, "region_code", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    purpose: Mapped[DrawPurpose]
    subject_id: Mapped[UUID]
    number: Mapped[int]
    region_code: Mapped[str]
    algorithm: Mapped[str]
    seed: Mapped[str]
    seed_source: Mapped[str | None]
    sampling_on: Mapped[date]
    items: Mapped[list[Any]]
    roster: Mapped[dict[str, Any]]
    roster_sha256: Mapped[str]
    tickets: Mapped[dict[str, Any]]
    sampler_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    laboratory_id: Mapped[UUID] = mapped_column(ForeignKey("laboratories.id"))
    reason: Mapped[str]
    drawn_at: Mapped[datetime]
    drawn_by: Mapped[UUID]
    drawn_by_name: Mapped[str]
