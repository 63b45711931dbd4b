"""Two files of one business become one, and two again when it was a mistake. Nothing is lost on the way."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from services.inspection.business_merges import service
from services.inspection.business_merges.models import BusinessMerge
from services.inspection.business_merges.rules import POINTS, Evidence, MergeField, score_of
from services.inspection.business_merges.schemas import MergeCreate
from services.inspection.businesses.models import Business
from services.inspection.businesses.schemas import BusinessWrite
from services.inspection.businesses.service import MergedAway, register
from services.inspection.figures.definitions import FIGURES
from services.inspection.settings import Settings
from shared.contracts.codes import Role, Unit
from shared.contracts.figures import Period, PeriodKind
from shared.database import create_engine, create_sessions
from shared.events.models import OutboxEvent
from shared.figures.repository import counts_from_rows, current_counts
from shared.http.auth import Actor
from shared.http.problems import PreconditionFailed
from shared.times import day_of, now
from tests.conftest import ClientOf, SessionOf
from tests.services.inspection.factories import HAISHU, NANHAI, OTHER_STREET, STREET, business, invented_uscc

OTHER, ELSEWHERE = {"uscc": None, "name": "演示乙"}, {"region_code": OTHER_STREET}
PERMIT = {"licences": [{"kind": "registration", "number": "演示-1"}]}
POSITION = {"longitude": "121.543000", "latitude": "29.862000", "coordinate_system": "gcj02"}
HERE = {"position": POSITION}


@pytest_asyncio.fixture
async def officer(client_of: ClientOf) -> httpx.AsyncClient:
    """An inspector of 海曙区."""
    return await client_of(Unit.INSPECTION, Role.INSPECTOR, regions=[HAISHU])


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid4())}


async def enter(officer: httpx.AsyncClient, **change: Any) -> dict[str, Any]:
    answer = await officer.post("/v1/businesses", json=business(**change), headers=key())
    assert answer.status_code == 201, answer.text
    entered: dict[str, Any] = answer.json()
    return entered


def merging(winner: dict[str, Any], loser: dict[str, Any], *fields: str) -> dict[str, Any]:
    return {
        "winner_id": winner["id"],
        "winner_version": winner["version"],
        "loser_id": loser["id"],
        "loser_version": loser["version"],
        "take_from_loser": list(fields),
        "reason": "同一家店，两次建档（演示）",
    }


async def merge(officer: httpx.AsyncClient, *args: Any) -> dict[str, Any]:
    answer = await officer.post("/v1/business-merges", json=merging(*args), headers=key())
    assert answer.status_code == 201, answer.text
    merged: dict[str, Any] = answer.json()
    return merged


async def read(officer: httpx.AsyncClient, file: dict[str, Any]) -> dict[str, Any]:
    answer = await officer.get(f"/v1/businesses/{file['id']}")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


async def pair(officer: httpx.AsyncClient) -> tuple[dict[str, Any], dict[str, Any]]:
    winner = await enter(officer, licences=[{"kind": "jy", "number": "JY13302030000013"}])
    loser = await enter(
        officer,
        uscc=None,
        name="演示食品店 (虚构)",
        kind="small_catering",
        phone="13800001234",
        position=POSITION,
        licences=[{"kind": "jy", "number": "JY13302030000013"}, {"kind": "registration", "number": "演示-1"}],
    )
    return winner, loser


async def undo(officer: httpx.AsyncClient, merged: dict[str, Any]) -> httpx.Response:
    path = f"/v1/business-merges/{merged['id']}/undoing"
    return await officer.post(path, json={"reason": "是两家店（演示）"}, headers=key())


async def test_the_file_that_goes_on_has_the_chosen_fields_and_the_permits_of_both(officer: httpx.AsyncClient) -> None:
    winner, loser = await pair(officer)
    await merge(officer, winner, loser, "phone", "position")
    found = await read(officer, winner)
    assert (found["uscc"], found["kind"], found["phone"]) == (winner["uscc"], "sales", "138****1234")
    assert found["position"] == POSITION
    assert sorted(row["number"] for row in found["licences"]) == ["JY13302030000013", "演示1"]


async def test_the_file_that_ended_stays_readable_points_on_and_cannot_be_changed(officer: httpx.AsyncClient) -> None:
    winner, loser = await pair(officer)
    await merge(officer, winner, loser)
    answer = await officer.get(f"/v1/businesses/{loser['id']}")
    assert answer.json() == loser | {"status": "closed", "merged_into": winner["id"], "version": 2}
    assert f"/v1/businesses/{winner['id']}" in answer.headers["Link"]
    changed = await officer.put(f"/v1/businesses/{loser['id']}", json=business(), headers={"If-Match": '"2"'})
    assert (changed.status_code, changed.json()["business_id"]) == (409, winner["id"])
    assert [row["id"] for row in (await officer.get("/v1/businesses")).json()["items"]] == [winner["id"]]
    again = await officer.post("/v1/business-merges", json=merging(winner | {"version": 2}, loser), headers=key())
    assert again.status_code == 409


async def test_entering_the_loser_again_is_told_as_the_winner_s_duplicate(officer: httpx.AsyncClient) -> None:
    winner, loser = await pair(officer)
    await merge(officer, winner, loser)
    again = business(uscc=None, name=loser["name"], kind="small_catering")
    answer = await officer.post("/v1/businesses", json=again, headers=key())
    assert (answer.status_code, answer.json()["business_id"]) == (409, winner["id"])


async def test_what_happened_to_either_is_one_history_and_their_persons_are_together(
    officer: httpx.AsyncClient,
) -> None:
    winner, loser = await pair(officer)
    person = {"role": "safety_officer", "name": "演示甲（虚构）"}
    await officer.put(f"/v1/businesses/{loser['id']}/persons/{uuid4()}", json=person)
    await merge(officer, winner, loser)
    entries = (await officer.get(f"/v1/businesses/{winner['id']}/timeline")).json()["items"]
    assert {(entry["business_id"], entry["kind"]) for entry in entries} == {
        (winner["id"], "registered"),
        (winner["id"], "merged"),
        (loser["id"], "registered"),
        (loser["id"], "person_changed"),
        (loser["id"], "merged"),
    }
    assert len((await officer.get(f"/v1/businesses/{winner['id']}/persons")).json()["items"]) == 1


async def test_undone_both_are_as_they_were_except_what_was_changed_since(officer: httpx.AsyncClient) -> None:
    winner, loser = await pair(officer)
    merged = await merge(officer, winner, loser, "phone", "position")
    body = {name: value for name, value in (await read(officer, winner)).items() if name in business() | {"phone": 0}}
    body |= {"phone": "13800009999"}
    changed = await officer.put(f"/v1/businesses/{winner['id']}", json=body, headers={"If-Match": '"2"'})
    assert changed.status_code == 200, changed.text
    undone = await undo(officer, merged)
    assert (undone.status_code, undone.json()["undoing_reason"]) == (200, "是两家店（演示）")
    assert await read(officer, loser) == loser | {"version": 3}
    assert await read(officer, winner) == winner | {"phone": "138****9999", "version": 4}
    assert (await undo(officer, merged)).status_code == 409
    records = (await officer.get(f"/v1/business-merges?business={loser['id']}")).json()["items"]
    assert [row["undone_at"] is not None for row in records] == [True]


async def test_a_chain_of_merges_always_points_to_the_last_and_is_undone_from_its_end(
    officer: httpx.AsyncClient, session_of: SessionOf
) -> None:
    files = [await enter(officer, uscc=invented_uscc(n), name=f"演示{n}店（虚构）") for n in range(3)]
    first = await merge(officer, files[1], files[0])
    second = await merge(officer, files[2], await read(officer, files[1]))
    assert [(await read(officer, file))["merged_into"] for file in files] == [files[2]["id"], files[2]["id"], None]
    assert (await undo(officer, first)).status_code == 409
    assert (await undo(officer, second)).status_code == 200
    assert [(await read(officer, file))["merged_into"] for file in files] == [files[1]["id"], None, None]
    session = await session_of(Unit.INSPECTION)
    told = await session.scalars(
        select(OutboxEvent).where(OutboxEvent.subject == files[0]["id"]).order_by(OutboxEvent.data["version"])
    )
    assert [(event.type.split(".")[2], event.data.get("merged_into")) for event in told] == [
        ("registered", None),
        ("merged", files[1]["id"]),
        ("merged", files[2]["id"]),
        ("merged", files[1]["id"]),
    ]


async def test_figures_count_one_business_while_merged_and_two_again(
    officer: httpx.AsyncClient, session_of: SessionOf
) -> None:
    session = await session_of(Unit.INSPECTION)
    month = Period.containing(day_of(now()), PeriodKind.MONTH)

    async def on_file() -> int:
        rows = await counts_from_rows(session, FIGURES, [HAISHU], month)
        counted = await current_counts(session, FIGURES, [HAISHU], month)
        assert counted["inspection.businesses", HAISHU] == rows["inspection.businesses", HAISHU]
        return int(rows["inspection.businesses", HAISHU][0])

    winner, loser = await pair(officer)
    merged = await merge(officer, winner, loser, "kind", "region_code")
    assert await on_file() == 1
    await undo(officer, merged)
    assert await on_file() == 2


async def test_a_stale_version_and_another_region_are_refused(officer: httpx.AsyncClient, client_of: ClientOf) -> None:
    winner, loser = await pair(officer)
    stale = await officer.post("/v1/business-merges", json=merging(winner | {"version": 9}, loser), headers=key())
    assert stale.status_code == 412
    stranger = await client_of(Unit.INSPECTION, Role.INSPECTOR, regions=[NANHAI])
    assert (await stranger.post("/v1/business-merges", json=merging(winner, loser), headers=key())).status_code == 403
    merged = await merge(officer, winner, loser)
    assert (await stranger.get(f"/v1/business-merges/{merged['id']}")).status_code == 404
    assert (await undo(stranger, merged)).status_code == 404


@pytest.mark.parametrize(
    ("first", "second", "score"),
    [
        ({"uscc": None}, ELSEWHERE | {"name": "演示食品店(虚构)"}, 50),
        ({}, {"uscc": invented_uscc(2)}, None),
        (PERMIT, OTHER | PERMIT | {"address": "演示南路 9 号"}, 50),
        ({"phone": "0574-1234567"}, OTHER | {"phone": "(0574) 1234567"}, None),
        (HERE | {"phone": "0574-1234567"}, OTHER | HERE | {"phone": "(0574) 1234567"}, 50),
        (HERE | {"address": "演示东路"}, ELSEWHERE | HERE | {"uscc": None, "address": "演示西路"}, None),
    ],
)
async def test_suspects_come_with_their_reasons_and_what_speaks_against(
    officer: httpx.AsyncClient, first: dict[str, Any], second: dict[str, Any], score: int | None
) -> None:
    one, other = await enter(officer, **first), await enter(officer, **second)
    pairs = (await officer.get("/v1/business-duplicates")).json()["items"]
    assert [row["score"] for row in pairs] == ([score] if score else [])
    for row in pairs:
        assert {row["first"]["id"], row["second"]["id"]} == {one["id"], other["id"]}
        assert sum(reason["points"] for reason in row["reasons"]) == row["score"]
    low = (await officer.get("/v1/business-duplicates?least=1")).json()["items"]
    assert all(sum(reason["points"] for reason in row["reasons"]) == row["score"] for row in low)


async def test_a_pair_found_to_be_two_is_not_asked_about_again(officer: httpx.AsyncClient) -> None:
    one = await enter(officer)
    other = await enter(officer, name="演示食品店二店（虚构）", same_uscc_confirmed=True)
    assert len((await officer.get("/v1/business-duplicates")).json()["items"]) == 1
    body = {"first_id": one["id"], "second_id": other["id"], "reason": "一照多址（演示）"}
    for _ in range(2):
        assert (await officer.post("/v1/distinct-businesses", json=body, headers=key())).status_code == 204
    assert (await officer.get("/v1/business-duplicates")).json()["items"] == []


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sets(st.sampled_from(list(Evidence))), st.sampled_from(list(Evidence)))
def test_what_speaks_for_never_lowers_a_score_and_what_speaks_against_never_raises_it(
    found: set[Evidence], more: Evidence
) -> None:
    before, after = score_of(dict.fromkeys(found, True)), score_of(dict.fromkeys(found | {more}, True))
    assert 0 <= before <= 100
    assert after >= before if POINTS[more] > 0 else after <= before


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sets(st.sampled_from(MergeField)), st.booleans())
def test_of_each_field_the_chosen_side_is_kept(taken: set[MergeField], reversed_sides: bool) -> None:
    sides = [_file("甲", STREET), _file("乙", OTHER_STREET)]
    winner, loser = sides[::-1] if reversed_sides else sides
    body = MergeCreate.model_validate(
        {
            "winner_id": uuid4(),
            "winner_version": 1,
            "loser_id": uuid4(),
            "loser_version": 1,
            "take_from_loser": list(taken),
            "reason": "演示",
        }
    )
    combined = service.combined(winner, loser, body)
    for field in MergeField:
        side = loser if field in taken else winner
        assert getattr(combined, field.value) == getattr(side, field.value)
    numbers = {licence.number for licence in combined.licences}
    assert numbers == {licence.number for side in sides for licence in side.licences}
    assert len(combined.licences) == len(numbers)


def _file(name: str, region: str) -> BusinessWrite:
    return BusinessWrite.model_validate(
        business(
            name=f"演示{name}（虚构）",
            uscc=invented_uscc(ord(name)),
            region_code=region,
            phone=f"138{ord(name):08d}",
            scope=name,
            site_id=str(uuid4()),
            stall_number=name,
            licences=[{"kind": "registration", "number": number} for number in ("共有", name)],
        )
    )


async def test_of_merges_at_the_same_moment_exactly_one_happens(fresh_database: str) -> None:
    engine = create_engine(Settings(database_url=fresh_database))
    sessions = create_sessions(engine)
    actor = Actor(uuid4(), "演示", "user", frozenset({Role.INSPECTOR}), (HAISHU,), None, None, frozenset())
    ids = [uuid4() for _ in range(3)]
    for number, business_id in enumerate(ids):
        async with sessions() as session, session.begin():
            file = business(uscc=invented_uscc(number), name=f"演示{number}店")
            await register(session, actor, business_id, BusinessWrite.model_validate(file))

    async def attempt(winner: UUID, loser: UUID) -> bool:
        body = {"winner_id": winner, "winner_version": 1, "loser_id": loser, "loser_version": 1}
        try:
            async with sessions() as session, session.begin():
                wanted = MergeCreate.model_validate(body | {"take_from_loser": [], "reason": "演示"})
                await service.merge(session, actor, wanted)
        except (MergedAway, PreconditionFailed):
            return False
        return True

    pairs = [(ids[0], ids[1]), (ids[1], ids[0]), (ids[2], ids[0]), (ids[0], ids[2]), (ids[1], ids[2]), (ids[2], ids[1])]
    done = await asyncio.gather(*(attempt(*pair) for pair in pairs))
    async with sessions() as session:
        merges = (await session.scalars(select(BusinessMerge))).all()
        merged = (await session.scalars(select(Business).where(Business.merged_into.is_not(None)))).all()
    await engine.dispose()
    assert sum(done) == len(merges) == len(merged) == 1
