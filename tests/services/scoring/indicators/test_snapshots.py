"""Readings come from the services themselves; who is down is not available, and nothing is read twice or guessed."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import pytest_asyncio
from sqlalchemy import select

from services.scoring.indicators import service
from services.scoring.indicators.models import Reading, Snapshot
from services.scoring.indicators.source import FigureSource
from services.scoring.indicators.taking import Place, read_inputs
from services.scoring.scheme_language.content import InputItem
from services.scoring.settings import Settings
from shared.contracts.codes import Role, Unit
from shared.contracts.evaluations import ReadingState
from shared.contracts.figures import Period
from shared.figures.models import RegisteredFigure
from shared.figures.repository import codes_directly_below
from shared.figures.service import Change, fold, record
from shared.http.auth import Actor
from tests.conftest import ClientOf, SessionOf
from tests.services.scoring.evaluations.running import (
    CITY,
    DISTRICT,
    People,
    add,
    begun,
    people_of,
    published,
    step,
)

YEAR = Period.parse("2026")
CITY_OFFICE = Actor(UUID(int=7), "演示", "user", frozenset({Role.FOOD_SAFETY_OFFICE}), (CITY,), None, None, frozenset())


@pytest_asyncio.fixture
async def people(client_of: ClientOf) -> People:
    found = await people_of(client_of)
    await published(found.city)
    return found


@pytest_asyncio.fixture
async def source(client_of: ClientOf, session_of: SessionOf) -> FigureSource:
    """The sampling service itself as the city's office reads it; nobody answers where the others should be."""
    sampling = await client_of(Unit.SAMPLING, Role.FOOD_SAFETY_OFFICE, regions=[CITY])
    session = await session_of(Unit.SAMPLING)
    changes = [
        Change("sampling.rapid_tests", DISTRICT, date(2026, 3, 1), 412),
        Change("sampling.rapid_tests", DISTRICT, date(2025, 3, 1), 380),
    ]
    await record(session, changes)
    await fold(session)
    transport = sampling._transport  # the app that the tests' client speaks to
    client = httpx.AsyncClient(mounts={"http://sampling": transport}, transport=httpx.AsyncHTTPTransport())
    settings = Settings(
        database_url="postgresql://none",
        sampling_url="http://sampling",
        inspection_url="http://127.0.0.1:9",
        traceability_url="http://127.0.0.1:9",
        scoring_url="http://127.0.0.1:9",
    )
    return FigureSource(client, settings, {"authorization": sampling.headers["authorization"]})


def live(figure: str, unit: str = "sampling", source: str = "live") -> InputItem:
    return InputItem.model_validate(
        {"label": figure, "source": source, "service": unit, "figure": figure, "nature": "flow"}
    )


async def reading(source: FigureSource, item: InputItem, parent: str | None = CITY) -> Reading:
    [found] = await read_inputs(source, {"x": item}, Place(DISTRICT, parent, YEAR))
    return found


async def test_a_figure_is_read_with_its_as_of_time_and_the_way_to_its_rows(source: FigureSource) -> None:
    found = await reading(source, live("sampling.rapid_tests"))
    assert (found.state, found.value, found.period) == (ReadingState.VALUE, Decimal(412), "2026")
    assert found.as_of is not None and found.definition_version is not None
    assert found.rows == f"/api/sampling/v1/figures/sampling.rapid_tests/rows?region={DISTRICT}&period=2026"
    before = await reading(source, live("sampling.rapid_tests@last_year"))
    assert (before.value, before.period) == (Decimal(380), "2025")


async def test_a_service_that_is_down_is_not_available_and_not_zero(source: FigureSource) -> None:
    found = await reading(source, live("inspection.visits", "inspection"))
    assert (found.state, found.value) == (ReadingState.UNAVAILABLE, None)
    assert found.reason == "监督检查服务暂不可用"
    unknown = await reading(source, live("sampling.no_such_figure"))
    assert (unknown.state, unknown.value) == (ReadingState.UNAVAILABLE, None)


async def test_peers_are_compared_only_when_all_are_known(source: FigureSource, session_of: SessionOf) -> None:
    session = await session_of(Unit.SAMPLING)
    streets = await codes_directly_below(session, DISTRICT)
    peers = live("sampling.rapid_tests@peers")

    async def among(tested: list[str]) -> Reading:
        await record(session, [Change("sampling.rapid_tests", code, date(2026, 5, 1), 7) for code in tested])
        await fold(session)
        fresh = replace(source, _sheets={})
        return (await read_inputs(fresh, {"x": peers}, Place(streets[0], DISTRICT, YEAR)))[0]

    some = await among(streets[1:-1])
    assert (some.state, some.peers) == (ReadingState.MISSING, None)
    assert "还没有" in some.reason
    all_of_them = await among(streets[-1:])
    assert (all_of_them.state, all_of_them.peers) == (ReadingState.VALUE, ["7"] * (len(streets) - 1))
    alone = await reading(source, peers, parent=None)
    assert alone.state is ReadingState.NOT_APPLICABLE


async def test_what_a_document_says_roughly_is_read_as_a_range(source: FigureSource, session_of: SessionOf) -> None:
    session = await session_of(Unit.SAMPLING)
    session.add(
        RegisteredFigure(
            code="demo-1",
            name="演示",
            region_code=DISTRICT,
            period="2026",
            kind="fact",
            comparison="=",
            value=Decimal(300),
            unit="家",
            quote="建成约300家（演示）",
            source="自评报告（演示）",
            recorded_by=UUID(int=1),
        )
    )
    await session.flush()
    found = await reading(source, live("demo-1", source="registered"))
    assert (found.value, found.low, found.high) == (None, Decimal(250), Decimal(350))
    assert "约300家" in found.source
    missing = await reading(source, live("demo-2", source="registered"))
    assert missing.state is ReadingState.MISSING


async def test_in_the_examiners_stages_the_examined_read_nothing_for_them(people: People) -> None:
    run = await begun(people)
    await step(people.district, run, "stage-closure")
    assert (await add(people.district, run, "snapshots")).status_code == 403
    assert (await add(people.outsider, run, "snapshots")).status_code == 404


async def test_a_snapshot_feeds_the_score_and_stays_when_it_is_corrected(
    people: People, source: FigureSource, session_of: SessionOf
) -> None:
    run = await begun(people)
    session = await session_of(Unit.SCORING)
    snapshot = await service.take_snapshot(session, UUID(run["id"]), source, CITY_OFFICE)
    again = await service.take_snapshot(session, UUID(run["id"]), source, CITY_OFFICE)
    assert (snapshot.number, again.number) == (1, 2)

    async def b1() -> Any:
        scores = (await add(people.district, run, "scorings")).json()["result"]["scores"]
        return next(one["points"] for one in scores if one["code"] == "B1")

    assert await b1() == "10"
    await add(people.district, run, "statements", values={"tests": "90"}, reason="剔除演练批次（演示）")
    assert await b1() == "0"
    listed = (await people.district.get(f"/v1/evaluations/{run['id']}/snapshots")).json()
    assert [one["readings"][0]["value"] for one in listed] == ["412", "412"]
    assert len(list(await session.scalars(select(Snapshot)))) == 2
    await add(people.district, run, "statements", values={"tests": None}, reason="演示")
    assert await b1() == "10", "what was computed holds again"
