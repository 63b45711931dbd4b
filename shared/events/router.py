"""Events over HTTP: units hand over batches; administrators see what could not be delivered and send it again."""

import json
from collections.abc import Collection
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request

from shared.contracts.codes import Role, Unit
from shared.database import Session
from shared.events import inbox, outbox, repository
from shared.events.models import OutboxDelivery
from shared.events.schemas import EventRetryRead, ParkedEventRead, Receipts
from shared.events.signature import is_signed
from shared.http.auth import Actor, Allow, Anyone
from shared.http.pagination import Page, PageParameters
from shared.http.problems import FieldError, InvalidRequest, PayloadTooLarge, Unauthenticated, Unavailable
from shared.http.routing import Router
from shared.regions import repository as regions

LARGEST_BATCH_BYTES = 16 * 2**20
MEDIA_TYPE = "application/cloudevents-batch+json"

router = Router(tag="事件")

CanMendEvents = Annotated[Actor, Depends(Allow(Role.ADMINISTRATOR))]


async def _signed_batch(request: Request) -> list[Any]:
    secret = request.app.state.settings.events_secret
    if not secret:
        raise Unavailable("本单元没有设置 SHIAN_EVENTS_SECRET，不收事件")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BATCH_BYTES:
            raise PayloadTooLarge(f"一批事件不得超过 {LARGEST_BATCH_BYTES >> 20} MB，请分批发送")
    if not is_signed(secret, request.headers, bytes(body)):
        raise Unauthenticated("事件的签名不对或已过期，请核对各单元的 SHIAN_EVENTS_SECRET 与时钟")
    try:
        batch = json.loads(body)
    except (ValueError, RecursionError):
        batch = None
    if not isinstance(batch, list):
        raise InvalidRequest(
            "有 1 处需要改正",
            errors=[FieldError(pointer="", message="正文应为 CloudEvents 的 JSON 数组", code="batch")],
        )
    return batch


SignedBatch = Annotated[list[Any], Depends(_signed_batch)]
"""The events of a batch that another unit of this platform has signed."""


@router.post(
    "/events",
    summary="收一批事件（单元之间，凭签名）",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                MEDIA_TYPE: {
                    "schema": {"type": "array", "items": {"type": "object"}},
                    "example": [
                        {
                            "specversion": "1.0",
                            "id": "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1b",
                            "type": "sampling.rapid_test.failed.v1",
                            "source": "/sampling",
                            "subject": "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1c",
                            "time": "2026-07-24T09:30:00+08:00",
                            "datacontenttype": "application/json",
                            "data": {},
                        }
                    ],
                }
            },
        }
    },
)
async def receive_events(_: Anyone, batch: SignedBatch, request: Request) -> Receipts:
    state = request.app.state
    return Receipts(receipts=await inbox.receive(state.sessions, state.service.subscribers, batch))


@router.get("/v1/parked-events", summary="多次投递仍未被收下的事件")
async def list_parked_events(actor: CanMendEvents, session: Session, page: PageParameters) -> Page[ParkedEventRead]:
    deliveries, next_cursor = await repository.list_parked(session, page)
    told = {code for delivery in deliveries if isinstance(code := delivery.event.data.get("region_code"), str)}
    own = await regions.those_within(session, told, actor.regions)
    return Page(items=[_read(delivery, own) for delivery in deliveries], next_cursor=next_cursor)


@router.post("/v1/parked-events/{event_id}/retry", summary="改好之后重新投递", status_code=202)
async def retry_parked_event(_: CanMendEvents, session: Session, event_id: UUID) -> EventRetryRead:
    targets = await outbox.send_again(session, event_id)
    return EventRetryRead(id=event_id, targets=[Unit(target) for target in targets])


def _read(delivery: OutboxDelivery, own_regions: Collection[str]) -> ParkedEventRead:
    assert delivery.parked_at is not None
    event = delivery.event
    return ParkedEventRead(
        id=event.id,
        type=event.type,
        subject=event.subject,
        time=event.time,
        data=event.data if event.data.get("region_code") in own_regions else None,
        target=Unit(delivery.target),
        attempts=delivery.attempts,
        parked_at=delivery.parked_at,
        last_error=delivery.last_error,
    )
