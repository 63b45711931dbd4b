"""A month of towns: weight, scores, vetoes, publication, talks, quarters, and who may read what."""

from typing import Any
from uuid import uuid4

import httpx
import pytest_asyncio

from shared.contracts.codes import Role, Unit
from shared.times import day_of, now
from tests.conftest import ClientOf
from tests.services.scoring.evaluations.running import key

DISTRICT, TOWNS = "330203000000", ("330203001000", "330203002000", "330203003000", "330203004000")
GOOD = {"late_disposal": False, "not_two": False, "concealed": False, "major": False, "regional": False}


@pytest_asyncio.fixture
async def office(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.SCORING, Role.FOOD_SAFETY_OFFICE, regions=[DISTRICT])


async def opened(office: httpx.AsyncClient, **change: Any) -> dict[str, Any]:
    body = {
        "title": "镇街考核（演示）",
        "region_code": DISTRICT,
        "subject_kind": "town",
        "period": "2026-07",
        "scheme_code": "assessment-abcd",
        "scheme_number": 1,
        "weight": "0.03",
    }
    answer = await office.post("/v1/assessments", json=body | change, headers=key())
    assert answer.status_code == 201, answer.text
    round_: dict[str, Any] = answer.json()
    return round_


async def assessed(
    office: httpx.AsyncClient, round_: dict[str, Any], code: str, points: str, vetoes: tuple[str, ...] = (), **what: Any
) -> httpx.Response:
    given = {
        "on": "2026-07-31",
        "values": {"pass_rate": "99", "praised": 0} | GOOD | what,
        "marks": {"G1": {"points": points, "evidence": 1, "reason": "演示"}, "G2": {"points": "30", "evidence": 1}},
    }
    body = {"name": f"演示{code[8]}街道（虚构）", "input": given, "vetoes": vetoes}
    return await office.put(f"/v1/assessments/{round_['id']}/subjects/{code}", json=body)


async def published(office: httpx.AsyncClient, round_: dict[str, Any]) -> dict[str, Any]:
    path = f"/v1/assessments/{round_['id']}"
    version = (await office.get(path)).json()["version"]
    answer = await office.post(f"{path}/publication", headers={"If-Match": f'"{version}"'})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_month_from_its_opening_to_the_talk(office: httpx.AsyncClient) -> None:
    june = await opened(office, period="2026-06")
    for town, points in zip(TOWNS, ("30", "40", "20", "10"), strict=True):
        assert (await assessed(office, june, town, points)).status_code == 200
    await published(office, june)
    july = await opened(office)
    assert (await assessed(office, july, TOWNS[0], "40", vetoes=("演示：发生食品安全事故",))).status_code == 200
    for town, points in zip(TOWNS[1:], ("35", "35", "5"), strict=True):
        await assessed(office, july, town, points)
    found = await published(office, july)
    names, told = ("code", "best_place", "place_before", "grade", "talk"), found["subjects"]
    assert [tuple(one[name] for name in names) for one in told] == [
        (TOWNS[1], 1, 1, "A", False),
        (TOWNS[2], 1, 3, "A", False),
        (TOWNS[3], 3, 4, "C", True),
        (TOWNS[0], 4, 2, "D", True),
    ]
    assert (await assessed(office, july, TOWNS[3], "40")).status_code == 409, "what was published stays"
    path = f"/v1/assessments/{july['id']}/subjects/{TOWNS[3]}/talk"
    talk = {"held_on": str(day_of(now())), "demands": "（演示）补齐包保台账", "until": "2096-08-31"}
    held = await office.post(path, json=talk, headers={"If-Match": f'"{found["version"]}"'})
    assert held.status_code == 200, held.text
    again = await office.post(path, json=talk, headers={"If-Match": f'"{held.json()["version"]}"'})
    assert again.status_code == 409
    spared = path.replace(TOWNS[3], TOWNS[1])
    assert (
        await office.post(spared, json=talk, headers={"If-Match": f'"{held.json()["version"]}"'})
    ).status_code == 409


async def test_a_quarter_waits_for_its_months(office: httpx.AsyncClient) -> None:
    july, august = await opened(office), await opened(office, period="2026-08")
    for round_, first, second in ((july, "40", "30"), (august, "20", "29")):
        await assessed(office, round_, TOWNS[0], first)
        await assessed(office, round_, TOWNS[1], second)
        await published(office, round_)
    quarter = (await office.get(f"/v1/assessments/{july['id']}/quarter")).json()
    assert (quarter["period"], quarter["missing"]) == ("2026-Q3", ["2026-09"])
    assert [(one["best_place"], one["worst_place"]) for one in quarter["subjects"]] == [(1, 2), (1, 2)]
    september = await opened(office, period="2026-09")
    for town in TOWNS[:2]:
        await assessed(office, september, town, "40")
    await published(office, september)
    quarter = (await office.get(f"/v1/assessments/{july['id']}/quarter")).json()
    assert [(one["code"], one["best_place"]) for one in quarter["subjects"]] == [(TOWNS[0], 1), (TOWNS[1], 2)]
    by_quarter = await opened(office, period="2026-Q4")
    assert (await office.get(f"/v1/assessments/{by_quarter['id']}/quarter")).status_code == 422


async def test_less_weight_than_the_rule_wants_is_refused(office: httpx.AsyncClient) -> None:
    body = {
        "title": "演示",
        "region_code": DISTRICT,
        "subject_kind": "department",
        "period": "2026-07",
        "scheme_code": "assessment-abcd",
        "scheme_number": 1,
        "weight": "0.0299",
    }
    refused = await office.post("/v1/assessments", json=body | {"title": "部门考核（演示）"}, headers=key())
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/weight")
    assert "不低于 0.03" in refused.json()["errors"][0]["message"]
    by_year = await office.post("/v1/assessments", json=body | {"period": "2026"}, headers=key())
    assert by_year.json()["errors"][0]["pointer"] == "/period"
    assert not any(row["verified"] for row in (await office.get("/v1/assessment-rules")).json())


async def test_towns_read_what_was_published_and_write_nothing(office: httpx.AsyncClient, client_of: ClientOf) -> None:
    july = await opened(office)
    await assessed(office, july, TOWNS[0], "40")
    town = await client_of(Unit.SCORING, Role.FOOD_SAFETY_OFFICE, regions=[TOWNS[0]], actor_id=uuid4())
    away = await client_of(Unit.SCORING, Role.FOOD_SAFETY_OFFICE, regions=["440605000000"], actor_id=uuid4())
    path = f"/v1/assessments/{july['id']}"
    assert (await town.get(path)).status_code == 404
    await published(office, july)
    assert (await town.get(path)).status_code == 200
    assert (await town.get(f"{path}/subjects/{TOWNS[0]}")).json()["result"]["grade"]["grade"] == "A"
    assert (await assessed(town, july, TOWNS[0], "40")).status_code == 403
    assert (await away.get(path)).status_code == 404


async def test_a_town_of_another_district_is_not_assessed(office: httpx.AsyncClient) -> None:
    july = await opened(office)
    refused = await assessed(office, july, "440605001000", "40")
    assert refused.status_code == 422
    twice = await office.post("/v1/assessments", json=_again(july), headers=key())
    assert twice.status_code == 409


def _again(round_: dict[str, Any]) -> dict[str, Any]:
    names = ("title", "region_code", "subject_kind", "period", "scheme_code", "scheme_number", "weight")
    return {name: round_[name] for name in names}


async def test_a_town_with_something_unknown_has_no_grade_and_an_open_place(office: httpx.AsyncClient) -> None:
    july = await opened(office)
    await assessed(office, july, TOWNS[0], "30", pass_rate=None)
    await assessed(office, july, TOWNS[1], "30")
    first = {one["code"]: one for one in (await office.get(f"/v1/assessments/{july['id']}")).json()["subjects"]}
    open_one = first[TOWNS[0]]
    assert (open_one["grade"], open_one["best_place"], open_one["worst_place"]) == (None, 1, 2)
