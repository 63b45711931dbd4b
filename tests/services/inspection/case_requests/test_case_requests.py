"""A disposal's suspicion is entered once with its clock, and answered with a case number or a written reason."""

import asyncio
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.models import Business
from services.inspection.businesses.schemas import BusinessWrite
from services.inspection.businesses.service import enter, new_business
from services.inspection.case_requests import service
from services.inspection.case_requests.models import CaseRequest
from services.inspection.case_requests.subscribers import on_case_requested, on_sample_concluded
from services.inspection.settings import Settings
from shared.clocks.service import clocks_of
from shared.contracts.clocks import ClockState
from shared.contracts.codes import Role, Unit
from shared.contracts.statutory_sampling import CaseRequested, CaseSide, Link
from shared.database import create_engine
from shared.ids import uuid7
from shared.times import now
from tests.conftest import ClientOf, SessionOf
from tests.factories.statutory_sampling import case_requested, passed_after_all
from tests.services.inspection.factories import HAISHU, NANHAI, OTHER_STREET, business

NUMBER = "甬海市监立〔2026〕演示1号"


@pytest_asyncio.fixture
async def session(session_of: SessionOf) -> AsyncSession:
    return await session_of(Unit.INSPECTION)


@pytest_asyncio.fixture
async def officer(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.INSPECTION, Role.CASE_HANDLER, regions=[HAISHU])


async def heard(session: AsyncSession, messages: Iterable[CaseRequested]) -> CaseRequest:
    """What stands after the messages were heard in that order."""
    for message in messages:
        await on_case_requested(session, message)
        case_id = message.case_id
    return (await session.scalars(select(CaseRequest).where(CaseRequest.case_id == case_id))).one()


async def on_file(session: AsyncSession, **change: Any) -> Business:
    made = new_business(uuid7(), BusinessWrite.model_validate(business(**change)))
    await enter(session, [made], None)
    return made


async def decide(
    officer: httpx.AsyncClient, request_id: UUID, step: str, version: int = 1, **body: Any
) -> httpx.Response:
    headers = {"If-Match": f'"{version}"'}
    return await officer.post(f"/v1/case-requests/{request_id}/{step}", json=body, headers=headers)


async def test_a_request_told_again_changes_nothing(session: AsyncSession) -> None:
    asked = case_requested()
    older = asked.model_copy(update={"version": asked.version - 1, "food_name": "鲫鱼"})
    request = await heard(session, [asked, asked, older, asked])
    assert (request.version, request.food_name) == (1, "草鱼")
    assert len(await clocks_of(session, service.CLOCK_OBJECT, request.id)) == 1


async def test_later_facts_replace_earlier_ones_and_whom_it_concerns_stays(session: AsyncSession) -> None:
    asked = case_requested()
    request = await heard(session, [asked, asked.model_copy(update={"version": 8, "lot_code": "DEMO-B"})])
    assert (request.version, request.lot_code, request.facts_version) == (2, "DEMO-B", 8)
    assert (request.side, request.region_code) == (asked.side, asked.region_code)


async def test_two_deliveries_at_the_same_moment_are_one_request(fresh_database: str) -> None:
    engine = create_engine(Settings(database_url=fresh_database))
    asked = case_requested()

    async def hear() -> UUID:
        async with AsyncSession(engine) as session, session.begin():
            return (await service.receive(session, asked)).id

    try:
        assert len(set(await asyncio.gather(*(hear() for _ in range(4))))) == 1
    finally:
        await engine.dispose()


async def test_the_officers_of_the_registered_party_decide_and_its_file_tells(
    session: AsyncSession, officer: httpx.AsyncClient
) -> None:
    seller = await on_file(session, region_code=OTHER_STREET)
    request = await heard(session, [case_requested(business_id=seller.id)])
    assert (request.business_id, request.region_code) == (seller.id, OTHER_STREET)
    await decide(officer, request.id, "acceptance", filing_number=NUMBER)
    timeline = (await officer.get(f"/v1/businesses/{seller.id}/timeline")).json()["items"]
    assert [entry["kind"] for entry in timeline] == ["case_decided", "case_requested", "registered"]
    assert NUMBER in timeline[0]["summary"]


@pytest.mark.parametrize(("link", "is_the_party"), [(Link.CIRCULATION, False), (Link.PRODUCTION, True)])
async def test_the_sampled_business_is_the_producer_only_where_it_was_sampled_as_one(
    session: AsyncSession, link: Link, is_the_party: bool
) -> None:
    sampled = await on_file(session)
    request = await heard(session, [case_requested(business_id=sampled.id, side=CaseSide.PRODUCER, link=link)])
    assert (request.business_id == sampled.id) is is_the_party


async def test_a_producer_is_found_by_his_code_and_never_guessed_by_name(session: AsyncSession) -> None:
    producer = await on_file(session, kind="production")
    known = case_requested(side=CaseSide.PRODUCER, party_name=producer.name, party_uscc=producer.uscc)
    assert (await heard(session, [known])).business_id == producer.id
    nameless = case_requested(side=CaseSide.PRODUCER, party_name=producer.name, party_uscc=None)
    assert (await heard(session, [nameless])).business_id is None


async def test_filing_meets_the_clock_and_is_said_once(session: AsyncSession, officer: httpx.AsyncClient) -> None:
    request = await heard(session, [case_requested()])
    assert (await decide(officer, request.id, "acceptance", 5, filing_number=NUMBER)).status_code == 412
    filed = await decide(officer, request.id, "acceptance", filing_number=NUMBER)
    assert filed.status_code == 200, filed.text
    assert (filed.json()["state"], filed.json()["filing_number"]) == ("accepted", NUMBER)
    [clock] = await clocks_of(session, service.CLOCK_OBJECT, request.id)
    assert (clock.code, clock.state) == ("clue_verification", ClockState.MET)
    again = await decide(officer, request.id, "decline", 2, reason="撤回（演示）")
    assert again.json()["type"] == "/problems/case-request-decided"


async def test_declining_needs_a_written_reason_and_ends_the_clock(
    session: AsyncSession, officer: httpx.AsyncClient
) -> None:
    request = await heard(session, [case_requested()])
    refused = await decide(officer, request.id, "decline", reason=" \u3000")
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/reason")
    declined = await decide(officer, request.id, "decline", reason="违法行为轻微并已改正（演示）")
    assert (declined.json()["state"], declined.json()["filing_number"]) == ("declined", None), declined.text
    [clock] = await clocks_of(session, service.CLOCK_OBJECT, request.id)
    assert clock.state is ClockState.MET


@pytest.mark.parametrize("hours", [-24, 24])
async def test_a_decision_lies_between_the_request_and_now(
    session: AsyncSession, officer: httpx.AsyncClient, hours: int
) -> None:
    request = await heard(session, [case_requested()])
    at = (now() + timedelta(hours=hours)).isoformat()
    refused = await decide(officer, request.id, "acceptance", filing_number=NUMBER, filed_at=at)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/filed_at")


async def test_later_facts_do_not_undo_a_decision(session: AsyncSession, officer: httpx.AsyncClient) -> None:
    asked = case_requested()
    request = await heard(session, [asked])
    await decide(officer, request.id, "acceptance", filing_number=NUMBER)
    await heard(session, [asked.model_copy(update={"version": 9, "reason": "补充证据（演示）"})])
    read = (await officer.get(f"/v1/case-requests/{request.id}")).json()
    assert (read["state"], read["filing_number"], read["reason"]) == ("accepted", NUMBER, "补充证据（演示）")


async def test_requests_of_other_regions_do_not_exist_for_an_officer(
    session: AsyncSession, officer: httpx.AsyncClient, client_of: ClientOf
) -> None:
    request = await heard(session, [case_requested()])
    stranger = await client_of(Unit.INSPECTION, Role.CASE_HANDLER, regions=[NANHAI])
    assert (await stranger.get("/v1/case-requests")).json()["items"] == []
    assert (await stranger.get(f"/v1/case-requests/{request.id}")).status_code == 404
    assert (await decide(stranger, request.id, "acceptance", filing_number=NUMBER)).status_code == 404
    own = (await officer.get("/v1/case-requests", params={"state": "pending", "region": "330203"})).json()["items"]
    assert [item["id"] for item in own] == [str(request.id)]
    leader = await client_of(Unit.INSPECTION, Role.LEADER, regions=[HAISHU])
    assert (await decide(leader, request.id, "acceptance", filing_number=NUMBER)).status_code == 403


async def test_the_list_of_a_business_has_its_requests_alone(session: AsyncSession, officer: httpx.AsyncClient) -> None:
    seller = await on_file(session)
    own = await heard(session, [case_requested(business_id=seller.id)])
    await heard(session, [case_requested()])
    items = (await officer.get("/v1/case-requests", params={"business": str(seller.id)})).json()["items"]
    assert [item["id"] for item in items] == [str(own.id)]
    of_sample = (await officer.get("/v1/case-requests", params={"sample_id": str(own.sample_id)})).json()["items"]
    assert [item["id"] for item in of_sample] == [str(own.id)]
    assert await session.scalar(select(func.count()).select_from(CaseRequest)) == 2


@pytest.mark.parametrize("told_first", [False, True])
async def test_a_re_test_that_passes_the_sample_withdraws_what_is_undecided_in_any_order(
    session: AsyncSession, officer: httpx.AsyncClient, told_first: bool
) -> None:
    seller = await on_file(session)
    asked = case_requested(business_id=seller.id)
    passed = passed_after_all(asked)
    if told_first:
        await on_sample_concluded(session, passed)
    request = await heard(session, [asked])
    for _ in range(2):
        await on_sample_concluded(session, passed)
    await heard(session, [asked])
    read = (await officer.get(f"/v1/case-requests/{request.id}")).json()
    assert (read["state"], read["overturned_because"]) == (
        "withdrawn",
        "样品的结论已改为合格（报告 演示复检报告 1 号）",
    )
    [clock] = await clocks_of(session, service.CLOCK_OBJECT, request.id)
    assert clock.state is ClockState.CANCELLED
    late = await decide(officer, request.id, "acceptance", read["version"], filing_number=NUMBER)
    assert late.status_code == 409
    timeline = (await officer.get(f"/v1/businesses/{seller.id}/timeline")).json()["items"]
    assert [entry["kind"] for entry in timeline].count("case_decided") == 1


async def test_a_penalty_case_that_was_opened_stays_with_a_note_beside_it(
    session: AsyncSession, officer: httpx.AsyncClient
) -> None:
    asked = case_requested()
    request = await heard(session, [asked])
    await decide(officer, request.id, "acceptance", filing_number=NUMBER)
    await on_sample_concluded(session, passed_after_all(asked, version=asked.version - 1))
    assert request.overturned_at is None, "an earlier conclusion undoes nothing"
    await on_sample_concluded(session, passed_after_all(asked))
    read = (await officer.get(f"/v1/case-requests/{request.id}")).json()
    assert (read["state"], read["filing_number"]) == ("accepted", NUMBER)
    assert "改为合格" in read["overturned_because"]
