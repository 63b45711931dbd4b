"""Reading the figures of an index for all its places: one question to each service and period, asked side by side."""

import asyncio
from collections.abc import Sequence

from services.scoring.indicators.references import Reference, viewed
from services.scoring.indicators.source import FigureSource, NotAvailable
from services.scoring.indices.content import IndexRules, Indicator
from services.scoring.indices.schemas import IndexReading
from shared.contracts.codes import Unit
from shared.contracts.evaluations import ReadingState
from shared.contracts.figures import FigureSheet, Period

Readings = dict[str, dict[str, IndexReading]]
"""By place and indicator."""


async def read_places(
    source: FigureSource, rules: IndexRules, region: str, places: Sequence[str], period: Period
) -> Readings:
    """What the services tell of the places directly below a region. Who does not answer is not available, not zero."""
    asked = [one for one in rules.indicators if one.figure is not None]
    columns = await asyncio.gather(*(_read(source, one, region, places, period) for one in asked))
    return {place: {one.code: column[place] for one, column in zip(asked, columns, strict=True)} for place in places}


async def _read(
    source: FigureSource, indicator: Indicator, region: str, places: Sequence[str], period: Period
) -> dict[str, IndexReading]:
    assert indicator.service is not None and indicator.figure is not None  # only those are asked
    unit, reference = Unit(indicator.service), Reference.parse(indicator.figure)
    when = reference.period_for(period)
    sheet = await source.sheet(unit, region, when, children=True)
    return {place: _of_place(sheet, unit, indicator.figure, place, when) for place in places}


def _of_place(sheet: FigureSheet | NotAvailable, unit: Unit, named: str, place: str, period: Period) -> IndexReading:
    if isinstance(sheet, NotAvailable):
        return _unknown(unit, named, period, sheet.reason)
    reference = Reference.parse(named)
    definition = next((one for one in sheet.definitions if one.code == reference.code), None)
    region = next((one for one in sheet.children if one.region_code == place), None)
    figure = None if region is None else next((one for one in region.figures if one.code == reference.code), None)
    if definition is None:
        return _unknown(unit, named, period, f"没有代码为 {reference.code} 的指标")
    if figure is None:
        return _unknown(unit, named, period, f"{unit.label}服务没有这个地区的数")
    found = viewed(reference, definition, figure, period)
    return IndexReading(
        reference=named,
        service=unit.value,
        period=str(period),
        state=ReadingState(found.state.value),
        value=found.value,
        definition_version=figure.definition_version,
        as_of=figure.as_of,
        rows=f"/api/{unit.value}{figure.rows}",
        reason=found.reason,
    )


def _unknown(unit: Unit, named: str, period: Period, reason: str) -> IndexReading:
    return IndexReading(
        reference=named,
        service=unit.value,
        period=str(period),
        state=ReadingState.UNAVAILABLE,
        value=None,
        definition_version=None,
        as_of=None,
        rows=None,
        reason=reason,
    )
