"""Webhooks over HTTP: administrators keep those of their regions, external systems their own."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from gateway.identity.audit.service import CallerOrigin
from gateway.settings import CurrentSettings
from gateway.webhooks import repository, service
from gateway.webhooks.catalogue import CATALOGUE
from gateway.webhooks.models import DeliveryState, WebhookDelivery
from gateway.webhooks.schemas import (
    AttemptRead,
    DeliveryDetailRead,
    DeliveryRead,
    EventTypeRead,
    Replay,
    ReplayRead,
    SecretCreate,
    SecretRead,
    WebhookCreate,
    WebhookRead,
    WebhookUpdate,
)
from shared.contracts.codes import Role
from shared.contracts.scopes import needed_scope
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.etags import IfMatch, set_etag
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

CanKeepWebhooks = Annotated[Actor, Depends(Allow(Role.ADMINISTRATOR, Role.EXTERNAL_SYSTEM))]
"""Administrators within their regions; external systems with `gateway:read` or `gateway:write` for themselves."""

ATTEMPTS_SHOWN = 50

router = Router(prefix="/api/v1", tag="事件推送")


@router.get("/webhook-event-types")
async def list_webhook_event_types(_: CanKeepWebhooks) -> list[EventTypeRead]:
    """可以订阅的事件类型，及推送的字段"""
    return [
        EventTypeRead(
            type=event.type, label=event.label, scope=needed_scope(event.publisher, "GET"), fields=list(event.fields)
        )
        for event in CATALOGUE.values()
    ]


@router.get("/webhooks")
async def list_webhooks(session: Session, actor: CanKeepWebhooks, page: PageParameters) -> Page[WebhookRead]:
    """事件推送：管理员看辖区内的，外部系统看自己的"""
    rows, next_cursor = await repository.list_kept(session, actor, page)
    return Page(items=[WebhookRead.model_validate(row) for row in rows], next_cursor=next_cursor)


@router.post("/webhooks", status_code=201)
async def create_webhook(
    session: Session,
    settings: CurrentSettings,
    actor: CanKeepWebhooks,
    origin: CallerOrigin,
    wanted: WebhookCreate,
    response: Response,
    _: Idempotent,
) -> WebhookRead:
    """新建一个推送；随后签发密钥，签发之前不推送"""
    webhook = await service.create(session, settings, actor, origin, wanted)
    response.headers["Location"] = f"/api/v1/webhooks/{webhook.id}"
    set_etag(response, webhook)
    return WebhookRead.model_validate(webhook)


@router.get("/webhooks/{webhook_id}")
async def get_webhook(session: Session, actor: CanKeepWebhooks, webhook_id: UUID, response: Response) -> WebhookRead:
    """一个推送"""
    webhook = await service.find(session, actor, webhook_id)
    set_etag(response, webhook)
    return WebhookRead.model_validate(webhook)


@router.patch("/webhooks/{webhook_id}")
async def change_webhook(
    session: Session,
    settings: CurrentSettings,
    actor: CanKeepWebhooks,
    origin: CallerOrigin,
    webhook_id: UUID,
    version: IfMatch,
    wanted: WebhookUpdate,
    response: Response,
) -> WebhookRead:
    """变更名称、接收地址、事件类型或区域"""
    webhook = await service.change(session, settings, actor, origin, webhook_id, version, wanted)
    set_etag(response, webhook)
    return WebhookRead.model_validate(webhook)


@router.delete("/webhooks/{webhook_id}", status_code=204)
async def remove_webhook(session: Session, actor: CanKeepWebhooks, origin: CallerOrigin, webhook_id: UUID) -> None:
    """删除推送及其记录"""
    await service.remove(session, actor, origin, webhook_id)


@router.post("/webhooks/{webhook_id}/secrets", status_code=201)
async def issue_webhook_secret(
    session: Session,
    settings: CurrentSettings,
    actor: CanKeepWebhooks,
    origin: CallerOrigin,
    webhook_id: UUID,
    wanted: SecretCreate,
    response: Response,
) -> SecretRead:
    """签发（轮换）签名密钥：只显示这一次；不可幂等重放，因为明文不留底"""
    overlap = timedelta(hours=wanted.overlap_hours)
    webhook, secret = await service.issue_secret(session, settings, actor, origin, webhook_id, overlap)
    response.headers["Cache-Control"] = "no-store"
    return SecretRead(webhook_id=webhook.id, secret=secret, previous_until=webhook.previous_until)


@router.post("/webhooks/{webhook_id}/pause")
async def pause_webhook(
    session: Session, actor: CanKeepWebhooks, origin: CallerOrigin, webhook_id: UUID
) -> WebhookRead:
    """暂停推送；期间的事件不排队，恢复后可以补发"""
    return WebhookRead.model_validate(await service.pause(session, actor, origin, webhook_id))


@router.post("/webhooks/{webhook_id}/resumption")
async def resume_webhook(
    session: Session, actor: CanKeepWebhooks, origin: CallerOrigin, webhook_id: UUID
) -> WebhookRead:
    """恢复推送；由恢复它的管理员负责"""
    return WebhookRead.model_validate(await service.resume(session, actor, origin, webhook_id))


@router.post("/webhooks/{webhook_id}/test-events", status_code=202)
async def send_webhook_test(session: Session, actor: CanKeepWebhooks, webhook_id: UUID) -> DeliveryRead:
    """推送一条测试消息"""
    return _read(await service.send_test(session, actor, webhook_id))


@router.get("/webhooks/{webhook_id}/deliveries")
async def list_webhook_deliveries(
    session: Session,
    actor: CanKeepWebhooks,
    webhook_id: UUID,
    page: PageParameters,
    state: Annotated[DeliveryState | None, Query(description="只列这一状态的")] = None,
) -> Page[DeliveryRead]:
    """推送记录，新的在前；保存 30 天"""
    webhook = await service.find(session, actor, webhook_id)
    rows, next_cursor = await repository.list_deliveries(session, webhook.id, state, page)
    return Page(items=[_read(row) for row in rows], next_cursor=next_cursor)


@router.get("/webhooks/{webhook_id}/deliveries/{delivery_id}")
async def get_webhook_delivery(
    session: Session, actor: CanKeepWebhooks, webhook_id: UUID, delivery_id: UUID
) -> DeliveryDetailRead:
    """一条推送记录：正文，每次请求与答复"""
    delivery = await service.find_delivery(session, actor, webhook_id, delivery_id)
    tried = await repository.attempts_of(session, delivery.id, ATTEMPTS_SHOWN)
    return DeliveryDetailRead(
        **_read(delivery).model_dump(),
        data=delivery.message.data,
        tried=[AttemptRead.model_validate(attempt) for attempt in tried],
    )


@router.post("/webhooks/{webhook_id}/deliveries/{delivery_id}/replay", status_code=202)
async def replay_webhook_delivery(
    session: Session, actor: CanKeepWebhooks, webhook_id: UUID, delivery_id: UUID
) -> DeliveryRead:
    """补发一条，消息编号不变"""
    return _read(await service.replay_one(session, actor, webhook_id, delivery_id))


@router.post("/webhooks/{webhook_id}/replays", status_code=202)
async def replay_webhook_span(session: Session, actor: CanKeepWebhooks, webhook_id: UUID, wanted: Replay) -> ReplayRead:
    """补发一段时间的事件，包括暂停期间没有排队的"""
    return ReplayRead(messages=await service.replay_span(session, actor, webhook_id, wanted))


def _read(delivery: WebhookDelivery) -> DeliveryRead:
    return DeliveryRead(
        id=delivery.id,
        message_id=delivery.message_id,
        type=delivery.message.type,
        region_code=delivery.message.region_code,
        at=delivery.message.at,
        state=delivery.state,
        attempts=delivery.attempts,
        replays=delivery.replays,
        due_at=delivery.due_at,
        settled_at=delivery.settled_at,
    )
