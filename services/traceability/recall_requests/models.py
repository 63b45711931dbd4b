"""Tables of recall requests (召回请求): what a disposal case asks to be called back, and what became of it."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.traceability.database import Base
from services.traceability.lots.models import LotHold
from services.traceability.recall_requests.problems import RecallRequestDecided
from shared.contracts.statutory_sampling import Conclusion, Link, Stream
from shared.contracts.traceability import RecallRequestState
from shared.database import Versioned
from shared.ids import uuid7


class RecallRequest(Versioned, Base):
    """One case's request to call a lot back, with what sampling says of the sample. A case asks once.

    `facts_version` is the sample's version that the facts are of; of two messages the greater is later. `hold_id` is
    the hold on the lot that the facts name; null where they name none, so that there was nothing to hold.
    """

    __tablename__ = "recall_requests"
    __table_args__ = (
        Index(None, "case_id", unique=True),
        Index(None, "region_code", "id"),
        Index(None, "sample_id"),
        CheckConstraint("state NOT IN ('accepted', 'declined') OR decided_at IS NOT NULL", name="decided_says_when"),
        CheckConstraint("state <> 'pending' OR decided_at IS NULL", name="pending_is_undecided"),
        CheckConstraint("(overturned_at IS NULL) = (overturned_because = '')", name="overturned_says_why"),
        CheckConstraint("state <> 'withdrawn' OR overturned_at IS NOT NULL", name="withdrawn_says_when"),
        CheckConstraint("state <> 'declined' OR decision_note <> ''", name="declined_says_why"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    case_id: Mapped[UUID]
    sample_id: Mapped[UUID]
    facts_version: Mapped[int]
    sample_number: Mapped[str | None]
    stream: Mapped[Stream]
    link: Mapped[Link]
    region_code: Mapped[str]
    food_name: Mapped[str]
    category_code: Mapped[str | None]
    sampled_on: Mapped[date]
    business_id: Mapped[UUID | None]
    sampled_party_name: Mapped[str]
    sampled_party_uscc: Mapped[str | None]
    producer_name: Mapped[str | None]
    producer_uscc: Mapped[str | None]
    lot_code: Mapped[str | None]
    production_date: Mapped[date | None]
    reason: Mapped[str]
    requested_at: Mapped[datetime]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    hold_id: Mapped[UUID | None] = mapped_column(ForeignKey("lot_holds.id"))

    state: Mapped[RecallRequestState] = mapped_column(default=RecallRequestState.PENDING)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    decided_by_name: Mapped[str] = mapped_column(default="")
    decision_note: Mapped[str] = mapped_column(default="")
    overturned_at: Mapped[datetime | None]
    overturned_because: Mapped[str] = mapped_column(default="")

    hold: Mapped[LotHold | None] = relationship(lazy="raise")

    def decide(self, state: RecallRequestState, *, at: datetime, by: UUID, by_name: str, note: str) -> None:
        """Take the request on, or decline it in writing. Said once."""
        if self.state is not RecallRequestState.PENDING:
            raise RecallRequestDecided(f"这件召回请求{self.state.label}，不能再作决定")
        self.state, self.decided_at, self.decided_by = state, at, by
        self.decided_by_name, self.decision_note = by_name, note
        self.advance()

    def withdraw(self, *, at: datetime, because: str) -> None:
        """The sample passes after all: there is nothing to call back, whatever was decided; what was decided stays."""
        self.state, self.overturned_at, self.overturned_because = RecallRequestState.WITHDRAWN, at, because
        self.advance()


class SampleOutcome(Base):
    """What was concluded of a sample last, as sampling told it: kept, for it may come before the request it undoes."""

    __tablename__ = "recall_sample_outcomes"

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
