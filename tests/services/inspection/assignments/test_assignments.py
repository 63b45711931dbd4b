"""Each business has one leader at a time, and every whole quarter shows whether he came."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.inspection.assignments.rules import owed_quarters, standing, visits_in
from services.inspection.grid.periods import Stretch
from shared.contracts.codes import Role, Unit
from shared.contracts.figures import Period, PeriodKind
from shared.ids import uuid7
from shared.times import day_of, now
from tests.conftest import ClientOf
from tests.services.inspection.factories import HAISHU, NANHAI, STREET, business

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

TODAY = day_of(now())
QUARTER = Period.containing(TODAY, PeriodKind.QUARTER)


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid4())}


@pytest_asyncio.fixture
async def office(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.INSPECTION, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU])


async def on_file(client_of: ClientOf) -> str:
    inspector = await client_of(Unit.INSPECTION, Role.INSPECTOR, regions=[HAISHU])
    business_id = uuid7()
    assert (await inspector.put(f"/v1/businesses/{business_id}", json=business())).status_code == 201
    return str(business_id)


async def assign(office: httpx.AsyncClient, business_id: str, **change: Any) -> httpx.Response:
    body = {
        "business_id": business_id,
        "level": "C",
        "leader_name": "演示干部甲（虚构）",
        "leader_post": "演示街道副主任（虚构）",
        "since": str(QUARTER.previous.first),
    }
    return await office.post("/v1/supervision-assignments", json=body | change, headers=key())


async def test_a_business_has_one_leader_at_a_time(office: httpx.AsyncClient, client_of: ClientOf) -> None:
    shop = await on_file(client_of)
    first = (await assign(office, shop)).json()
    assert (first["visits_per_quarter"], first["version"]) == (1, 1)
    second = await assign(office, shop, leader_name="演示干部乙（虚构）", since=str(TODAY))
    assert second.json()["type"] == "/problems/supervision-assignment-step-refused"
    end = {"on": str(TODAY), "reason": "调整（演示）"}
    address = f"/v1/supervision-assignments/{first['id']}"
    assert (await office.post(f"{address}/end", json=end, headers={"If-Match": '"2"'})).status_code == 412
    assert (await office.post(f"{address}/end", json=end, headers={"If-Match": '"1"'})).status_code == 200
    assert (await assign(office, shop, leader_name="演示干部乙（虚构）", since=str(TODAY))).status_code == 201
    too_early = await assign(office, await on_other(client_of), since="2020-01-01")
    assert too_early.json()["type"] == "/problems/no-dated-rule-in-force"


async def on_other(client_of: ClientOf) -> str:
    inspector = await client_of(Unit.INSPECTION, Role.INSPECTOR, regions=[HAISHU])
    business_id = uuid7()
    body = business(uscc=None, kind="stall", name="演示摊（虚构）")
    assert (await inspector.put(f"/v1/businesses/{business_id}", json=body)).status_code == 201
    return str(business_id)


async def test_quarters_without_a_visit_are_listed_until_there_is_one(
    office: httpx.AsyncClient, client_of: ClientOf
) -> None:
    assignment = (await assign(office, await on_file(client_of))).json()
    visits = f"/v1/supervision-assignments/{assignment['id']}/visits"

    async def quarter(which: Period) -> list[tuple[int, bool | None]]:
        address = f"/v1/supervision-quarters?quarter={which}&region={STREET}&missing=true"
        return [(row["visits"], row["met"]) for row in (await office.get(address)).json()["items"]]

    assert await quarter(QUARTER.previous.previous) == []
    assert await quarter(QUARTER.previous) == [(0, False)]
    assert await quarter(QUARTER) == [(0, None)]
    future = {"visited_on": str(TODAY + timedelta(days=1)), "found": "演示情况"}
    assert (await office.post(visits, json=future, headers=key())).json()["errors"][0]["pointer"] == "/visited_on"
    before = {"visited_on": str(QUARTER.previous.first - timedelta(days=1)), "found": "演示情况"}
    assert (await office.post(visits, json=before, headers=key())).json()["errors"][0]["pointer"] == "/visited_on"
    leader = await client_of(Unit.INSPECTION, Role.LEADER, regions=[HAISHU])
    made = await leader.post(visits, json={"visited_on": str(TODAY), "found": "演示情况"}, headers=key())
    assert made.status_code == 201, made.text
    assert (await quarter(QUARTER), await quarter(QUARTER.previous)) == ([], [(0, False)])
    assert len((await office.get(visits)).json()) == 1


async def test_assignments_of_another_county_are_not_there(office: httpx.AsyncClient, client_of: ClientOf) -> None:
    assignment = (await assign(office, await on_file(client_of))).json()
    stranger = await client_of(Unit.INSPECTION, Role.FOOD_SAFETY_OFFICE, regions=[NANHAI])
    assert (await stranger.get(f"/v1/supervision-assignments/{assignment['id']}")).status_code == 404
    assert (await stranger.get(f"/v1/supervision-quarters?quarter={QUARTER}")).json()["items"] == []
    assert (await stranger.get("/v1/supervision-quarters?quarter=2026-Q5")).status_code == 422


FIRST = date(2024, 1, 1)
DAYS = st.integers(0, 1500).map(lambda number: FIRST + timedelta(days=number))


@UNHURRIED
@given(DAYS, st.none() | st.integers(1, 900), DAYS)
def test_exactly_the_quarters_that_somebody_had_whole_are_owed(since: date, length: int | None, until: date) -> None:
    days = Stretch(since, None if length is None else since + timedelta(days=length))
    owed = set(owed_quarters(days, until))
    quarter = Period.containing(FIRST, PeriodKind.QUARTER)
    while quarter.first <= until:
        whole = days.holds(quarter.first) and days.holds(quarter.last)
        assert (quarter in owed) is whole
        quarter = Period(PeriodKind.QUARTER, quarter.end)
    assert all(one.first <= until for one in owed)


@UNHURRIED
@given(st.lists(DAYS, max_size=6), DAYS, st.integers(1, 2))
def test_a_quarter_is_missed_only_when_it_is_over(visited: list[date], today: date, required: int) -> None:
    quarter = Period.containing(date(2025, 5, 1), PeriodKind.QUARTER)
    found = standing(quarter, visits_in(quarter, visited), required, today)
    enough = sum(quarter.first <= day <= quarter.last for day in visited) >= required
    assert found is (True if enough else (False if today > quarter.last else None))
