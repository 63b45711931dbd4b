"""What a board shows, as the tables of a file: figures, places, trend, and what is missing. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from gateway.dashboards.schemas import Dashboard, DashboardFigure
from gateway.web import boards, words
from gateway.web.command_centre.targets import AIMS, Target
from gateway.web.command_centre.trends import TrendView
from shared.contracts.figures import FigureDefinition, FigureValue, Period

Cell = str | Decimal | int | None

FIGURES = (
    "服务",
    "指标",
    "数值",
    "单位",
    "状态",
    "分子",
    "分母",
    "95%下限",
    "95%上限",
    "上一期",
    "目标",
    "目标出处",
    "截至",
    "口径版本",
    "明细",
)
PLACES = ("名次", "区划代码", "地方", "数值", "单位", "状态", "分子", "分母", "95%下限", "95%上限")


@dataclass(frozen=True)
class Sheet:
    """One table of the file under its name; numbers stay numbers, unrounded."""

    name: str
    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def sheets(
    dashboard: Dashboard, chosen: DashboardFigure | None, trend: TrendView | None, targets: dict[str, Target]
) -> list[Sheet]:
    """The board's tables in the order of the page."""
    found = [
        Sheet("说明", ("项", "内容"), about(dashboard)),
        Sheet(
            "指标",
            FIGURES,
            [
                _figure_row(section.title, item, targets.get(item.definition.code), dashboard)
                for section in dashboard.sections
                for item in section.figures
            ],
        ),
    ]
    if chosen is not None:
        found.append(
            Sheet(
                "下级排名",
                PLACES,
                [
                    _place_row(chosen.definition, child.rank, child.region_code, child.region_name, child.figure)
                    for child in chosen.children
                ],
            )
        )
    if trend is not None:
        rows = [(period, None if value is None else Decimal(value)) for period, value in trend.rows]
        found.append(Sheet("走势", trend.header, rows))
    return found


def about(dashboard: Dashboard) -> list[tuple[str, str]]:
    """Where the numbers come from, as of when, and what is missing: a file must not look more whole than the page."""
    lines = [
        ("地区", f"{dashboard.region_name}（{dashboard.region_code}）"),
        ("时段", Period.parse(dashboard.period).label),
    ]
    if dashboard.as_known_at:
        lines.append(
            ("回看", f"按{words.full_time(dashboard.as_known_at)}已知的记录重算；{'；'.join(dashboard.not_rewound)}")
        )
    for section in dashboard.sections:
        as_of = f"，截至{words.full_time(section.as_of)}" if section.as_of else ""
        lines.append((section.title, f"{section.status.label}{as_of}{f'。{section.note}' if section.note else ''}"))
    return lines


def target_said(target: Target | None) -> str:
    return f"{AIMS[target.comparison]}{words.number(target.value)}" if target else ""


def _figure_row(service: str, item: DashboardFigure, target: Target | None, dashboard: Dashboard) -> list[Cell]:
    definition, figure = item.definition, item.figure
    return [
        service,
        definition.name,
        figure.value,
        definition.unit,
        figure.state.label,
        figure.numerator,
        figure.denominator,
        figure.low,
        figure.high,
        item.previous_value,
        target_said(target),
        target.source if target else "",
        words.full_time(figure.as_of),
        definition.version,
        boards.figure_address(dashboard.region_code, definition.code, dashboard.period),
    ]


def _place_row(definition: FigureDefinition, rank: int | None, code: str, name: str, figure: FigureValue) -> list[Cell]:
    return [
        rank,
        code,
        name,
        figure.value,
        definition.unit,
        figure.state.label,
        figure.numerator,
        figure.denominator,
        figure.low,
        figure.high,
    ]
