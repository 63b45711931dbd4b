"""Tables of corrections (整改): one finding each, with its time limits, its timeline, and what figures count of it.

Each method is one step and refuses (`CorrectionStepRefused`) what is not its turn. A finding that affects food safety
has to be investigated (食品生产经营监督检查管理办法第三十二、三十三条): it is never corrected on the spot, and never
closed before somebody has decided about a case.
"""

from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.inspection.corrections.kinds import (
    ESCALATIONS,
    CorrectionEnd,
    CorrectionState,
    CorrectionStep,
    Origin,
    RecheckResult,
)
from services.inspection.corrections.problems import CorrectionStepRefused, refused_at
from services.inspection.corrections.rules import LAST_ORDINARY_ORDER, ImpossibleMoment, TimeLimit, moment_of
from services.inspection.database import Base
from shared.contracts.clocks import LengthUnit
from shared.database import Versioned
from shared.ids import uuid7
from shared.unverified_rules.law import law

ORDERS = frozenset({CorrectionStep.ORDERED, CorrectionStep.ORDERED_AGAIN})
UNDER_CORRECTION = frozenset({CorrectionState.ORDERED, CorrectionState.REPORTED, CorrectionState.FAILED})


class Standing(NamedTuple):
    """How a correction counts among those closed in time: in time or not, on which day (Asia/Shanghai)."""

    on_time: bool
    day: date


class Correction(Versioned, Base):
    """One finding and what became of it.

    `is_key` and `affects_safety` are null while nobody has said so; unknown is neither yes nor no. `evidence_before`
    and `evidence_after` are SHA-256 names of files. `order_id` is the time limit that runs now, `reported_at` when the
    business said that it is done (null again when that was not so), `done_at` when it was, as a passed re-check showed.
    `case_requested_at`, `filing_number` and `case_declined_because` tell of the way to a penalty case.
    """

    __tablename__ = "corrections"
    __table_args__ = (
        Index(None, "visit_id", "item_number", unique=True, postgresql_where="visit_id IS NOT NULL"),
        Index(None, "region_code", "id"),
        Index(None, "business_id", "id"),
        Index(None, "state", "id"),
        CheckConstraint("(state = 'closed') = (ended_because IS NOT NULL)", name="end_iff_closed"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_at_iff_closed"),
        CheckConstraint("ended_because <> 'on_the_spot' OR affects_safety = false", name="safety_not_on_the_spot"),
        CheckConstraint("(counted_on IS NULL) = (counted_as_on_time IS NULL)", name="counted_whole"),
        CheckConstraint("(visit_id IS NULL) = (item_number IS NULL)", name="item_of_a_visit"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    origin: Mapped[Origin]
    visit_id: Mapped[UUID | None] = mapped_column(ForeignKey("visit_tallies.visit_id"))
    item_number: Mapped[str | None]
    source_number: Mapped[str] = mapped_column(default="")
    business_id: Mapped[UUID | None] = mapped_column(ForeignKey("businesses.id"))
    party_name: Mapped[str]
    region_code: Mapped[str]
    requirement: Mapped[str] = mapped_column(default="")
    problem: Mapped[str]
    is_key: Mapped[bool | None]
    affects_safety: Mapped[bool | None]
    found_at: Mapped[datetime]
    opened_at: Mapped[datetime] = mapped_column(server_default=func.now())

    state: Mapped[CorrectionState] = mapped_column(default=CorrectionState.FOUND)
    evidence_before: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    evidence_after: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    order_id: Mapped[UUID | None]
    reported_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    case_requested_at: Mapped[datetime | None]
    filing_number: Mapped[str | None]
    case_declined_because: Mapped[str | None]
    ended_because: Mapped[CorrectionEnd | None]
    closed_at: Mapped[datetime | None]

    counted_on: Mapped[date | None]
    counted_as_on_time: Mapped[bool | None]
    counted_at: Mapped[datetime | None]

    orders: Mapped[list["CorrectionOrder"]] = relationship(order_by="CorrectionOrder.number", lazy="raise")
    entries: Mapped[list["CorrectionEntry"]] = relationship(order_by="CorrectionEntry.number", lazy="raise")

    def log(self, kind: CorrectionStep, at: datetime, **details: Any) -> "CorrectionEntry":
        """Append to the timeline."""
        entry = CorrectionEntry(number=len(self.entries) + 1, kind=kind, at=at, **details)
        self.entries.append(entry)
        return entry

    def moment(self, given: datetime | None, present: datetime) -> datetime:
        """When a step counts: never before the step before it. Raises `InvalidRequest` at `/at`."""
        last = self.entries[-1]
        try:
            return moment_of(given, present, last.at, last.kind.label)
        except ImpossibleMoment as impossible:
            raise refused_at("/at", str(impossible), "moment") from None

    def assess(self, affects_safety: bool) -> None:
        """Somebody says whether food safety is affected; a later word replaces an earlier one in the open."""
        self._must_not_be_closed()
        if self.case_requested_at is not None and not affects_safety:
            raise CorrectionStepRefused("已经移送立案，是否影响食品安全由办案认定，不能在这里改为不影响")
        self.affects_safety = affects_safety

    def correct_on_the_spot(self, before: list[str], after: list[str], at: datetime) -> None:
        """It was put right before the officers' eyes."""
        if self.state is not CorrectionState.FOUND:
            raise CorrectionStepRefused("当场整改只用于还没有处理的问题")
        self._must_be_assessed()
        if self.affects_safety:
            what = "重点项目" if self.is_key else "这个问题"
            raise CorrectionStepRefused(f"{what}影响食品安全，应当依法调查处理，不能当场整改了结；请移送立案")
        self.evidence_before, self.evidence_after = before, after
        self.done_at = at
        self._close(CorrectionEnd.ON_THE_SPOT, at)

    def order(self, limit: TimeLimit, document_number: str, demand: str, at: datetime) -> "CorrectionOrder":
        """A written time limit; the second one only when the first was missed or the correction failed."""
        if self.state is CorrectionState.FOUND:
            self._must_be_assessed()
        elif self.state not in (CorrectionState.ORDERED, CorrectionState.FAILED):
            raise CorrectionStepRefused(f"{self.state.label}，不能再限期")
        elif len(self.orders) >= LAST_ORDINARY_ORDER and not self._escalated_since_last_order:
            raise CorrectionStepRefused("已两次限期，请先升级：责任约谈、挂牌督办或移送立案，再行限期")
        order = CorrectionOrder(
            id=uuid7(),
            number=len(self.orders) + 1,
            document_number=document_number,
            demand=demand,
            length=limit.length,
            unit=limit.unit,
            ordered_at=at,
        )
        self.orders.append(order)
        self.order_id, self.state = order.id, CorrectionState.ORDERED
        return order

    def extend(self) -> None:
        """More time was allowed in writing."""
        if self.state is not CorrectionState.ORDERED:
            raise CorrectionStepRefused(f"{self.state.label}，没有可以延长的整改期限")

    def report(self, after: list[str], at: datetime) -> None:
        """The business says that it is done; nobody has seen it yet."""
        if self.state is not CorrectionState.ORDERED:
            raise CorrectionStepRefused(f"{self.state.label}，现在不能报告整改完成")
        self.evidence_after = [*self.evidence_after, *(name for name in after if name not in self.evidence_after)]
        self.state, self.reported_at = CorrectionState.REPORTED, at

    def recheck(self, result: RecheckResult, at: datetime, after: list[str]) -> None:
        """An officer went to see. Whoever could not see it has not seen it done."""
        if self.state not in UNDER_CORRECTION:
            raise CorrectionStepRefused(f"{self.state.label}，现在没有可以复查的整改")
        self.evidence_after = [*self.evidence_after, *(name for name in after if name not in self.evidence_after)]
        if result is RecheckResult.PASSED:
            self.state, self.done_at = CorrectionState.PASSED, self.reported_at or at
            return
        self.reported_at = None
        if result is RecheckResult.FAILED:
            self.state = CorrectionState.FAILED
        elif self.state is CorrectionState.REPORTED:
            self.state = CorrectionState.ORDERED

    def may_escalate(self, overdue: bool) -> bool:
        """Whether interview or listing is in place: the time limit is missed, or the correction failed."""
        return self.state is CorrectionState.FAILED or (overdue and self.state in UNDER_CORRECTION)

    def request_case(self, at: datetime, overdue: bool) -> None:
        """The finding is handed over to investigation."""
        self._must_not_be_closed()
        if self.case_requested_at is not None:
            raise CorrectionStepRefused("已经移送立案，请登记立案结果")
        if not (self.affects_safety or self.may_escalate(overdue)):
            raise CorrectionStepRefused("只有影响食品安全、逾期未改或复查不合格的才移送立案")
        self.case_requested_at = at

    def file(self, number: str) -> None:
        """A penalty case was opened; a refusal before it is overtaken."""
        self._must_have_asked_for_a_case()
        self.filing_number, self.case_declined_because = number, None

    def decline(self, reason: str) -> None:
        """It was decided in writing to open none."""
        self._must_have_asked_for_a_case()
        self.case_declined_because = reason

    def close(self, at: datetime) -> None:
        """Everything is done."""
        self._must_not_be_closed()
        if missing := self.missing:
            raise CorrectionStepRefused(f"还缺：{'、'.join(missing)}；请先登记再办结")
        passed = self.state is CorrectionState.PASSED
        self._close(CorrectionEnd.CORRECTED if passed else CorrectionEnd.INVESTIGATED, at)

    def reappear(self) -> None:
        """A judgement that had dropped the finding finds it again."""
        if self.ended_because is not CorrectionEnd.WITHDRAWN:
            raise CorrectionStepRefused("只有撤销了的才能恢复")
        self.state, self.ended_because, self.closed_at = CorrectionState.FOUND, None, None

    def withdraw(self, at: datetime) -> None:
        """It should not have been opened."""
        self._must_not_be_closed()
        if self.case_requested_at is not None:
            raise CorrectionStepRefused("已经移送立案，不能撤销")
        self._close(CorrectionEnd.WITHDRAWN, at)

    @property
    def missing(self) -> list[str]:
        """What it cannot be closed without and does not show (Chinese); nothing for a closed one.

        A filed case ends it without a re-check: what is left to do is the case's.
        """
        if self.state is CorrectionState.CLOSED or self.filing_number is not None:
            return []
        found = [] if self.state is CorrectionState.PASSED else ["复查合格（或当场整改）"]
        if self.affects_safety is None:
            found.append("判断是否影响食品安全")
        if (self.affects_safety or self.case_requested_at is not None) and self.case_declined_because is None:
            found.append("移送立案的结果" if self.case_requested_at is not None else "移送立案（影响食品安全）")
        return found

    @property
    def title(self) -> str:
        """What its clocks call it."""
        return f"{self.party_name}：{self.problem[:60]}"

    @property
    def standing(self) -> Standing | None:
        """How it counts among those closed in time; None while it does not."""
        if self.counted_on is None or self.counted_as_on_time is None:
            return None
        return Standing(self.counted_as_on_time, self.counted_on)

    def stand(self, standing: Standing | None, at: datetime) -> None:
        """Count from now on as `standing`."""
        self.counted_as_on_time, self.counted_on = standing or (None, None)
        self.counted_at = at if standing else None

    @property
    def _escalated_since_last_order(self) -> bool:
        last = max(entry.number for entry in self.entries if entry.kind in ORDERS)
        return any(entry.kind in ESCALATIONS for entry in self.entries[last:])

    def _close(self, because: CorrectionEnd, at: datetime) -> None:
        self.state, self.ended_because, self.closed_at = CorrectionState.CLOSED, because, at

    def _must_not_be_closed(self) -> None:
        if self.state is CorrectionState.CLOSED:
            raise CorrectionStepRefused("已经办结，不能再办理；有新的问题请另行登记")

    def _must_be_assessed(self) -> None:
        if self.affects_safety is None:
            raise CorrectionStepRefused("请先判断这个问题是否影响食品安全")

    def _must_have_asked_for_a_case(self) -> None:
        self._must_not_be_closed()
        if self.case_requested_at is None:
            raise CorrectionStepRefused("还没有移送立案")
        if self.filing_number is not None:
            raise CorrectionStepRefused(f"已登记立案号 {self.filing_number}")


class CorrectionOrder(Base):
    """One written time limit (限期整改), on a clock of its own. The length is what the document says."""

    __tablename__ = "correction_orders"
    __table_args__ = (Index(None, "correction_id", "number", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    correction_id: Mapped[UUID] = mapped_column(ForeignKey("corrections.id"))
    number: Mapped[int]
    document_number: Mapped[str]
    demand: Mapped[str]
    length: Mapped[int]
    unit: Mapped[LengthUnit]
    ordered_at: Mapped[datetime]


class CorrectionEntry(Base):
    """One line of a timeline, which only grows. `at`: when it counts; `recorded_at`: when it was written."""

    __tablename__ = "correction_entries"
    __table_args__ = (Index(None, "correction_id", "number", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    correction_id: Mapped[UUID] = mapped_column(ForeignKey("corrections.id"))
    number: Mapped[int]
    kind: Mapped[CorrectionStep]
    at: Mapped[datetime]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str] = mapped_column(default="系统")
    note: Mapped[str] = mapped_column(default="")
    evidence: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)


class VisitTally(Base):
    """A completed visit and how many problems stand of it, for the figures. A visit without any has a row too."""

    __tablename__ = "visit_tallies"

    visit_id: Mapped[UUID] = mapped_column(primary_key=True)
    region_code: Mapped[str]
    business_id: Mapped[UUID | None]
    party_name: Mapped[str]
    visited_at: Mapped[datetime]
    problems: Mapped[int]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())


class OverdueMovement(Base):
    """An order became overdue (+1) or no longer is (−1) on a day: the rows behind the stock of overdue corrections.

    Rows are only added; what turns out never to have been overdue is taken back by a row of the opposite sign.
    """

    __tablename__ = "overdue_movements"
    __table_args__ = (
        Index(None, "correction_id"),
        CheckConstraint("change IN (-1, 1)", name="change_by_one"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    correction_id: Mapped[UUID] = mapped_column(ForeignKey("corrections.id"))
    change: Mapped[int]
    day: Mapped[date]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())


class CorrectionLimit(Base):
    """From `valid_from` on no document of these regions may give longer than this: a local rule, none is shipped.

    Rows are only added; of several in one region the latest day counts, then the latest row. `length` null lifts it.
    """

    __tablename__ = "correction_limits"
    __table_args__ = (Index(None, "region_code", "valid_from"), law("责令改正期限的上限", "region_code", "valid_from"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    region_code: Mapped[str]
    length: Mapped[int | None]
    unit: Mapped[LengthUnit]
    valid_from: Mapped[date]
    source: Mapped[str]
    verified: Mapped[bool]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    recorded_by: Mapped[UUID]
