"""A quarter calculated, again after a correction, and compared with the quarter before."""

from typing import Any

import httpx
import pytest
import pytest_asyncio

from shared.contracts.codes import Role, Unit
from tests.conftest import ClientOf
from tests.services.scoring.evaluations.running import key
from tests.services.scoring.indices.test_rules import CONTENT

DISTRICT, ONE, OTHER = "330203000000", "330203001000", "330203002000"


@pytest_asyncio.fixture
async def office(client_of: ClientOf) -> httpx.AsyncClient:
    found = await client_of(Unit.SCORING, Role.FOOD_SAFETY_OFFICE, regions=[DISTRICT])
    rule = {"code": "demo", "content": CONTENT, "valid_from": "2025-01-01", "source": "演示", "verified": False}
    stated = await found.post("/v1/index-rules", json=rule, headers=key())
    assert stated.status_code == 201, stated.text
    return found


def body(**change: Any) -> dict[str, Any]:
    values = {ONE: {"a": "80", "b": "60", "c": "5"}, OTHER: {"a": "90", "b": None}}
    return {
        "code": "demo",
        "region_code": DISTRICT,
        "period": "2026-Q3",
        "source": "演示",
        "values": values,
    } | change


async def calculated(office: httpx.AsyncClient, **change: Any) -> dict[str, Any]:
    answer = await office.post("/v1/indices", json=body(**change), headers=key())
    assert answer.status_code == 201, answer.text
    run: dict[str, Any] = answer.json()
    return run


async def test_a_quarter_with_what_is_unknown_and_the_quarter_before(office: httpx.AsyncClient) -> None:
    before = await calculated(office, period="2026-Q2")
    run = await calculated(office)
    first, second = run["results"]
    assert (first["region_code"], first["index"], first["place"], first["index_before"]) == (ONE, "68", 1, "68")
    assert (second["index"], second["known"], second["place"]) == (None, "0.5", None)
    assert run["verified"] is False
    assert run["values_sha256"] == before["values_sha256"], "the same values, the same fingerprint"


async def test_a_correction_is_a_further_calculation(office: httpx.AsyncClient) -> None:
    await calculated(office)
    mended = await calculated(office, values={ONE: {"a": "10", "b": "10", "c": "9"}})
    assert mended["number"] == 2
    later = (await calculated(office, code="demo", period="2026-Q3", values=body()["values"]))["number"]
    assert later == 3
    listed = (await office.get("/v1/indices", params={"code": "demo"})).json()["items"]
    assert [run["number"] for run in listed] == [3, 2, 1]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"period": "2026"}, "/period"),
        ({"period": "2096-Q1"}, "/period"),
        ({"values": {"440605001000": {"a": "1"}}}, "/values/440605001000"),
        ({"values": {ONE: {"z": "1"}}}, f"/values/{ONE}/z"),
    ],
)
async def test_what_does_not_belong_is_refused_at_its_place(
    office: httpx.AsyncClient, change: dict[str, Any], pointer: str
) -> None:
    refused = await office.post("/v1/indices", json=body(**change), headers=key())
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == pointer


async def test_a_quarter_before_the_rule_has_no_index_and_others_do_not_read_it(
    office: httpx.AsyncClient, client_of: ClientOf
) -> None:
    early = await office.post("/v1/indices", json=body(period="2024-Q3"), headers=key())
    assert early.status_code == 409
    run = await calculated(office)
    away = await client_of(Unit.SCORING, Role.FOOD_SAFETY_OFFICE, regions=["440605000000"])
    assert (await away.get(f"/v1/indices/{run['id']}")).status_code == 404
