"""Progress of plans over HTTP: each target counts what it says it counts, and nothing of another stream."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.food_categories.models import FoodCategory
from shared.contracts.codes import Role, Unit
from shared.contracts.statutory_sampling import Conclusion, Link, SampleState, Stream
from tests.conftest import ClientOf
from tests.services.sampling.factories import NANHAI, OTHER_STREET, STREET
from tests.services.sampling.plans.factories import (
    YEAR,
    drawn_up,
    issued,
    region_target,
    stated_population,
    stored_sample,
    task_of,
)

MID_YEAR = f"{YEAR}-07-02"  # 183 of 365 days
ONLY_OWN = {"counted_streams": ["supervision"], "counted_sources": ["县级"]}


async def progress(client: httpx.AsyncClient, plan: dict[str, Any], **query: Any) -> dict[str, Any]:
    answer = await client.get(f"/v1/sampling-plans/{plan['id']}/progress", params={"as_of": MID_YEAR} | query)
    assert answer.status_code == 200, answer.text
    seen: dict[str, Any] = answer.json()
    return seen


async def category(session: AsyncSession, code: str, parent: str | None, level: int) -> None:
    await session.merge(
        FoodCategory(
            code=code,
            parent_code=parent,
            level=level,
            name=f"演示类别 {code}",
            aliases=[],
            excluded_codes=[],
            source="演示",
            verified=False,
            version=1,
        )
    )
    await session.flush()


async def test_a_region_target_counts_its_streams_sources_places_and_year_only(
    office: httpx.AsyncClient, session: AsyncSession
) -> None:
    await stated_population(session, 2000)
    await stated_population(session, 1000, code=STREET)
    wide = region_target(rate="2")
    plan = await issued(office, region_targets=[wide, region_target(region_code=STREET, rate="2") | ONLY_OWN])
    counting: list[dict[str, Any]] = [
        {},
        {"stream": Stream.ASSESSMENT},
        {"task_source": "省级"},
        {"region_code": OTHER_STREET},
        {"state": SampleState.CONCLUDED, "conclusion": Conclusion.QUALIFIED},
    ]
    not_counting: list[dict[str, Any]] = [
        {"stream": Stream.RISK_MONITORING},
        {"region_code": NANHAI},
        {"sampled_on": date(YEAR - 1, 12, 31)},
        {"sampled_on": date(YEAR, 7, 3)},
        {"state": SampleState.DRAFT, "number": None},
        {"state": SampleState.REFUSED, "number": None},
        {"state": SampleState.REJECTED},
        {"state": SampleState.VOIDED},
    ]
    for change in (*counting, *not_counting):
        await stored_sample(session, **change)
    whole, street = (one["progress"] for one in (await progress(office, plan))["regions"])
    assert (whole["planned"], whole["taken"], whole["concluded"]) == (4, 5, 1)
    assert (street["planned"], street["taken"], street["concluded"]) == (2, 2, 1)
    assert (whole["pace"], street["completion"]) == ("reached", "100")


async def test_an_unknown_population_is_missing_never_behind_and_never_a_division_by_zero(
    office: httpx.AsyncClient, session: AsyncSession
) -> None:
    await stated_population(session, 0, code=STREET)
    plan = await issued(office, region_targets=[region_target(), region_target(region_code=STREET)])
    await stored_sample(session)
    seen = await progress(office, plan)
    for one in seen["regions"]:
        assert (one["progress"]["planned"], one["progress"]["taken"]) == (None, 1)
        assert (one["progress"]["pace"], one["progress"]["completion"]) == ("missing", None)
    assert seen["behind"] == []


async def test_the_plan_and_its_categories_count_its_own_tasks_and_stream(
    office: httpx.AsyncClient, session: AsyncSession
) -> None:
    for code, parent, level in (("T1", None, 1), ("T11", "T1", 2), ("T111", "T11", 3)):
        await category(session, code, parent, level)
    plan = await issued(
        office,
        quantity=10,
        category_targets=[
            {"link": "circulation", "category_code": "T1", "quantity": 4},
            {"link": "circulation", "category_code": "T11", "quantity": 2},
            {"link": "catering", "quantity": 4},
        ],
    )
    task, other = await task_of(session, plan), await task_of(session, await issued(office))
    taken: list[dict[str, Any]] = [
        {"task_id": task, "category_code": "T111"},
        {"task_id": task, "category_code": "T1"},
        {"task_id": task, "category_code": "T1", "link": Link.CATERING},
        {"task_id": task, "category_code": None},
        {"task_id": task, "stream": Stream.RISK_MONITORING},
        {"task_id": other},
        {},
    ]
    for change in taken:
        await stored_sample(session, **change)
    seen = await progress(office, plan)
    assert (seen["plan"]["taken"], seen["unassigned"]) == (4, 1)
    by_code = {one["category_code"]: one["progress"]["taken"] for one in seen["categories"]}
    assert by_code == {"T1": 1, "T11": 1, None: 1}, "a sample counts for the target that names it most closely"


async def test_who_is_behind_and_where_the_year_is_heading(office: httpx.AsyncClient, session: AsyncSession) -> None:
    await stated_population(session, 40_000)
    await stated_population(session, 40_000, code=STREET)
    await stated_population(session, 40_000, code=OTHER_STREET)
    targets = [region_target(region_code=code, rate="1") for code in (STREET, OTHER_STREET)]
    plan = await issued(office, region_targets=[region_target(rate="1"), *targets])
    for week in range(8):
        for _ in range(2):
            await stored_sample(session, sampled_on=date(YEAR, 7, 2) - timedelta(weeks=week))
    seen = await progress(office, plan)
    whole, street, other = (one["progress"] for one in seen["regions"])
    assert (street["taken"], street["expected_by_now"], street["lag"], street["pace"]) == (16, "20.1", "4.1", "behind")
    assert street["forecast"]["expected"] == 16 + 52, "26 weeks of two"
    assert street["forecast"]["low"] <= 68 <= street["forecast"]["high"]
    assert street["outlook"] == "likely"
    assert (other["taken"], other["outlook"]) == (0, "unlikely")
    assert whole == street
    assert seen["behind"][0]["name"] == seen["regions"][2]["region_name"]
    assert len(seen["behind"]) == 3
    early = await progress(office, plan, as_of=f"{YEAR}-01-10")
    assert early["regions"][0]["progress"]["forecast"] is None
    assert "不足 4 周" in early["forecast_method"]


async def test_the_progress_of_a_plan_is_seen_within_its_regions_only(
    office: httpx.AsyncClient, client_of: ClientOf
) -> None:
    plan = await drawn_up(office)
    stranger = await client_of(Unit.SAMPLING, Role.FOOD_SAFETY_OFFICE, regions=[NANHAI])
    for part in ("progress", "coverage"):
        assert (await stranger.get(f"/v1/sampling-plans/{plan['id']}/{part}")).status_code == 404
        assert (await office.get(f"/v1/sampling-plans/{uuid4()}/{part}")).status_code == 404
    leader = await client_of(Unit.SAMPLING, Role.LEADER, regions=[plan["region_code"]])
    assert (await leader.get(f"/v1/sampling-plans/{UUID(plan['id'])}/progress")).status_code == 200
