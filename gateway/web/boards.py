"""From a dashboard to what stands on the page: tiles, notices, ranking, tile map. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from gateway.dashboards.schemas import Dashboard, DashboardFigure, RankedChild, Section, SectionStatus
from gateway.web import words
from gateway.web.command_centre.targets import Target, as_shown, target_words
from gateway.web.tables import Column, TableView, sorted_rows
from shared.contracts.figures import FigureDefinition, FigureState, FigureValue, Period

BADGES = {
    SectionStatus.OK: "ok",
    SectionStatus.PARTIAL: "warning",
    SectionStatus.STALE: "warning",
    SectionStatus.UNAVAILABLE: "danger",
}
STEPS = 7
FEW_ABSENT = 3
FEW_PLACES = 5
TILES_ON_A_PAGE = 8
TILES_ON_A_WALL = 4
ROWS_A_PAGE = 25

NOTHING: Mapping[str, Any] = MappingProxyType({})

RANKING_COLUMNS = (
    Column("rank", "名次", numeric=True, sort_key="rank"),
    Column("name", "地方", sort_key="name"),
    Column("value", "数值", numeric=True, sort_key="value"),
    Column("bar", ""),
    Column("share", "分子 ÷ 分母", numeric=True),
)


@dataclass(frozen=True)
class SectionView:
    """One service's part of the page. `tiles` are keyword arguments of the figure tile; `more` stand folded below."""

    service: str
    title: str
    badge: tuple[str, str]
    as_of: str
    note: str
    tiles: list[dict[str, Any]]
    more: list[dict[str, Any]]

    @property
    def more_words(self) -> str:
        """What stands folded: `另有28项，其中12项还没有数`."""
        absent = sum(not tile["reading"].is_number for tile in self.more)
        said = f"另有{len(self.more)}项"
        if absent == len(self.more):
            return f"{said}还没有数"
        return f"{said}，其中{absent}项还没有数" if absent else said


def section_view(
    section: Section,
    dashboard: Dashboard,
    now: datetime,
    most: int = TILES_ON_A_PAGE,
    *,
    targets: Mapping[str, Target] = NOTHING,
    kept: Mapping[str, str] = NOTHING,
) -> SectionView:
    """A section with no more than `most` tiles standing open: all four sections are to be seen at once.

    `targets` by the figure's code; `kept` are parameters that the tiles' addresses carry on.
    """
    stale = section.status is SectionStatus.STALE
    label = section.status.label
    if stale and section.as_of:
        label = f"{section.title}服务暂不可用（截至{words.clock_time(section.as_of, now)}）"
    tiles = [_tile(figure, dashboard, targets.get(figure.definition.code), kept) for figure in section.figures]
    weights = [_weight(figure, tile, targets) for figure, tile in zip(section.figures, tiles, strict=True)]
    opened = _opened(weights, most)
    return SectionView(
        service=section.service.value,
        title=section.title,
        badge=(BADGES[section.status], label),
        as_of=words.clock_time(section.as_of, now) if section.as_of else "",
        note=section.note,
        tiles=[tile for place, tile in enumerate(tiles) if place in opened]
        or [{"name": f"{section.title}各项指标", "reading": words.unavailable(section.as_of, now)}],
        more=[tile for place, tile in enumerate(tiles) if place not in opened],
    )


ABSENT = 4


def _weight(item: DashboardFigure, tile: Mapping[str, Any], targets: Mapping[str, Target]) -> int:
    """What a reader needs first has the least: a missed target, a target, a whole, one of its parts (`率：小作坊`)."""
    if not tile["reading"].is_number:
        return ABSENT
    if item.definition.code in targets:
        return 0 if tile["alarm"] else 1
    return 3 if "：" in item.definition.name else 2


def _opened(weights: Sequence[int], most: int) -> set[int]:
    """The places of the tiles that stand open. Many without a number would bury the few that have one."""
    absent = weights.count(ABSENT)
    room = len(weights) - absent if FEW_ABSENT < absent < len(weights) else len(weights)
    if absent == len(weights):
        room = min(room, FEW_ABSENT)
    return set(sorted(range(len(weights)), key=weights.__getitem__)[: min(room, most)])


def _tile(
    item: DashboardFigure, dashboard: Dashboard, target: Target | None, kept: Mapping[str, str]
) -> dict[str, Any]:
    definition, figure = item.definition, item.figure
    missed = target and figure.value is not None and not target.is_met_by(as_shown(figure.value, definition.decimals))
    aim = target_words(target, figure.value, definition.unit, definition.decimals) if target else ""
    return {
        "name": definition.name,
        "reading": reading_of(definition, figure),
        "href": figure_address(dashboard.region_code, definition.code, dashboard.period, **kept),
        "notes": [words.share_note(figure.numerator, figure.denominator, figure.low, figure.high), aim],
        "change": words.change(
            figure.value,
            item.previous_value,
            definition.unit,
            definition.decimals,
            Period.parse(dashboard.period),
        ),
        "direction": words.direction(figure.value, item.previous_value, definition.higher_is_better),
        "alarm": bool(missed),
    }


def reading_of(definition: FigureDefinition, figure: FigureValue) -> words.Reading:
    return words.reading(figure.value, figure.state, definition.unit, definition.decimals)


def figure_address(region: str, figure: str, period: str, **kept: str) -> str:
    return f"/regions/{region}/figures/{figure}?{urlencode({'period': period, **kept})}"


def all_figures(dashboard: Dashboard) -> list[DashboardFigure]:
    return [figure for section in dashboard.sections for figure in section.figures]


def chosen_figure(dashboard: Dashboard, code: str) -> DashboardFigure | None:
    """The figure by which children are compared: the one asked for, else the first rate, else the first."""
    figures = [figure for figure in all_figures(dashboard) if figure.children]
    asked = [figure for figure in figures if figure.definition.code == code]
    rates = [figure for figure in figures if figure.definition.is_rate]
    return next(iter([*asked, *rates, *figures]), None)


def ranking_view(item: DashboardFigure, period: Period, sort: str) -> TableView:
    """The children as a table, in the order asked for, without those that `folded_places` names."""
    folded = {code for code, _ in folded_places(item)}
    rows = [_ranking_row(item.definition, child) for child in item.children if child.region_code not in folded]
    axis = ("0", longest_bar(item))
    columns = [replace(column, axis=axis) if column.key == "bar" else column for column in RANKING_COLUMNS]
    caption = f"{item.definition.name}，{period.label}"
    return TableView(caption, columns, sorted_rows(rows, columns, sort or "rank"), sort or "rank")


def folded_places(item: DashboardFigure) -> list[tuple[str, str]]:
    """Places (code, name) without a number, where there are so many that they would bury those with one."""
    absent = [child for child in item.children if child.rank is None]
    return [(child.region_code, child.region_name) for child in absent] if len(absent) > FEW_PLACES else []


def _ranking_row(definition: FigureDefinition, child: RankedChild) -> dict[str, Any]:
    figure = child.figure
    return {
        "rank": child.rank,
        "code": child.region_code,
        "name": child.region_name,
        "value": figure.value,
        "reading": reading_of(definition, figure),
        "share": words.share_note(figure.numerator, figure.denominator, figure.low, figure.high),
    }


def bar_maximum(item: DashboardFigure) -> Decimal:
    """The full length of a bar: the largest child, so that small rates can be told apart too."""
    return max((child.figure.value or Decimal(0) for child in item.children), default=Decimal(0))


def longest_bar(item: DashboardFigure) -> str:
    """What the full length of a bar stands for: `1.04%`."""
    reading = words.reading(bar_maximum(item), FigureState.VALUE, item.definition.unit, item.definition.decimals)
    return reading.text + reading.unit


def tile_map(item: DashboardFigure) -> list[tuple[str, str, int | None, str]]:
    """One cell a child, by code: name, reading, step 1–7 between the least and the most, region code."""
    known = [child.figure.value for child in item.children if child.figure.value is not None]
    low, high = (min(known), max(known)) if known else (Decimal(0), Decimal(0))
    cells = []
    for child in sorted(item.children, key=lambda child: child.region_code):
        reading = reading_of(item.definition, child.figure)
        cells.append(
            (child.region_name, reading.text + reading.unit, _step(child.figure.value, low, high), child.region_code)
        )
    return cells


def _step(value: Decimal | None, low: Decimal, high: Decimal) -> int | None:
    if value is None:
        return None
    if high == low:
        return (STEPS + 1) // 2
    return min(int((value - low) / (high - low) * STEPS) + 1, STEPS)


def finding(item: DashboardFigure) -> str:
    """The title of the comparison: what it shows, in a sentence."""
    definition = item.definition
    placed = [child for child in item.children if child.rank is not None]
    missing = len(item.children) - len(placed)
    if not placed:
        return f"{definition.name}：下级都暂无数据"
    readings = [reading_of(definition, child.figure) for child in placed]
    first, last = f"{readings[0].text}{readings[0].unit}", f"{readings[-1].text}{readings[-1].unit}"
    rest = f"；{missing}个地方暂无数据" if missing else ""
    if len(placed) == 1:
        return f"{definition.name}：只有{placed[0].region_name}有数，{first}{rest}"
    if first == last:
        return f"{definition.name}：{len(placed)}个地方都是{first}{rest}"
    best, worst = ("最低", "最高") if definition.higher_is_better is False else ("最高", "最低")
    return f"{definition.name}：{best}{placed[0].region_name}{first}，{worst}{placed[-1].region_name}{last}{rest}"


def period_choices(today: Period) -> Sequence[tuple[str, str]]:
    """Periods a reader picks from: this month and the eleven before it, this year's quarters and years."""
    months = [today]
    while len(months) < 12:
        months.append(months[-1].previous)
    years = sorted({month.first.year for month in months}, reverse=True)
    quarters = [Period.parse(f"{years[0]}-Q{(today.first.month + 2) // 3}")]
    while len(quarters) < 4:
        quarters.append(quarters[-1].previous)
    chosen = [*months[:6], *quarters, *(Period.parse(str(year)) for year in years), *months[6:]]
    return [(str(period), period.label) for period in chosen]
