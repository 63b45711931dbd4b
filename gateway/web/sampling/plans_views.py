"""From the progress of a sampling plan to what stands on its page: tiles, tables of targets, lists of places. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from gateway.web import words
from gateway.web.boards import figure_address
from gateway.web.tables import Column, TableView, sorted_rows
from shared.contracts.figures import FigureState
from shared.contracts.statutory_sampling import Link, Stream

Answer = Mapping[str, Any]

COMPLETION, COVERAGE = "sampling.plan_completion", "sampling.coverage"
BATCHES, MONITORING = "sampling.batches_per_thousand", "sampling.monitoring_per_thousand"

STATE_BADGES = {"draft": "unknown", "issued": "ok", "closed": "unknown"}
STATES = {"draft": "拟定中", "issued": "已下达", "closed": "已结束"}
LEVELS = {"province": "省级", "city": "市级", "county": "县级"}
PACE_BADGES = {
    "missing": "unknown",
    "not_due": "unknown",
    "reached": "ok",
    "on_track": "ok",
    "behind": "warning",
    "missed": "danger",
}
LATE = ("behind", "missed")

GOAL_COLUMNS = (
    Column("state", "进度", sort_key="order"),
    Column("taken", "已抽", numeric=True, sort_key="taken"),
    Column("concluded", "已有结论", numeric=True, sort_key="concluded"),
    Column("planned", "目标", numeric=True, sort_key="planned"),
    Column("bar", ""),
    Column("completion", "完成率", numeric=True, sort_key="completion"),
    Column("expected", "按时间应完成", numeric=True, sort_key="lag"),
    Column("forecast", "年终预测（90%区间）", numeric=True),
)


@dataclass(frozen=True)
class Tile:
    """A figure on the page with the way to what it means."""

    name: str
    reading: words.Reading
    href: str
    note: str = ""


def listed(plan: Answer) -> dict[str, Any]:
    """A plan as a line of a list."""
    return {
        **plan,
        "stream_label": Stream(plan["stream"]).label,
        "level_label": LEVELS[plan["level"]],
        "badge": (STATE_BADGES[plan["state"]], STATES[plan["state"]]),
    }


def tiles(plan: Answer, progress: Answer) -> list[Tile]:
    """What one looks at first: completion against the share of the year, the forecast, who is behind."""
    goal, year = progress["plan"], str(plan["year"])
    behind = len(progress["behind"])
    counted = len(progress["regions"]) + len(progress["categories"])
    return [
        Tile(
            "完成率",
            percent(goal["completion"]),
            figure_address(plan["region_code"], COMPLETION, year),
            f"{words.number(goal['taken'])} ÷ {words.number(plan['quantity'])}",
        ),
        Tile(
            "时间进度",
            percent(time_share(progress)),
            "#meaning-time",
            f"{progress['elapsed_days']}天，全年{progress['days_of_year']}天",
        ),
        Tile("已抽", count(goal["taken"]), "#meaning-taken", f"其中已有结论{words.number(goal['concluded'])}"),
        Tile(
            "年终预测",
            _forecast_reading(goal),
            "#meaning-forecast",
            f"90%区间{_interval(goal)}" if goal["forecast"] else progress["forecast_method"],
        ),
        Tile("落后的目标", count(behind, "个"), "#meaning-behind", f"共{counted}个目标" if counted else "没有分解目标"),
    ]


def goal_table(caption: str, first: str, rows: Sequence[dict[str, Any]], sort: str) -> TableView:
    """Targets, in the order asked for; first those that are behind, the least completed before the others."""
    columns = (Column("name", first, sort_key="name"), *GOAL_COLUMNS)
    ordered = sorted_rows(rows, columns, sort or "order")
    return TableView(caption, columns, ordered, sort or "order")


def region_rows(plan: Answer, progress: Answer) -> list[dict[str, Any]]:
    streams = {target["id"]: set(target["counted_streams"]) for target in plan["region_targets"]}
    places = _order(progress)
    return [
        _goal_row(each, places)
        | {
            "name": each["region_name"],
            "steps": each["steps"],
            "href": figure_address(
                each["region_code"],
                MONITORING if streams.get(each["target_id"]) == {Stream.RISK_MONITORING.value} else BATCHES,
                str(plan["year"]),
            ),
        }
        for each in progress["regions"]
    ]


def category_rows(progress: Answer) -> list[dict[str, Any]]:
    places = _order(progress)
    return [
        _goal_row(each, places)
        | {
            "name": f"{Link(each['link']).label}：{each['category_name'] or each['category_code'] or '不限类别'}",
            "steps": "",
            "href": "",
        }
        for each in progress["categories"]
    ]


def duties(plan: Answer, progress: Answer) -> list[dict[str, Any]]:
    """Coverage duties with their rate, which opens the figure."""
    return [
        {
            **duty,
            "reading": words.reading(
                Decimal(duty["rate"]) if duty["rate"] is not None else None, FigureState(duty["state"]), "%", 1
            ),
            "href": figure_address(plan["region_code"], COVERAGE, str(plan["year"])),
        }
        for duty in progress["coverage"]
    ]


def time_share(progress: Answer) -> Decimal:
    return round(Decimal(progress["elapsed_days"]) * 100 / Decimal(progress["days_of_year"]), 1)


def percent(value: Any) -> words.Reading:
    if value is None:
        return words.reading(None, FigureState.MISSING, "%")
    exact = Decimal(value)
    return words.reading(exact, FigureState.VALUE if exact else FigureState.ZERO, "%", 1)


def count(value: int, unit: str = "批次") -> words.Reading:
    return words.reading(Decimal(value), FigureState.VALUE if value else FigureState.ZERO, unit)


def pace_badge(goal: Answer) -> tuple[str, str]:
    return PACE_BADGES[goal["pace"]], goal["pace_label"]


def lag_words(lag: Any) -> str:
    """`落后438.6`, `超前12`, `不差`; empty where the target is not known."""
    if lag is None:
        return ""
    exact = Decimal(lag)
    if exact == 0:
        return "不差"
    return f"{'落后' if exact > 0 else '超前'}{words.number(abs(exact))}"


def default_year(today: date, asked: str) -> int:
    return int(asked) if asked.isdecimal() and 2000 <= int(asked) <= 2100 else today.year


def year_choices(today: date) -> list[tuple[str, str]]:
    """Next year's plans are drawn up this year."""
    return [(str(year), f"{year}年") for year in range(today.year + 1, today.year - 4, -1)]


def _order(progress: Answer) -> dict[str, int]:
    return {each["target_id"]: place for place, each in enumerate(progress["behind"])}


def _goal_row(each: Answer, places: Mapping[str, int]) -> dict[str, Any]:
    goal = each["progress"]
    planned, completion = goal["planned"], goal["completion"]
    rest = Decimal(completion) if completion is not None else Decimal(10**6)
    return {
        "target_id": each["target_id"],
        "order": places.get(each["target_id"], len(places) + rest),
        "is_late": goal["pace"] in LATE,
        "badge": pace_badge(goal),
        "taken": goal["taken"],
        "concluded": goal["concluded"],
        "planned": planned,
        "completion": Decimal(completion) if completion is not None else None,
        "expected": Decimal(goal["expected_by_now"]) if goal["expected_by_now"] is not None else None,
        "lag": Decimal(goal["lag"]) if goal["lag"] is not None else None,
        "lag_words": lag_words(goal["lag"]),
        "forecast": words.number(goal["forecast"]["expected"]) if goal["forecast"] else "",
        "interval": _interval(goal),
        "outlook": goal["outlook_label"],
    }


def _forecast_reading(goal: Answer) -> words.Reading:
    if goal["forecast"] is None:
        return words.Reading("无法预测", "", FigureState.MISSING.value)
    return words.reading(Decimal(goal["forecast"]["expected"]), FigureState.VALUE, "批次", estimate=True)


def _interval(goal: Answer) -> str:
    seen = goal["forecast"]
    return f"{words.number(seen['low'])}–{words.number(seen['high'])}" if seen else ""
