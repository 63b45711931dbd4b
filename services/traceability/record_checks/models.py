"""Tables of the legal records: what is asked for, and what was missing where."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from services.traceability.database import Base
from services.traceability.record_checks.rules import RecordKind, Retention
from shared.dated_rules.models import DatedRule, dated


class RecordRule(DatedRule, Base):
    """Fields and retention of one kind of record, from a day on; corrections are further rows, the last one counts."""

    __tablename__ = "record_rules"
    __table_args__ = (
        CheckConstraint("months_without_expiry > 0", name="kept_for_some_time"),
        *dated("法定记录的内容与保存期限", "kind"),
    )

    kind: Mapped[RecordKind]
    fields: Mapped[list[Any]]
    months_after_expiry: Mapped[int | None]
    months_without_expiry: Mapped[int]
    article: Mapped[str]

    @property
    def retention(self) -> Retention:
        return Retention(self.months_after_expiry, self.months_without_expiry)


class RecordCheck(Base):
    """What one line of a ticket or production lacks as a legal record. `counts` is false where the act was voided."""

    __tablename__ = "record_checks"
    __table_args__ = (
        Index(None, "business_id", "day"),
        Index(None, "region_code", "day"),
        Index(None, "act_id"),
        CheckConstraint("required > 0", name="something_required"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    act_id: Mapped[UUID]
    line: Mapped[int]
    business_id: Mapped[UUID]
    region_code: Mapped[str]
    kind: Mapped[RecordKind]
    rule_id: Mapped[UUID] = mapped_column(ForeignKey("record_rules.id"))
    day: Mapped[date]
    required: Mapped[int]
    missing: Mapped[list[Any]]
    missing_count: Mapped[int]
    keep_until: Mapped[date]
    counts: Mapped[bool] = mapped_column(default=True)
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
