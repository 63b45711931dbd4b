"""A quarter calculated, again after a correction, and compared with the quarter before."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio

from services.scoring.indicators.source import FigureSource
from services.scoring.indices import service
from services.scoring.indices.schemas import IndexRunCreate, IndexRunRead
from services.scoring.settings import Settings
from shared.contracts.codes import Role, Unit
from shared.contracts.evaluations import ReadingState
from shared.figures.service import Change, fold, record
from shared.http.auth import Actor
from tests.conftest import ClientOf, SessionOf
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
        ({"values": {ONE: {"a": "9900"}}}, f"/values/{ONE}/a"),
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


LIVE = CONTENT | {
    "indicators": [
        CONTENT["indicators"][0] | {"service": "sampling", "figure": "sampling.rapid_tests"},
        CONTENT["indicators"][1] | {"service": "inspection", "figure": "inspection.corrections"},
        CONTENT["indicators"][2],
    ]
}
OFFICE = Actor(UUID(int=7), "演示", "user", frozenset({Role.FOOD_SAFETY_OFFICE}), (DISTRICT,), None, None, frozenset())


@pytest_asyncio.fixture
async def source(client_of: ClientOf, session_of: SessionOf) -> FigureSource:
    """The sampling service itself; nobody answers where the others should be."""
    sampling = await client_of(Unit.SAMPLING, Role.FOOD_SAFETY_OFFICE, regions=[DISTRICT])
    session = await session_of(Unit.SAMPLING)
    await record(session, [Change("sampling.rapid_tests", ONE, date(2026, 8, 1), 40)])
    await fold(session)
    nowhere = "http://127.0.0.1:9"
    return FigureSource(
        httpx.AsyncClient(mounts={"http://sampling": sampling._transport}, transport=httpx.AsyncHTTPTransport()),
        Settings(
            database_url="postgresql://none",
            sampling_url="http://sampling",
            inspection_url=nowhere,
            traceability_url=nowhere,
            scoring_url=nowhere,
        ),
        {"authorization": sampling.headers["authorization"]},
    )


async def taken(
    office: httpx.AsyncClient, source: FigureSource, session_of: SessionOf, values: dict[str, Any]
) -> IndexRunRead:
    rule = {"code": "live", "content": LIVE, "valid_from": "2025-01-01", "source": "演示", "verified": False}
    assert (await office.post("/v1/index-rules", json=rule, headers=key())).status_code == 201
    session = await session_of(Unit.SCORING)
    sent = IndexRunCreate.model_validate(body(code="live", live=True, values=values))
    run = await service.calculate(session, sent, replace(source, _sheets={}), OFFICE)
    return await service.show_run(session, run.id, OFFICE)


async def test_values_are_read_from_the_services_and_who_is_down_is_not_zero(
    office: httpx.AsyncClient, source: FigureSource, session_of: SessionOf
) -> None:
    run = await taken(office, source, session_of, {ONE: {"c": "5"}})
    tests, corrections = run.readings[ONE]["a"], run.readings[ONE]["b"]
    assert (tests.state, tests.value, tests.period) == (ReadingState.VALUE, Decimal(40), "2026-Q3")
    assert tests.as_of is not None
    assert tests.rows is not None and ONE in tests.rows
    assert (corrections.state, corrections.value) == (ReadingState.UNAVAILABLE, None)
    assert corrections.reason == "监督检查服务暂不可用"
    assert run.values[ONE] == {"a": Decimal(40), "b": None, "c": Decimal(5)}
    assert run.posted == {ONE: {"c": 5}}, "what was sent by somebody is marked"
    assert run.readings_sha256 is not None
    found = next(one for one in run.results if one.region_code == ONE)
    assert found.known == Decimal("0.7")
    assert found.index is not None and round(found.index, 6) == round(Decimal(300) / 7, 6), "(0.5×40 + 0.2×50) / 0.7"


async def test_a_posted_value_counts_before_what_was_read_and_what_was_read_stays(
    office: httpx.AsyncClient, source: FigureSource, session_of: SessionOf
) -> None:
    run = await taken(office, source, session_of, {ONE: {"a": "90"}})
    assert (run.values[ONE]["a"], run.readings[ONE]["a"].value) == (Decimal(90), Decimal(40))
    assert len(run.values) > 1, "every street is asked for"


async def test_nothing_posted_and_nothing_read_is_refused_as_is_an_indicator_of_no_service(
    office: httpx.AsyncClient,
) -> None:
    empty = await office.post("/v1/indices", json=body(values={}), headers=key())
    assert empty.status_code == 422
    half = [LIVE["indicators"][0] | {"service": None}, *LIVE["indicators"][1:]]
    peers = [LIVE["indicators"][0] | {"figure": "sampling.rapid_tests@peers"}, *LIVE["indicators"][1:]]
    for wrong in (half, peers):
        rule = {"code": "live", "content": LIVE | {"indicators": wrong}, "valid_from": "2025-01-01"}
        refused = await office.post("/v1/index-rules", json=rule | {"source": "演示", "verified": False}, headers=key())
        assert refused.status_code == 422, refused.text
