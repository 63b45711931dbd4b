"""Tables of the subscriptions: what is sent where and how far, and a log of what was sent."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.traceability.database import Base
from services.traceability.epcis_queries.models import NamedQuery
from services.traceability.epcis_subscriptions.rules import MOST_FAILURES, pause_after, read_schedule
from shared.ids import uuid7

LAST_ID = UUID(int=2**128 - 1)
"""Behind every event of one transaction."""
LARGEST_BATCH = 200
LOOK_EVERY = timedelta(seconds=1)


class SubscriptionState(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"


TOKEN_PURPOSE = "shian: signature tokens of EPCIS subscriptions/1"  # noqa: S105 (a name, no secret)
"""What a subscriber's signature token is sealed for. It is needed in clear for every delivery (HMAC), so a hash would
not do; after `SHIAN_EVENTS_SECRET` has been changed it opens no more, and its subscriber is told to subscribe again.
"""


class Subscription(Base):
    """Results of a named query for one address.

    `reached_in` and `reached_id` say how far its events were acknowledged, in the order of `EpcisEvent.recorded_in` and
    `id` (see `repository.complete_below` for why not by time). `pending_in` and `pending_id` are the end of the batch
    that was sent and not acknowledged yet: it is sent again as it was, so that its number tells the receiver.
    `initial_record_time` null: from the moment of subscribing on. `owner` is the verified caller who subscribed; events
    are sent as he may see them. `sealed_token`: see `shared.sealing`. `attempt` counts claims: a worker with an older
    number was overtaken.
    """

    __tablename__ = "epcis_subscriptions"
    __table_args__ = (
        Index(None, "query_id", "id"),
        Index("ix_epcis_subscriptions_due", "due_at", postgresql_where=text("state = 'active'")),
        CheckConstraint("stream = (schedule IS NULL)", name="stream_or_schedule"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    query_id: Mapped[UUID] = mapped_column(ForeignKey("epcis_named_queries.id", ondelete="CASCADE"))
    owner: Mapped[dict[str, Any]]
    dest: Mapped[str]
    sealed_token: Mapped[bytes | None]
    epc_format: Mapped[str]
    stream: Mapped[bool]
    schedule: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    report_if_empty: Mapped[bool]
    initial_record_time: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    state: Mapped[SubscriptionState] = mapped_column(default=SubscriptionState.ACTIVE)
    reached_in: Mapped[int] = mapped_column(BigInteger)
    reached_id: Mapped[UUID]
    pending_in: Mapped[int | None] = mapped_column(BigInteger)
    pending_id: Mapped[UUID | None]
    min_record_time: Mapped[datetime | None]
    batch_size: Mapped[int] = mapped_column(default=LARGEST_BATCH)
    due_at: Mapped[datetime]
    attempt: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None]
    paused_at: Mapped[datetime | None]

    query: Mapped[NamedQuery] = relationship(lazy="raise")

    def plan(self, at: datetime, *, more: bool) -> None:
        """Say when to look next: at once while more is waiting, else by the schedule, a stream a moment later."""
        if more:
            self.due_at = at
        else:
            self.due_at = read_schedule(self.schedule).next_after(at) if self.schedule else at + LOOK_EVERY

    def advance(self, reached_in: int, reached_id: UUID, recorded_at: datetime | None) -> None:
        """All up to here was acknowledged, or was not for this subscription. `recorded_at` is the last one's time."""
        self.reached_in, self.reached_id = reached_in, reached_id
        self.pending_in, self.pending_id = None, None
        self.min_record_time = recorded_at or self.min_record_time
        self.failures, self.last_error = 0, None

    def halve(self, events: int, at: datetime) -> None:
        """The receiver finds the batch too large; the next one has half as many events."""
        self.batch_size = max(1, events // 2)
        self.pending_in, self.pending_id, self.due_at = None, None, at

    def fail(self, error: str, at: datetime) -> None:
        """Wait longer each time; after many failures in a row, for a person."""
        self.failures += 1
        self.last_error = error[:1000]
        self.due_at = at + pause_after(self.failures)
        if self.failures >= MOST_FAILURES:
            self.state, self.paused_at = SubscriptionState.PAUSED, at

    def resume(self, at: datetime) -> None:
        """Go on where the last acknowledgement was."""
        self.state, self.paused_at, self.failures, self.due_at = SubscriptionState.ACTIVE, None, 0, at


class Delivery(Base):
    """One attempt to send a batch. `status` is the receiver's HTTP status, null when none came."""

    __tablename__ = "epcis_deliveries"
    __table_args__ = (Index(None, "subscription_id", "id"), Index(None, "at"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    subscription_id: Mapped[UUID] = mapped_column(ForeignKey("epcis_subscriptions.id", ondelete="CASCADE"))
    batch_id: Mapped[UUID]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    events: Mapped[int]
    bytes_sent: Mapped[int]
    status: Mapped[int | None]
    error: Mapped[str | None]
    milliseconds: Mapped[int]
