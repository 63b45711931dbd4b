"""Whatever was recorded of a file that was merged is found with the one that goes on, and goes back when undone."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.models import Business
from services.inspection.visits import service as follow_ups
from shared.contracts.codes import Role, Unit
from shared.times import day_of, now
from tests.conftest import ClientOf, SessionOf
from tests.services.inspection.corrections.making import ASSESSMENT, done, found, on_file
from tests.services.inspection.factories import HAISHU, invented_uscc, whistle
from tests.services.inspection.public_results.publishing import Bureau
from tests.services.inspection.supervision_letters.making import SERVED, an_issuer, issued
from tests.services.inspection.supervision_letters.making import done as letter_step
from tests.services.inspection.visit_records.contents import ANNA, pinned, published_checklist

LISTS = (
    "/v1/visit-records?business={}",
    "/v1/visit-results?business={}",
    "/v1/visits?business={}",
    "/v1/corrections?business={}",
    "/v1/supervision-letters?business={}",
    "/v1/supervision-assignments?business={}",
)


@pytest_asyncio.fixture
async def session(session_of: SessionOf) -> AsyncSession:
    return await session_of(Unit.INSPECTION)


@pytest_asyncio.fixture
async def bureau(session: AsyncSession, client_of: ClientOf) -> Bureau:
    return Bureau(
        session=session,
        officer=await client_of(Unit.INSPECTION, Role.INSPECTOR, regions=[HAISHU], actor_id=ANNA),
        office=await client_of(Unit.INSPECTION, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU]),
        checklist=pinned(await published_checklist(session)),
    )


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid4())}


async def merged(bureau: Bureau, winner: Business, loser: Business) -> str:
    body = {
        "winner_id": str(winner.id),
        "winner_version": winner.version,
        "loser_id": str(loser.id),
        "loser_version": loser.version,
        "take_from_loser": [],
        "reason": "同一家（演示）",
    }
    answer = await bureau.office.post("/v1/business-merges", json=body, headers=key())
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def assigned(bureau: Bureau, business_id: UUID) -> httpx.Response:
    body = {
        "business_id": str(business_id),
        "level": "C",
        "leader_name": "演示干部（虚构）",
        "leader_post": "演示街道副主任（虚构）",
        "since": str(day_of(now())),
    }
    return await bureau.office.post("/v1/supervision-assignments", json=body, headers=key())


async def counted(client: httpx.AsyncClient, path: str, named: object) -> int:
    answer = await client.get(path.format(named))
    assert answer.status_code == 200, answer.text
    return len(answer.json()["items"])


async def recorded(bureau: Bureau, leader: httpx.AsyncClient) -> Business:
    """A file of which something is recorded everywhere."""
    loser = await bureau.on_file(uscc=invented_uscc(2), name="演示食品店二档（虚构）")
    await bureau.published(loser)
    await follow_ups.schedule(bureau.session, whistle(seller_business_id=loser.id, blown_at=now()))
    await found(bureau.session, business_id=loser.id)
    await assigned(bureau, loser.id)
    whom: dict[str, Any] = {"business_id": str(loser.id), "addressee": None, "region_code": None}
    letter = await issued(bureau.officer, leader, await an_issuer(leader), "reminder", **whom)
    await letter_step(bureau.officer, letter["id"], "service", **SERVED)
    return loser


async def test_every_record_is_found_with_the_file_that_goes_on_and_goes_back(
    bureau: Bureau, client_of: ClientOf
) -> None:
    leader = await client_of(Unit.INSPECTION, Role.LEADER, regions=[HAISHU])
    loser, winner = await recorded(bureau, leader), await on_file(bureau.session)
    assert [await counted(bureau.office, path, winner.id) for path in LISTS] == [0] * len(LISTS)
    merge_id = await merged(bureau, winner, loser)
    for named in (winner.id, loser.id):
        assert [await counted(bureau.office, path, named) for path in LISTS] == [1] * len(LISTS), named
    undone = await bureau.office.post(
        f"/v1/business-merges/{merge_id}/undoing", json={"reason": "是两家（演示）"}, headers=key()
    )
    assert undone.status_code == 200, undone.text
    assert [await counted(bureau.office, path, winner.id) for path in LISTS] == [0] * len(LISTS)
    assert [await counted(bureau.office, path, loser.id) for path in LISTS] == [1] * len(LISTS)


async def test_the_business_reads_its_own_under_either_file_and_nobody_elses(
    bureau: Bureau, client_of: ClientOf
) -> None:
    leader = await client_of(Unit.INSPECTION, Role.LEADER, regions=[HAISHU])
    loser, winner = await recorded(bureau, leader), await on_file(bureau.session)
    rival = await bureau.on_file(uscc=invented_uscc(3), name="演示对手（虚构）")
    await merged(bureau, winner, loser)
    own = ("/v1/visit-results", "/v1/corrections", "/v1/supervision-letters")
    for business_id, wanted in ((winner.id, 1), (loser.id, 1), (rival.id, 0)):
        owner = await client_of(Unit.INSPECTION, Role.BUSINESS, business_id=business_id)
        assert [await counted(owner, path, "") for path in own] == [wanted] * len(own)


async def test_a_leader_is_not_given_to_a_business_that_has_one_under_its_other_file(bureau: Bureau) -> None:
    loser = await bureau.on_file(uscc=invented_uscc(2), name="演示食品店二档（虚构）")
    winner = await bureau.on_file()
    assert (await assigned(bureau, loser.id)).status_code == 201
    await merged(bureau, winner, loser)
    refused = await assigned(bureau, winner.id)
    assert refused.json()["type"] == "/problems/supervision-assignment-step-refused"


async def test_a_pack_takes_along_what_was_known_under_the_other_file(bureau: Bureau) -> None:
    loser = await bureau.on_file(uscc=invented_uscc(2), name="演示食品店二档（虚构）")
    winner = await bureau.on_file()
    record_id = await bureau.published(loser, failed=("2",))
    task = await follow_ups.schedule(bureau.session, whistle(seller_business_id=loser.id, blown_at=now()))
    await merged(bureau, winner, loser)
    whole = (await bureau.officer.get("/v1/task-packs/mine")).json()
    [packed] = whole["businesses"]
    assert packed["id"] == str(winner.id)
    assert [visit["id"] for visit in packed["open_visits"]] == [str(task.id)]
    assert [finding["record_id"] for finding in packed["last_findings"]] == [str(record_id)]
    [asked] = [one for one in packed["checklists"] if one["code"] == bureau.checklist["code"]]
    assert asked["must_check"] == ["2"], "what failed under the other file is checked again"
    changes = (await bureau.officer.get("/v1/task-packs/mine", params={"changed_since": _since(minutes=5)})).json()
    assert [business["id"] for business in changes["businesses"]] == [str(winner.id)]
    assert [(gone["business_id"], gone["reason"]) for gone in changes["tombstones"]] == [
        (str(loser.id), "已并入同一主体的另一份档案")
    ]


async def test_news_under_a_merged_file_reaches_the_pack_of_the_one_that_goes_on(bureau: Bureau) -> None:
    loser = await bureau.on_file(uscc=invented_uscc(2), name="演示食品店二档（虚构）")
    winner = await bureau.on_file()
    correction = await found(bureau.session, business_id=loser.id)
    await merged(bureau, winner, loser)
    await done(bureau.officer, correction.id, "assessment", **ASSESSMENT)
    changes = (await bureau.officer.get("/v1/task-packs/mine", params={"changed_since": _since(minutes=1)})).json()
    assert str(winner.id) in {business["id"] for business in changes["businesses"]}


async def test_visits_of_one_day_under_both_files_may_be_one(bureau: Bureau) -> None:
    loser = await bureau.on_file(uscc=invented_uscc(2), name="演示食品店二档（虚构）")
    winner = await bureau.on_file()
    one, _ = await bureau.visited(winner)
    other, _ = await bureau.visited(loser)
    before = (await bureau.office.get(f"/v1/visit-records/{one}")).json()
    assert before["possible_duplicates"] == [], "two businesses are visited on one day"
    await merged(bureau, winner, loser)
    for named, duplicate in ((one, other), (other, one)):
        shown = (await bureau.office.get(f"/v1/visit-records/{named}")).json()
        assert [found["record_id"] for found in shown["possible_duplicates"]] == [str(duplicate)]


def _since(minutes: int) -> str:
    return (now() - timedelta(minutes=minutes)).isoformat()
