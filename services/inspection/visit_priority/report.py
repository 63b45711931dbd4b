"""A training as JSON and as a table that people read."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from services.inspection.visit_priority.leniency import InspectorLine
from services.inspection.visit_priority.measuring import Measured
from services.inspection.visit_priority.scorecard import OTHERS, POINTS_TO_DOUBLE, UNKNOWN, Line, Scorecard
from services.inspection.visit_priority.training import Comparison, Ranked, Training

SHOWN_LINES = 4


def training_as_json(training: Training) -> dict[str, Any]:
    """What came of a training, without the ranking. Numbers that are not whole are texts."""
    learnt, found = training.learnt_from
    scorecard = training.scorecard
    return {
        "method": training.method.value,
        "why": training.why,
        "inspections": len(training.history),
        "window_days": training.window_days,
        "learnt_from": {"inspections": learnt, "found": found},
        "scorecard": None if scorecard is None else scorecard.as_json(),
        "scorecard_sha256": None if scorecard is None else scorecard.sha256,
        "comparison": None if training.comparison is None else _comparison(training.comparison),
        "inspectors": [_inspector(one) for one in training.inspectors],
        "notes": list(training.notes),
    }


def ranking_as_json(ranking: Iterable[Ranked]) -> list[dict[str, Any]]:
    return [
        {"place": one.place, "business": one.business, "score": one.score, "lines": lines_as_json(one.lines)}
        for one in ranking
    ]


def lines_as_json(lines: Iterable[Line]) -> list[dict[str, Any]]:
    return [{"feature": line.feature, "band": line.band, "points": line.points} for line in lines]


def _comparison(comparison: Comparison) -> dict[str, Any]:
    orders = {"usual": comparison.usual, "rules": comparison.rules, "scorecard": comparison.scorecard}
    return {
        "since": comparison.since.isoformat(),
        "until": comparison.until.isoformat(),
        "visits": comparison.visits,
        "found": comparison.found,
        "orders": {name: _measured(order) for name, order in orders.items() if order is not None},
    }


def _measured(order: Measured) -> dict[str, Any]:
    return {
        "share_in_first_half": shown(order.share_in_first_half * 100, 1),
        "days_earlier": shown(order.days_earlier, 1),
        "margin": shown(order.margin, 1),
        "beyond_chance": shown(order.beyond_chance, 2),
        "helps": order.helps,
    }


def _inspector(line: InspectorLine) -> dict[str, Any]:
    return {
        "inspector": line.inspector,
        "inspections": line.inspections,
        "found": line.found,
        "expected": f"{line.expected:.1f}",
        "low": f"{line.low:.1f}",
        "high": f"{line.high:.1f}",
        "standing": line.standing.value,
        "standing_label": line.standing.label,
    }


def shown(number: Fraction, places: int) -> str:
    """Rounded half up, away from nought."""
    scaled = abs(number) * 10**places
    whole = int(scaled + Fraction(1, 2))
    text = f"{whole // 10**places}.{whole % 10**places:0{places}d}"
    return f"-{text}" if number < 0 and whole else text


def in_words(training: Training, ranking: Sequence[Ranked], top: int) -> str:
    """The report as text, for a terminal."""
    learnt, found = training.learnt_from
    parts = [
        f"历史：{len(training.history)} 次检查；学的是前一段的 {learnt} 次（有问题 {found} 次），每 "
        f"{training.window_days} 天为一段",
        f"采用：{training.method.label}。{training.why}。",
        *(f"注意：{note}" for note in training.notes),
    ]
    if training.comparison is not None:
        parts.append(_orders_in_words(training.comparison))
    if training.scorecard is not None:
        parts.append(_scorecard_in_words(training.scorecard))
    if ranking:
        parts.append(_ranking_in_words(ranking, top))
    if training.inspectors:
        parts.append(_funnel_in_words(training.inspectors))
    return "\n\n".join(parts)


def _orders_in_words(comparison: Comparison) -> str:
    rows = [["次序", "前一半检查发现的", "比实际早（天）", "95% 区间", "超出偶然（标准差）"]]
    named = (("实际", comparison.usual), ("规则", comparison.rules), ("评分卡", comparison.scorecard))
    for name, order in named:
        if order is not None:
            low, high = order.days_earlier - order.margin, order.days_earlier + order.margin
            rows.append(
                [
                    name,
                    f"{shown(order.share_in_first_half * 100, 1)}%",
                    shown(order.days_earlier, 1),
                    f"{shown(low, 1)} 到 {shown(high, 1)}",
                    shown(order.beyond_chance, 2),
                ]
            )
    title = (
        f"衡量：{comparison.since} 到 {comparison.until} 的 {comparison.visits} 次检查，发现问题 {comparison.found} 次"
    )
    return f"{title}\n{_table(rows)}"


def _scorecard_in_words(scorecard: Scorecard) -> str:
    rows = [["特征", "情况", "分"], ["（人人都有）", "", f"{scorecard.base:+d}"]]
    for banding, points in zip(scorecard.bandings, scorecard.points, strict=True):
        rows += [
            [banding.feature, band, f"{number:+d}"]
            for band, number in zip(banding.bands, points, strict=True)
            if number or band not in (OTHERS, UNKNOWN)
        ]
    return f"评分卡 {scorecard.sha256}（每 {POINTS_TO_DOUBLE} 分，有问题与无问题之比加一倍）\n{_table(rows)}"


def _ranking_in_words(ranking: Sequence[Ranked], top: int) -> str:
    rows = [["次序", "主体", "分", "为什么"]]
    for one in ranking[:top]:
        why = "；".join(
            f"{line.feature}：{line.band}" + (f" {line.points:+d}" if one.score is not None else "")
            for line in one.lines[:SHOWN_LINES]
        )
        rows.append([str(one.place), one.business, "" if one.score is None else str(one.score), why])
    return f"接下来先去哪里（{len(ranking)} 户中的前 {min(top, len(ranking))} 户）\n{_table(rows)}"


def _funnel_in_words(lines: Sequence[InspectorLine]) -> str:
    rows = [["检查人员", "检查", "有问题", "预期", "正常波动", ""]]
    rows += [
        [
            line.inspector,
            str(line.inspections),
            str(line.found),
            f"{line.expected:.1f}",
            f"{line.low:.1f}–{line.high:.1f}",
            line.standing.label,
        ]
        for line in lines
    ]
    return f"检查人员的宽严（只供复核，不影响次序；偏离不等于有错）\n{_table(rows)}"


def _table(rows: Sequence[Sequence[str]]) -> str:
    """Columns side by side; a Chinese character takes two places."""
    widths = [max(_width(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = (
        "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)) for row in rows
    )
    return "\n".join(line.rstrip() for line in lines)


def _width(text: str) -> int:
    return sum(2 if ord(sign) > 0x2E7F else 1 for sign in text)
