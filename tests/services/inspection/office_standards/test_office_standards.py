"""八有六化: fourteen items, each shown by evidence, and every judging kept."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import httpx
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.inspection.office_standards.rules import score
from shared.contracts.codes import Role, Unit
from tests.conftest import ClientOf
from tests.services.inspection.factories import HAISHU, NANHAI, STREET

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
ITEMS = [*(f"have-{n}" for n in range(1, 9)), *(f"make-{n}" for n in range(1, 7))]


@pytest_asyncio.fixture
async def office(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.INSPECTION, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU])


def verdict(item: str, met: bool | None) -> dict[str, Any]:
    return {"item": item, "met": met, "evidence": [HASH] if met else []}


async def judge(office: httpx.AsyncClient, items: list[dict[str, Any]], **change: Any) -> httpx.Response:
    body = {"region_code": STREET, "judged_on": "2026-05-01", "items": items}
    return await office.post("/v1/office-records", json=body | change, headers={"Idempotency-Key": str(uuid4())})


async def test_the_score_is_of_what_was_judged_and_says_whether_all_was(office: httpx.AsyncClient) -> None:
    partly = await judge(office, [verdict("have-1", True), verdict("have-2", False), verdict("have-3", None)])
    assert partly.status_code == 201, partly.text
    said = partly.json()
    assert (said["points"], said["possible"], said["percent"]) == ("1.00", "14.00", "50.00")
    assert said["complete"] is False
    whole = (await judge(office, [verdict(item, item != "make-6") for item in ITEMS], judged_on="2026-06-01")).json()
    assert (whole["points"], whole["percent"], whole["complete"]) == ("13.00", "92.86", True)
    standing = (await office.get(f"/v1/office-records?region={STREET}")).json()["items"]
    assert [one["id"] for one in standing] == [whole["id"]]
    history = (await office.get(f"/v1/office-records?region={STREET}&history=true")).json()["items"]
    assert {one["id"] for one in history} == {whole["id"], said["id"]}


async def test_nothing_is_met_without_evidence_nor_outside_the_standard(office: httpx.AsyncClient) -> None:
    bare = await judge(office, [{"item": "have-1", "met": True, "evidence": []}])
    assert (bare.status_code, bare.json()["errors"][0]["pointer"]) == (422, "/items/0")
    unknown = await judge(office, [verdict("have-9", True)])
    assert unknown.json()["errors"][0]["pointer"] == "/items/0/item"
    county = await judge(office, [verdict("have-1", True)], region_code=HAISHU)
    assert county.json()["errors"][0]["pointer"] == "/region_code"


async def test_the_record_of_another_county_is_not_there(office: httpx.AsyncClient, client_of: ClientOf) -> None:
    made = (await judge(office, [verdict("have-1", True)])).json()
    stranger = await client_of(Unit.INSPECTION, Role.FOOD_SAFETY_OFFICE, regions=[NANHAI])
    assert (await stranger.get(f"/v1/office-records/{made['id']}")).status_code == 404
    assert (await stranger.get("/v1/office-records")).json()["items"] == []


POINTS = st.dictionaries(st.sampled_from(ITEMS), st.integers(1, 20).map(Decimal), min_size=1)


@UNHURRIED
@given(POINTS, st.dictionaries(st.sampled_from(ITEMS), st.sampled_from([True, False, None])))
def test_what_is_not_judged_neither_earns_nor_costs(
    points: dict[str, Decimal], verdicts: dict[str, bool | None]
) -> None:
    found = score(points, verdicts)
    assert found.met + found.unmet + found.unjudged == len(points)
    assert found.points <= found.judged <= found.possible == sum(points.values())
    assert (found.percent is None) is (found.judged == 0)
    assert found.percent is None or 0 <= found.percent <= 100
    assert found.complete is all(verdicts.get(code) is not None for code in points)
