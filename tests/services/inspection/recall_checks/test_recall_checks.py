"""Everybody on file who had any of what is called back is looked at once, in whatever order it is told."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.models import Business
from services.inspection.businesses.schemas import BusinessWrite
from services.inspection.businesses.service import enter, new_business
from services.inspection.recall_checks.subscribers import on_recall_closed, on_recall_opened
from shared.contracts.codes import Role, Unit
from shared.contracts.traceability import RecallClosed, RecallOpened, RecallState
from shared.ids import uuid7
from shared.times import now
from tests.conftest import ClientOf, SessionOf
from tests.services.inspection.factories import HAISHU, NANHAI, business, invented_uscc

RECALL = UUID("0199f3a0-c1d2-7c5e-8a7b-00000000c002")


def told(businesses: Sequence[UUID], version: int) -> dict[str, Any]:
    return {
        "recall_id": RECALL,
        "version": version,
        "level": None,
        "code": "DEMO-JY-1",
        "lots": ["DEMO-JY-1"],
        "product_name": "演示酱鸭（虚构）",
        "reason": "防腐剂超标（演示）",
        "region_code": HAISHU,
        "request_id": None,
        "case_id": None,
        "business_ids": list(businesses),
    }


def beginning(*businesses: UUID, version: int = 1) -> RecallOpened:
    return RecallOpened(**told(businesses, version), opened_at=now())


def end(*businesses: UUID, state: RecallState = RecallState.CLOSED) -> RecallClosed:
    ended = {"state": state, "holders": len(businesses), "acknowledged": 0, "closed_at": now()}
    return RecallClosed(**told(businesses, 9), **ended)


@pytest.fixture
async def session(session_of: SessionOf) -> AsyncSession:
    return await session_of(Unit.INSPECTION)


@pytest.fixture
async def inspector(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.INSPECTION, Role.INSPECTOR, regions=[HAISHU])


async def on_file(session: AsyncSession, number: int, **change: Any) -> Business:
    body = business(uscc=invented_uscc(number), name=f"演示店{number}（虚构）", **change)
    made = new_business(uuid7(), BusinessWrite.model_validate(body))
    await enter(session, [made], None)
    return made


async def checks(caller: httpx.AsyncClient, **wanted: str) -> list[dict[str, Any]]:
    answer = await caller.get("/v1/recall-checks", params=wanted)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def complete(caller: httpx.AsyncClient, check: dict[str, Any], **change: Any) -> httpx.Response:
    body = {"checked_at": now().isoformat(), "outcome": "none_found", "note": "未见（演示）"} | change
    headers = {"If-Match": f'"{check["version"]}"'}
    return await caller.post(f"/v1/recall-checks/{check['id']}/completion", json=body, headers=headers)


async def test_each_business_on_file_is_looked_at_once_and_who_comes_later_too(
    session: AsyncSession, inspector: httpx.AsyncClient
) -> None:
    first, second = await on_file(session, 1), await on_file(session, 2)
    unknown = uuid7()
    for message in (
        beginning(first.id, unknown),
        beginning(first.id, unknown),
        beginning(first.id, second.id, version=3),
    ):
        await on_recall_opened(session, message)
    found = await checks(inspector, recall=str(RECALL))
    assert {check["business_name"] for check in found} == {first.name, second.name}
    assert {check["state"] for check in found} == {"scheduled"}
    timeline = (await inspector.get(f"/v1/businesses/{first.id}/timeline?kind=recall_opened")).json()["items"]
    assert len(timeline) == 1


async def test_what_was_found_is_written_once_and_stands_on_the_timeline(
    session: AsyncSession, inspector: httpx.AsyncClient
) -> None:
    shop = await on_file(session, 1)
    await on_recall_opened(session, beginning(shop.id))
    [check] = await checks(inspector)
    early = await complete(inspector, check, checked_at=(now() + timedelta(hours=1)).isoformat())
    assert (early.status_code, early.json()["errors"][0]["pointer"]) == (422, "/checked_at")
    answer = await complete(inspector, check, outcome="still_on_sale", note="货架上还有 3 盒（演示）")
    assert (answer.status_code, answer.json()["outcome"]) == (200, "still_on_sale")
    again = await complete(inspector, answer.json())
    assert (again.status_code, again.json()["type"]) == (409, "/problems/recall-check-settled")
    [entry] = (await inspector.get(f"/v1/businesses/{shop.id}/timeline?kind=recall_checked")).json()["items"]
    assert "仍在销售" in entry["summary"]


@pytest.mark.parametrize("late", [False, True])
async def test_a_recall_that_is_withdrawn_calls_off_what_is_still_open(
    session: AsyncSession, inspector: httpx.AsyncClient, *, late: bool
) -> None:
    done, still_open = await on_file(session, 1), await on_file(session, 2)
    both = done.id, still_open.id
    if not late:
        await on_recall_opened(session, beginning(*both))
        [check] = await checks(inspector, business=str(done.id))
        assert (await complete(inspector, check)).status_code == 200
    await on_recall_closed(session, end(*both, state=RecallState.WITHDRAWN))
    if late:
        await on_recall_opened(session, beginning(*both))
    states = {check["business_id"]: check["state"] for check in await checks(inspector)}
    assert states == {str(done.id): "cancelled" if late else "completed", str(still_open.id): "cancelled"}


async def test_after_a_recall_is_completed_its_open_checks_remain(
    session: AsyncSession, inspector: httpx.AsyncClient
) -> None:
    shop = await on_file(session, 1)
    await on_recall_opened(session, beginning(shop.id))
    await on_recall_closed(session, end(shop.id))
    assert [check["state"] for check in await checks(inspector, state="scheduled")] == ["scheduled"]


async def test_checks_of_another_region_are_not_there(session: AsyncSession, client_of: ClientOf) -> None:
    away = await on_file(session, 1, region_code=NANHAI)
    await on_recall_opened(session, beginning(away.id))
    here = await client_of(Unit.INSPECTION, Role.INSPECTOR, regions=[HAISHU])
    there = await client_of(Unit.INSPECTION, Role.INSPECTOR, regions=[NANHAI])
    assert await checks(here) == []
    [check] = await checks(there)
    assert (await here.get(f"/v1/recall-checks/{check['id']}")).status_code == 404
    assert (await complete(here, check)).status_code == 404
