"""A list from evaluations that have been concluded: the last scoring and the verdict, not what somebody types."""

from typing import Any

import pytest_asyncio

from services.scoring.lists.from_evaluations import subject_of
from shared.contracts.codes import Role, Unit
from shared.times import day_of, now
from tests.conftest import ClientOf
from tests.services.scoring.evaluations.running import (
    CITY,
    DISTRICT,
    SELF_ASSESSED,
    People,
    add,
    begun,
    key,
    people_of,
    published,
    step,
)

RULES = {
    "title": "评价结果榜（演示）",
    "appeal_days": 0,
    "entries": [
        {
            "code": "black",
            "label": "黑榜",
            "favourable": False,
            "basis": {"kind": "result", "passed": False},
            "term_months": 12,
            "repair_months": 12,
        }
    ],
}
WANTED = {
    "code": "evaluated",
    "title": "2026 年度（演示）",
    "region_code": CITY,
    "held_on": str(day_of(now())),
    "scheme_code": "run-demo",
    "period": "2026",
}


@pytest_asyncio.fixture
async def people(client_of: ClientOf) -> People:
    found = await people_of(client_of)
    await published(found.city)
    rule = {"code": "evaluated", "content": RULES, "valid_from": "2026-01-01", "source": "演示", "verified": False}
    assert (await found.city.post("/v1/list-rules", json=rule, headers=key())).status_code == 201
    return found


async def scored(people: People) -> dict[str, Any]:
    """A run before its panel, scored twice."""
    run = await begun(people, stages=[{"stage": "self", "days": 30}, {"stage": "panel", "days": 30}])
    await add(people.district, run, "statements", **SELF_ASSESSED)
    await step(people.district, run, "stage-closure")
    await add(people.city, run, "scorings")
    await add(people.city, run, "statements", marks={"A2": {"points": "6"}})
    last = await add(people.city, run, "scorings")
    assert last.status_code == 201, last.text
    return run | {"last": last.json()}


async def test_a_concluded_run_stands_with_its_last_scoring_and_its_verdict(people: People) -> None:
    run = await scored(people)
    early = await people.city.post("/v1/list-rounds/from-evaluations", json=WANTED, headers=key())
    assert early.status_code == 422, "what has not been concluded is on no list"
    await step(people.city, run, "conclusion", passed=False, reason="演示：评审会")
    held = await people.city.post("/v1/list-rounds/from-evaluations", json=WANTED, headers=key())
    assert held.status_code == 201, held.text
    (one,) = held.json()["outcomes"]
    assert (one["subject_id"], one["entry"], one["best_place"]) == (str(subject_of(DISTRICT)), "black", 1)
    assert (one["low"], one["high"]) == (run["last"]["low"], run["last"]["high"])
    (listing,) = (await people.city.get("/v1/listings", params={"code": "evaluated"})).json()["items"]
    assert (listing["subject_name"], run["id"] in listing["evidence"]) == ("海曙区", True)


async def test_another_period_or_a_place_outside_has_nothing_to_list(people: People, client_of: ClientOf) -> None:
    run = await scored(people)
    await step(people.city, run, "conclusion", passed=False, reason="演示：评审会")
    other = await people.city.post("/v1/list-rounds/from-evaluations", json=WANTED | {"period": "2025"}, headers=key())
    assert (other.status_code, other.json()["errors"][0]["pointer"]) == (422, "/scheme_code")
    away = await client_of(Unit.SCORING, Role.FOOD_SAFETY_OFFICE, regions=["440605000000"])
    refused = await away.post("/v1/list-rounds/from-evaluations", json=WANTED, headers=key())
    assert refused.status_code == 403
