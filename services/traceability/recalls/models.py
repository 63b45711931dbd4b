"""Tables of recalls (召回): frozen scopes, a notice for every holder, a history that is only appended to."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from services.traceability.database import Base
from services.traceability.lots.models import LotHold
from services.traceability.recall_requests.models import RecallRequest
from services.traceability.recalls.problems import RecallStepRefused
from services.traceability.recalls.rules import (
    AFTER,
    Line,
    Missing,
    NoticeFacts,
    RehearsalScore,
    Step,
    closes_from,
    missing,
    rehearse,
)
from shared.contracts.traceability import RecallLevel, RecallState
from shared.database import Versioned
from shared.ids import uuid7


class Recall(Versioned, Base):
    """A recall, or a rehearsal of one (`rehearsal`: nobody is told, nothing is held)."""

    __tablename__ = "recalls"
    __table_args__ = (
        Index(None, "region_code", "id"),
        Index(None, "key"),
        Index(None, "request_id", unique=True, postgresql_where="request_id IS NOT NULL"),
        CheckConstraint("(closed_at IS NULL) = (state IN ('open', 'notified'))", name="closed_says_when"),
        CheckConstraint("state <> 'notified' OR notified_at IS NOT NULL", name="notified_says_when"),
        CheckConstraint("NOT rehearsal OR notified_at IS NULL", name="rehearsal_tells_nobody"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    rehearsal: Mapped[bool]
    state: Mapped[RecallState] = mapped_column(default=RecallState.OPEN)
    level: Mapped[RecallLevel | None]
    code: Mapped[str]
    key: Mapped[str]
    product_name: Mapped[str]
    reason: Mapped[str]
    region_code: Mapped[str]
    request_id: Mapped[UUID | None] = mapped_column(ForeignKey(RecallRequest.id))
    case_id: Mapped[UUID | None] = column_property(
        select(RecallRequest.case_id).where(RecallRequest.id == request_id).scalar_subquery()
    )
    known_at: Mapped[datetime]
    opened_at: Mapped[datetime]
    opened_by: Mapped[UUID]
    opened_by_name: Mapped[str]
    notified_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_by_name: Mapped[str] = mapped_column(default="")
    close_note: Mapped[str] = mapped_column(default="")

    notices: Mapped[list["RecallNotice"]] = relationship(
        back_populates="recall", lazy="raise", order_by="RecallNotice.id"
    )
    scopes: Mapped[list["RecallScope"]] = relationship(lazy="raise", order_by="RecallScope.number")
    entries: Mapped[list["RecallEntry"]] = relationship(lazy="raise", order_by="RecallEntry.id")

    def ensure(self, step: Step) -> None:
        """Raise `RecallStepRefused` unless the step is possible now."""
        if self.state not in AFTER[step]:
            raise RecallStepRefused(f"召回{self.state.label}，不能{step.label}")
        if self.rehearsal and step not in (Step.GRADED, Step.EXTENDED, Step.WITHDRAWN):
            raise RecallStepRefused("这是演练，不通知任何人，也没有人答复")

    def grade(self, level: RecallLevel) -> None:
        self.ensure(Step.GRADED)
        self.level = level
        self.advance()

    def notify(self, at: datetime) -> None:
        """The holders are told."""
        self.ensure(Step.NOTIFIED)
        if self.level is None:
            raise RecallStepRefused("还没有定级，请先定级再发通知")
        self.state, self.notified_at = RecallState.NOTIFIED, at
        self.advance()

    def extend(self) -> None:
        self.ensure(Step.EXTENDED)
        self.advance()

    @property
    def missing(self) -> list[Missing]:
        """What it lacks before it may be closed."""
        notices = [
            NoticeFacts(
                notice.holder_name,
                notice.acknowledged_at is not None,
                [line.as_line() for line in notice.lines],
                len(notice.evidence),
            )
            for notice in self.notices
        ]
        complete = any(scope.complete for scope in self.scopes)
        return missing(level=self.level, rehearsal=self.rehearsal, complete=complete, notices=notices)

    @property
    def rehearsal_score(self) -> RehearsalScore | None:
        """How a rehearsal went, once it has ended."""
        if not self.rehearsal or self.closed_at is None:
            return None
        last = self.scopes[-1]
        return rehearse(self.opened_at, self.closed_at, links=last.links, gaps=last.gaps)

    def close(self, *, at: datetime, by_name: str, note: str) -> None:
        if self.state is not closes_from(rehearsal=self.rehearsal):
            raise RecallStepRefused(f"召回{self.state.label}，不能结束")
        self.state, self.closed_at, self.closed_by_name, self.close_note = RecallState.CLOSED, at, by_name, note
        self.advance()

    def withdraw(self, *, at: datetime, by_name: str, because: str) -> None:
        """Its ground has fallen away."""
        self.ensure(Step.WITHDRAWN)
        self.state, self.closed_at, self.closed_by_name, self.close_note = RecallState.WITHDRAWN, at, by_name, because
        self.advance()


class RecallScope(Base):
    """A trace frozen for a recall: `body` with the ids and hashes of its events, `sha256` of its canonical JSON."""

    __tablename__ = "recall_scopes"
    __table_args__ = (UniqueConstraint("recall_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    recall_id: Mapped[UUID] = mapped_column(ForeignKey("recalls.id"))
    number: Mapped[int]
    as_of: Mapped[datetime]
    complete: Mapped[bool]
    links: Mapped[int]
    gaps: Mapped[int]
    body: Mapped[dict[str, Any]]
    sha256: Mapped[str]
    made_by_name: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(server_default=func.now())


class RecallNotice(Versioned, Base):
    """One holder of what is called back. `region_code` is his own, so that his office sees the notice too."""

    __tablename__ = "recall_notices"
    __table_args__ = (
        UniqueConstraint("recall_id", "holder_key"),
        Index(None, "region_code", "id"),
        Index(None, "business_id", postgresql_where="business_id IS NOT NULL"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    recall_id: Mapped[UUID] = mapped_column(ForeignKey("recalls.id"))
    holder_key: Mapped[str]
    holder_name: Mapped[str]
    business_id: Mapped[UUID | None]
    region_code: Mapped[str]
    sent_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    reported_at: Mapped[datetime | None]
    verified_at: Mapped[datetime | None]
    evidence: Mapped[list[Any]] = mapped_column(default=list)

    recall: Mapped[Recall] = relationship(back_populates="notices", lazy="raise")
    lines: Mapped[list["RecallLine"]] = relationship(lazy="raise", order_by="RecallLine.number")
    holds: Mapped[list["RecallHold"]] = relationship(lazy="raise")

    def acknowledge(self, at: datetime) -> None:
        self.recall.ensure(Step.ACKNOWLEDGED)
        if self.acknowledged_at is not None:
            raise RecallStepRefused("已经确认收到")
        self.acknowledged_at = at
        self.advance()

    def report(self, at: datetime, evidence: list[dict[str, str]]) -> None:
        """What he has is told; told again, the last word counts. Whoever reports has got the notice."""
        self.recall.ensure(Step.REPORTED)
        self.acknowledged_at = self.acknowledged_at or at
        self.reported_at, self.verified_at = at, None
        known = {item["sha256"] for item in self.evidence}
        self.evidence = [*self.evidence, *(item for item in evidence if item["sha256"] not in known)]
        self.advance()

    def verify(self, at: datetime) -> None:
        self.recall.ensure(Step.VERIFIED)
        if self.reported_at is None:
            raise RecallStepRefused("还没有报告，没有可核实的")
        self.verified_at = at
        self.advance()


class RecallLine(Base):
    """What a holder had of one thing by the records, and what he reports: null until he does."""

    __tablename__ = "recall_lines"
    __table_args__ = (UniqueConstraint("notice_id", "key", "unit"), Index(None, "key"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    notice_id: Mapped[UUID] = mapped_column(ForeignKey("recall_notices.id"))
    number: Mapped[int]
    key: Mapped[str]
    name: Mapped[str]
    unit: Mapped[str]
    taken_in: Mapped[Decimal]
    left: Mapped[Decimal | None] = mapped_column("left_by_records")
    sold: Mapped[Decimal]
    stock: Mapped[Decimal | None]
    returned: Mapped[Decimal | None]
    destroyed: Mapped[Decimal | None]

    def as_line(self) -> Line:
        return Line(self.key, self.unit, self.taken_in, self.left, self.sold, self.stock, self.returned, self.destroyed)


class RecallHold(Base):
    """A hold that a recall has put on a lot."""

    __tablename__ = "recall_holds"

    notice_id: Mapped[UUID] = mapped_column(ForeignKey("recall_notices.id"), primary_key=True)
    hold_id: Mapped[UUID] = mapped_column(ForeignKey("lot_holds.id"), primary_key=True)

    hold: Mapped[LotHold] = relationship(lazy="raise")


class RecallEntry(Base):
    """What happened to a recall. Only ever appended."""

    __tablename__ = "recall_entries"
    __table_args__ = (Index(None, "recall_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    recall_id: Mapped[UUID] = mapped_column(ForeignKey("recalls.id"))
    notice_id: Mapped[UUID | None] = mapped_column(ForeignKey("recall_notices.id"))
    step: Mapped[Step]
    at: Mapped[datetime]
    says: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
