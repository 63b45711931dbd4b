"""Tables of case requests (移送案件线索): what disposals hand over, and whether a penalty case was opened."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from services.inspection.case_requests.problems import CaseRequestDecided
from services.inspection.database import Base
from shared.contracts.inspection import CaseRequestState
from shared.contracts.statutory_sampling import CaseSide, Conclusion, Link, Stream
from shared.database import Versioned
from shared.ids import uuid7


class CaseRequest(Versioned, Base):
    """One disposal case's request to investigate one side's party. A disposal case asks once.

    `facts_version` is the sample's version that the facts are of; of two messages the greater is later. `region_code`
    is where the party is registered, else where the sample was taken: the officers there decide. `business_id` is null
    while the register holds nobody who can only be the party.
    """

    __tablename__ = "case_requests"
    __table_args__ = (
        Index(None, "case_id", unique=True),
        Index(None, "region_code", "id"),
        Index(None, "business_id"),
        Index(None, "sample_id"),
        CheckConstraint("state NOT IN ('accepted', 'declined') OR decided_at IS NOT NULL", name="decided_says_when"),
        CheckConstraint("state <> 'pending' OR decided_at IS NULL", name="pending_is_undecided"),
        CheckConstraint("(overturned_at IS NULL) = (overturned_because = '')", name="overturned_says_why"),
        CheckConstraint("state <> 'withdrawn' OR overturned_at IS NOT NULL", name="withdrawn_says_when"),
        CheckConstraint("(state = 'accepted') = (filing_number IS NOT NULL)", name="accepted_says_number"),
        CheckConstraint("state <> 'declined' OR decision_note <> ''", name="declined_says_why"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    case_id: Mapped[UUID]
    side: Mapped[CaseSide]
    party_name: Mapped[str]
    party_uscc: Mapped[str | None]
    business_id: Mapped[UUID | None] = mapped_column(ForeignKey("businesses.id"))
    region_code: Mapped[str]
    sample_id: Mapped[UUID]
    facts_version: Mapped[int]
    sample_number: Mapped[str | None]
    stream: Mapped[Stream]
    link: Mapped[Link]
    food_name: Mapped[str]
    lot_code: Mapped[str | None]
    production_date: Mapped[date | None]
    sampled_on: Mapped[date]
    sampled_party_name: Mapped[str]
    producer_name: Mapped[str | None]
    reason: Mapped[str]
    unqualified_items: Mapped[list[Any]]
    requested_at: Mapped[datetime]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    clock_id: Mapped[UUID]

    state: Mapped[CaseRequestState] = mapped_column(default=CaseRequestState.PENDING)
    filing_number: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    decided_by_name: Mapped[str] = mapped_column(default="")
    decision_note: Mapped[str] = mapped_column(default="")
    overturned_at: Mapped[datetime | None]
    overturned_because: Mapped[str] = mapped_column(default="")

    @property
    def title(self) -> str:
        """What its clock calls it."""
        return f"{self.party_name}：{self.food_name}抽检不合格，决定是否立案"

    def accept(self, filing_number: str, *, at: datetime, by: UUID, by_name: str, note: str) -> None:
        """A penalty case was opened under that number."""
        self._decide(CaseRequestState.ACCEPTED, at=at, by=by, by_name=by_name, note=note)
        self.filing_number = filing_number

    def decline(self, *, at: datetime, by: UUID, by_name: str, reason: str) -> None:
        """It was decided in writing to open none."""
        self._decide(CaseRequestState.DECLINED, at=at, by=by, by_name=by_name, note=reason)

    def overturn(self, *, at: datetime, because: str) -> None:
        """The sample passes after all: what is undecided is withdrawn; a decision stays, with a note beside it."""
        if self.state is CaseRequestState.PENDING:
            self.state = CaseRequestState.WITHDRAWN
        self.overturned_at, self.overturned_because = at, because
        self.advance()

    def _decide(self, state: CaseRequestState, *, at: datetime, by: UUID, by_name: str, note: str) -> None:
        if self.state is not CaseRequestState.PENDING:
            raise CaseRequestDecided(f"这件线索{self.state.label}，不能再作决定")
        self.state, self.decided_at, self.decided_by = state, at, by
        self.decided_by_name, self.decision_note = by_name, note
        self.advance()


class SampleOutcome(Base):
    """What was concluded of a sample last, as sampling told it: kept, for it may come before the request it undoes."""

    __tablename__ = "case_sample_outcomes"

    sample_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    conclusion: Mapped[Conclusion]
    report_number: Mapped[str]
    concluded_at: Mapped[datetime]

    def undoes(self, facts_version: int) -> bool:
        """Whether a request made of that version of the sample no longer has anything to stand on."""
        return self.conclusion is Conclusion.QUALIFIED and self.version > facts_version

    @property
    def words(self) -> str:
        return f"样品的结论已改为合格（报告 {self.report_number}）"
