"""Tables of readings: every snapshot stays, with its hash; what a score was made from can be read again."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.scoring.database import Base
from shared.contracts.evaluations import ReadingState
from shared.ids import uuid7


class Snapshot(Base):
    """All live and registered inputs of a run, read at one time. `sha256` is of what the readings say."""

    __tablename__ = "evaluation_snapshots"
    __table_args__ = (UniqueConstraint("evaluation_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    evaluation_id: Mapped[UUID] = mapped_column(ForeignKey("evaluations.id"))
    number: Mapped[int]
    taken_at: Mapped[datetime]
    taken_by: Mapped[UUID]
    taken_by_name: Mapped[str]
    sha256: Mapped[str]

    readings: Mapped[list["Reading"]] = relationship(order_by="Reading.name", lazy="raise")


class Reading(Base):
    """One input as it was read. `low` and `high` stand where a document says it only roughly, `peers` for a list.

    `reference` is what the scheme names; `source` the document, or the region's population behind a rate; `rows` where
    the records behind the number are.
    """

    __tablename__ = "evaluation_readings"
    __table_args__ = (UniqueConstraint("snapshot_id", "name"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    snapshot_id: Mapped[UUID] = mapped_column(ForeignKey("evaluation_snapshots.id"))
    name: Mapped[str]
    reference: Mapped[str]
    service: Mapped[str | None]
    period: Mapped[str]
    state: Mapped[ReadingState]
    value: Mapped[Decimal | None]
    low: Mapped[Decimal | None]
    high: Mapped[Decimal | None]
    peers: Mapped[list[Any] | None]
    numerator: Mapped[Decimal | None]
    denominator: Mapped[Decimal | None]
    definition_version: Mapped[int | None]
    as_of: Mapped[datetime | None]
    rows: Mapped[str | None]
    source: Mapped[str]
    reason: Mapped[str]
