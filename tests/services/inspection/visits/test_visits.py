"""Follow-up visits: one a whistle, with a clock, closed by what was found, counted for the rate."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.models import Business
from services.inspection.businesses.schemas import BusinessWrite
from services.inspection.businesses.service import enter, new_business
from services.inspection.settings import Settings
from services.inspection.visits import service
from services.inspection.visits.models import Visit
from services.inspection.visits.subscribers import on_rapid_test_failed
from shared.clocks.service import clocks_of
from shared.contracts.clocks import ClockState
from shared.contracts.codes import Role, Unit
from shared.contracts.inspection import VisitState
from shared.database import create_engine
from shared.events.models import OutboxEvent
from shared.figures.models import FigureDelta
from shared.ids import uuid7
from shared.times import last_day, now
from tests.conftest import ClientOf, SessionOf
from tests.services.inspection.factories import HAISHU, NANHAI, OTHER_STREET, SITE, STREET, business, whistle


@pytest_asyncio.fixture
async def session(session_of: SessionOf) -> AsyncSession:
    return await session_of(Unit.INSPECTION)


@pytest_asyncio.fixture
async def officer(client_of: ClientOf) -> httpx.AsyncClient:
    """An inspector of 海曙区."""
    return await client_of(Unit.INSPECTION, Role.INSPECTOR, regions=[HAISHU])


async def known_business(session: AsyncSession, **change: Any) -> Business:
    made = new_business(uuid7(), BusinessWrite.model_validate(business(**change)))
    await enter(session, [made], None)
    return made


async def in_time(session: AsyncSession) -> tuple[int, int]:
    """Numerator and denominator of the rate of visits in time."""
    sums = select(func.sum(FigureDelta.numerator), func.sum(FigureDelta.denominator))
    row = (await session.execute(sums.where(FigureDelta.code == "inspection.visits_in_time"))).one()
    return int(row[0] or 0), int(row[1] or 0)


def found(**change: Any) -> dict[str, Any]:
    return {"visited_at": now().isoformat(), "outcome": "corrected", "notes": "问题批次已封存（演示）"} | change


async def complete(officer: httpx.AsyncClient, visit_id: UUID, **change: Any) -> httpx.Response:
    return await officer.post(
        f"/v1/visits/{visit_id}/completion", json=found(**change), headers={"Idempotency-Key": str(uuid4())}
    )


async def test_a_whistle_schedules_exactly_one_visit_however_often_it_is_heard(session: AsyncSession) -> None:
    heard = whistle()
    for version in (1, 2, 1):
        await on_rapid_test_failed(session, heard.model_copy(update={"version": version}))
    visits = (await session.scalars(select(Visit).where(Visit.whistle_id == heard.whistle_id))).all()
    assert len(visits) == 1
    assert len(await clocks_of(session, "visit", visits[0].id)) == 1
    told = await session.scalars(select(OutboxEvent).where(OutboxEvent.subject == str(visits[0].id)))
    assert [event.type for event in told] == ["inspection.visit.scheduled.v1"]


async def test_two_deliveries_at_the_same_moment_schedule_one_visit(fresh_database: str) -> None:
    engine = create_engine(Settings(database_url=fresh_database))
    heard = whistle()

    async def hear() -> UUID:
        async with AsyncSession(engine) as session, session.begin():
            return (await service.schedule(session, heard)).id

    try:
        assert len(set(await asyncio.gather(*(hear() for _ in range(5))))) == 1
    finally:
        await engine.dispose()


async def test_the_visit_is_due_when_its_clock_says(session: AsyncSession) -> None:
    visit = await service.schedule(session, whistle())
    (clock,) = await clocks_of(session, "visit", visit.id)
    assert (clock.id, clock.due_at) == (visit.clock_id, visit.due_at)
    assert visit.due_at > visit.scheduled_at


@pytest.mark.parametrize("told_by", ["id", "uscc", "stall"])
async def test_the_visit_goes_to_the_registered_business(session: AsyncSession, told_by: str) -> None:
    seller = await known_business(session, region_code=OTHER_STREET, site_id=str(SITE), stall_number="A12")
    said: dict[str, dict[str, Any]] = {
        "id": {"seller_business_id": seller.id, "stall_number": "B1"},
        "uscc": {"seller_uscc": seller.uscc, "stall_number": "B1"},
        "stall": {"stall_number": "A12"},
    }
    visit = await service.schedule(session, whistle(**said[told_by]))
    assert visit.business_id == seller.id
    assert visit.region_code == OTHER_STREET, "the officers of the business's own street go"


async def test_an_unknown_seller_is_visited_at_the_stall_and_nobody_is_guessed(session: AsyncSession) -> None:
    await known_business(session, name="演示甲", site_id=str(SITE), stall_number="A12", uscc=None)
    await known_business(session, name="演示乙", site_id=str(SITE), stall_number="A12", uscc=None)
    visit = await service.schedule(session, whistle())
    assert visit.business_id is None
    assert visit.region_code == STREET
    assert visit.target == "演示农贸市场（虚构）A12 号摊位"


async def test_completing_a_visit_closes_its_clock_and_tells(session: AsyncSession, officer: httpx.AsyncClient) -> None:
    seller = await known_business(session)
    visit = await service.schedule(session, whistle(seller_business_id=seller.id))
    answer = await complete(officer, visit.id)
    assert answer.status_code == 201, answer.text
    assert answer.json()["state"] == "completed"
    (clock,) = await clocks_of(session, "visit", visit.id)
    assert clock.state is ClockState.MET
    told = await session.scalars(select(OutboxEvent).where(OutboxEvent.type == "inspection.visit.completed.v1"))
    assert [(event.data["outcome"], event.data["on_time"]) for event in told] == [("corrected", True)]
    timeline = (await officer.get(f"/v1/businesses/{seller.id}/timeline")).json()["items"]
    assert {entry["kind"] for entry in timeline} == {"registered", "visit_scheduled", "visit_completed"}


async def test_what_was_found_is_not_overwritten(session: AsyncSession, officer: httpx.AsyncClient) -> None:
    visit = await service.schedule(session, whistle())
    await complete(officer, visit.id)
    again = await complete(officer, visit.id, outcome="in_order")
    assert (again.status_code, again.json()["type"]) == (409, "/problems/visit-already-completed")
    assert await in_time(session) == (1, 1)


@pytest.mark.parametrize("hours", [-2, 2])
async def test_a_visit_lies_between_the_whistle_and_now(
    session: AsyncSession, officer: httpx.AsyncClient, hours: int
) -> None:
    visit = await service.schedule(session, whistle())
    answer = await complete(officer, visit.id, visited_at=(now() + timedelta(hours=hours)).isoformat())
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/visited_at"


async def test_an_open_visit_counts_for_nothing_until_it_is_overdue_and_then_as_late(
    session: AsyncSession, officer: httpx.AsyncClient
) -> None:
    visit = await service.schedule(session, whistle(blown_at=now() - timedelta(days=30)))
    assert await in_time(session) == (0, 0)
    await service.note_overdue(session, visit.id, visit.due_at)
    await service.note_overdue(session, visit.id, visit.due_at)
    assert await in_time(session) == (0, 1)
    assert visit.counted_on == last_day(visit.due_at)
    await complete(officer, visit.id)
    assert await in_time(session) == (0, 1), "a late visit stays late"


async def test_a_visit_whose_end_is_withdrawn_is_open_again(session: AsyncSession) -> None:
    visit = await service.schedule(session, whistle())
    await service.note_overdue(session, visit.id, now() - timedelta(hours=1))
    await service.withdraw_overdue(session, visit.id, now() + timedelta(days=1))
    assert await in_time(session) == (0, 0)
    assert visit.state is VisitState.SCHEDULED


async def test_visits_are_seen_and_made_in_the_own_regions_only(
    session: AsyncSession, officer: httpx.AsyncClient, client_of: ClientOf
) -> None:
    visit = await service.schedule(session, whistle())
    stranger = await client_of(Unit.INSPECTION, Role.INSPECTOR, regions=[NANHAI])
    assert (await stranger.get("/v1/visits")).json()["items"] == []
    assert (await complete(stranger, visit.id)).status_code == 403
    leader = await client_of(Unit.INSPECTION, Role.LEADER, regions=[HAISHU])
    assert (await complete(leader, visit.id)).status_code == 403
    assert [item["id"] for item in (await officer.get("/v1/visits?state=scheduled")).json()["items"]] == [str(visit.id)]


async def test_overdue_visits_can_be_listed(session: AsyncSession, officer: httpx.AsyncClient) -> None:
    late = await service.schedule(session, whistle(blown_at=now() - timedelta(days=30)))
    await service.schedule(session, whistle())
    items = (await officer.get("/v1/visits?overdue=true")).json()["items"]
    assert [item["id"] for item in items] == [str(late.id)]
