"""Reading every live and registered input of a scheme: what the services answer, made into readings."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from services.scoring.indicators.approximations import stated_range
from services.scoring.indicators.models import Reading
from services.scoring.indicators.references import Reference, UnknownView, viewed
from services.scoring.indicators.source import FigureSource, NotAvailable
from services.scoring.scheme_language.content import InputItem
from shared.contracts.codes import Unit
from shared.contracts.evaluations import ReadingState
from shared.contracts.figures import FigureDefinition, FigureSheet, FigureValue, Period
from shared.ids import uuid7


@dataclass(frozen=True, slots=True)
class Place:
    """Which region is read, and the one above it, under which its peers stand (None: there is none)."""

    region: str
    parent: str | None
    period: Period


async def read_inputs(source: FigureSource, inputs: Mapping[str, InputItem], place: Place) -> list[Reading]:
    """One reading for each input that is not entered by hand, by name; the services are asked side by side."""
    wanted = [(name, item) for name, item in sorted(inputs.items()) if item.source != "entered"]
    return list(await asyncio.gather(*(_read(source, name, item, place) for name, item in wanted)))


async def _read(source: FigureSource, name: str, item: InputItem, place: Place) -> Reading:
    if item.service is None or item.figure is None:
        return _reading(name, item, place, state=ReadingState.MISSING, reason="细则没有写明由哪个服务、哪个指标提供")
    unit = Unit(item.service)
    if item.source == "registered":
        return await _read_stated(source, unit, name, item, place)
    try:
        reference = Reference.parse(item.figure)
    except UnknownView as unknown:
        return _reading(name, item, place, state=ReadingState.MISSING, reason=str(unknown))
    if reference.view == "peers":
        return await _read_peers(source, unit, reference, name, item, place)
    period = reference.period_for(place.period)
    sheet = await source.sheet(unit, place.region, period, children=False)
    found = _find(sheet, reference.code)
    if isinstance(found, NotAvailable):
        return _reading(name, item, place, state=ReadingState.UNAVAILABLE, reason=found.reason, period=str(period))
    definition, figure = found
    seen = viewed(reference, definition, figure, period)
    return _reading(
        name,
        item,
        place,
        state=ReadingState(seen.state.value),
        value=seen.value,
        reason=seen.reason,
        period=str(period),
        numerator=figure.numerator,
        denominator=figure.denominator,
        definition_version=figure.definition_version,
        as_of=figure.as_of,
        rows=f"/api/{unit.value}{figure.rows}",
        source=figure.denominator_source or "",
    )


async def _read_peers(
    source: FigureSource, unit: Unit, reference: Reference, name: str, item: InputItem, place: Place
) -> Reading:
    """The values of all regions beside this one. One that nobody knows makes the rank unknown, not better."""
    if place.parent is None:
        return _reading(name, item, place, state=ReadingState.NOT_APPLICABLE, reason="没有同级的地区可比")
    sheet = await source.sheet(unit, place.parent, place.period, children=True)
    if isinstance(sheet, NotAvailable):
        return _reading(name, item, place, state=ReadingState.UNAVAILABLE, reason=sheet.reason)
    values: list[str] = []
    unknown: list[str] = []
    for region in sheet.children:
        if region.region_code != place.region:
            figure = next((one for one in region.figures if one.code == reference.code), None)
            if figure is None or figure.value is None:
                unknown.append(region.region_name)
            else:
                values.append(format(figure.value, "f"))
    if unknown:
        reason = f"还没有{'、'.join(unknown[:5])}{'等' if len(unknown) > 5 else ''}的数，不能比"
        return _reading(name, item, place, state=ReadingState.MISSING, reason=reason, as_of=sheet.as_of)
    state = ReadingState.VALUE if values else ReadingState.NOT_APPLICABLE
    reason = "" if values else "没有同级的地区可比"
    return _reading(name, item, place, state=state, reason=reason, peers=values, as_of=sheet.as_of)


async def _read_stated(source: FigureSource, unit: Unit, name: str, item: InputItem, place: Place) -> Reading:
    """The latest fact of that code that was stated for the period."""
    rows = await source.stated(unit, place.region)
    if isinstance(rows, NotAvailable):
        return _reading(name, item, place, state=ReadingState.UNAVAILABLE, reason=rows.reason)
    period = str(place.period)
    fitting = [row for row in rows if row.code == item.figure and row.kind == "fact" and row.period == period]
    stated = max(fitting, key=lambda row: row.recorded_at, default=None)
    if stated is None or stated.value is None:
        reason = f"没有登记 {item.figure} 在 {period} 的数值"
        return _reading(name, item, place, state=ReadingState.MISSING, reason=reason)
    low, high = stated_range(stated.value, stated.comparison, stated.quote)
    exact = low == high
    return _reading(
        name,
        item,
        place,
        state=ReadingState.ZERO if exact and low == 0 else ReadingState.VALUE,
        value=low if exact else None,
        low=None if exact else low,
        high=None if exact else high,
        as_of=stated.recorded_at,
        source=f"{stated.source}：{stated.quote}",
        rows=f"/api/{unit.value}/v1/registered-figures?region={place.region}&code={item.figure}",
    )


def _find(sheet: FigureSheet | NotAvailable, code: str) -> tuple[FigureDefinition, FigureValue] | NotAvailable:
    if isinstance(sheet, NotAvailable):
        return sheet
    definition = next((one for one in sheet.definitions if one.code == code), None)
    figure = next((one for one in sheet.region.figures if one.code == code), None)
    if definition is None or figure is None:
        return NotAvailable(f"没有代码为 {code} 的指标")
    return definition, figure


def _reading(name: str, item: InputItem, place: Place, *, state: ReadingState, **known: Any) -> Reading:
    fields: dict[str, Any] = {
        "period": str(place.period),
        "value": None,
        "low": None,
        "high": None,
        "peers": None,
        "numerator": None,
        "denominator": None,
        "definition_version": None,
        "as_of": None,
        "rows": None,
        "source": "",
        "reason": "",
    }
    own = {"id": uuid7(), "name": name, "reference": item.figure or "", "service": item.service, "state": state}
    return Reading(**fields | own | known)


def said_of(reading: Reading) -> dict[str, Any]:
    """What a reading says, as it is hashed."""
    names = ("name", "reference", "service", "period", "state", "value", "low", "high", "peers", "as_of", "reason")
    return {name: _plain(getattr(reading, name)) for name in names}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if hasattr(value, "isoformat") else value
