"""The figures of the grid, reckoned here once more from the records themselves, equal rows, deltas and rollups."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest_asyncio
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.assignments.models import Assignment
from services.inspection.assignments.service import count_quarters
from services.inspection.figures.grid import GRID_FIGURES
from services.inspection.grid.counts.service import CLUES_IN_TIME, COVERAGE, QUARTERLY_VISITS, TRAINING_HOURS
from services.inspection.grid.coverage.service import recount
from services.inspection.patrols.clues.models import Clue
from services.inspection.patrols.clues.service import settle_clue
from services.inspection.trainings.models import Trainee
from services.inspection.trainings.service import count_years
from shared.clocks.sweep import sweep_overdue
from shared.contracts.codes import Role, Unit
from shared.contracts.figures import Period, PeriodKind
from shared.ids import uuid7
from shared.regions.models import RegionRow
from shared.times import day_of, now
from tests.conftest import ClientOf, SessionOf
from tests.services.inspection.factories import HAISHU, STREET, business
from tests.services.inspection.figures.proving import proved as prove

TODAY = day_of(now())
YEAR, QUARTER = Period.containing(TODAY, PeriodKind.YEAR), Period.containing(TODAY, PeriodKind.QUARTER)
VILLAGE, OTHER = "330203001001", "330203001002"


@pytest_asyncio.fixture
async def session(session_of: SessionOf) -> AsyncSession:
    return await session_of(Unit.INSPECTION)


@pytest_asyncio.fixture
async def office(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.INSPECTION, Role.FOOD_SAFETY_OFFICE, Role.INSPECTOR, regions=[HAISHU])


async def made(office: httpx.AsyncClient, path: str, **body: Any) -> dict[str, Any]:
    answer = await office.post(f"/v1/{path}", json=body, headers={"Idempotency-Key": str(uuid4())})
    assert answer.status_code == 201, answer.text
    found = answer.json()
    return found if isinstance(found, dict) else {}


async def proved(session: AsyncSession, code: str, period: Period) -> tuple[int, int]:
    return await prove(session, GRID_FIGURES, code, period)


async def shown(office: httpx.AsyncClient, code: str, period: Period) -> str:
    sheet = (await office.get(f"/v1/figures/values?region={HAISHU}&period={period}")).json()
    return str(next(one["state"] for one in sheet["region"]["figures"] if one["code"] == code))


async def post_in(office: httpx.AsyncClient, cell: str, **change: Any) -> dict[str, Any]:
    body = {"cell_code": cell, "role": "grid_officer", "responsible": True, "user_id": str(uuid4())}
    body |= {"user_name": "演示网格员（虚构）", "since": "2026-02-01", "basis": "演示任命"}
    return await made(office, "grid-posts", **(body | change))


async def test_coverage_counts_villages_and_own_cells_and_says_nothing_before_the_first_post(
    session: AsyncSession, office: httpx.AsyncClient
) -> None:
    assert await recount(session, HAISHU) == 0
    assert await shown(office, COVERAGE, YEAR) == "missing"
    villages = len(
        (
            await session.scalars(
                select(RegionRow.code).where(RegionRow.code.startswith("330203"), RegionRow.level == 5)
            )
        ).all()
    )
    first = await post_in(office, VILLAGE)
    await post_in(office, OTHER, responsible=False)
    assert await proved(session, COVERAGE, YEAR) == (1, villages)
    cell = {"region_code": "330203001000", "level": "village", "name": "演示市场（虚构）", "valid_from": "2026-01-01"}
    own = await made(office, "grid-cells", source="演示", **cell)
    await post_in(office, own["code"])
    assert await proved(session, COVERAGE, YEAR) == (2, villages + 1)
    end = {"on": str(TODAY), "reason": "调离（演示）"}
    await office.post(f"/v1/grid-posts/{first['id']}/end", json=end, headers={"If-Match": '"1"'})
    assert await proved(session, COVERAGE, YEAR) == (1, villages + 1)
    await post_in(office, OTHER, since=str(TODAY + timedelta(days=9)))
    assert await recount(session, HAISHU) == 0
    assert await proved(session, COVERAGE, YEAR) == (1, villages + 1)


async def test_training_counts_each_person_once_a_year_and_moves_with_corrections(
    session: AsyncSession, office: httpx.AsyncClient
) -> None:
    assert await shown(office, TRAINING_HOURS, YEAR) == "missing"
    people = [
        await made(office, "trainees", role_group=group, name="演示（虚构）", region_code=STREET, since=str(YEAR.first))
        for group in ("inspector", "inspector", "grid")
    ]
    training = {"title": "演示培训", "organiser": "演示局（虚构）", "region_code": HAISHU, "held_on": str(YEAR.first)}
    held = await made(office, "trainings", hours="60", **training)
    path = f"trainings/{held['id']}/attendances"
    await made(office, path, attendances=[{"trainee_id": one["id"], "hours": "60"} for one in (people[0], people[2])])
    assert await proved(session, TRAINING_HOURS, YEAR) == (1, 2)
    await made(office, path, reason="少记", attendances=[{"trainee_id": people[0]["id"], "hours": "59.5"}])
    assert await proved(session, TRAINING_HOURS, YEAR) == (0, 2)
    assert await shown(office, TRAINING_HOURS, YEAR) == "zero"
    gone = {"on": str(TODAY)}
    await office.post(f"/v1/trainees/{people[1]['id']}/end", json=gone, headers={"If-Match": '"1"'})
    assert await proved(session, TRAINING_HOURS, YEAR) == (0, 1)
    everybody = (await session.scalars(select(Trainee))).all()
    assert await count_years(session, everybody, [YEAR.first.year]) == 0


async def test_supervision_counts_whole_quarters_when_visited_or_over(
    session: AsyncSession, office: httpx.AsyncClient
) -> None:
    shop = uuid7()
    assert (await office.put(f"/v1/businesses/{shop}", json=business())).status_code == 201
    since = QUARTER.previous.previous.first
    body = {"business_id": str(shop), "level": "C", "leader_name": "演示干部（虚构）", "leader_post": "演示职务"}
    assignment = await made(office, "supervision-assignments", since=str(since), **body)
    quarters = [QUARTER.previous.previous, QUARTER.previous, QUARTER]
    visits = f"supervision-assignments/{assignment['id']}/visits"

    async def by_quarter() -> list[tuple[int, int]]:
        return [await proved(session, QUARTERLY_VISITS, quarter) for quarter in quarters]

    assert await by_quarter() == [(0, 1), (0, 1), (0, 0)]
    assert await shown(office, QUARTERLY_VISITS, QUARTER) == "missing"
    await made(office, visits, visited_on=str(QUARTER.previous.last), found="演示情况")
    await made(office, visits, visited_on=str(TODAY), found="演示情况")
    assert await by_quarter() == [(0, 1), (1, 1), (1, 1)]
    end = {"on": str(QUARTER.last), "reason": "调整（演示）"}
    await office.post(f"/v1/supervision-assignments/{assignment['id']}/end", json=end, headers={"If-Match": '"1"'})
    assert await by_quarter() == [(0, 1), (1, 1), (0, 0)]
    row = (await session.scalars(select(Assignment).where(Assignment.id == UUID(assignment["id"])))).one()
    assert await count_quarters(session, row) == 0


async def test_clues_count_when_answered_or_overdue_and_once(session: AsyncSession, office: httpx.AsyncClient) -> None:
    ids = [uuid7() for _ in range(3)]
    for clue_id in ids:
        body = {"cell_code": VILLAGE, "found_at": now().isoformat(), "place": "演示路", "what": "异味（演示）"}
        assert (await office.put(f"/v1/clues/{clue_id}", json=body)).status_code == 201
    assert await shown(office, CLUES_IN_TIME, YEAR) == "missing"
    reply = {"outcome": "unsubstantiated", "answer": "未发现（演示）"}
    answered = await office.post(f"/v1/clues/{ids[0]}/answer", json=reply, headers={"If-Match": '"1"'})
    assert answered.status_code == 200, answered.text
    long_ago = now() - timedelta(days=60)  # more than any ten working days
    await session.execute(
        text("UPDATE clocks SET triggered_at = :at, due_at = :due, sweep_after = :due WHERE object_id = :id"),
        {"at": long_ago, "due": long_ago + timedelta(days=30), "id": ids[1]},
    )
    session.expire_all()
    await sweep_overdue(session, Unit.INSPECTION, now())
    for _ in range(2):
        await settle_clue(session, ids[1])
    assert await proved(session, CLUES_IN_TIME, YEAR) == (1, 2)
    late = await office.post(f"/v1/clues/{ids[1]}/answer", json=reply, headers={"If-Match": '"1"'})
    assert late.status_code == 200, late.text
    assert await proved(session, CLUES_IN_TIME, YEAR) == (1, 2)
    clues = {clue.id: clue for clue in await session.scalars(select(Clue))}
    assert [clues[clue_id].answered_at is not None for clue_id in ids] == [True, True, False]


async def test_the_rows_behind_lead_to_the_records(session: AsyncSession, office: httpx.AsyncClient) -> None:
    await post_in(office, VILLAGE)
    rows = (await office.get(f"/v1/figures/{COVERAGE}/rows?region={VILLAGE}&period={TODAY.year}")).json()
    [row] = rows["items"]
    assert (row["numerator"], row["denominator"]) == ("1", "1")
    assert (await office.get(row["link"])).status_code == 200
