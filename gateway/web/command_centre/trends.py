"""A trend as the page draws it: a line, and the numbers beneath. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from gateway.dashboards.schemas import Trend
from gateway.web import words
from gateway.web.command_centre.targets import Target
from shared.contracts.figures import FigureDefinition, FigureState, FigureValue, Period, PeriodKind

COUNTED = {PeriodKind.DAY: "天", PeriodKind.MONTH: "个月", PeriodKind.QUARTER: "个季度", PeriodKind.YEAR: "年"}


@dataclass(frozen=True)
class TrendView:
    """What the chart part needs; `rows` are period and value as it reads, without separators, or None."""

    finding: str
    header: tuple[str, str]
    rows: Sequence[tuple[str, str | None]]
    unit: str
    target: str | None


def trend_view(trend: Trend, target: Target | None) -> TrendView:
    definition = trend.definition
    return TrendView(
        finding=finding(trend),
        header=("时段", definition.name),
        rows=[(Period.parse(point.period).label, plain(definition, point)) for point in trend.points],
        unit=definition.unit,
        target=None if target is None else format(target.value.normalize(), "f"),
    )


def finding(trend: Trend) -> str:
    """What the line shows, in a sentence."""
    kind = Period.parse(trend.points[-1].period).kind
    span = f"近{len(trend.points)}{COUNTED[kind]}"
    name = trend.definition.name
    known = [(point.value, point) for point in trend.points if point.value is not None]
    if not known:
        return f"{name}：{span}都暂无数据"
    highest = max(known, key=lambda pair: pair[0])[1]
    lowest = min(known, key=lambda pair: pair[0])[1]
    missing = len(trend.points) - len(known)
    rest = f"；{missing}{COUNTED[kind]}没有数" if missing else ""
    if len(known) == 1:
        return f"{name}：{span}只有{_when(highest)}有数，{said(trend.definition, highest)}"
    if said(trend.definition, highest) == said(trend.definition, lowest):
        return f"{name}：{span}{'有数的' if missing else ''}都是{said(trend.definition, highest)}{rest}"
    ends = f"最高{_when(highest)}{said(trend.definition, highest)}，最低{_when(lowest)}{said(trend.definition, lowest)}"
    return f"{name}：{span}{ends}{rest}"


def plain(definition: FigureDefinition, point: FigureValue) -> str | None:
    """The value as it reads, in digits alone."""
    if point.value is None:
        return None
    return format(point.value.quantize(Decimal(1).scaleb(-definition.decimals), ROUND_HALF_EVEN), "f")


def said(definition: FigureDefinition, point: FigureValue) -> str:
    reading = words.reading(point.value, FigureState(point.state), definition.unit, definition.decimals)
    return reading.text + reading.unit


def _when(point: FigureValue) -> str:
    return Period.parse(point.period).label
