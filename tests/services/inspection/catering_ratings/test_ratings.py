"""What caterers were rated: a score means a grade by a dated rule, the latest stands, canteens are counted by it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.models import Business
from services.inspection.catering_ratings.codes import RatingGrade
from services.inspection.catering_ratings.counting import CANTEENS_AB, CANTEENS_C
from services.inspection.catering_ratings.rules import grade_of
from services.inspection.figures.ratings import RATING_FIGURES
from services.inspection.grid.dated_rules.seed import seed_dated_rules
from shared.contracts.codes import Role, Unit
from shared.contracts.figures import Period
from shared.times import day_of, now
from tests.conftest import ClientOf, SessionOf
from tests.services.inspection.business_merges.test_merges import merge, undo
from tests.services.inspection.corrections.making import on_file
from tests.services.inspection.factories import HAISHU, NANHAI
from tests.services.inspection.figures.proving import proved

TODAY = day_of(now())
LEAST = [("A", Decimal(90)), ("B", Decimal(75)), ("C", Decimal(60))]


@pytest_asyncio.fixture
async def session(session_of: SessionOf) -> AsyncSession:
    session = await session_of(Unit.INSPECTION)
    await seed_dated_rules(session)
    return session


@pytest_asyncio.fixture
async def office(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.INSPECTION, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU])


async def canteens(session: AsyncSession) -> tuple[tuple[int, int], int]:
    """A and B among the rated, and how many are C."""
    period = Period.parse(TODAY.isoformat())
    share = await proved(session, RATING_FIGURES, CANTEENS_AB, period)
    return share, (await proved(session, RATING_FIGURES, CANTEENS_C, period))[0]


async def canteen(session: AsyncSession, number: int, kind: str = "canteen") -> Business:
    return await on_file(session, kind=kind, name=f"演示食堂{number}（虚构）", same_uscc_confirmed=True)


async def try_to_rate(client: httpx.AsyncClient, business_id: UUID, grade: str, **change: Any) -> httpx.Response:
    body = {"business_id": str(business_id), "grade": grade, "rated_on": str(TODAY), "basis": "年度评定（演示）"}
    headers = {"Idempotency-Key": str(uuid4())}
    return await client.post("/v1/catering-ratings", json=body | change, headers=headers)


async def rated(client: httpx.AsyncClient, business_id: UUID, grade: str, **change: Any) -> dict[str, Any]:
    answer = await try_to_rate(client, business_id, grade, **change)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


@pytest.mark.parametrize(
    ("score", "grade"),
    [("100", "A"), ("90", "A"), ("89.9", "B"), ("75", "B"), ("74.9", "C"), ("60", "C"), ("59.9", None)],
)
def test_a_bound_belongs_to_the_better_grade_and_below_all_nobody_is_rated(score: str, grade: str | None) -> None:
    assert grade_of(Decimal(score), LEAST) == (RatingGrade(grade) if grade else None)


async def test_canteens_are_counted_by_the_rating_that_stands(session: AsyncSession, office: httpx.AsyncClient) -> None:
    first, second = await canteen(session, 1), await canteen(session, 2)
    await canteen(session, 3)
    restaurant = await canteen(session, 4, kind="catering")
    assert await canteens(session) == ((0, 0), 0)
    await rated(office, first.id, "A")
    await rated(office, second.id, "B")
    await rated(office, restaurant.id, "C")
    assert await canteens(session) == ((2, 2), 0), "who was never rated is in no share, a restaurant is no canteen"
    worse = await rated(office, second.id, "C")
    assert await canteens(session) == ((1, 2), 1)
    await rated(office, second.id, "A", rated_on=str(TODAY - timedelta(days=365)))
    assert await canteens(session) == ((1, 2), 1), "what was rated before does not replace what was rated since"
    withdrawn = await office.post(
        f"/v1/catering-ratings/{worse['id']}/withdrawal",
        json={"reason": "登记错了一户（演示）"},
        headers={"If-Match": f'"{worse["version"]}"'},
    )
    assert withdrawn.status_code == 200
    assert await canteens(session) == ((2, 2), 0), "the B from before stands again"
    listed = (await office.get(f"/v1/catering-ratings?business={second.id}")).json()["items"]
    assert len(listed) == 3
    timeline = (await office.get(f"/v1/businesses/{second.id}/timeline?kind=rated")).json()["items"]
    assert len(timeline) == 4


async def test_ratings_go_with_the_file_that_goes_on(session: AsyncSession, office: httpx.AsyncClient) -> None:
    kept, twin = await canteen(session, 1), await canteen(session, 2)
    await rated(office, twin.id, "C")
    assert await canteens(session) == ((0, 1), 1)
    merged = await merge(office, *[(await office.get(f"/v1/businesses/{one.id}")).json() for one in (kept, twin)])
    assert await canteens(session) == ((0, 1), 1), "one canteen, under its file that goes on"
    await rated(office, kept.id, "A")
    assert await canteens(session) == ((1, 1), 0)
    assert (await undo(office, merged)).status_code == 200
    assert await canteens(session) == ((1, 2), 1), "taken apart again, each has its own"


async def test_a_score_that_means_another_grade_is_refused_by_the_rule(
    session: AsyncSession, office: httpx.AsyncClient
) -> None:
    place = await canteen(session, 1)
    refused = await try_to_rate(office, place.id, "A", score="89.5")
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/grade")
    assert "B 级（良好）" in refused.text
    too_low = await try_to_rate(office, place.id, "C", score="59.5")
    assert "先整改" in too_low.text
    made = await rated(office, place.id, "B", score="89.5")
    rule = (await office.get(f"/v1/dated-rules/{made['rule_id']}")).json()
    assert (rule["subject"], rule["verified"]) == ("catering_rating", False)
    early = await try_to_rate(office, place.id, "B", score="89.5", rated_on="2011-12-31")
    assert early.json()["type"] == "/problems/no-dated-rule-in-force"


async def test_what_cannot_be_rated_is_refused_with_its_place(
    session: AsyncSession, office: httpx.AsyncClient, client_of: ClientOf
) -> None:
    shop, place = await on_file(session), await canteen(session, 1)
    for business_id, change, pointer in (
        (shop.id, {}, "/business_id"),
        (uuid4(), {}, "/business_id"),
        (place.id, {"rated_on": str(TODAY + timedelta(days=1))}, "/rated_on"),
        (place.id, {"score": "100.1"}, "/score"),
    ):
        refused = await try_to_rate(office, business_id, "A", **change)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)
    away = await client_of(Unit.INSPECTION, Role.FOOD_SAFETY_OFFICE, regions=[NANHAI])
    assert (await try_to_rate(away, place.id, "A")).status_code == 403
    made = await rated(office, place.id, "A")
    assert (await away.get("/v1/catering-ratings")).json()["items"] == []
    headers = {"If-Match": f'"{made["version"]}"'}
    withdrawal = await away.post(
        f"/v1/catering-ratings/{made['id']}/withdrawal", json={"reason": "（演示）"}, headers=headers
    )
    assert withdrawal.status_code == 404
