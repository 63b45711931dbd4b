"""Tables of inspection reports (检验报告): every edition, its items with both verdicts, and everything that was done.

A report is a draft until the laboratory has made its conclusion (`submit`), has reviewed (`review`) and approved it
(`issue`); from then on it is never changed. The bureau accepts it or returns it for correction; a returned report
stays, and its correction is a further edition. Each method is one step and refuses what is not its turn.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text, func, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.sampling.database import Base
from services.sampling.reports.problems import ReportInDoubt, ReportStepRefused
from services.sampling.reports.rules import FAILED, FAILURES, ReportEntryKind, ReportState, SeriousKind, SeriousRule
from services.sampling.reports.stated import StatedItem
from shared.contracts.statutory_sampling import Conclusion, ItemVerdict, LodKind, ReportClass, Stream
from shared.database import Versioned
from shared.ids import uuid7
from shared.unverified_rules.law import law


class Report(Versioned, Base):
    """One edition of the report of a sample. Its id is random: it says nothing of when the sample was taken.

    `stated_…` is what the laboratory says, `conclusion` what its numbers say by the limits in force; `doubts` are the
    differences, in Chinese. `decided_conclusion` is the officer's, with his reason, where there are doubts;
    `retested_conclusion` replaces either, for a re-test is final. `concluded_at` is when the laboratory made its
    conclusion, `issued_at` when the report reached the bureau. Region and stream are the sample's.
    """

    __tablename__ = "reports"
    __table_args__ = (
        Index(None, "sample_id", "edition", unique=True),
        Index(
            "uq_reports_under_way",
            "sample_id",
            unique=True,
            postgresql_where=text("state <> 'returned'"),
        ),
        Index(None, "region_code", "issued_at", "id"),
        Index(None, "upload_id", postgresql_where=text("upload_id IS NOT NULL")),
        CheckConstraint("(state IN ('draft', 'in_review', 'reviewed')) = (issued_at IS NULL)", name="issued_says_when"),
        CheckConstraint("(state = 'returned') = (returned_at IS NOT NULL)", name="returned_says_when"),
        CheckConstraint("state <> 'accepted' OR accepted_at IS NOT NULL", name="accepted_says_when"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    sample_id: Mapped[UUID] = mapped_column(ForeignKey("samples.id"))
    edition: Mapped[int]
    laboratory_id: Mapped[UUID]
    region_code: Mapped[str]
    stream: Mapped[Stream]
    upload_id: Mapped[UUID | None]
    content_hash: Mapped[bytes] = mapped_column(LargeBinary)

    number: Mapped[str | None]
    report_date: Mapped[date | None]
    tested_by: Mapped[str | None]
    approved_by: Mapped[str | None]
    stated_conclusion: Mapped[Conclusion | None]
    stated_class: Mapped[ReportClass | None]
    remark: Mapped[str | None]

    state: Mapped[ReportState] = mapped_column(default=ReportState.DRAFT)
    drafted_by: Mapped[UUID]
    conclusion: Mapped[Conclusion | None]
    report_class: Mapped[ReportClass | None]
    serious_because: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    doubts: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    concluded_at: Mapped[datetime | None]
    issued_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    decided_conclusion: Mapped[Conclusion | None]
    decided_because: Mapped[str | None]
    retested_conclusion: Mapped[Conclusion | None]
    retested_at: Mapped[datetime | None]
    returned_at: Mapped[datetime | None]
    returned_because: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    items: Mapped[list["ReportItem"]] = relationship(
        order_by="ReportItem.number", lazy="raise", cascade="all, delete-orphan"
    )
    entries: Mapped[list["ReportEntry"]] = relationship(order_by="ReportEntry.number", lazy="raise")

    def log(self, kind: ReportEntryKind, at: datetime, **details: Any) -> None:
        """Append to the history (its entries must be loaded); `details` are the other fields of the entry."""
        self.entries.append(ReportEntry(number=len(self.entries) + 1, kind=kind, at=at, **details))

    def must_be_draft(self) -> None:
        """Only a draft may be written anew; what was submitted or issued stays as it is."""
        self._must_be(ReportState.DRAFT)

    def submit(self, at: datetime) -> None:
        """The laboratory has made its conclusion; the report goes to its reviewer."""
        self._must_be(ReportState.DRAFT)
        self.state, self.concluded_at = ReportState.IN_REVIEW, self.concluded_at or at

    def send_back(self) -> None:
        """The reviewer wants the data corrected. The conclusion was made all the same: its clocks run on."""
        self._must_be(ReportState.IN_REVIEW, ReportState.REVIEWED)
        self.state = ReportState.DRAFT

    def review(self, by: UUID, *, is_person: bool) -> None:
        """The reviewer found it in order. No person reviews what he has entered."""
        self._must_be(ReportState.IN_REVIEW)
        if is_person and by == self.drafted_by:
            raise ReportStepRefused("填报检验数据的人不能审核自己填报的报告，请由本机构其他人员审核")
        self.state = ReportState.REVIEWED

    def issue(self, at: datetime) -> None:
        """The authorised signatory approved it; with that it has reached the bureau."""
        self._must_be(ReportState.REVIEWED)
        self.state, self.issued_at = ReportState.ISSUED, at

    def accept(self, at: datetime, decided: Conclusion | None, because: str | None) -> Conclusion:
        """The bureau takes the report over; returns the sample's conclusion.

        With doubts an officer decides, giving his reason; without, there is nothing to decide. He cannot pass a
        sample of which an item has failed by the laboratory's word and by its numbers.
        """
        self._must_be(ReportState.ISSUED)
        assert self.conclusion is not None
        if decided is None:
            if self.doubts:
                raise ReportInDoubt(
                    "请退回检验机构更正，或写明理由作出决定（decision）：" + "；".join(self.doubts), doubts=self.doubts
                )
        elif not self.doubts:
            raise ReportStepRefused(f"报告判定与数值一致（{self.conclusion.label}），不得另作决定；有误的请退回更正")
        elif decided is Conclusion.QUALIFIED and (failed := self.plain_failures):
            names = "、".join(item.item for item in failed)
            raise ReportStepRefused(f"{names}：报告判定与按数值判定都不合格，不能决定为合格")
        self.state, self.accepted_at = ReportState.ACCEPTED, at
        self.decided_conclusion, self.decided_because = decided, because
        return decided or self.conclusion

    def overturn(self, conclusion: Conclusion, at: datetime) -> None:
        """A re-test is final and says otherwise; what this report said stays beside it."""
        self._must_be(ReportState.ACCEPTED)
        self.retested_conclusion, self.retested_at = conclusion, at

    def return_for_correction(self, at: datetime, because: str) -> None:
        """The bureau sends it back. This edition stays as it is; the correction will be the next."""
        self._must_be(ReportState.ISSUED, ReportState.ACCEPTED)
        if self.retested_conclusion is not None:
            raise ReportStepRefused("复检结论是最终结论，不能再退回初检报告")
        self.state, self.returned_at, self.returned_because = ReportState.RETURNED, at, because

    @property
    def final_conclusion(self) -> Conclusion | None:
        """What counts: the re-test's, else the officer's decision, else what the numbers say."""
        return self.retested_conclusion or self.decided_conclusion or self.conclusion

    @property
    def plain_failures(self) -> list["ReportItem"]:
        """Items that have failed, and nobody says otherwise."""
        return [item for item in self.items if item.verdict in FAILED and not (item.contradicts or item.reference)]

    @property
    def failed_items(self) -> list["ReportItem"]:
        """What a failed sample has failed in. Where an officer had to decide, the laboratory's word counts too."""
        if self.final_conclusion not in FAILURES:
            return []
        return [
            item
            for item in self.items
            if not item.reference
            and (item.verdict in FAILED or (self.decided_conclusion is not None and item.stated_verdict in FAILED))
        ]

    def _must_be(self, *states: ReportState) -> None:
        if self.state not in states:
            wanted = "、".join(f"“{state.label}”" for state in states)
            raise ReportStepRefused(f"这一步要求报告处于{wanted}，现在是“{self.state.label}”")


class ReportItem(Base):
    """One tested item: what the report states, and beside it what its number says by the limit in force.

    `stated_limits` holds the limits as the report prints them; `limit` the limit that was applied, as it stood then.
    Numbered within its report, so that no id of its own tells when it was entered. Items of an import are copied by
    the ten thousand.
    """

    __tablename__ = "report_items"

    report_id: Mapped[UUID] = mapped_column(ForeignKey("reports.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    item: Mapped[str]
    item_code: Mapped[str | None]
    result: Mapped[str]
    unit: Mapped[str | None]
    requirement: Mapped[str | None]
    requirement_unit: Mapped[str | None]
    stated_limits: Mapped[dict[str, Any]]
    stated_verdict: Mapped[ItemVerdict | None]
    reference: Mapped[bool]
    method: Mapped[str | None]
    basis: Mapped[str | None]
    lod_value: Mapped[str | None]
    lod_unit: Mapped[str | None]
    lod_kind: Mapped[LodKind | None]
    format_rule: Mapped[str | None]
    remark: Mapped[str | None]

    verdict: Mapped[ItemVerdict]
    reason: Mapped[str]
    steps: Mapped[list[Any]]
    contradicts: Mapped[bool]
    format_fault: Mapped[str | None]
    limit: Mapped[dict[str, Any] | None]

    def stated(self) -> StatedItem:
        """The item as it was stated."""
        values = {name: getattr(self, name) for name in StatedItem._fields}
        return StatedItem(**{**values, "stated_limits": tuple(sorted(self.stated_limits.items()))})


class ReportEntry(Base):
    """One line of a report's history, which only grows. `at`: when it counts; `recorded_at`: when it was written."""

    __tablename__ = "report_entries"

    report_id: Mapped[UUID] = mapped_column(ForeignKey("reports.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ReportEntryKind]
    at: Mapped[datetime]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")


class SeriousFindingRule(Base):
    """One version of what makes a finding serious (24小时限时报告). Only added to: the highest version of a code holds.

    Which findings are told within 24 hours was not read in the text of a rule; it is data that a bureau corrects.
    """

    __tablename__ = "serious_finding_rules"
    __table_args__ = (
        Index(None, "code", "version", unique=True),
        CheckConstraint("origin IN ('seed', 'bureau')", name="origin_known"),
        CheckConstraint("(kind = 'excess') = (factor IS NOT NULL)", name="factor_iff_excess"),
        law("24 小时限时报告的情形", "code", by="version"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    code: Mapped[str]
    version: Mapped[int]
    name: Mapped[str]
    kind: Mapped[SeriousKind]
    names: Mapped[list[str]] = mapped_column(ARRAY(Text))
    factor: Mapped[Decimal | None]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    source: Mapped[str]
    verified: Mapped[bool]
    origin: Mapped[str]
    reason: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    recorded_by: Mapped[UUID | None]

    def to_rule(self) -> SeriousRule:
        return SeriousRule(
            code=self.code,
            name=self.name,
            kind=self.kind,
            names=frozenset(self.names),
            factor=self.factor,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
        )
