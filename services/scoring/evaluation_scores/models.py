"""Tables of statements and scorings. Both only grow: a later statement outweighs, a later scoring stands beside."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.scoring.database import Base
from shared.contracts.evaluations import Stage
from shared.ids import uuid7
from shared.times import now


class StatementKind(StrEnum):
    """What is stated: the value of an input, a list of peers' values, a mark, faults found, a visited site."""

    VALUE = "value"
    PEERS = "peers"
    MARK = "mark"
    FAULTS = "faults"
    SITE = "site"


class Statement(Base):
    """One thing that somebody stated at a stage. `code` is the input's name, the clause's, or `form/site`.

    `content` null takes an earlier statement of the same stage back. A statement on a live input overrides what was
    computed, which stays in the snapshots. `seconded_by` confirms a mark that two people must carry.
    """

    __tablename__ = "evaluation_statements"
    __table_args__ = (
        UniqueConstraint("evaluation_id", "number"),
        Index(None, "evaluation_id", "kind", "code"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    evaluation_id: Mapped[UUID] = mapped_column(ForeignKey("evaluations.id"))
    number: Mapped[int]
    stage: Mapped[Stage]
    kind: Mapped[StatementKind]
    code: Mapped[str]
    content: Mapped[dict[str, Any] | None]
    reason: Mapped[str] = mapped_column(default="")
    stated_at: Mapped[datetime] = mapped_column(default=now)
    stated_by: Mapped[UUID]
    stated_by_name: Mapped[str]
    seconded_at: Mapped[datetime | None]
    seconded_by: Mapped[UUID | None]
    seconded_by_name: Mapped[str | None]


class Scoring(Base):
    """What the run came to at a stage: the whole input with its hash, the whole result with every step.

    `on` is the day whose parameters count.
    """

    __tablename__ = "evaluation_scorings"
    __table_args__ = (
        UniqueConstraint("evaluation_id", "number"),
        Index(None, "evaluation_id", "stage", "number"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    evaluation_id: Mapped[UUID] = mapped_column(ForeignKey("evaluations.id"))
    number: Mapped[int]
    stage: Mapped[Stage]
    on: Mapped[date]
    calculated_at: Mapped[datetime] = mapped_column(default=now)
    calculated_by: Mapped[UUID | None]
    calculated_by_name: Mapped[str]
    snapshot_id: Mapped[UUID | None] = mapped_column(ForeignKey("evaluation_snapshots.id"))
    statements_to: Mapped[int]
    input: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    input_sha256: Mapped[str]
    result: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    low: Mapped[Decimal]
    high: Mapped[Decimal]
    maximum: Mapped[Decimal]
    shown: Mapped[str]
    verdict: Mapped[str]
    grade: Mapped[str | None]
