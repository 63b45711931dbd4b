"""Patrols come from terminals late, twice and odd; what was seen is a clue with a clock, whose reporter is answered."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.grid.dated_rules.models import DatedRule as Rule
from services.inspection.patrols import service
from services.inspection.patrols.clues.models import Clue
from services.inspection.patrols.models import Patrol
from services.inspection.patrols.rules import changes_between, digest
from services.inspection.patrols.schemas import PatrolWrite
from services.inspection.settings import Settings
from shared.contracts.codes import Role, Unit
from shared.database import create_engine
from shared.http.auth import Actor
from shared.ids import uuid7
from shared.times import now
from tests.conftest import ClientOf, SessionOf
from tests.services.inspection.factories import HAISHU, NANHAI

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

VILLAGE = "330203001001"
OFFICER = uuid4()


@pytest_asyncio.fixture
async def officer(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.INSPECTION, Role.GRID_OFFICER, regions=[VILLAGE], actor_id=OFFICER)


@pytest_asyncio.fixture
async def office(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.INSPECTION, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU])


async def patrol_list(officer: httpx.AsyncClient) -> str:
    found = (await officer.get("/v1/dated-rules?subject=duty_list&code=village-patrol")).json()["items"]
    return str(found[0]["id"])


def finding(**change: Any) -> dict[str, Any]:
    facts = {"id": str(uuid7()), "item": "licence", "place": "演示路 8 号（虚构）", "what": "无证制售糕点（演示）"}
    return facts | change


def patrol(duty_list: str, **change: Any) -> dict[str, Any]:
    body = {
        "cell_code": VILLAGE,
        "duty_list_id": duty_list,
        "started_at": (now() - timedelta(days=3)).isoformat(),
        "ended_at": (now() - timedelta(days=3, hours=-1)).isoformat(),
        "looks": [{"item": "licence", "in_order": False}, {"item": "workshop", "in_order": None}],
        "findings": [finding()],
        "note": "",
    }
    return body | change


async def clue_of(officer: httpx.AsyncClient) -> dict[str, Any]:
    body = patrol(await patrol_list(officer))
    answer = await officer.put(f"/v1/patrols/{uuid7()}", json=body)
    assert answer.status_code == 201, answer.text
    clue: dict[str, Any] = (await officer.get(f"/v1/clues/{body['findings'][0]['id']}")).json()
    return clue


async def test_a_patrol_sent_again_is_the_same_patrol_and_another_content_is_shown_and_not_stored(
    officer: httpx.AsyncClient, session_of: SessionOf
) -> None:
    patrol_id, body = uuid7(), patrol(await patrol_list(officer))
    first = await officer.put(f"/v1/patrols/{patrol_id}", json=body)
    again = await officer.put(f"/v1/patrols/{patrol_id}", json=body)
    assert (first.status_code, again.status_code, again.json()) == (201, 200, first.json())
    other = await officer.put(f"/v1/patrols/{patrol_id}", json=body | {"findings": [finding()], "note": "改"})
    assert other.json()["type"] == "/problems/patrol-differs"
    assert {"pointer": "/note", "stored": "", "sent": "改"} in other.json()["differences"]
    session = await session_of(Unit.INSPECTION)
    assert await session.scalar(select(func.count()).select_from(Clue)) == 1


async def test_ids_are_made_by_the_terminal_as_uuid7(officer: httpx.AsyncClient) -> None:
    duty_list = await patrol_list(officer)
    for identifier, body, pointer in (
        (uuid4(), patrol(duty_list), "#path/patrol_id"),
        (uuid7(), patrol(duty_list, findings=[finding(id=str(uuid4()))]), "/findings/0/id"),
        (uuid7(), patrol(duty_list, looks=[{"item": "no-such", "in_order": True}]), "/looks/0/item"),
        (uuid7(), patrol(str(uuid4())), "/duty_list_id"),
    ):
        refused = await officer.put(f"/v1/patrols/{identifier}", json=body)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)


async def test_what_is_odd_is_taken_with_its_doubts(officer: httpx.AsyncClient) -> None:
    body = patrol(await patrol_list(officer), ended_at=(now() + timedelta(days=2)).isoformat())
    taken = await officer.put(f"/v1/patrols/{uuid7()}", json=body)
    assert taken.status_code == 201, taken.text
    assert [doubt["pointer"] for doubt in taken.json()["doubts"]] == ["/ended_at", "/cell_code"]


async def test_parallel_deliveries_are_one_patrol_with_its_clues_once(fresh_database: str) -> None:
    engine = create_engine(Settings(database_url=fresh_database))
    actor = Actor(OFFICER, "演示网格员（虚构）", "user", frozenset(), (VILLAGE,), None, None, frozenset())
    async with AsyncSession(engine) as session:
        rules = await session.execute(select(Rule.id).where(Rule.code == "village-patrol"))
        body = PatrolWrite.model_validate(patrol(str(rules.scalar_one())))
    patrol_id = uuid7()

    async def deliver() -> bool:
        async with AsyncSession(engine) as session, session.begin():
            return (await service.put_patrol(session, actor, patrol_id, body))[1]

    try:
        assert sorted(await asyncio.gather(*(deliver() for _ in range(5)))) == [False] * 4 + [True]
        async with AsyncSession(engine) as session:
            for table in (Patrol, Clue):
                assert await session.scalar(select(func.count()).select_from(table)) == 1
    finally:
        await engine.dispose()


async def test_a_clue_is_handed_on_by_reference_and_answered_to_its_reporter(
    officer: httpx.AsyncClient, office: httpx.AsyncClient
) -> None:
    clue = await clue_of(officer)
    assert (clue["state"], clue["clocks"][0]["code"], clue["clocks"][0]["verified"]) == (
        "received",
        "grid_clue_answer",
        False,
    )
    address = f"/v1/clues/{clue['id']}"
    body = {"kind": "correction", "reference": "演示责改 1 号"}
    assert (await office.post(f"{address}/referral", json=body, headers={"If-Match": '"7"'})).status_code == 412
    referred = await office.post(f"{address}/referral", json=body, headers={"If-Match": '"1"'})
    assert (referred.json()["state"], referred.json()["referral_reference"]) == ("referred", "演示责改 1 号")
    reply = {"outcome": "substantiated", "answer": "已责令改正（演示）"}
    answered = await office.post(f"{address}/answer", json=reply, headers={"If-Match": '"2"'})
    assert (answered.json()["state"], answered.json()["clocks"][0]["state"]) == ("answered", "met")
    more = await office.post(
        f"{address}/answer", json=reply | {"answer": "复查合格（演示）"}, headers={"If-Match": '"3"'}
    )
    assert more.json()["answered_at"] == answered.json()["answered_at"]
    late = await office.post(f"{address}/referral", json=body, headers={"If-Match": '"4"'})
    assert late.json()["type"] == "/problems/clue-step-refused"
    [mine] = (await officer.get("/v1/clues?mine=true")).json()["items"]
    assert mine["answer"] == "复查合格（演示）"
    kinds = [entry["kind"] for entry in (await officer.get(address)).json()["entries"]]
    assert kinds == ["reported", "referred", "answered", "supplemented"]


async def test_a_clue_by_itself_replays_and_is_never_rewritten(officer: httpx.AsyncClient) -> None:
    clue_id, body = uuid7(), {"cell_code": VILLAGE, "found_at": now().isoformat(), "place": "演示路", "what": "异味"}
    answers = [await officer.put(f"/v1/clues/{clue_id}", json=body) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    other = await officer.put(f"/v1/clues/{clue_id}", json=body | {"what": "另一回事"})
    assert other.json()["type"] == "/problems/clue-differs"


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z"])
async def test_a_clock_that_nothing_can_be_reckoned_with_is_sent_back_to_the_terminal(
    officer: httpx.AsyncClient, moment: str
) -> None:
    clue = {"cell_code": VILLAGE, "found_at": moment, "place": "演示路", "what": "异味"}
    refused = await officer.put(f"/v1/clues/{uuid7()}", json=clue)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/found_at")
    assert "时钟" in refused.json()["errors"][0]["message"]


async def test_of_another_county_nothing_is_seen_but_ones_own_reports(
    officer: httpx.AsyncClient, client_of: ClientOf
) -> None:
    clue = await clue_of(officer)
    stranger = await client_of(Unit.INSPECTION, Role.INSPECTOR, regions=[NANHAI])
    assert (await stranger.get(f"/v1/clues/{clue['id']}")).status_code == 404
    assert (await stranger.get(f"/v1/patrols/{clue['patrol_id']}")).status_code == 404
    assert (await stranger.get("/v1/patrols")).json()["items"] == []
    moved_away = await client_of(Unit.INSPECTION, Role.GRID_OFFICER, regions=[NANHAI], actor_id=OFFICER)
    assert (await moved_away.get(f"/v1/clues/{clue['id']}")).status_code == 200


CONTENTS = st.fixed_dictionaries({"a": st.lists(st.integers(0, 2), max_size=2), "b": st.sampled_from(["甲", "乙"])})


@UNHURRIED
@given(CONTENTS, CONTENTS)
def test_contents_differ_in_some_place_exactly_when_their_hashes_differ(one: Any, two: Any) -> None:
    assert bool(list(changes_between(one, two))) is (digest(one) != digest(two))


def test_the_hash_does_not_depend_on_the_order_of_names() -> None:
    assert digest({"a": 1, "b": [UUID(int=7).hex]}) == digest({"b": [UUID(int=7).hex], "a": 1})
