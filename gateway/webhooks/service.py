"""Keeping webhooks, and the steps of a webhook and of its deliveries."""

import base64
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.identity.audit.models import AuditAction
from gateway.identity.audit.service import Origin, Subject, note
from gateway.settings import Settings
from gateway.webhooks import repository
from gateway.webhooks.catalogue import CATALOGUE, TEST_TYPE
from gateway.webhooks.models import (
    DeliveryState,
    OwnerKind,
    Webhook,
    WebhookDelivery,
    WebhookMessage,
    WebhookNotActive,
    WebhookState,
)
from gateway.webhooks.schemas import Replay, WebhookCreate, WebhookUpdate
from shared import times
from shared.contracts.event import EventData
from shared.destinations import BadDestination, resolve_destination
from shared.http.auth import Actor, ensure_scope
from shared.http.etags import ensure_version
from shared.http.problems import Conflict, FieldError, Forbidden, InvalidRequest, NotFound, Unavailable
from shared.ids import uuid7
from shared.regions.scope import ensure_in_scope
from shared.sealing import seal

MOST_WEBHOOKS = 50
MOST_REPLAYED = 10_000
PURPOSE = "shian: webhook secrets/1"


class TooManyWebhooks(Conflict):
    slug, title = "too-many-webhooks", f"最多 {MOST_WEBHOOKS} 个推送"


class WebhookWithoutSecret(Conflict):
    slug, title = "webhook-without-secret", "还没有签发密钥"


class StillPending(Conflict):
    slug, title = "still-pending", "正在推送，不必补发"


async def create(
    session: AsyncSession, settings: Settings, actor: Actor, origin: Origin, wanted: WebhookCreate
) -> Webhook:
    """A new webhook of the caller's; it sends nothing before a secret is issued. Raises `InvalidRequest`."""
    await _ensure_may_hear(session, actor, wanted.regions, wanted.event_types)
    host = await _host_of(wanted.url, settings)
    if await repository.count_of(session, actor.id) >= MOST_WEBHOOKS:
        raise TooManyWebhooks("请先删除不用的")
    webhook = Webhook(
        id=uuid7(),
        host=host,
        owner_kind=OwnerKind(actor.kind),
        owner_id=actor.id,
        owner_name=actor.name,
        created_at=times.now(),
        **wanted.model_dump(),
    )
    session.add(webhook)
    await session.flush()
    note(session, AuditAction.WEBHOOK_CREATED, origin, _subject(webhook), actor, after=_grant(webhook))
    return webhook


async def change(
    session: AsyncSession,
    settings: Settings,
    actor: Actor,
    origin: Origin,
    webhook_id: UUID,
    version: int,
    wanted: WebhookUpdate,
) -> Webhook:
    """Change the name, address, event types or regions. What was owed for a type or region left out is not sent."""
    webhook = await find(session, actor, webhook_id, lock=True)
    ensure_version(webhook, version)
    await _ensure_may_hear(session, actor, wanted.regions or (), wanted.event_types or ())
    before = _grant(webhook)
    if wanted.url is not None:
        webhook.host = await _host_of(wanted.url, settings)
    for name, value in wanted.model_dump(exclude_none=True).items():
        setattr(webhook, name, value)
    webhook.advance()
    await session.flush()
    note(session, AuditAction.WEBHOOK_CHANGED, origin, _subject(webhook), actor, before=before, after=_grant(webhook))
    return webhook


async def issue_secret(
    session: AsyncSession, settings: Settings, actor: Actor, origin: Origin, webhook_id: UUID, overlap: timedelta
) -> tuple[Webhook, str]:
    """A new secret, which nobody can read again; the one before signs besides for the overlap."""
    if not settings.events_secret:
        raise Unavailable("平台没有设置 SHIAN_EVENTS_SECRET，不能保管签名密钥；请联系运维人员")
    webhook = await find(session, actor, webhook_id, lock=True)
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    sealed = seal(secret.encode(), purpose=PURPOSE, record=webhook.id, secret=settings.events_secret)
    webhook.rotate(sealed, times.now() + overlap)
    await session.flush()
    hours = overlap / timedelta(hours=1)
    note(session, AuditAction.WEBHOOK_SECRET_ISSUED, origin, _subject(webhook), actor, overlap_hours=hours)
    return webhook, secret


async def pause(session: AsyncSession, actor: Actor, origin: Origin, webhook_id: UUID) -> Webhook:
    """Send nothing for now. What happens meanwhile is not owed; a replay of the span sends it later."""
    webhook = await find(session, actor, webhook_id, lock=True)
    webhook.pause()
    await session.flush()
    note(session, AuditAction.WEBHOOK_CHANGED, origin, _subject(webhook), actor, state=webhook.state.value)
    return webhook


async def resume(session: AsyncSession, actor: Actor, origin: Origin, webhook_id: UUID) -> Webhook:
    """Go on, after a pause or after it was given up. The administrator who resumes answers for it from now on."""
    webhook = await find(session, actor, webhook_id, lock=True)
    if webhook.owner_kind is OwnerKind.USER:
        await _ensure_may_hear(session, actor, webhook.regions, webhook.event_types)
        webhook.owner_id, webhook.owner_name = actor.id, actor.name
    webhook.resume()
    await session.flush()
    note(session, AuditAction.WEBHOOK_CHANGED, origin, _subject(webhook), actor, state=webhook.state.value)
    return webhook


async def remove(session: AsyncSession, actor: Actor, origin: Origin, webhook_id: UUID) -> None:
    """End a webhook, with its log; what is under way is not called back."""
    webhook = await find(session, actor, webhook_id, lock=True)
    note(session, AuditAction.WEBHOOK_REMOVED, origin, _subject(webhook), actor, before=_grant(webhook))
    await session.delete(webhook)
    await session.flush()


async def send_test(session: AsyncSession, actor: Actor, webhook_id: UUID) -> WebhookDelivery:
    """Owe the webhook an event that says nothing, to try the way. Raises `WebhookNotActive`."""
    webhook = await find(session, actor, webhook_id)
    _ensure_sends(webhook)
    at = times.now()
    data = {"webhook_id": str(webhook.id), "note": "测试消息，没有任何事情发生"}
    message = WebhookMessage(id=uuid7(), type=TEST_TYPE, region_code=None, at=at, data=data)
    delivery = WebhookDelivery(id=uuid7(), webhook_id=webhook.id, message_id=message.id, due_at=at)
    session.add(message)
    await session.flush()
    session.add(delivery)
    await session.flush()
    return await find_delivery(session, actor, webhook_id, delivery.id)


async def replay_one(session: AsyncSession, actor: Actor, webhook_id: UUID, delivery_id: UUID) -> WebhookDelivery:
    """Send a message again, under the same id. Raises `StillPending`, `WebhookNotActive`."""
    webhook = await find(session, actor, webhook_id)
    _ensure_sends(webhook)
    delivery = await find_delivery(session, actor, webhook_id, delivery_id, lock=True)
    if delivery.state is DeliveryState.PENDING:
        raise StillPending("它还会自动重试，请看推送记录")
    await repository.owe_again(session, webhook.id, [delivery.message_id], times.now(), delivered_too=True)
    return await find_delivery(session, actor, webhook_id, delivery_id)


async def replay_span(session: AsyncSession, actor: Actor, webhook_id: UUID, wanted: Replay) -> int:
    """Owe again what happened in a span, also what was never owed because the webhook was paused or did not exist yet;
    returns how many. Raises `InvalidRequest` where there is more than one call may order.
    """
    webhook = await find(session, actor, webhook_id)
    _ensure_sends(webhook)
    found = await repository.messages_between(session, webhook, wanted.begin, wanted.end, MOST_REPLAYED + 1)
    if len(found) > MOST_REPLAYED:
        message = f"这段时间有 {MOST_REPLAYED} 条以上，请分几段补发"
        raise InvalidRequest(message, errors=[FieldError(pointer="/end", message=message, code="too_many")])
    at, owed = times.now(), 0
    for start in range(0, len(found), 1000):
        ids = [message.id for message in found[start : start + 1000]]
        owed += await repository.owe_again(session, webhook.id, ids, at, delivered_too=wanted.delivered_too)
    return owed


async def tell(session: AsyncSession, data: EventData) -> None:
    """Owe a public event to every active webhook whose owner may hear it."""
    at = times.now()
    payload = CATALOGUE[data.type].payload(data)
    message = WebhookMessage(id=uuid7(), type=data.type, region_code=payload["region_code"], at=at, data=payload)
    await repository.owe(session, message, at)


async def find(session: AsyncSession, actor: Actor, webhook_id: UUID, *, lock: bool = False) -> Webhook:
    webhook = await repository.get_kept(session, actor, webhook_id, lock=lock)
    if webhook is None:
        raise NotFound("没有这个推送，或其区域超出您的")
    return webhook


async def find_delivery(
    session: AsyncSession, actor: Actor, webhook_id: UUID, delivery_id: UUID, *, lock: bool = False
) -> WebhookDelivery:
    webhook = await find(session, actor, webhook_id)
    delivery = await repository.get_delivery(session, webhook.id, delivery_id, lock=lock)
    if delivery is None:
        raise NotFound("没有这条推送记录，或已过保存期")
    return delivery


def _ensure_sends(webhook: Webhook) -> None:
    if webhook.state is not WebhookState.ACTIVE:
        raise WebhookNotActive(f"它{webhook.state.label}，请先恢复")
    if not webhook.has_secret:
        raise WebhookWithoutSecret("请先签发密钥，并在接收方设好")


async def _ensure_may_hear(
    session: AsyncSession, actor: Actor, regions: Collection[str], event_types: Collection[str]
) -> None:
    for region in regions:
        await ensure_in_scope(session, actor, region)
    for event_type in event_types:
        try:
            ensure_scope(actor, CATALOGUE[event_type].publisher, "GET")
        except Forbidden as refusal:
            raise Forbidden(f"不能订阅 {event_type}：{refusal.detail}") from None


async def _host_of(url: str, settings: Settings) -> str:
    """The host that deliveries to this address share, looked up and checked. Raises `InvalidRequest`."""
    try:
        await resolve_destination(url, private_allowed=settings.webhooks_to_private_addresses)
    except BadDestination as fault:
        raise InvalidRequest(
            f"接收地址{fault}", errors=[FieldError(pointer="/url", message=str(fault), code="destination")]
        ) from None
    return (urlsplit(url).hostname or "").lower()


def _grant(webhook: Webhook) -> dict[str, object]:
    """All that decides what goes where, for the audit trail. The address' path and query may hold a secret."""
    return {
        "name": webhook.name,
        "host": webhook.host,
        "event_types": list(webhook.event_types),
        "regions": list(webhook.regions),
    }


def _subject(webhook: Webhook) -> Subject:
    return Subject(webhook.id, webhook.name, webhook.regions)


def secrets_signing(webhook: Webhook, at: datetime) -> list[bytes]:
    """The sealed secrets that sign now, the present one first."""
    previous = webhook.sealed_previous if webhook.previous_until and webhook.previous_until > at else None
    return [sealed for sealed in (webhook.sealed_secret, previous) if sealed is not None]
