"""Tables of the scans. A scan is a count in an hour and a cell of ten kilometres: no person, no device, no address."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.traceability.code_scans.problems import FindingSettled
from services.traceability.code_scans.rules import FindingKind, ScanPurpose, Threshold
from services.traceability.codes.models import TraceCode
from services.traceability.database import Base
from shared.database import Versioned
from shared.dated_rules.models import DatedRule, dated
from shared.ids import uuid7


class CodeScanCount(Base):
    """How often a code was scanned within an hour, at a coarse place (empty: not told), for a purpose."""

    __tablename__ = "code_scan_counts"

    code_id: Mapped[UUID] = mapped_column(ForeignKey("trace_codes.id"), primary_key=True)
    hour: Mapped[datetime] = mapped_column(primary_key=True)
    cell: Mapped[str] = mapped_column(primary_key=True)
    purpose: Mapped[ScanPurpose] = mapped_column(primary_key=True)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    count: Mapped[int]


class CodeFinding(Versioned, Base):
    """Something that speaks for a copied or made-up label, until somebody has looked into it."""

    __tablename__ = "code_findings"
    __table_args__ = (
        Index("uq_code_findings_open", "code_id", "kind", unique=True, postgresql_where="settled_at IS NULL"),
        Index(None, "region_code", "id"),
        CheckConstraint("(settled_at IS NULL) = (outcome IS NULL)", name="settled_says_how"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    code_id: Mapped[UUID] = mapped_column(ForeignKey("trace_codes.id"))
    region_code: Mapped[str]
    kind: Mapped[FindingKind]
    says: Mapped[str]
    times: Mapped[int]
    found_at: Mapped[datetime]
    last_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[UUID | None]
    settled_by_name: Mapped[str | None]
    outcome: Mapped[str | None]
    note: Mapped[str | None]

    code: Mapped[TraceCode] = relationship(lazy="raise", viewonly=True)

    def settle(self, *, outcome: str, note: str, at: datetime, by: UUID, name: str) -> None:
        """Somebody has looked into it. What comes later is a finding of its own."""
        if self.settled_at is not None:
            raise FindingSettled
        self.settled_at, self.outcome, self.note, self.settled_by, self.settled_by_name = at, outcome, note, by, name
        self.advance()


class ScanThreshold(DatedRule, Base):
    """A number that decides what is found, from a day on; corrections are further rows, the last one counts."""

    __tablename__ = "scan_thresholds"
    __table_args__ = (
        CheckConstraint("value > 0", name="value_positive"),
        *dated("扫码异常的界限", "name"),
    )

    name: Mapped[Threshold]
    value: Mapped[Decimal]
