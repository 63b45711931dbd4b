"""Tables of credit: dated signals on businesses, and what became of each."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from services.scoring.database import Base
from shared.contracts.scoring import SignalKind, SignalState
from shared.database import Versioned
from shared.ids import uuid7


class CreditSignal(Versioned, Base):
    """A dated fact that bears on a business's credit (食品安全法第一百一十三条: the credit file is kept up to date).

    `source_id` is the record it came from (a whistle); one record makes one signal, however often it is told.
    """

    __tablename__ = "credit_signals"
    __table_args__ = (
        CheckConstraint("(state = 'open') = (settled_at IS NULL)", name="settled_says_when"),
        Index("uq_credit_signals_kind_source_id", "kind", "source_id", unique=True),
        Index(None, "region_code", "id"),
        Index(None, "business_id", "occurred_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    kind: Mapped[SignalKind]
    source_id: Mapped[UUID]
    business_id: Mapped[UUID | None]
    business_uscc: Mapped[str | None]
    business_name: Mapped[str | None]
    region_code: Mapped[str]
    summary: Mapped[str]
    severe: Mapped[bool]
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    state: Mapped[SignalState] = mapped_column(default=SignalState.OPEN)
    settlement_id: Mapped[UUID | None]
    settled_at: Mapped[datetime | None]
    settlement_recorded_at: Mapped[datetime | None]

    def settle(self, state: SignalState, *, at: datetime, recorded_at: datetime) -> bool:
        """Conclude an open signal. False when it was concluded before: a second conclusion changes nothing."""
        if self.state is not SignalState.OPEN or state is SignalState.OPEN:
            return False
        self.state, self.settled_at, self.settlement_recorded_at = state, at, recorded_at
        self.settlement_id = uuid7()
        self.advance()
        return True
