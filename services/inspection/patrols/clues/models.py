"""Tables of clue reports (线索上报): what somebody in the grid saw, to whom it went, and what he was answered."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.inspection.database import Base
from services.inspection.patrols.clues.codes import ClueEntryKind, ReferralKind
from services.inspection.patrols.clues.problems import ClueStepRefused
from shared.contracts.inspection import ClueOutcome, ClueState
from shared.database import Versioned
from shared.ids import uuid7


class Clue(Versioned, Base):
    """One clue. `id` is made by the terminal; `content` is what it sent, `sha256` its hash."""

    __tablename__ = "clues"
    __table_args__ = (
        Index(None, "region_code", "id"),
        Index(None, "cell_code", "state"),
        Index(None, "reporter_id", "id"),
        Index(None, "business_id", postgresql_where="business_id IS NOT NULL"),
        CheckConstraint("(state = 'answered') = (answered_at IS NOT NULL)", name="answered_says_when"),
        CheckConstraint("(answered_at IS NULL) = (outcome IS NULL)", name="answered_says_what"),
        CheckConstraint("(referral IS NULL) = (referral_reference IS NULL)", name="referral_whole"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    patrol_id: Mapped[UUID | None] = mapped_column(ForeignKey("patrols.id"))
    cell_code: Mapped[str]
    region_code: Mapped[str]
    business_id: Mapped[UUID | None] = mapped_column(ForeignKey("businesses.id"))
    place: Mapped[str]
    what: Mapped[str]
    found_at: Mapped[datetime]
    content: Mapped[dict[str, Any]]
    sha256: Mapped[str]
    reporter_id: Mapped[UUID]
    reporter_name: Mapped[str]
    received_at: Mapped[datetime]
    clock_id: Mapped[UUID]

    state: Mapped[ClueState] = mapped_column(default=ClueState.RECEIVED)
    referral: Mapped[ReferralKind | None]
    referral_reference: Mapped[str | None]
    outcome: Mapped[ClueOutcome | None]
    answer: Mapped[str] = mapped_column(default="")
    answered_at: Mapped[datetime | None]

    entries: Mapped[list["ClueEntry"]] = relationship(order_by="ClueEntry.number", lazy="raise")

    @property
    def title(self) -> str:
        return f"{self.place}：{self.what}"[:120]

    def log(self, kind: ClueEntryKind, at: datetime, actor_id: UUID, actor_name: str, note: str) -> None:
        """Append to the history (its entries must be loaded)."""
        number = len(self.entries) + 1
        self.entries.append(
            ClueEntry(number=number, kind=kind, at=at, actor_id=actor_id, actor_name=actor_name, note=note)
        )

    def refer(self, kind: ReferralKind, reference: str) -> None:
        """Hand it on. It may be handed on again, as it turns out to be something else."""
        if self.state is ClueState.ANSWERED:
            raise ClueStepRefused("线索已经答复，不再转办；有新情况请另报线索")
        self.state, self.referral, self.referral_reference = ClueState.REFERRED, kind, reference

    def reply(self, outcome: ClueOutcome, answer: str, at: datetime) -> ClueEntryKind:
        """Answer the reporter. A further answer supplements the first, whose moment stays. Gives the entry's kind."""
        self.outcome, self.answer = outcome, answer
        if self.state is ClueState.ANSWERED:
            return ClueEntryKind.SUPPLEMENTED
        self.state, self.answered_at = ClueState.ANSWERED, at
        return ClueEntryKind.ANSWERED


class ClueEntry(Base):
    """One line of a clue's history, which only grows."""

    __tablename__ = "clue_entries"
    __table_args__ = (Index(None, "clue_id", "number", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    clue_id: Mapped[UUID] = mapped_column(ForeignKey("clues.id"))
    number: Mapped[int]
    kind: Mapped[ClueEntryKind]
    at: Mapped[datetime]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    actor_id: Mapped[UUID]
    actor_name: Mapped[str]
    note: Mapped[str]
