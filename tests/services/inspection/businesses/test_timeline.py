"""One history of everything any service knows, each thing once, with the way to its record."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.timeline import subscribers
from shared.contracts.codes import Unit
from shared.contracts.sampling import StopSaleState, WhistleClosed, WhistleOutcome
from shared.contracts.statutory_sampling import (
    CaseSide,
    Conclusion,
    DisposalClosed,
    Link,
    ReportClass,
    SampleConcluded,
    Stream,
)
from shared.contracts.traceability import LotHeld, LotReleased
from shared.ids import uuid7
from shared.times import now
from tests.conftest import SessionOf
from tests.services.inspection.businesses.conftest import Enter
from tests.services.inspection.factories import STREET, invented_uscc, whistle

MAKER = invented_uscc(9)


def sample(**change: Any) -> dict[str, Any]:
    return {
        "sample_id": uuid7(),
        "version": 3,
        "number": "演示-0001",
        "stream": Stream.SUPERVISION,
        "link": Link.CIRCULATION,
        "region_code": STREET,
        "food_name": "演示豆干（虚构）",
        "category_code": None,
        "sampled_on": now().date(),
        "business_id": None,
        "sampled_party_name": "演示食品店（虚构）",
        "sampled_party_uscc": invented_uscc(1),
        "producer_name": "演示豆制品厂（虚构）",
        "producer_uscc": MAKER,
        "lot_code": None,
        "production_date": None,
    } | change


def concluded(**change: Any) -> SampleConcluded:
    more = {
        "conclusion": Conclusion.UNQUALIFIED,
        "report_class": ReportClass.UNQUALIFIED,
        "report_number": "演示报告-1",
        "unqualified_items": [{"item": "苯甲酸", "result": "1.2 g/kg", "requirement": "≤1.0 g/kg"}],
        "concluded_at": now(),
    }
    return SampleConcluded.model_validate(sample() | more | change)


def held(business_id: Any, **change: Any) -> dict[str, Any]:
    return {
        "hold_id": uuid7(),
        "lot_id": uuid7(),
        "lot_code": "演示-L1",
        "product_name": "豇豆",
        "holder_business_id": business_id,
        "holder_name": None,
        "region_code": STREET,
        "whistle_id": None,
        "reason": "快检疑似阳性",
    } | change


async def timeline(officer: httpx.AsyncClient, file: dict[str, Any], query: str = "") -> list[dict[str, Any]]:
    answer = await officer.get(f"/v1/businesses/{file['id']}/timeline{query}")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return [item for item in items if item["kind"] != "registered"]


def _closed_whistle(business_id: UUID) -> WhistleClosed:
    facts = whistle(seller_business_id=business_id).model_dump(
        exclude={"verdict", "method", "tested_at", "blown_at", "task_number"}
    )
    more = {
        "outcome": WhistleOutcome.CONFIRMED,
        "same_lot": True,
        "stop_sale": StopSaleState.IN_FORCE,
        "destroyed_quantity": None,
        "closed_at": now(),
    }
    return WhistleClosed.model_validate(facts | more)


CASES: dict[str, Callable[[UUID], Any]] = {
    "rapid_test_failed": lambda business_id: whistle(seller_business_id=business_id),
    "whistle_closed": _closed_whistle,
    "sample_concluded": lambda business_id: concluded(business_id=business_id),
    "disposal_closed": lambda business_id: DisposalClosed.model_validate(
        sample(business_id=business_id)
        | {
            "case_id": uuid7(),
            "side": CaseSide.SELLER,
            "conclusion": Conclusion.UNQUALIFIED,
            "closed_at": now(),
        }
    ),
    "lot_held": lambda business_id: LotHeld.model_validate(
        held(business_id) | {"quantity": None, "unit": None, "held_at": now()}
    ),
    "lot_released": lambda business_id: LotReleased.model_validate(held(business_id) | {"released_at": now()}),
}


@pytest.mark.parametrize("kind", CASES)
async def test_what_another_service_tells_is_noted_once_with_the_way_to_its_record(
    officer: httpx.AsyncClient, enter: Enter, session_of: SessionOf, kind: str
) -> None:
    file = await enter()
    event, session = CASES[kind](UUID(file["id"])), await session_of(Unit.INSPECTION)
    for _ in range(3):
        await getattr(subscribers, f"on_{kind}")(session, event)
    (entry,) = await timeline(officer, file)
    assert entry["kind"] == kind
    assert entry["link"].startswith(("/api/sampling/v1/", "/api/traceability/v1/"))
    assert entry["summary"]


async def test_a_later_report_on_a_sample_is_another_entry(
    officer: httpx.AsyncClient, enter: Enter, session_of: SessionOf
) -> None:
    file, first = await enter(), concluded()
    later = first.model_copy(update={"version": 4, "conclusion": Conclusion.QUALIFIED})
    session = await session_of(Unit.INSPECTION)
    for event in (later, first, later):
        await subscribers.on_sample_concluded(session, event)
    assert {entry["details"]["conclusion"] for entry in await timeline(officer, file)} == {"unqualified", "qualified"}


async def test_a_sample_concerns_who_sold_it_and_who_made_it(
    officer: httpx.AsyncClient, enter: Enter, session_of: SessionOf
) -> None:
    shop, maker = await enter(), await enter(uscc=MAKER, name="演示豆制品厂（虚构）", kind="production")
    await subscribers.on_sample_concluded(await session_of(Unit.INSPECTION), concluded())
    assert [len(await timeline(officer, file)) for file in (shop, maker)] == [1, 1]


async def test_what_was_told_of_somebody_not_on_file_is_there_when_he_is(
    officer: httpx.AsyncClient, enter: Enter, session_of: SessionOf
) -> None:
    await subscribers.on_sample_concluded(await session_of(Unit.INSPECTION), concluded())
    file = await enter(uscc=MAKER, name="演示豆制品厂（虚构）", kind="production")
    (entry,) = await timeline(officer, file)
    assert (entry["kind"], entry["business_id"]) == ("sample_concluded", None)


async def test_of_nobody_nothing_is_noted(session_of: SessionOf) -> None:
    session: AsyncSession = await session_of(Unit.INSPECTION)
    await subscribers.on_lot_held(session, CASES["lot_held"](uuid4()))


async def test_it_can_be_narrowed_by_kind_and_by_time(
    officer: httpx.AsyncClient, enter: Enter, session_of: SessionOf
) -> None:
    file, session = await enter(), await session_of(Unit.INSPECTION)
    for event in (concluded(), concluded(concluded_at=now() - timedelta(days=30))):
        await subscribers.on_sample_concluded(session, event)
    await subscribers.on_lot_held(session, CASES["lot_held"](UUID(file["id"])))
    a_week_ago = (now() - timedelta(days=7)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert len(await timeline(officer, file)) == 3
    assert len(await timeline(officer, file, "?kind=sample_concluded&kind=lot_released")) == 2
    assert len(await timeline(officer, file, f"?since={a_week_ago}")) == 2
    assert len(await timeline(officer, file, f"?before={a_week_ago}&kind=sample_concluded")) == 1
