"""A bureau's week: one visit for all that is due at one place; nothing secret is told; what cannot be done is said."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.models import Business
from services.inspection.recall_checks.subscribers import on_recall_closed, on_recall_opened
from services.inspection.visit_records.kinds import RecordState, VisitKind
from services.inspection.visit_records.models import VisitRecord
from services.inspection.visits.service import schedule
from shared.contracts.codes import Role, Unit
from shared.contracts.traceability import RecallState
from shared.ids import uuid7
from shared.times import day_of, now
from tests.conftest import ClientOf, SessionOf
from tests.services.inspection.factories import HAISHU, NANHAI, whistle
from tests.services.inspection.random_draws.ceremony import CITY, Ceremony, key, ok
from tests.services.inspection.recall_checks.test_recall_checks import beginning, end

TODAY = day_of(now())
MONDAY = TODAY - timedelta(days=TODAY.weekday()) + timedelta(days=7)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest_asyncio.fixture
async def session(session_of: SessionOf) -> AsyncSession:
    return await session_of(Unit.INSPECTION)


@pytest_asyncio.fixture
async def bureau(session: AsyncSession, client_of: ClientOf) -> Ceremony:
    return await Ceremony.begin(session, client_of)


async def overdue(bureau: Ceremony, count: int) -> list[Business]:
    """Businesses that came on file long ago and were never inspected."""
    made = await bureau.on_file(count)
    for business in made:
        business.registered_at = LONG_AGO
    await bureau.session.flush()
    return made


async def planned(bureau: Ceremony, **change: Any) -> dict[str, Any]:
    body = {"region_code": HAISHU, "monday": MONDAY.isoformat(), "department": "市场监管"} | change
    made: dict[str, Any] = ok(await bureau.office.post("/v1/visit-plans", json=body, headers=key()))
    return made


async def test_two_matters_at_one_business_are_one_visit_by_two_who_may(bureau: Ceremony) -> None:
    await bureau.inspectors(3)
    both, quiet = await overdue(bureau, 1), await bureau.on_file(1)
    followed = await schedule(bureau.session, whistle(seller_business_id=both[0].id))
    plan = await planned(bureau)
    result = plan["result"]
    [visit] = [one for one in result["visits"] if one["business_id"] == str(both[0].id)]
    assert {one["kind"] for one in visit["duties"]} == {"follow_up", "coverage"}
    assert str(followed.id) in {one["source_id"] for one in visit["duties"]}
    assert len(set(visit["officers"])) == 2
    assert visit["late"] > 0, "it has been due for years"
    assert str(quiet[0].id) not in str(result["visits"]), "nothing is due there"
    assert "并成 1 户次，都排上了" in result["words"]
    assert ok(await bureau.office.get(f"/v1/visit-plans/{plan['id']}")) == plan
    assert [one["id"] for one in ok(await bureau.office.get("/v1/visit-plans"))["items"]] == [plan["id"]]


async def test_the_same_matters_and_people_give_the_same_week(bureau: Ceremony) -> None:
    await bureau.inspectors(4)
    await overdue(bureau, 12)
    once, again = await planned(bureau), await planned(bureau)
    assert once["inputs_sha256"] == again["inputs_sha256"]
    assert once["result"] == again["result"]
    load = {one["id"]: one["visits"] for one in once["result"]["officers"]}
    assert sum(load.values()) == 2 * len(once["result"]["visits"]) == 24
    per_day: dict[tuple[str, str], int] = {}
    for visit in once["result"]["visits"]:
        for officer in visit["officers"]:
            per_day[officer, visit["day"]] = per_day.get((officer, visit["day"]), 0) + 1
    assert max(per_day.values()) <= 3


async def test_what_the_staff_cannot_do_is_named_with_the_people_it_would_take(bureau: Ceremony) -> None:
    await bureau.inspectors(2)
    await overdue(bureau, 8)
    result = (await planned(bureau, visits_a_day=1))["result"]
    days = len(result["days"])
    assert (len(result["visits"]), result["possible"]) == (days, days)
    assert len(result["left_out"]) == 8 - days
    assert {one["why"] for one in result["left_out"]} == {"all_busy"}
    assert all(one["duties"] for one in result["left_out"]), "which duty falls"
    assert result["more_officers"] == -(-(8 - days) * 2 // days)
    assert f"至少再有 {result['more_officers']} 名" in result["words"]


async def test_where_too_few_may_go_the_authority_above_is_asked(bureau: Ceremony) -> None:
    await bureau.inspectors(1)
    await bureau.inspectors(1, skills=["production"])
    await bureau.inspectors(1, department="消防（演示）")
    await overdue(bureau, 1)
    [left] = (await planned(bureau))["result"]["left_out"]
    assert (left["why"], "能去的只有 1 名" in left["words"]) == ("nobody_may", True)


async def test_whom_an_authority_above_has_just_inspected_is_left_alone(bureau: Ceremony) -> None:
    await bureau.inspectors(2)
    [shop] = await overdue(bureau, 1)
    began = now() - timedelta(days=10)
    record = VisitRecord(
        id=uuid7(),
        version=1,
        region_code=shop.region_code,
        authority_code=CITY,
        business_id=shop.id,
        kind=VisitKind.ROUTINE,
        state=RecordState.COMPLETE,
        content={},
        began_at=began,
        created_by=uuid7(),
    )
    bureau.session.add(record)
    await bureau.session.flush()
    result = (await planned(bureau))["result"]
    assert (result["visits"], result["left_out"]) == ([], [])
    [kept] = result["kept_away"]
    assert (kept["checked_on"], kept["free_on"] > MONDAY.isoformat()) == (day_of(began).isoformat(), True)
    assert result["words"] == "本周没有到期要办的事，无事不扰"
    await schedule(bureau.session, whistle(seller_business_id=shop.id))
    [visit] = (await planned(bureau))["result"]["visits"]
    assert [one["kind"] for one in visit["duties"]] == ["follow_up"], "what is urgent is done all the same"


async def test_drawn_visits_are_made_by_those_who_were_drawn_and_unannounced_ones_are_not_told(
    bureau: Ceremony,
) -> None:
    await bureau.on_file(6)
    await bureau.inspectors(4)
    draw = await bureau.announced()
    drawn = {one["business_id"]: {each["id"] for each in one["inspectors"]} for one in await bureau.visits(draw)}
    planned_visits = (await planned(bureau))["result"]["visits"]
    assert {one["business_id"]: set(one["officers"]) for one in planned_visits} == drawn

    flight = await bureau.drawn(purpose="flight", percent=100)
    hit = {one["id"] for one in await bureau.visits(flight)}
    assert hit
    told = (await planned(bureau))["result"]
    assert {one["business_id"] for one in told["visits"]} == drawn.keys()
    assert not any(one in str(told) for one in hit)


async def test_a_stall_that_is_not_on_file_is_visited_too(bureau: Ceremony) -> None:
    await bureau.inspectors(2)
    visit = await schedule(bureau.session, whistle())
    [planned_visit] = (await planned(bureau))["result"]["visits"]
    assert (planned_visit["business_id"], planned_visit["place_id"]) == (None, str(visit.id))
    assert "演示农贸市场" in planned_visit["name"]


async def test_what_is_called_back_is_looked_at_this_week_along_with_all_else_there(bureau: Ceremony) -> None:
    await bureau.inspectors(2)
    [due], [quiet] = await overdue(bureau, 1), await bureau.on_file(1)
    await on_recall_opened(bureau.session, beginning(due.id, quiet.id))
    visits = {one["business_id"]: one for one in (await planned(bureau))["result"]["visits"]}
    assert {one["kind"] for one in visits[str(due.id)]["duties"]} == {"recall", "coverage"}
    [duty] = visits[str(quiet.id)]["duties"]
    assert (duty["label"], duty["due"]) == ("召回现场核查", (MONDAY + timedelta(days=6)).isoformat())
    await on_recall_closed(bureau.session, end(due.id, quiet.id, state=RecallState.WITHDRAWN))
    visits = {one["business_id"]: one for one in (await planned(bureau))["result"]["visits"]}
    assert visits.keys() == {str(due.id)}, "nothing is left to look for at the other"
    assert {one["kind"] for one in visits[str(due.id)]["duties"]} == {"coverage"}


async def test_who_may_plan_and_read(bureau: Ceremony, client_of: ClientOf) -> None:
    plan = await planned(bureau)
    elsewhere = await client_of(Unit.INSPECTION, Role.LEADER, regions=[NANHAI])
    assert (await elsewhere.get(f"/v1/visit-plans/{plan['id']}")).status_code == 404
    assert ok(await elsewhere.get("/v1/visit-plans"))["items"] == []
    inspector: httpx.AsyncClient = await client_of(Unit.INSPECTION, Role.INSPECTOR, regions=[HAISHU])
    assert (await inspector.get(f"/v1/visit-plans/{plan['id']}")).status_code == 200
    body = {"region_code": HAISHU, "monday": MONDAY.isoformat(), "department": "市场监管"}
    assert (await inspector.post("/v1/visit-plans", json=body, headers=key())).status_code == 403
    for change, pointer in (
        ({"monday": (MONDAY + timedelta(days=1)).isoformat()}, ""),
        ({"monday": (MONDAY - timedelta(days=28)).isoformat()}, "/monday"),
        ({"monday": "9999-12-27"}, "/monday"),
        ({"region_code": NANHAI}, None),
    ):
        refused = await bureau.office.post("/v1/visit-plans", json=body | change, headers=key())
        assert refused.status_code == (403 if pointer is None else 422)
        assert pointer is None or refused.json()["errors"][0]["pointer"] == pointer
