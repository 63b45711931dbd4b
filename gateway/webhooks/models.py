"""Tables of the webhooks: who wants what where, what there was to tell, and what became of each telling."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from gateway.database import Base
from shared.database import Versioned
from shared.http.problems import Conflict
from shared.ids import uuid7


class WebhookState(StrEnum):
    """Whether anything is sent."""

    ACTIVE = "active"
    PAUSED = "paused"
    DISABLED = "disabled"

    @property
    def label(self) -> str:
        return {"active": "推送中", "paused": "已暂停", "disabled": "多次送不到，已停用"}[self]


class DeliveryState(StrEnum):
    """What became of one message for one webhook."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    WITHHELD = "withheld"

    @property
    def label(self) -> str:
        return {"pending": "待推送", "delivered": "已送达", "failed": "未送达", "withheld": "无权接收，没有发出"}[self]


class OwnerKind(StrEnum):
    """Who answers for a webhook: an administrator, or an external system for itself."""

    USER = "user"
    CLIENT = "client"


class WebhookNotActive(Conflict):
    slug, title = "webhook-not-active", "这个推送没有在进行"


class Webhook(Versioned, Base):
    """Events of some types and regions, sent to one address.

    `owner_id` names a user or an API client (`owner_kind`); what the owner may not see now is not sent. Secrets are
    sealed (`shared.sealing`); the previous one signs besides until `previous_until`, and before there is one at all
    nothing is sent. `failing_since` is the first of
    the failures since the last success. `rests_until` keeps deliveries back, `leased_until` other workers; `claim`
    counts claims, so that a worker whose lease ran out is known.
    """

    __tablename__ = "webhooks"
    __table_args__ = (
        CheckConstraint("cardinality(regions) > 0", name="has_regions"),
        CheckConstraint("cardinality(event_types) > 0", name="has_event_types"),
        Index(None, "regions", postgresql_using="gin"),
        Index(None, "owner_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    name: Mapped[str]
    url: Mapped[str]
    host: Mapped[str]
    event_types: Mapped[list[str]]
    regions: Mapped[list[str]]
    owner_kind: Mapped[OwnerKind]
    owner_id: Mapped[UUID]
    owner_name: Mapped[str]
    sealed_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    sealed_previous: Mapped[bytes | None] = mapped_column(LargeBinary)
    previous_until: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    state: Mapped[WebhookState] = mapped_column(default=WebhookState.ACTIVE)
    disabled_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    failing_since: Mapped[datetime | None]
    last_error: Mapped[str | None]
    delivered_at: Mapped[datetime | None]
    rests_until: Mapped[datetime | None]
    leased_until: Mapped[datetime | None]
    claim: Mapped[int] = mapped_column(default=0)

    @property
    def has_secret(self) -> bool:
        return self.sealed_secret is not None

    def pause(self) -> None:
        """Stop by a person's wish. Raises `WebhookNotActive`."""
        if self.state is not WebhookState.ACTIVE:
            raise WebhookNotActive(f"它{self.state.label}")
        self.state = WebhookState.PAUSED
        self.advance()

    def resume(self) -> None:
        """Go on; what failed before no longer counts."""
        self.state, self.disabled_at, self.rests_until = WebhookState.ACTIVE, None, None
        self.failures, self.failing_since, self.last_error = 0, None, None
        self.advance()

    def disable(self, at: datetime) -> None:
        """Stop because nothing arrives."""
        self.state, self.disabled_at = WebhookState.DISABLED, at
        self.advance()

    def rotate(self, sealed: bytes, previous_until: datetime) -> None:
        """Take a new secret; the present one goes on signing besides until then."""
        if self.sealed_secret is not None:
            self.sealed_previous, self.previous_until = self.sealed_secret, previous_until
        self.sealed_secret = sealed
        self.advance()


class WebhookMessage(Base):
    """A public event as it is told. `region_code` null: a test, which concerns its one webhook only."""

    __tablename__ = "webhook_messages"
    __table_args__ = (Index(None, "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    type: Mapped[str]
    region_code: Mapped[str | None]
    at: Mapped[datetime]
    data: Mapped[dict[str, Any]]


class WebhookDelivery(Base):
    """One message owed to one webhook, and what became of it. A replay makes it pending again, under the same id."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        Index(None, "webhook_id", "message_id", unique=True),
        Index(None, "message_id"),
        Index("ix_webhook_deliveries_due", "webhook_id", "due_at", postgresql_where=text("state = 'pending'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    webhook_id: Mapped[UUID] = mapped_column(ForeignKey("webhooks.id", ondelete="CASCADE"))
    message_id: Mapped[UUID] = mapped_column(ForeignKey("webhook_messages.id", ondelete="CASCADE"))
    state: Mapped[DeliveryState] = mapped_column(default=DeliveryState.PENDING)
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    replays: Mapped[int] = mapped_column(default=0, server_default=text("0"))

    message: Mapped[WebhookMessage] = relationship(lazy="raise")

    def settle(self, state: DeliveryState, at: datetime) -> None:
        self.state, self.settled_at = state, at


class WebhookAttempt(Base):
    """One request that was sent, or could not be: its head, and the head and beginning of the answer. The signature
    is left out of the head: it proves something only to who has the secret.
    """

    __tablename__ = "webhook_attempts"
    __table_args__ = (Index(None, "delivery_id", "id"), Index(None, "at"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    delivery_id: Mapped[UUID] = mapped_column(ForeignKey("webhook_deliveries.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    url: Mapped[str]
    request_headers: Mapped[dict[str, Any]]
    status: Mapped[int | None]
    response_headers: Mapped[dict[str, Any]]
    response_body: Mapped[str]
    error: Mapped[str | None]
    milliseconds: Mapped[int]
