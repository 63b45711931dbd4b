"""Tickets for tests, all invented (虚构)."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx

from shared.times import now

SOLD_AT = now().replace(microsecond=0) - timedelta(days=1)


def line(**more: Any) -> dict[str, Any]:
    return {
        "product_name": "青菜",
        "category": "agricultural",
        "quantity": "25",
        "unit": "斤",
        "lot": "DEMO-L1",
    } | more


def sale(*lines: dict[str, Any], at: datetime = SOLD_AT, **more: Any) -> dict[str, Any]:
    return {"kind": "sale", "channel": "scan", "sold_at": at.isoformat(), "lines": list(lines) or [line()]} | more


def purchase(*lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    supplier = {"name": "演示供货者（虚构）", "address": "演示大道 1 号", "contact": "0574-00000000"}
    return sale(*lines, kind="purchase", channel="hand", seller=supplier) | more


def receipt(at: datetime = SOLD_AT + timedelta(hours=1), **more: Any) -> dict[str, Any]:
    return {"received_at": at.isoformat(), "documents_checked": True, "goods_in_order": True} | more


async def put(caller: httpx.AsyncClient, body: dict[str, Any], ticket_id: UUID | None = None) -> httpx.Response:
    return await caller.put(f"/v1/tickets/{ticket_id or uuid4()}", json=body)


async def sold(caller: httpx.AsyncClient, body: dict[str, Any], ticket_id: UUID | None = None) -> dict[str, Any]:
    answer = await put(caller, body, ticket_id)
    assert answer.status_code == 200, answer.text
    read: dict[str, Any] = answer.json()
    return read


async def received(caller: httpx.AsyncClient, ticket_id: object, **more: Any) -> dict[str, Any]:
    answer = await caller.put(f"/v1/tickets/{ticket_id}/receipt", json=receipt(**more))
    assert answer.status_code == 200, answer.text
    read: dict[str, Any] = answer.json()
    return read


async def stock(caller: httpx.AsyncClient, business_id: UUID) -> dict[str, tuple[str, str]]:
    """What the business has by its records: lot code → (quantity, unit)."""
    answer = await caller.get("/v1/stocks", params={"business_id": str(business_id), "limit": 200})
    assert answer.status_code == 200, answer.text
    return {row["lot_code"]: (row["quantity"], row["unit"]) for row in answer.json()["items"]}
