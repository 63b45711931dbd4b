"""A plan run is worked out from grades, inspections and officers, proves its coverage and can be worked out again."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.checklists.coverage import add_months
from services.inspection.risk_grades.facts.service import record_check
from shared.contracts.codes import Role, Unit
from shared.times import day_of, now
from tests.conftest import ClientOf, SessionOf
from tests.services.inspection.factories import HAISHU, NANHAI, OTHER_STREET, STREET
from tests.services.inspection.risk_grades.schemes import check
from tests.services.inspection.risk_grades.test_grades import confirmed, on_file, post, published

TODAY = day_of(now())
START = TODAY.replace(day=1)


@pytest_asyncio.fixture
async def session(session_of: SessionOf) -> AsyncSession:
    return await session_of(Unit.INSPECTION)


@pytest_asyncio.fixture
async def office(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.INSPECTION, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU])


def officer(number: int, visits: int = 20, region: str = STREET) -> dict[str, Any]:
    return {"id": f"demo-{number}", "name": f"演示人员{number}", "region_code": region, "visits_a_month": visits}


def asked(*officers: dict[str, Any], **change: Any) -> dict[str, Any]:
    return {"region_code": HAISHU, "start": START.isoformat(), "months": 24, "officers": list(officers)} | change


async def test_grades_and_the_last_full_inspection_decide_when(
    session: AsyncSession, office: httpx.AsyncClient
) -> None:
    await published(office)
    risky, quiet = await on_file(session, name="演示高风险食堂"), await on_file(session, name="演示低风险食堂")
    for shop, grade in ((risky, "D"), (quiet, "A")):
        await record_check(session, shop.id, check(TODAY), 1)
        await confirmed(office, shop.id, grade)
    # The grades hold from today on; a plan of the next month sees them.
    start = add_months(START, 1)
    plan = (await post(office, "inspection-plans", asked(officer(1), officer(2), start=start.isoformat()))).json()
    path = f"/v1/inspection-plans/{plan['id']}/inspections"
    months = {
        shop.id: [row["month"] for row in (await office.get(path, params={"business": str(shop.id)})).json()["items"]]
        for shop in (risky, quiet)
    }
    assert len(months[risky.id]) >= 6  # three a year
    assert len(months[quiet.id]) == 1  # once in two years
    assert date.fromisoformat(months[quiet.id][0]) <= add_months(TODAY, 24)
    assert plan["result"]["covered"] == plan["result"]["businesses"] == 2
    assert "都排在期限以内" in plan["result"]["proof"]
    assert (await office.get(f"/v1/inspection-plans/{plan['id']}")).json() == plan


async def test_who_has_no_grade_is_not_taken_for_a_low_risk(session: AsyncSession, office: httpx.AsyncClient) -> None:
    shop = await on_file(session)
    plan = (await post(office, "inspection-plans", asked(officer(1), officer(2)))).json()
    path = f"/v1/inspection-plans/{plan['id']}/inspections"
    rows = (await office.get(path, params={"business": str(shop.id)})).json()["items"]
    assert len(rows) >= 5  # every four months
    assert any("没有等级" in rule and "未核实" in rule for rule in plan["result"]["rules"])


async def test_what_the_staff_cannot_do_is_said_with_numbers(session: AsyncSession, office: httpx.AsyncClient) -> None:
    for number in range(3):
        shop = await on_file(session, name=f"演示食堂{number}")
        await record_check(session, shop.id, check(add_months(START, -24) + timedelta(days=9)), 1)
    plan = (await post(office, "inspection-plans", asked(officer(1, 1), officer(2, 1)))).json()
    [team] = plan["result"]["teams"]
    short = team["shortages"][0]
    assert (short["coverage"], short["due"], short["possible"], short["more_visits_a_month"]) == (True, 3, 1, 2)
    assert "缺 2 次" in short["words"]
    assert "约 4 人" in short["words"]
    assert len(team["missed"]) == 2
    assert "2 户在期限内安排不上" in plan["result"]["proof"]
    first = team["months"][0]
    assert (first["capacity"], first["planned"], first["officers"]) == (1, 1, {"demo-1": 1, "demo-2": 1})


async def test_a_place_without_officers_is_named(session: AsyncSession, office: httpx.AsyncClient) -> None:
    await on_file(session, region_code=OTHER_STREET)
    here = await on_file(session, name="演示食堂（虚构）")
    plan = (await post(office, "inspection-plans", asked(officer(1), officer(2), months=30))).json()
    teams = {team["team"]: team for team in plan["result"]["teams"]}
    assert teams[""]["businesses"] == len(teams[""]["missed"]) == 1
    assert teams[STREET]["missed"] == []
    assert str(here.id) not in teams[""]["missed"]


async def test_the_same_inputs_give_the_same_plan(session: AsyncSession, office: httpx.AsyncClient) -> None:
    await on_file(session)
    one = (await post(office, "inspection-plans", asked(officer(1), officer(2)))).json()
    two = (await post(office, "inspection-plans", asked(officer(2), officer(1)))).json()
    assert (one["inputs_sha256"], one["result"]) == (two["inputs_sha256"], two["result"])
    more = (await post(office, "inspection-plans", asked(officer(1), officer(2), officer(3)))).json()
    assert more["inputs_sha256"] != one["inputs_sha256"]


@pytest.mark.parametrize(
    "change",
    [
        {"start": (START + timedelta(days=1)).isoformat()},
        {"start": add_months(START, -1).isoformat()},
        {"officers": [officer(1), officer(1)]},
        {"months": 37},
    ],
)
async def test_a_plan_that_cannot_be_is_refused(office: httpx.AsyncClient, change: dict[str, Any]) -> None:
    assert (await post(office, "inspection-plans", asked(**change))).status_code == 422


async def test_plans_stay_in_their_region(
    session: AsyncSession, office: httpx.AsyncClient, client_of: ClientOf
) -> None:
    plan = (await post(office, "inspection-plans", asked(officer(1)))).json()
    stranger = await client_of(Unit.INSPECTION, Role.FOOD_SAFETY_OFFICE, regions=[NANHAI])
    assert (await stranger.get(f"/v1/inspection-plans/{plan['id']}")).status_code == 404
    assert (await stranger.get(f"/v1/inspection-plans/{plan['id']}/inspections")).status_code == 404
    assert (await stranger.get("/v1/inspection-plans")).json()["items"] == []
    assert (await post(stranger, "inspection-plans", asked(officer(1)))).status_code == 403
    assert (await post(office, "inspection-plans", asked(officer(1, region=NANHAI)))).status_code == 403
    inspector = await client_of(Unit.INSPECTION, Role.INSPECTOR, regions=[HAISHU])
    assert (await post(inspector, "inspection-plans", asked(officer(1)))).status_code == 403


async def test_the_numbers_of_the_planner_are_dated_rows(office: httpx.AsyncClient, client_of: ClientOf) -> None:
    administrator = await client_of(Unit.INSPECTION, Role.ADMINISTRATOR, regions=["330200000000"])
    row = {
        "code": "officers_a_visit",
        "value": 3,
        "valid_from": add_months(START, 1).isoformat(),
        "source": "本地设定（演示）",
        "verified": False,
    }
    headers = {"Idempotency-Key": str(uuid4())}
    assert (await office.post("/v1/planning-rules", json=row, headers=headers)).status_code == 403
    assert (await administrator.post("/v1/planning-rules", json=row, headers=headers)).status_code == 201
    again = await administrator.post("/v1/planning-rules", json=row, headers={"Idempotency-Key": str(uuid4())})
    assert (again.status_code, again.json()["type"]) == (409, "/problems/planning-rule-stated")
    alone = row | {"value": 1, "valid_from": add_months(START, 2).isoformat()}
    refused = await administrator.post("/v1/planning-rules", json=alone, headers={"Idempotency-Key": str(uuid4())})
    assert (refused.status_code, "不少于 2 人" in refused.text) == (422, True), "a visit by one is never complete"
    team = [officer(1), officer(2), officer(3)]
    now_on = (await post(office, "inspection-plans", asked(*team))).json()
    later = (await post(office, "inspection-plans", asked(*team, start=add_months(START, 1).isoformat()))).json()
    capacities = [plan["result"]["teams"][0]["months"][0]["capacity"] for plan in (now_on, later)]
    assert capacities == [30, 20]
