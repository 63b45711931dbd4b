"""Hours of a person's year, exams with make-ups, and rates that say nothing of nobody."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.inspection.grid.periods import Stretch
from services.inspection.trainings.rules import (
    ImpossibleAttempt,
    YearOfHours,
    hours_that_count,
    next_attempt,
    on_roster_for,
    shares,
)
from shared.contracts.codes import Role, Unit
from shared.times import day_of, now
from tests.conftest import ClientOf
from tests.services.inspection.factories import HAISHU, NANHAI, STREET

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

TODAY = day_of(now())
YEAR = TODAY.year
D = Decimal


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid4())}


@pytest_asyncio.fixture
async def office(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.INSPECTION, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU])


async def made(client: httpx.AsyncClient, path: str, **body: Any) -> Any:
    answer = await client.post(f"/v1/{path}", json=body, headers=key())
    assert answer.status_code == 201, answer.text
    return answer.json()


async def trainee(office: httpx.AsyncClient, **change: Any) -> dict[str, Any]:
    body = {"role_group": "inspector", "name": "演示人员（虚构）", "region_code": STREET, "since": f"{YEAR}-01-01"}
    person: dict[str, Any] = await made(office, "trainees", **(body | change))
    return person


async def training(office: httpx.AsyncClient, hours: str = "40", **change: Any) -> str:
    body = {"title": "演示培训", "organiser": "演示局（虚构）", "region_code": HAISHU, "held_on": f"{YEAR}-01-10"}
    return str((await made(office, "trainings", hours=hours, **(body | change)))["id"])


async def year_of(office: httpx.AsyncClient, person: dict[str, Any]) -> dict[str, Any]:
    items = (await office.get(f"/v1/training-years?year={YEAR}&region={STREET}")).json()["items"]
    return next(item for item in items if item["trainee_id"] == person["id"])


async def test_hours_add_up_to_what_the_rule_of_the_group_asks_for(office: httpx.AsyncClient) -> None:
    person, nobody_asks = await trainee(office), await trainee(office, role_group="grid")
    both = [{"trainee_id": one["id"], "hours": "40"} for one in (person, nobody_asks)]
    await made(office, f"trainings/{await training(office)}/attendances", attendances=both)
    here = await year_of(office, person)
    assert (D(here["required"]), D(here["hours"]), here["met"], D(here["missing"])) == (D(60), D(40), False, D(20))
    free = await year_of(office, nobody_asks)
    assert (free["required"], free["met"], free["rule_id"]) == (None, None, None)
    behind = (await office.get(f"/v1/training-years?year={YEAR}&region={STREET}&behind=true")).json()["items"]
    assert [one["trainee_id"] for one in behind] == [person["id"]]
    twenty = [{"trainee_id": person["id"], "hours": "20"}]
    await made(office, f"trainings/{await training(office, '20')}/attendances", attendances=twenty)
    assert (await year_of(office, person))["met"] is True
    rule = (await office.get(f"/v1/dated-rules/{here['rule_id']}")).json()
    assert rule["verified"] is False


async def test_a_local_rule_comes_before_the_shipped_one_and_needs_the_regions_of_who_writes_it(
    office: httpx.AsyncClient, client_of: ClientOf
) -> None:
    person = await trainee(office)
    body = {
        "code": "inspector",
        "region_code": HAISHU,
        "valid_from": f"{YEAR}-01-01",
        "valid_to": None,
        "title": "演示",
        "content": {"subject": "training_hours", "hours": "80"},
        "source": "演示文件",
        "verified": True,
        "reason": "演示",
    }
    stranger = await client_of(Unit.INSPECTION, Role.FOOD_SAFETY_OFFICE, regions=[NANHAI])
    assert (await stranger.post("/v1/dated-rules", json=body, headers=key())).status_code == 403
    everywhere = await office.post("/v1/dated-rules", json=body | {"region_code": None}, headers=key())
    assert everywhere.json()["type"] == "/problems/rule-for-everybody"
    await made(office, "dated-rules", **body)
    assert D((await year_of(office, person))["required"]) == 80


async def test_a_correction_of_hours_needs_a_reason_and_leaves_what_it_corrects(office: httpx.AsyncClient) -> None:
    person, session = await trainee(office), await training(office)
    path = f"trainings/{session}/attendances"
    await made(office, path, attendances=[{"trainee_id": person["id"], "hours": "40"}])
    less = [{"trainee_id": person["id"], "hours": "8"}]
    wordless = await office.post(f"/v1/{path}", json={"attendances": less}, headers=key())
    assert wordless.json()["errors"][0]["pointer"] == "/reason"
    rows = await made(office, path, attendances=less, reason="只到了一天")
    assert [(row["number"], D(row["hours"])) for row in rows] == [(1, D(40)), (2, D(8))]
    assert D((await year_of(office, person))["hours"]) == 8


async def test_nobody_attends_more_than_there_was_nor_off_the_roster_and_nothing_is_stored_by_half(
    office: httpx.AsyncClient,
) -> None:
    good, later, session = await trainee(office), await trainee(office, since=f"{YEAR}-01-11"), await training(office)
    for second, pointer in (
        ({"trainee_id": later["id"], "hours": "1"}, "/attendances/1/trainee_id"),
        ({"trainee_id": str(uuid4()), "hours": "1"}, "/attendances/1/trainee_id"),
    ):
        body = {"attendances": [{"trainee_id": good["id"], "hours": "4"}, second]}
        refused = await office.post(f"/v1/trainings/{session}/attendances", json=body, headers=key())
        assert refused.json()["errors"][0]["pointer"] == pointer
    too_much = {"attendances": [{"trainee_id": good["id"], "hours": "40.5"}]}
    refused = await office.post(f"/v1/trainings/{session}/attendances", json=too_much, headers=key())
    assert refused.json()["errors"][0]["pointer"] == "/attendances/0/hours"
    assert (await office.get(f"/v1/trainings/{session}/attendances")).json() == []


async def test_who_fails_has_a_make_up_and_who_passed_does_not_sit_again(office: httpx.AsyncClient) -> None:
    person, other = await trainee(office), await trainee(office)
    exam = await made(
        office,
        "exams",
        title="演示考试",
        role_group="inspector",
        region_code=HAISHU,
        held_on=f"{YEAR}-01-10",
        pass_mark="60",
        full_mark="100",
    )

    async def sit(score: str) -> httpx.Response:
        results = [{"trainee_id": person["id"], "sat_on": f"{YEAR}-01-12", "score": score}]
        return await office.post(f"/v1/exams/{exam['id']}/results", json={"results": results}, headers=key())

    assert (await sit("100.01")).json()["errors"][0]["pointer"] == "/results/0/score"
    assert [(row["attempt"], row["passed"]) for row in (await sit("59.99")).json()] == [(1, False)]
    assert [(row["attempt"], row["passed"]) for row in (await sit("60")).json()] == [(1, False), (2, True)]
    assert (await sit("90")).json()["errors"][0]["code"] == "passed"
    address = f"/v1/training-rates?region={STREET}&year={YEAR}&group="
    rates = (await office.get(f"{address}inspector")).json()
    assert (rates["persons"], rates["trained"], rates["examined"], rates["passed"]) == (2, "0.00", "50.00", "100.00")
    nobody = (await office.get(f"{address}enterprise")).json()
    assert (nobody["persons"], nobody["trained"], nobody["passed"]) == (0, None, None)
    assert other["id"] != person["id"]


async def test_the_roster_of_another_county_is_not_there(office: httpx.AsyncClient, client_of: ClientOf) -> None:
    person, session = await trainee(office), await training(office)
    stranger = await client_of(Unit.INSPECTION, Role.FOOD_SAFETY_OFFICE, regions=[NANHAI])
    assert (await stranger.get(f"/v1/trainees/{person['id']}")).status_code == 404
    assert (await stranger.get(f"/v1/trainings/{session}/attendances")).status_code == 404
    for path in ("trainees", "trainings", f"training-years?year={YEAR}", "exams"):
        assert (await stranger.get(f"/v1/{path}")).json()["items"] == []


HOURS = st.decimals(min_value=0, max_value=100, places=1)


@UNHURRIED
@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 4), HOURS), unique_by=lambda row: row[:2]))
def test_of_each_session_only_the_last_correction_counts_in_any_order(rows: list[tuple[str, int, Decimal]]) -> None:
    latest = {name: max((row for row in rows if row[0] == name), key=lambda row: row[1])[2] for name, _, _ in rows}
    assert hours_that_count(rows) == hours_that_count(rows[::-1]) == sum(latest.values(), D(0))


@UNHURRIED
@given(HOURS, st.none() | HOURS)
def test_what_is_missing_is_nothing_exactly_when_nothing_is_asked_or_it_is_met(
    hours: Decimal, required: Decimal | None
) -> None:
    year = YearOfHours(required, hours)
    assert (year.missing == 0) is (year.met is not False)
    assert (year.met is None) is (required is None)


def test_the_year_counts_who_is_on_the_roster_at_its_end_or_today() -> None:
    days = Stretch(date(2025, 3, 1), date(2026, 6, 1))
    on = [on_roster_for(days, year, date(2026, 5, 31)) for year in (2024, 2025, 2026)]
    assert on == [False, True, True]
    assert not on_roster_for(days, 2026, date(2026, 6, 1))


def test_attempts_are_counted_until_one_passes_and_none_of_none_is_no_rate() -> None:
    assert [next_attempt([]), next_attempt([False, False])] == [1, 3]
    with pytest.raises(ImpossibleAttempt):
        next_attempt([False, True])
    assert set(shares({"persons": 0, "trained": 0, "examined": 0, "passed": 0}).values()) == {None}
