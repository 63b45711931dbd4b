"""Delivering: claim a webhook, send what is due to it one by one outside any transaction, note what came back.

A worker serves each host at most once at a time, and many hosts at once: a slow receiver keeps back only its own. One
that fails rests, longer each time, before anything more is tried there.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from gateway.settings import Settings
from gateway.webhooks import repository
from gateway.webhooks.models import DeliveryState, Webhook, WebhookAttempt, WebhookDelivery
from gateway.webhooks.rules import is_given_up, pause_after, rest_after
from gateway.webhooks.sending import Outcome, Outgoing, body_of, send
from gateway.webhooks.service import PURPOSE, secrets_signing
from shared.ids import uuid7
from shared.sealing import CannotUnseal, unseal
from shared.times import now

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=60)
MOST_A_TURN = 50

Sessions = async_sessionmaker[AsyncSession]


@dataclass(frozen=True, slots=True)
class Claim:
    """A webhook reserved for this worker."""

    webhook_id: UUID
    number: int
    host: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """A delivery about to be sent; without `outgoing` there is a reason why not."""

    delivery_id: UUID
    url: str
    outgoing: Outgoing | None
    reason: str = ""


async def claim_next(sessions: Sessions, busy: list[str], at: datetime | None = None) -> Claim | None:
    """Reserve the webhook whose turn it is, at none of the `busy` hosts."""
    async with sessions() as session, session.begin():
        webhook = await repository.claim_next(session, at or now(), LEASE, busy)
        return Claim(webhook.id, webhook.claim, webhook.host) if webhook else None


async def serve(sessions: Sessions, settings: Settings, claim: Claim, at: datetime | None = None) -> int:
    """Send what is due to the claimed webhook until something fails; returns how many were delivered."""
    delivered = 0
    try:
        for _ in range(MOST_A_TURN):
            async with sessions() as session, session.begin():
                prepared = await _prepare(session, settings, claim, at or now())
            if prepared is None:
                break
            outcome = await _send(prepared, settings)
            async with sessions() as session, session.begin():
                await _note(session, settings, claim, prepared, outcome, at or now())
            if not outcome.acknowledged:
                break
            delivered += 1
    finally:
        async with sessions() as session, session.begin():
            webhook = await repository.claimed(session, claim.webhook_id, claim.number)
            if webhook is not None:
                webhook.leased_until = at or now()
    return delivered


async def _prepare(session: AsyncSession, settings: Settings, claim: Claim, at: datetime) -> Prepared | None:
    """The next delivery that is due and may be sent; None when there is none. What may not be sent is settled so."""
    webhook = await repository.claimed(session, claim.webhook_id, claim.number)
    if webhook is None or webhook.state != "active":
        return None
    webhook.leased_until = at + LEASE
    while (delivery := await repository.next_due(session, webhook.id, at)) is not None:
        if await repository.may_have(session, webhook, delivery.message, at):
            return _outgoing(webhook, delivery, settings, at)
        delivery.settle(DeliveryState.WITHHELD, at)
        await session.flush()
    return None


def _outgoing(webhook: Webhook, delivery: WebhookDelivery, settings: Settings, at: datetime) -> Prepared:
    try:
        secrets = [
            unseal(sealed, purpose=PURPOSE, record=webhook.id, secret=settings.events_secret).decode()
            for sealed in secrets_signing(webhook, at)
        ]
    except CannotUnseal:
        reason = "平台的 SHIAN_EVENTS_SECRET 已更换，打不开签名密钥，没有发送；请重新签发密钥"
        return Prepared(delivery.id, webhook.url, None, reason)
    message = delivery.message
    body = body_of(message.type, message.at, message.data)
    return Prepared(delivery.id, webhook.url, Outgoing(webhook.url, message.id, body, secrets))


async def _send(prepared: Prepared, settings: Settings) -> Outcome:
    if prepared.outgoing is None:
        return Outcome({}, error=prepared.reason)
    return await send(prepared.outgoing, private_allowed=settings.webhooks_to_private_addresses)


async def _note(
    session: AsyncSession, settings: Settings, claim: Claim, prepared: Prepared, outcome: Outcome, at: datetime
) -> None:
    webhook = await repository.claimed(session, claim.webhook_id, claim.number)
    if webhook is None:  # deleted, or the lease ran out and another worker has it
        return
    delivery = await repository.get_delivery(session, webhook.id, prepared.delivery_id, lock=True)
    if delivery is None:
        return
    session.add(
        WebhookAttempt(
            id=uuid7(),
            delivery_id=delivery.id,
            at=at,
            url=prepared.url,
            request_headers=dict(outcome.request_headers),
            status=outcome.status,
            response_headers=dict(outcome.response_headers),
            response_body=outcome.response_body,
            error=outcome.error,
            milliseconds=outcome.milliseconds,
        )
    )
    delivery.attempts += 1
    if outcome.acknowledged:
        delivery.settle(DeliveryState.DELIVERED, at)
        webhook.delivered_at = at
        webhook.failures, webhook.failing_since, webhook.last_error, webhook.rests_until = 0, None, None, None
        return
    pause = pause_after(delivery.attempts)
    if pause is None:
        delivery.settle(DeliveryState.FAILED, at)
    else:
        delivery.due_at = at + pause
    webhook.failures += 1
    webhook.failing_since = webhook.failing_since or at
    webhook.last_error = outcome.error
    webhook.rests_until = at + rest_after(webhook.failures)
    patience = timedelta(hours=settings.webhook_patience_hours)
    if is_given_up(webhook.failing_since, at, patience, outcome.status):
        webhook.disable(at)
        log.warning("webhook_disabled", webhook_id=str(webhook.id), host=webhook.host, reason=outcome.error)
