"""Reading what a template quotes: figures of the services and values that documents state, all at one time."""

import asyncio
from collections.abc import Mapping

from services.scoring.indicators.approximations import stated_range
from services.scoring.indicators.references import Reference, UnknownView, viewed
from services.scoring.indicators.source import FigureSource, NotAvailable
from services.scoring.self_reports.content import Quoted
from services.scoring.self_reports.printing import Read
from shared.contracts.codes import Unit
from shared.contracts.evaluations import ReadingState
from shared.contracts.figures import Period, RegisteredFigureRead


async def read_quoted(
    source: FigureSource, wanted: Mapping[str, Quoted], region: str, period: Period
) -> dict[str, Read]:
    """Every quoted number by its name; the services are asked side by side, and who is silent is not available."""
    found = await asyncio.gather(*(_read(source, quoted, region, period) for quoted in wanted.values()))
    return dict(zip(wanted, found, strict=True))


async def _read(source: FigureSource, quoted: Quoted, region: str, period: Period) -> Read:
    if quoted.source == "registered":
        return await _stated(source, quoted, region, str(period))
    unit = Unit(quoted.service)
    try:
        reference = Reference.parse(quoted.figure)
        asked = reference.period_for(Period.parse(quoted.period) if quoted.period else period)
    except (UnknownView, ValueError) as unreadable:
        return _unknown(quoted, str(period), ReadingState.MISSING, str(unreadable))
    sheet = await source.sheet(unit, region, asked, children=False)
    if isinstance(sheet, NotAvailable):
        return _unknown(quoted, str(asked), ReadingState.UNAVAILABLE, sheet.reason)
    definition = next((one for one in sheet.definitions if one.code == reference.code), None)
    figure = next((one for one in sheet.region.figures if one.code == reference.code), None)
    if definition is None or figure is None:
        return _unknown(quoted, str(asked), ReadingState.MISSING, f"没有代码为 {reference.code} 的指标")
    seen = viewed(reference, definition, figure, asked)
    return Read(
        label=quoted.label,
        state=ReadingState(seen.state.value),
        unit=definition.unit if quoted.unit is None else quoted.unit,
        service=quoted.service,
        reference=quoted.figure,
        period=str(asked),
        value=seen.value,
        decimals=definition.decimals if quoted.decimals is None else quoted.decimals,
        as_of=figure.as_of,
        source=figure.denominator_source or "",
        rows=f"/api/{unit.value}{figure.rows}",
        reason=seen.reason,
    )


async def _stated(source: FigureSource, quoted: Quoted, region: str, period: str) -> Read:
    """The latest fact that a document states for the period; else one that it states without a period."""
    wanted = period if quoted.period is None else quoted.period
    unit = Unit(quoted.service)
    rows = await source.stated(unit, region)
    if isinstance(rows, NotAvailable):
        return _unknown(quoted, wanted, ReadingState.UNAVAILABLE, rows.reason)
    facts = [row for row in rows if row.code == quoted.figure and row.kind == "fact" and row.value is not None]
    fitting = [row for row in facts if row.period == wanted] or [row for row in facts if row.period == ""]
    row = max(fitting, key=lambda one: one.recorded_at, default=None)
    if row is None or row.value is None:
        reason = f"没有登记 {quoted.figure} 在 {wanted} 的数值"
        return _unknown(quoted, wanted, ReadingState.MISSING, reason)
    return _as_stated(quoted, unit, region, row)


def _as_stated(quoted: Quoted, unit: Unit, region: str, row: RegisteredFigureRead) -> Read:
    assert row.value is not None
    low, high = stated_range(row.value, row.comparison, row.quote)
    base = "/api/v1" if unit is Unit.GATEWAY else f"/api/{unit.value}/v1"
    return Read(
        label=quoted.label,
        state=ReadingState.ZERO if low == high == 0 else ReadingState.VALUE,
        unit=row.unit if quoted.unit is None else quoted.unit,
        service=quoted.service,
        reference=quoted.figure,
        period=row.period,
        value=row.value,
        low=low if low != high else None,
        high=high if low != high else None,
        decimals=quoted.decimals,
        as_of=row.recorded_at,
        source=f"{row.source}：{row.quote}",
        rows=f"{base}/registered-figures?region={region}&code={quoted.figure}",
    )


def _unknown(quoted: Quoted, period: str, state: ReadingState, reason: str) -> Read:
    return Read(
        label=quoted.label,
        state=state,
        unit="",
        service=quoted.service,
        reference=quoted.figure,
        period=period,
        reason=reason,
    )
