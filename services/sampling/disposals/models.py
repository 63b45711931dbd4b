"""Tables of disposal cases (核查处置): one a side, with its timeline, the results served, and what a closure needs.

A case is `open` when the unqualified conclusion came in, `started` when the bureau went to work, `closed` with evidence
or because a re-test overturned the conclusion. Objection and re-test stop none of its steps. Each method is one step
and refuses (`CaseStepRefused`) what is not its turn.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.sampling.database import Base
from services.sampling.disposals.problems import CaseStepRefused
from services.sampling.disposals.rules import BUILDS_ON, SERVICE
from services.sampling.proceedings.models import TimelineEntry
from services.sampling.proceedings.moments import moment_after
from shared.contracts.clocks import Authority
from shared.contracts.disposals import CaseEnd, CaseState, CaseStep, Handling, Recipient, ServiceMethod, Topic
from shared.contracts.sampling import StopSaleState
from shared.contracts.statutory_sampling import CaseSide, Conclusion, ReportClass, UnqualifiedItem
from shared.database import Versioned
from shared.dated_rules.models import DatedRule, dated
from shared.ids import uuid7
from shared.times import day_of


class Standing(NamedTuple):
    """How a case counts among those finished in time: on time or not, on which day (Asia/Shanghai)."""

    on_time: bool
    day: date


class Count(NamedTuple):
    """What a case, or a step of it, adds to the filing rate: to the cases filed, to all cases."""

    filed: int
    cases: int


class DisposalCase(Versioned, Base):
    """One side's disposal of one unqualified or problem sample; the party is as the form and the report name it.

    `received_at` is when the bureau received the conclusion: from it the clocks are counted, whenever the case was
    written. `party_business_id` is null while nobody could match the party; he then does not see his case himself.
    """

    __tablename__ = "disposal_cases"
    __table_args__ = (
        Index(None, "sample_id", "side", unique=True),
        Index(None, "region_code", "id"),
        Index(None, "party_business_id", postgresql_where="party_business_id IS NOT NULL"),
        CheckConstraint("(state = 'closed') = (ended_because IS NOT NULL)", name="end_iff_closed"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_at_iff_closed"),
        CheckConstraint("handling = 'own' OR side = 'producer'", name="only_producers_elsewhere"),
        CheckConstraint("NOT (handling = 'elsewhere' AND filing_number IS NOT NULL)", name="filed_is_own"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    sample_id: Mapped[UUID] = mapped_column(ForeignKey("samples.id"))
    side: Mapped[CaseSide]
    handling: Mapped[Handling]
    authority: Mapped[Authority]
    region_code: Mapped[str]
    bureau_code: Mapped[str]
    food_name: Mapped[str]
    lot_code: Mapped[str | None]
    party_name: Mapped[str]
    party_uscc: Mapped[str | None]
    party_business_id: Mapped[UUID | None]
    report_number: Mapped[str]
    report_class: Mapped[ReportClass]
    conclusion: Mapped[Conclusion]
    unqualified_items: Mapped[list[Any]]
    received_at: Mapped[datetime]
    opened_at: Mapped[datetime]

    state: Mapped[CaseState] = mapped_column(default=CaseState.OPEN)
    stop_sale: Mapped[StopSaleState | None]
    recall_requested_at: Mapped[datetime | None]
    case_requested_at: Mapped[datetime | None]
    filing_number: Mapped[str | None]
    not_filed_because: Mapped[str | None]
    ended_because: Mapped[CaseEnd | None]
    closed_at: Mapped[datetime | None]

    counted_on: Mapped[date | None]
    counted_as_on_time: Mapped[bool | None]
    counted_at: Mapped[datetime | None]

    entries: Mapped[list["DisposalEntry"]] = relationship(order_by="DisposalEntry.number", lazy="raise")
    notices: Mapped[list["ResultNotice"]] = relationship(order_by="ResultNotice.id", lazy="raise")

    def log(self, kind: CaseStep, at: datetime, before: Count, **details: Any) -> "DisposalEntry":
        """Append to the timeline (its entries must be loaded) what was done since the case counted as `before`."""
        now = self.count
        entry = DisposalEntry(
            number=len(self.entries) + 1,
            kind=kind,
            at=at,
            filed_change=now.filed - before.filed,
            cases_change=now.cases - before.cases,
            **details,
        )
        self.entries.append(entry)
        return entry

    def moment_of(self, step: CaseStep, given: datetime | None, present: datetime) -> datetime:
        """When a step counts (the timeline must be loaded). Raises `InvalidRequest` where it would run backwards."""
        foundations = [("收到不合格（问题）结论", self.received_at)]
        earlier = BUILDS_ON.get(step, frozenset())
        foundations += [(entry.kind.label, entry.at) for entry in self.entries if entry.kind in earlier - SERVICE]
        if earlier & SERVICE:  # a mistaken date of service that was corrected binds nobody
            served = [notice.served_at for notice in self.notices if notice.served_at is not None]
            foundations += [(CaseStep.SERVED.label, moment) for moment in served]
        return moment_after(given, present, foundations)

    def replace_finding(
        self, report_number: str, report_class: ReportClass, conclusion: Conclusion, items: list[UnqualifiedItem]
    ) -> bool:
        """The report came again in other words; the first one stays in the timeline. False when nothing is new."""
        stored = [item.model_dump(mode="json") for item in items]
        new = (report_number, report_class, conclusion, stored)
        if self.state is CaseState.CLOSED or new == (
            self.report_number,
            self.report_class,
            self.conclusion,
            self.unqualified_items,
        ):
            return False
        self.report_number, self.report_class, self.conclusion, self.unqualified_items = new
        return True

    def reopen(self, received_at: datetime) -> None:
        """A report that had been corrected to a pass fails again: everything is counted from this receipt."""
        if self.ended_because is not CaseEnd.REPORT_CORRECTED:
            raise CaseStepRefused("只有因检验报告更正为合格而终结的，才能恢复")
        self.state, self.ended_because, self.closed_at = CaseState.OPEN, None, None
        self.received_at = received_at
        for notice in self.notices:
            notice.take_back()

    def start(self) -> None:
        """The bureau went to work."""
        self._must_be_own()
        if self.state is not CaseState.OPEN:
            raise CaseStepRefused("核查处置已经启动")
        self.state = CaseState.STARTED

    def stop_selling(self) -> None:
        """Goods were taken off sale or sealed; of what is found later there may be more."""
        self._must_be_under_way()
        self.stop_sale = StopSaleState.IN_FORCE

    def request_recall(self, at: datetime) -> None:
        """The lot is to be called back; said once, the recall itself is followed where lots are traced."""
        self._must_be_under_way()
        if self.recall_requested_at is not None:
            raise CaseStepRefused("已经要求召回，召回进展请在追溯服务查看")
        self.recall_requested_at = at

    def need_no_recall(self) -> None:
        """It was decided in writing that there is nothing to call back."""
        self._must_be_under_way()
        if self.recall_requested_at is not None:
            raise CaseStepRefused("已经要求召回，不能再登记不需召回")

    def work(self) -> None:
        """Any step of a case under way that changes nothing but the timeline."""
        self._must_be_under_way()

    def request_case(self, at: datetime) -> None:
        """The suspicion is handed over to investigation."""
        self._must_be_under_way()
        if self.case_requested_at is not None:
            raise CaseStepRefused("已经移送案件线索，请登记立案结果")
        self.case_requested_at = at

    def file(self, number: str) -> None:
        """A penalty case was opened under that number; a refusal before it is overtaken."""
        self._must_be_under_way()
        if self.filing_number is not None:
            raise CaseStepRefused(f"已登记立案号 {self.filing_number}")
        self.filing_number, self.not_filed_because = number, None

    def not_file(self, reason: str) -> None:
        """It was decided in writing not to open a penalty case."""
        self._must_be_under_way()
        if self.filing_number is not None:
            raise CaseStepRefused(f"已登记立案号 {self.filing_number}，不能再登记不予立案；撤案请在办案系统办理")
        self.not_filed_because = reason

    def penalise(self) -> None:
        """The decision in the penalty case was made."""
        self._must_be_under_way()
        if self.filing_number is None:
            raise CaseStepRefused("还没有登记立案号，不能登记行政处罚决定")

    def notify_region(self) -> None:
        """The producer's own bureau was told; from then on the disposal is its."""
        if self.side is not CaseSide.PRODUCER:
            raise CaseStepRefused("跨区域通报只用于生产环节；经营环节由抽样地的机关办理")
        self._must_not_be_closed()
        if self.filing_number is not None:
            raise CaseStepRefused(f"本机关已立案（{self.filing_number}），不能改为跨区域通报")
        self.handling, self.state = Handling.ELSEWHERE, CaseState.STARTED

    def take_over(self) -> None:
        """The producer turned out to be one's own; from now on the bureau disposes itself."""
        self._must_not_be_closed()
        if self.handling is Handling.OWN:
            raise CaseStepRefused("本来就由本机关办理")
        self.handling, self.state = Handling.OWN, CaseState.STARTED

    def extend(self) -> None:
        """The head of the bureau allowed more time in writing."""
        self._must_be_own()

    def close(self, at: datetime, missing: list[Topic]) -> None:
        """All that this side must show is shown. Raises where a topic is missing."""
        self._must_not_be_closed()
        if missing:
            lacking = "、".join(topic.label for topic in missing)
            raise CaseStepRefused(f"还缺：{lacking}；请先登记再办结")
        self.state, self.ended_because, self.closed_at = CaseState.CLOSED, CaseEnd.DISPOSED, at

    def fall_away(self, because: CaseEnd, at: datetime) -> None:
        """There was nothing to dispose of after all. A case closed before says so too; its day of closure stays."""
        self.state, self.ended_because, self.closed_at = CaseState.CLOSED, because, self.closed_at or at

    def lift_stop_sale(self) -> bool:
        """The goods may be sold again; False where none were stopped."""
        if self.stop_sale is not StopSaleState.IN_FORCE:
            return False
        self.stop_sale = StopSaleState.LIFTED
        return True

    @property
    def has_fallen_away(self) -> bool:
        return self.ended_because not in (None, CaseEnd.DISPOSED)

    @property
    def count(self) -> Count:
        """How the case counts in the filing rate: not at all where another bureau disposes or it has fallen away."""
        if self.handling is Handling.ELSEWHERE or self.has_fallen_away:
            return Count(0, 0)
        return Count(int(self.filing_number is not None), 1)

    @property
    def standing(self) -> Standing | None:
        """How the case counts among those finished in time; None while it does not."""
        if self.counted_on is None or self.counted_as_on_time is None:
            return None
        return Standing(self.counted_as_on_time, self.counted_on)

    def stand(self, standing: Standing | None, at: datetime) -> None:
        """Take over how the case counts from now on."""
        self.counted_as_on_time, self.counted_on = standing or (None, None)
        self.counted_at = at if standing else None

    @property
    def title(self) -> str:
        """What clocks call it. It names no party: whoever tests the sample again may come to read it."""
        return f"{self.food_name} · {self.side.label}核查处置"

    def _must_not_be_closed(self) -> None:
        if self.state is CaseState.CLOSED:
            raise CaseStepRefused("已经办结")

    def _must_be_own(self) -> None:
        self._must_not_be_closed()
        if self.handling is Handling.ELSEWHERE:
            raise CaseStepRefused("生产者不在本辖区，由其所在地机关办理；请登记跨区域通报，或说明理由改由本机关办理")

    def _must_be_under_way(self) -> None:
        self._must_be_own()
        if self.state is not CaseState.STARTED:
            raise CaseStepRefused("请先启动核查处置")


class DisposalEntry(TimelineEntry, Base):
    """One line of a case's timeline. `filed_change` and `cases_change` are what it added to the filing rate.

    `quantity` null in a stop of sale means that nobody knows how much; it is never zero.
    """

    __tablename__ = "disposal_entries"
    __table_args__ = (
        Index(None, "case_id", "number", unique=True),
        Index(None, "id", postgresql_where="cases_change <> 0 OR filed_change <> 0"),
    )

    case_id: Mapped[UUID] = mapped_column(ForeignKey("disposal_cases.id"))
    kind: Mapped[CaseStep]
    quantity: Mapped[Decimal | None]
    unit: Mapped[str | None]
    filed_change: Mapped[int]
    cases_change: Mapped[int]


class ResultNotice(Base):
    """An unqualified result to be served on one recipient, on a clock of his own; his windows run from `served_at`.

    `recorded_at` is when that day was written down, `recorded_by` by whom. Written down late it would end the windows
    with a stroke of the pen; so for publication they are counted from the writing as well, unless a second officer
    confirmed the day.
    """

    __tablename__ = "result_notices"
    __table_args__ = (
        Index(None, "case_id"),
        CheckConstraint("(served_at IS NULL) = (method IS NULL)", name="method_iff_served"),
        CheckConstraint("(served_at IS NULL) = (recorded_at IS NULL)", name="recorded_iff_served"),
        CheckConstraint("confirmed_by <> recorded_by", name="confirmed_by_another"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("disposal_cases.id"))
    recipient: Mapped[Recipient]
    name: Mapped[str]
    served_at: Mapped[datetime | None]
    method: Mapped[ServiceMethod | None]
    proof: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    recorded_at: Mapped[datetime | None]
    recorded_by: Mapped[UUID | None]
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[UUID | None]

    def serve(self, at: datetime, method: ServiceMethod, proof: list[str], *, recorded_at: datetime, by: UUID) -> None:
        """The result reached the recipient at `at`. Said again it is another day, which nobody has confirmed yet."""
        self.take_back()
        self.served_at, self.method, self.proof = at, method, proof
        self.recorded_at, self.recorded_by = recorded_at, by

    def take_back(self) -> None:
        """Nothing was served after all, as far as this notice knows; the timeline keeps what was said."""
        self.served_at, self.method, self.proof = None, None, []
        self.recorded_at = self.recorded_by = self.confirmed_at = self.confirmed_by = None

    def confirm(self, at: datetime, by: UUID) -> None:
        """Somebody else vouches for a day of service that was written down on a later day."""
        if self.served_at is None or self.recorded_at is None:
            raise CaseStepRefused("还没有登记送达，没有可确认的")
        if not self.is_late_record:
            raise CaseStepRefused("送达是当日登记的，不必另行确认")
        if self.confirmed_at is not None:
            raise CaseStepRefused("这次补记的送达已经确认过")
        if by == self.recorded_by:
            raise CaseStepRefused("登记送达的人不能自己确认，请由另一名有权公布的人员办理")
        self.confirmed_at, self.confirmed_by = at, by

    @property
    def is_late_record(self) -> bool:
        """Whether the day of service was written down on a later day than it was."""
        if self.served_at is None or self.recorded_at is None:
            return False
        return day_of(self.served_at) < day_of(self.recorded_at)


class ClosureRequirement(DatedRule, Base):
    """From `valid_from` on, a closure of that side (and kind of handling) must show the topic, or need not.

    Rows are only added; of several for one topic the latest day counts, then the latest row.
    """

    __tablename__ = "closure_requirements"
    __table_args__ = dated("核查处置办结应具备的各项", "side", "handling", "topic")

    side: Mapped[CaseSide]
    handling: Mapped[Handling]
    topic: Mapped[Topic]
    required: Mapped[bool]
    only_if_filed: Mapped[bool]
