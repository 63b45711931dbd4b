"""Events over HTTP: units hand over signed batches."""

import json
from typing import Annotated, Any

from fastapi import Depends, Request

from shared.events import inbox
from shared.events.schemas import Receipts
from shared.events.signature import is_signed
from shared.http.auth import Anyone
from shared.http.problems import FieldError, InvalidRequest, PayloadTooLarge, Unauthenticated, Unavailable
from shared.http.routing import Router

LARGEST_BATCH_BYTES = 16 * 2**20
MEDIA_TYPE = "application/cloudevents-batch+json"

router = Router(tag="事件")


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
