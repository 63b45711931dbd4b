"""Invented findings, and the ways in which people act on them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.models import Business
from services.inspection.businesses.schemas import BusinessWrite
from services.inspection.businesses.service import enter, new_business
from services.inspection.corrections.models import Correction
from services.inspection.corrections.opening import CompletedVisit, Problem, open_corrections
from services.inspection.corrections.repository import ORDER_CLOCK
from services.inspection.corrections.subscribers import on_clock
from shared.clocks.models import ClockRow
from shared.clocks.service import clocks_of
from shared.clocks.sweep import sweep_overdue
from shared.contracts.clocks import BREACHED, END_WITHDRAWN
from shared.contracts.codes import Unit
from shared.events.models import OutboxEvent
from shared.ids import uuid7
from shared.times import now
from tests.services.inspection.factories import STREET, business

BEFORE, AFTER, LATER = "a1" * 32, "b2" * 32, "c3" * 32
LONG_AGO = now() - timedelta(days=60)

ASSESSMENT = {"affects_safety": False, "note": "不影响食品安全（演示）"}
SPOT = {"evidence_before": [BEFORE], "evidence_after": [AFTER]}
ORDER = {
    "document_number": "演示责改〔2026〕1号",
    "demand": "十日内离地存放（演示）",
    "length": 10,
    "unit": "calendar_day",
}
REPORT = {"note": "已购置货架（演示）", "evidence_after": [AFTER]}
PASSED = {"result": "passed", "note": "货架已到位（演示）", "evidence_after": [LATER]}
FAILED = {"result": "failed", "note": "仍有两袋在地面（演示）", "evidence_after": [LATER]}
NOT_REACHED = {"result": "not_reached", "note": "店门关闭（演示）"}
REASON = {"note": "逾期未改（演示）"}


async def on_file(session: AsyncSession, **change: Any) -> Business:
    made = new_business(uuid7(), BusinessWrite.model_validate(business(**change)))
    await enter(session, [made], None)
    return made


def problem(number: str = "3.2", **change: Any) -> Problem:
    facts: dict[str, Any] = {"problem": "原料直接放在地面（演示）", "requirement": "食品离地离墙存放", "is_key": False}
    return Problem(item_number=number, **facts | change)


async def visited(
    session: AsyncSession,
    problems: Sequence[Problem] = (),
    *,
    visit_id: UUID | None = None,
    ended_at: datetime | None = None,
    business_id: UUID | None = None,
) -> Sequence[Correction]:
    """The corrections of an invented visit."""
    visit = CompletedVisit(
        visit_id=visit_id or uuid7(),
        region_code=STREET,
        business_id=business_id,
        party_name="演示小吃店（虚构）",
        ended_at=ended_at or now(),
        problems=problems,
    )
    return await open_corrections(session, visit)


async def found(session: AsyncSession, *, ended_at: datetime | None = None, **change: Any) -> Correction:
    """One correction of an invented visit, found long ago."""
    business_id = change.pop("business_id", None)
    [correction] = await visited(session, [problem(**change)], ended_at=ended_at or LONG_AGO, business_id=business_id)
    return correction


async def act(client: httpx.AsyncClient, correction_id: UUID, step: str, **body: Any) -> httpx.Response:
    """Take a step from the present version."""
    path = f"/v1/corrections/{correction_id}"
    version = (await client.get(path)).headers.get("ETag", '"1"')
    headers = {"If-Match": version, "Idempotency-Key": str(uuid4())}
    return await client.post(f"{path}/{step}", json=body, headers=headers)


async def done(client: httpx.AsyncClient, correction_id: UUID, step: str, **body: Any) -> dict[str, Any]:
    """Take a step that must succeed."""
    answer = await act(client, correction_id, step, **body)
    assert answer.status_code == 200, (step, answer.text)
    shown: dict[str, Any] = answer.json()
    return shown


async def read(client: httpx.AsyncClient, correction_id: UUID) -> dict[str, Any]:
    answer = await client.get(f"/v1/corrections/{correction_id}")
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


async def ordered(client: httpx.AsyncClient, correction_id: UUID, at: datetime | None = None, **body: Any) -> None:
    """Assess the finding and set a time limit, both at `at` (by default now)."""
    moment = {"at": at.isoformat()} if at else {}
    await done(client, correction_id, "assessment", **ASSESSMENT | moment)
    await done(client, correction_id, "orders", **ORDER | moment | body)


async def order_clocks(session: AsyncSession, shown: dict[str, Any]) -> list[ClockRow]:
    return [(await clocks_of(session, ORDER_CLOCK, UUID(order["id"])))[0] for order in shown["orders"]]


async def sweep(session: AsyncSession) -> None:
    """The minute's sweep, and its events delivered to ourselves, in the order in which they were told."""
    await sweep_overdue(session, Unit.INSPECTION, now())
    kinds = {kind[Unit.INSPECTION].type: kind[Unit.INSPECTION] for kind in (BREACHED, END_WITHDRAWN)}
    told = select(OutboxEvent).where(OutboxEvent.type.in_(kinds))
    for event in await session.scalars(told):
        await on_clock(session, kinds[event.type].model_validate(event.data))
