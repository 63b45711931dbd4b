"""Tables of indices: the dated rule, and every calculation. A correction is another calculation of the same quarter."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.scoring.database import Base
from services.scoring.indices.content import IndexRules
from shared.dated_rules.models import DatedRule, dated
from shared.ids import uuid7
from shared.times import now


class IndexRule(DatedRule, Base):
    """How an index is made from `valid_from` on."""

    __tablename__ = "index_rules"
    __table_args__ = dated("食品安全指数的指标与权重", "code")

    code: Mapped[str]
    content: Mapped[dict[str, Any]]

    @property
    def rules(self) -> IndexRules:
        return IndexRules.model_validate(self.content)


class IndexRun(Base):
    """One calculation for the places of a region in a quarter. `values`: by place and indicator, null is unknown.

    `posted`: those of the values that somebody sent; `readings`: what the services told, the way it was, also where a
    posted value counts in its stead. `readings_sha256` is null where no service was asked.
    """

    __tablename__ = "index_runs"
    __table_args__ = (
        UniqueConstraint("code", "region_code", "period", "number"),
        Index(None, "region_code", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    code: Mapped[str]
    region_code: Mapped[str]
    period: Mapped[str]
    number: Mapped[int]
    rule_id: Mapped[UUID] = mapped_column(ForeignKey("index_rules.id"))
    source: Mapped[str]
    values: Mapped[dict[str, Any]]
    values_sha256: Mapped[str]
    posted: Mapped[dict[str, Any]]
    readings: Mapped[dict[str, Any]]
    readings_sha256: Mapped[str | None]
    results: Mapped[list[Any]]
    scenarios: Mapped[list[Any]]
    calculated_by: Mapped[UUID]
    calculated_at: Mapped[datetime] = mapped_column(default=now)
