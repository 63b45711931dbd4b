"""A disposal's request for a recall holds the lot it names at once, and officers there take it on or decline it."""

import asyncio
from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.lots.models import LotHold
from services.traceability.recall_requests import service
from services.traceability.recall_requests.models import RecallRequest
from services.traceability.recall_requests.subscribers import on_recall_requested, on_sample_concluded
from services.traceability.settings import Settings
from shared.contracts.codes import Role, Unit
from shared.contracts.statutory_sampling import Conclusion, RecallRequested
from shared.contracts.traceability import RecallRequestState
from shared.database import create_engine
from tests.conftest import ClientOf, SessionOf
from tests.factories.statutory_sampling import passed_after_all, recall_requested

HAISHU, NANHAI = "330203000000", "440605000000"


@pytest_asyncio.fixture
async def session(session_of: SessionOf) -> AsyncSession:
    return await session_of(Unit.TRACEABILITY)


@pytest_asyncio.fixture
async def officer(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.TRACEABILITY, Role.CASE_HANDLER, regions=[HAISHU])


async def heard(session: AsyncSession, messages: Iterable[RecallRequested]) -> RecallRequest:
    """What stands after the messages were heard in that order."""
    for message in messages:
        await on_recall_requested(session, message)
        case_id = message.case_id
    return (await session.scalars(select(RecallRequest).where(RecallRequest.case_id == case_id))).one()


async def holds(session: AsyncSession) -> int:
    return await session.scalar(select(func.count()).select_from(LotHold)) or 0


async def decide(
    officer: httpx.AsyncClient, request_id: UUID, step: str, version: int = 1, **body: Any
) -> httpx.Response:
    headers = {"If-Match": f'"{version}"'}
    return await officer.post(f"/v1/recall-requests/{request_id}/{step}", json=body, headers=headers)


async def test_the_named_lot_is_held_in_the_sampled_partys_hands(
    session: AsyncSession, officer: httpx.AsyncClient
) -> None:
    asked = recall_requested(lot_code=" demo l\n-018 ")
    request = await heard(session, [asked])
    read = (await officer.get(f"/v1/recall-requests/{request.id}")).json()
    assert (read["state"], read["sample_number"]) == ("pending", asked.number)
    assert (read["hold"]["state"], read["hold"]["region_code"]) == ("in_force", asked.region_code)
    lot = (await officer.get(f"/v1/lots/{read['hold']['lot_id']}")).json()
    assert (lot["code"], lot["holder_business_id"]) == ("DEMOL-018", str(asked.business_id))
    assert lot["may_be_sold"] is False


async def test_a_request_told_again_changes_nothing(session: AsyncSession) -> None:
    asked = recall_requested()
    older = asked.model_copy(update={"version": asked.version - 1, "lot_code": "旧批号", "food_name": "鲫鱼"})
    request = await heard(session, [asked, asked, older, asked])
    assert (request.version, request.food_name, request.lot_code) == (1, "草鱼", asked.lot_code)
    assert await holds(session) == 1


async def test_two_deliveries_at_the_same_moment_hold_once(fresh_database: str) -> None:
    engine = create_engine(Settings(database_url=fresh_database))
    asked = recall_requested()

    async def hear() -> UUID:
        async with AsyncSession(engine) as session, session.begin():
            return (await service.receive(session, asked)).id

    try:
        assert len(set(await asyncio.gather(*(hear() for _ in range(4))))) == 1
        async with AsyncSession(engine) as session:
            assert await holds(session) == 1
    finally:
        await engine.dispose()


async def test_a_lot_named_later_is_held_too_and_the_one_named_before_stays_held(session: AsyncSession) -> None:
    first = recall_requested(lot_code=None)
    assert (await heard(session, [first])).hold_id is None
    assert await holds(session) == 0
    named = first.model_copy(update={"version": 8, "lot_code": "DEMO-A"})
    corrected = first.model_copy(update={"version": 9, "lot_code": "DEMO-B"})
    request = await heard(session, [named])
    one = request.hold_id
    assert one is not None
    other = (await heard(session, [corrected, named])).hold_id
    assert other not in (None, one)
    assert await holds(session) == 2


async def test_two_cases_of_one_sample_are_two_requests(session: AsyncSession) -> None:
    seller = recall_requested()
    producer = recall_requested(**seller.model_dump(exclude={"case_id"}))
    await heard(session, [seller, producer])
    assert await session.scalar(select(func.count()).where(RecallRequest.sample_id == seller.sample_id)) == 2


async def test_taking_a_request_on_is_said_once_and_from_the_version_read(
    session: AsyncSession, officer: httpx.AsyncClient
) -> None:
    request = await heard(session, [recall_requested()])
    assert (await officer.post(f"/v1/recall-requests/{request.id}/acceptance", json={})).status_code == 428
    assert (await decide(officer, request.id, "acceptance", 9)).status_code == 412
    accepted = await decide(officer, request.id, "acceptance", note="已通知生产者（演示）")
    assert (accepted.status_code, accepted.json()["state"]) == (200, "accepted"), accepted.text
    again = await decide(officer, request.id, "decline", 2, reason="改主意（演示）")
    assert again.json()["type"] == "/problems/recall-request-decided"


async def test_declining_says_why_and_leaves_the_lot_on_hold(session: AsyncSession, officer: httpx.AsyncClient) -> None:
    request = await heard(session, [recall_requested()])
    for reason in ("", "\u200b\u200b"):
        refused = await decide(officer, request.id, "decline", reason=reason)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/reason")
    declined = await decide(officer, request.id, "decline", reason="该批次已全部封存（演示）")
    assert declined.status_code == 200, declined.text
    assert (declined.json()["state"], declined.json()["hold"]["state"]) == ("declined", "in_force")


async def test_later_facts_do_not_undo_a_decision(session: AsyncSession, officer: httpx.AsyncClient) -> None:
    asked = recall_requested()
    request = await heard(session, [asked])
    await decide(officer, request.id, "acceptance")
    await heard(session, [asked.model_copy(update={"version": asked.version + 1, "food_name": "草鱼（冰鲜）"})])
    read = (await officer.get(f"/v1/recall-requests/{request.id}")).json()
    assert (read["state"], read["food_name"], read["version"]) == ("accepted", "草鱼（冰鲜）", 3)


async def test_requests_of_other_regions_do_not_exist_for_an_officer(
    session: AsyncSession, officer: httpx.AsyncClient, client_of: ClientOf
) -> None:
    request = await heard(session, [recall_requested()])
    stranger = await client_of(Unit.TRACEABILITY, Role.CASE_HANDLER, regions=[NANHAI])
    assert (await stranger.get("/v1/recall-requests")).json()["items"] == []
    assert (await stranger.get(f"/v1/recall-requests/{request.id}")).status_code == 404
    assert (await decide(stranger, request.id, "acceptance")).status_code == 404
    own = (await officer.get("/v1/recall-requests", params={"state": "pending", "region": "330203"})).json()["items"]
    assert [item["id"] for item in own] == [str(request.id)]


@pytest.mark.parametrize("role", [Role.SAMPLER, Role.LABORATORY, Role.BUSINESS, Role.MARKET_OPERATOR])
async def test_who_samples_tests_or_trades_reads_no_request(
    session: AsyncSession, client_of: ClientOf, role: Role
) -> None:
    request = await heard(session, [recall_requested()])
    somebody = await client_of(Unit.TRACEABILITY, role, regions=[HAISHU])
    assert (await somebody.get(f"/v1/recall-requests/{request.id}")).status_code == 403


@pytest.mark.parametrize("told_first", [False, True])
async def test_a_re_test_that_passes_the_sample_withdraws_the_request_and_frees_the_lot_in_any_order(
    session: AsyncSession, officer: httpx.AsyncClient, told_first: bool
) -> None:
    asked = recall_requested()
    passed = passed_after_all(asked)
    if told_first:
        await on_sample_concluded(session, passed)
    request = await heard(session, [asked])
    for _ in range(2):
        await on_sample_concluded(session, passed)
    await heard(session, [asked, asked.model_copy(update={"version": asked.version + 1, "food_name": "鲫鱼"})])
    read = (await officer.get(f"/v1/recall-requests/{request.id}")).json()
    assert (read["state"], read["overturned_because"]) == (
        "withdrawn",
        "样品的结论已改为合格（报告 演示复检报告 1 号）",
    )
    assert read["hold"] is None if told_first else read["hold"]["state"] == "released"
    assert (await decide(officer, request.id, "acceptance", read["version"])).status_code == 409


async def test_a_lot_that_something_else_holds_stays_held(session: AsyncSession, officer: httpx.AsyncClient) -> None:
    one = recall_requested()
    other = one.model_copy(update={"case_id": uuid4(), "sample_id": uuid4()})
    withdrawn, standing = await heard(session, [one]), await heard(session, [other])
    await decide(officer, withdrawn.id, "acceptance")
    await on_sample_concluded(session, passed_after_all(one))
    states = [(await officer.get(f"/v1/recall-requests/{each.id}")).json() for each in (withdrawn, standing)]
    assert [read["state"] for read in states] == ["withdrawn", "pending"]
    assert states[0]["decided_at"] is not None, "who took it on stays on record"
    lot = (await officer.get(f"/v1/lots/{states[1]['hold']['lot_id']}")).json()
    assert lot["may_be_sold"] is False


@pytest.mark.parametrize("change", [{"conclusion": Conclusion.UNQUALIFIED}, {"version": 1}])
async def test_a_failure_or_an_earlier_conclusion_withdraws_nothing(
    session: AsyncSession, change: dict[str, Any]
) -> None:
    asked = recall_requested(version=5)
    request = await heard(session, [asked])
    await on_sample_concluded(session, passed_after_all(asked, **change))
    assert request.state is RecallRequestState.PENDING
