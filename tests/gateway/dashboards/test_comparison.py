"""Chosen regions side by side: ranked among themselves, gaps named, nobody's region shown to somebody else."""

from collections.abc import Mapping

import httpx
import pytest

from gateway.clients import Refused, Services
from gateway.dashboards.comparison import read_comparison
from gateway.dashboards.last_good import LastGood
from gateway.dashboards.region import NothingToShow
from gateway.dashboards.schemas import Comparison, SectionStatus
from shared.contracts.codes import SERVICES, Unit
from shared.contracts.figures import FigureSheet, Period, RegionFigures
from tests.gateway.dashboards.wire import AS_OF, CALLER, WireSettings, definition_of, value_of

JULY = Period.parse("2026-07")
PLACES = {"330203001000": "98.0", "330203002000": "99.0", "330203003000": "98.02", "330203004000": None}


async def compare(
    refused: frozenset[str] = frozenset(), silent: Mapping[Unit, frozenset[str]] | None = None
) -> Comparison:
    async def answer(request: httpx.Request) -> httpx.Response:
        unit, region = Unit(request.url.host), request.url.params["region"]
        if region in refused:
            return httpx.Response(403, json={"title": "不在您的管辖区域内", "status": 403})
        if region in (silent or {}).get(unit, ()):
            return httpx.Response(500)
        definition = definition_of(unit)
        value = value_of(definition, region, "2026-07", PLACES[region])
        sheet = FigureSheet(
            period="2026-07",
            as_of=AS_OF,
            definitions=[definition],
            region=RegionFigures(region_code=region, region_name=f"街道{region[8]}", figures=[value]),
            children=[],
        )
        return httpx.Response(200, json=sheet.model_dump(mode="json"))

    addresses = {f"{unit.value}_url": f"http://{unit.value}" for unit in SERVICES}
    settings = WireSettings.model_validate({"database_url": "postgresql://none"} | addresses)
    services = Services(httpx.AsyncClient(transport=httpx.MockTransport(answer)), settings)
    return await read_comparison(services, LastGood(), list(PLACES), JULY, CALLER)


async def test_places_are_ranked_among_themselves_with_ties_and_without_those_that_have_no_number() -> None:
    compared = await compare()
    places = compared.sections[0].figures[0].places
    assert [(place.rank, place.region_name) for place in places] == [
        (1, "街道2"),
        (2, "街道1"),
        (2, "街道3"),
        (None, "街道4"),
    ]
    assert [region.region_name for region in compared.regions] == ["街道1", "街道2", "街道3", "街道4"]


async def test_a_region_that_a_service_did_not_tell_of_is_named() -> None:
    compared = await compare(silent={Unit.SCORING: frozenset({"330203002000"}), Unit.TRACEABILITY: frozenset(PLACES)})
    by_unit = {section.service: section for section in compared.sections}
    assert by_unit[Unit.SCORING].status is SectionStatus.PARTIAL
    assert by_unit[Unit.SCORING].note == "评价服务暂不可用，没有取到街道2的数"
    assert by_unit[Unit.TRACEABILITY].status is SectionStatus.UNAVAILABLE
    assert by_unit[Unit.TRACEABILITY].figures == []


async def test_one_region_outside_the_callers_own_refuses_the_whole() -> None:
    with pytest.raises(Refused):
        await compare(refused=frozenset({"330203004000"}))


async def test_only_when_all_are_silent_there_is_nothing_to_compare() -> None:
    with pytest.raises(NothingToShow):
        await compare(silent=dict.fromkeys(SERVICES, frozenset(PLACES)))
