"""One section: the figures of one service, asked for within a budget."""

import asyncio
from collections.abc import Awaitable, Mapping
from datetime import datetime
from decimal import Decimal

import httpx
import structlog
from pydantic import ValidationError

from gateway.clients import Caller, Refused, Services, ServiceSilent
from gateway.dashboards.last_good import LastGood, key_of
from gateway.dashboards.ranking import ranked
from gateway.dashboards.schemas import DashboardFigure, Section, SectionStatus
from shared.contracts.codes import Unit
from shared.contracts.figures import FigureSheet, FigureValue, Period
from shared.http.auth import Actor

log = structlog.get_logger(__name__)

BUDGET_SECONDS = 1.5
"""What a section may take, from when its service is asked; the sections run side by side."""
FIRST_BUDGET_SECONDS = 5.0
"""What it may take right after the start, until its service has answered once: every cache is still cold."""
REWIND_BUDGET_SECONDS = 20.0
"""What it may take for a moment of the past: its service recomputes every figure from the rows."""


async def read_section(
    services: Services,
    last_good: LastGood,
    unit: Unit,
    region: str,
    period: Period,
    actor: Actor,
    caller: Caller,
    as_of: datetime | None = None,
) -> tuple[Section, str | None]:
    """The section of `unit`: `ok`, `partial` without the comparison, `stale` from memory, or `unavailable`.

    Beside it stands the region's name as the service knows it. With `as_of` it shows what was known then, and nothing
    from memory. Raises `Refused` when the service refuses the caller.
    """
    current, before = await asyncio.gather(
        read_sheet(services, last_good, unit, region, period, caller, children=True, as_of=as_of),
        read_sheet(services, last_good, unit, region, period.previous, caller, children=False, as_of=as_of),
        return_exceptions=True,
    )
    key = key_of(unit, region, str(period), actor)
    if isinstance(current, FigureSheet):
        if as_of is None:
            last_good.keep(key, current)
        if isinstance(before, FigureSheet):
            return _section(unit, current, before, SectionStatus.OK, ""), current.region.region_name
        if not isinstance(before, ServiceSilent | Refused):
            raise before
        note = f"没有取到{period.previous.label}的数，暂不能比较"
        return _section(unit, current, None, SectionStatus.PARTIAL, note), current.region.region_name
    if not isinstance(current, ServiceSilent):
        raise current
    log.warning("section_missing", service=unit, reason=current.reason)
    kept = last_good.find(key) if as_of is None else None
    if kept is None:
        note = f"{unit.label}服务暂不可用，稍后刷新再看"
        return _missing(unit, note), None
    note = f"{unit.label}服务暂不可用，显示的是之前取到的数"
    return _section(unit, kept, None, SectionStatus.STALE, note), kept.region.region_name


def budget_of(last_good: LastGood, unit: Unit, as_of: datetime | None) -> float:
    """How long, in seconds, a service is waited for."""
    if as_of is not None:
        return REWIND_BUDGET_SECONDS
    return FIRST_BUDGET_SECONDS if last_good.is_cold(unit) else BUDGET_SECONDS


def refused_section(unit: Unit, refusal: Refused) -> Section:
    """A service that would not tell this caller, where others did."""
    return _missing(unit, refusal.detail or refusal.answered_title)


def _missing(unit: Unit, note: str) -> Section:
    status = SectionStatus.UNAVAILABLE
    return Section(service=unit, title=unit.label, status=status, as_of=None, note=note, figures=[])


async def read_sheet(
    services: Services,
    last_good: LastGood,
    unit: Unit,
    region: str,
    period: Period,
    caller: Caller,
    *,
    children: bool,
    as_of: datetime | None = None,
) -> FigureSheet:
    """All figures of one service, asked for in turn, their rows as the gateway's callers reach them.

    Raises `ServiceSilent`, also for an answer of another version, or `Refused`.
    """
    wanted = {"region": region, "period": str(period), "children": str(children).lower()}
    if as_of is not None:
        wanted["as_of"] = as_of.isoformat()

    def ask() -> Awaitable[httpx.Response]:
        budget = budget_of(last_good, unit, as_of)
        return services.send(unit, "GET", "/v1/figures/values", caller, budget, params=wanted)

    answer = await last_good.line_at(unit, looking_back=as_of is not None).ask(ask)
    try:
        sheet = FigureSheet.model_validate_json(answer.content)
    except ValidationError as error:  # another version of the contract is no reason to lose the other three sections
        raise ServiceSilent(unit, "answered in a form this gateway does not know") from error
    for place in (sheet.region, *sheet.children):
        for figure in place.figures:
            figure.rows = rows_through_gateway(unit, figure)
    return sheet


def _section(unit: Unit, sheet: FigureSheet, before: FigureSheet | None, status: SectionStatus, note: str) -> Section:
    earlier: Mapping[str, Decimal | None] = {}
    if before is not None:
        earlier = {figure.code: figure.value for figure in before.region.figures}
    values = {figure.code: figure for figure in sheet.region.figures}
    children = [(child.region_name, {figure.code: figure for figure in child.figures}) for child in sheet.children]
    return Section(
        service=unit,
        title=unit.label,
        status=status,
        as_of=sheet.as_of,
        note=note,
        figures=[
            DashboardFigure(
                definition=definition,
                figure=values[definition.code],
                previous_value=earlier.get(definition.code),
                children=ranked(
                    definition,
                    ((name, figures[definition.code]) for name, figures in children if definition.code in figures),
                ),
            )
            for definition in sheet.definitions
            if definition.code in values
        ],
    )


def rows_through_gateway(unit: Unit, figure: FigureValue) -> str:
    """The address of the rows behind a figure as the gateway's callers reach them."""
    return f"/api/{unit.value}{figure.rows}"
