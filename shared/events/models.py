"""Tables of the events: what was published, what is still owed to whom, and what has arrived."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shared.database import ChassisBase


class OutboxEvent(ChassisBase):
    """An event this unit has published, written in the transaction of the fact it tells."""

    __tablename__ = "outbox_events"
    __table_args__ = (Index(None, "time"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    type: Mapped[str]
    subject: Mapped[str]
    time: Mapped[datetime]
    traceparent: Mapped[str | None]
    data: Mapped[dict[str, Any]]


class OutboxDelivery(ChassisBase):
    """One event still owed to one unit; the row is deleted when that unit has accepted it.

    `due_at` is when a relay may take it: now, after a back-off, or when the lease of the relay that took it runs out.
    A parked delivery waits for a person.
    """

    __tablename__ = "outbox_deliveries"
    __table_args__ = (
        Index("ix_outbox_deliveries_owed", "target", "due_at", postgresql_where=text("parked_at IS NULL")),
    )

    event_id: Mapped[UUID] = mapped_column(ForeignKey("outbox_events.id"), primary_key=True)
    target: Mapped[str] = mapped_column(primary_key=True)
    attempts: Mapped[int] = mapped_column(server_default="0")
    due_at: Mapped[datetime] = mapped_column(server_default=func.now())
    parked_at: Mapped[datetime | None]
    last_error: Mapped[str | None]

    event: Mapped[OutboxEvent] = relationship(lazy="raise")


class InboxEvent(ChassisBase):
    """An event this unit has handled, remembered so that its duplicates change nothing."""

    __tablename__ = "inbox_events"
    __table_args__ = (Index(None, "received_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    type: Mapped[str]
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())
