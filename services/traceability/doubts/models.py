"""The table of doubts (我对此有疑问): what a consumer said of a code, and what became of it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from services.traceability.database import Base
from shared.contracts.inspection import ClueOutcome, ClueState
from shared.ids import uuid7


class Doubt(Base):
    """One doubt. Who has it is not kept: the receipt is all by which its answer is found again.

    `state` follows the clue that inspection makes of it under the same id; `clue_version` is 0 until it has told.
    """

    __tablename__ = "doubts"
    __table_args__ = (
        Index(None, "receipt", unique=True),
        Index(None, "code_id", "raised_at"),
        CheckConstraint("(state = 'answered') = (outcome IS NOT NULL)", name="answered_says_what"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    receipt: Mapped[str]
    code_id: Mapped[UUID] = mapped_column(ForeignKey("trace_codes.id"))
    code_text: Mapped[str]
    what: Mapped[str]
    place: Mapped[str]
    raised_at: Mapped[datetime]
    state: Mapped[ClueState] = mapped_column(default=ClueState.RECEIVED)
    outcome: Mapped[ClueOutcome | None]
    answer: Mapped[str] = mapped_column(default="")
    changed_at: Mapped[datetime | None]
    clue_version: Mapped[int] = mapped_column(default=0)

    def follow(self, *, version: int, state: ClueState, outcome: ClueOutcome | None, answer: str, at: datetime) -> None:
        """What inspection tells of its clue, unless something later is known."""
        if version > self.clue_version:
            self.clue_version, self.state, self.outcome = version, state, outcome
            self.answer, self.changed_at = answer, at
