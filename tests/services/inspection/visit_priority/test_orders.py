"""The bureau's own inspections put its businesses in order; each is told why; who inspects is told to few."""

import random
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.models import Business
from services.inspection.businesses.schemas import BusinessWrite
from services.inspection.businesses.service import enter, new_business
from services.inspection.risk_grades.facts.models import RiskCheck
from services.inspection.visit_records.kinds import RecordState, VisitKind
from services.inspection.visit_records.models import VisitRecord
from shared.contracts.codes import Role, Unit
from shared.contracts.inspection import BusinessStatus
from shared.ids import uuid7
from shared.times import day_of, now
from tests.conftest import ClientOf, SessionOf
from tests.services.inspection.factories import HAISHU, NANHAI, OTHER_STREET, STREET, business, invented_uscc

TODAY = day_of(now())
CHANCES = {"catering": 0.5, "sales": 0.04}
ACCOUNTS = [UUID(int=900 + number) for number in range(3)]


@pytest_asyncio.fixture
async def session(session_of: SessionOf) -> AsyncIterator[AsyncSession]:
    yield await session_of(Unit.INSPECTION)


@pytest_asyncio.fixture
async def office(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.INSPECTION, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU])


async def on_file(session: AsyncSession, count: int) -> list[Business]:
    made = [
        new_business(
            uuid7(),
            BusinessWrite.model_validate(
                business(
                    uscc=invented_uscc(number + 1),
                    name=f"演示食品店{number}（虚构）",
                    kind=sorted(CHANCES)[number % 2],
                    region_code=(STREET, OTHER_STREET)[number % 3 == 0],
                )
            ),
        )
        for number in range(count)
    ]
    await enter(session, made, None)
    return made


async def inspected(session: AsyncSession, shops: list[Business], *, days: int = 1095) -> None:
    """Three years of inspections in an order of chance, judged and recorded."""
    chance = random.Random(7)
    rows: list[Any] = []
    for shop in shops:
        day = chance.randrange(120)
        while day < days:
            on = TODAY - timedelta(days=days - day)
            found, record = chance.random() < CHANCES[shop.kind.value], uuid7()
            rows.append(
                RiskCheck(
                    source_id=record,
                    source_version=1,
                    business_id=shop.id,
                    checked_on=on,
                    full_items=True,
                    key_checked=20,
                    key_failed=int(found),
                    key_open=0,
                    general_checked=36,
                    general_failed=1,
                    general_open=0,
                    score_share=None,
                )
            )
            people = chance.sample(ACCOUNTS, 2)
            rows.append(
                VisitRecord(
                    id=record,
                    version=1,
                    region_code=shop.region_code,
                    authority_code=HAISHU,
                    business_id=shop.id,
                    kind=VisitKind.ROUTINE,
                    state=RecordState.COMPLETE,
                    content={"inspectors": [{"user_id": str(one), "name": "演示·同名（虚构）"} for one in people]},
                    created_by=people[0],
                )
            )
            day += chance.randint(60, 180)
    session.add_all(rows)
    await session.flush()


async def worked_out(office: httpx.AsyncClient, **change: Any) -> dict[str, Any]:
    body = {"region_code": HAISHU, "window_days": 60} | change
    answer = await office.post("/v1/priority-runs", json=body, headers={"Idempotency-Key": str(uuid4())})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_a_bureaus_own_history_orders_its_businesses_and_says_why(
    session: AsyncSession, office: httpx.AsyncClient, client_of: ClientOf
) -> None:
    shops = await on_file(session, 180)
    await inspected(session, shops)
    shops[0].status = BusinessStatus.CLOSED
    await session.flush()
    run = await worked_out(office)
    assert (run["method"], run["businesses"]) == ("scorecard", 179), run["why"]
    orders = run["training"]["comparison"]["orders"]
    assert float(orders["scorecard"]["days_earlier"]) > float(orders["scorecard"]["margin"]) > 0
    assert (await office.get(f"/v1/priority-runs/{run['id']}")).json() == run
    assert [one["id"] for one in (await office.get("/v1/priority-runs")).json()["items"]] == [run["id"]]

    first = (await office.get("/v1/visit-priorities", params={"region": HAISHU, "limit": 40})).json()
    assert {one["kind"] for one in first["items"]} == {"catering"}
    card = run["training"]["scorecard"]
    assert all(one["score"] == card["base"] + sum(line["points"] for line in one["lines"]) for one in first["items"])
    second = (
        await office.get("/v1/visit-priorities", params={"region": HAISHU, "limit": 40, "cursor": first["next_cursor"]})
    ).json()["items"]
    assert second[0]["place"] >= first["items"][-1]["place"]
    assert shops[0].id not in {UUID(one["business_id"]) for one in [*first["items"], *second]}

    inspector = await client_of(Unit.INSPECTION, Role.INSPECTOR, regions=[OTHER_STREET])
    there = (await inspector.get("/v1/visit-priorities", params={"region": OTHER_STREET})).json()["items"]
    assert {one["region_code"] for one in there} == {OTHER_STREET}
    assert (await inspector.get("/v1/visit-priorities", params={"region": STREET})).status_code == 403
    assert (await inspector.get(f"/v1/priority-runs/{run['id']}")).status_code == 404


async def test_the_same_history_gives_the_same_scorecard(session: AsyncSession, office: httpx.AsyncClient) -> None:
    await inspected(session, await on_file(session, 180))
    once, again = await worked_out(office), await worked_out(office)
    assert once["training"] == again["training"]
    assert once["training"]["scorecard_sha256"] is not None


async def test_how_strict_inspectors_are_is_for_leaders_and_auditors(
    session: AsyncSession, office: httpx.AsyncClient, client_of: ClientOf
) -> None:
    await inspected(session, await on_file(session, 40))
    run = await worked_out(office)
    assert "同名" not in str(run)
    path = f"/v1/priority-runs/{run['id']}/inspectors"
    assert (await office.get(path)).status_code == 403
    for role in (Role.LEADER, Role.AUDITOR):
        reader = await client_of(Unit.INSPECTION, role, regions=[HAISHU])
        lines = (await reader.get(path)).json()
        assert len({line["inspector"] for line in lines}) == len(ACCOUNTS), "people of one name are told apart"
        elsewhere = await client_of(Unit.INSPECTION, role, regions=[NANHAI])
        assert (await elsewhere.get(path)).status_code == 404


async def test_without_a_history_the_rules_order_and_without_an_order_it_is_said(
    session: AsyncSession, office: httpx.AsyncClient
) -> None:
    shops = await on_file(session, 3)
    missing = await office.get("/v1/visit-priorities", params={"region": HAISHU})
    assert (missing.status_code, missing.json()["type"]) == (404, "/problems/no-visit-order-yet")
    run = await worked_out(office)
    assert run["method"] == "rules"
    assert "历史太少" in run["why"]
    places = (await office.get("/v1/visit-priorities", params={"region": HAISHU})).json()["items"]
    assert {UUID(one["business_id"]) for one in places} == {shop.id for shop in shops}
    assert {one["place"] for one in places} == {1}, "nothing tells them apart"


@pytest.mark.parametrize("region", [NANHAI, "330000000000"])
async def test_an_order_is_worked_out_for_ones_own_region(office: httpx.AsyncClient, region: str) -> None:
    body = {"region_code": region}
    answer = await office.post("/v1/priority-runs", json=body, headers={"Idempotency-Key": str(uuid4())})
    assert answer.status_code == 403
