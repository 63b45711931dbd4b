"""One figure over periods in a row."""

from datetime import datetime

from pydantic import TypeAdapter, ValidationError

from gateway.clients import Caller, Services, ServiceSilent
from gateway.dashboards.schemas import Trend
from gateway.dashboards.section import REWIND_BUDGET_SECONDS, rows_through_gateway
from shared.contracts.codes import SERVICES, Unit
from shared.contracts.figures import FigureDefinition, FigureValue, Period, PeriodKind
from shared.http.problems import NotFound

BUDGET_SECONDS = 2.0
PERIODS = {PeriodKind.DAY: 14, PeriodKind.MONTH: 12, PeriodKind.QUARTER: 8, PeriodKind.YEAR: 5}
"""How many periods a trend shows."""

_DEFINITIONS, _VALUES = TypeAdapter(list[FigureDefinition]), TypeAdapter(list[FigureValue])


async def read_trend(
    services: Services, figure: FigureDefinition, region: str, period: Period, caller: Caller, as_of: datetime | None
) -> Trend:
    """The figure up to and with `period`. Raises `ServiceSilent` or `Refused`."""
    unit = owner_of(figure.code)
    wanted = {"region": region, "period": str(period), "periods": str(PERIODS[period.kind])}
    budget = BUDGET_SECONDS
    if as_of is not None:
        wanted["as_of"], budget = as_of.isoformat(), REWIND_BUDGET_SECONDS
    answer = await services.get(unit, f"/v1/figures/{figure.code}/series", caller, budget, **wanted)
    try:
        points = _VALUES.validate_python(answer)
    except ValidationError as error:
        raise ServiceSilent(unit, "answered in a form this gateway does not know") from error
    for point in points:
        point.rows = rows_through_gateway(unit, point)
    return Trend(region_code=region, definition=figure, points=points)


async def read_definition(services: Services, code: str, caller: Caller) -> FigureDefinition:
    """What a figure means. Raises `NotFound`, `ServiceSilent` or `Refused`."""
    unit = owner_of(code)
    definitions = _DEFINITIONS.validate_python(await services.get(unit, "/v1/figures", caller, BUDGET_SECONDS))
    for definition in definitions:
        if definition.code == code:
            return definition
    raise NotFound(f"没有指标「{code}」，请从看板上点进来")


def owner_of(code: str) -> Unit:
    """The service that a figure's code begins with. Raises `NotFound`."""
    owner = code.partition(".")[0]
    if owner not in SERVICES:
        raise NotFound(f"没有指标「{code}」，请从看板上点进来")
    return Unit(owner)
