"""A risk grade in words: point by point, and what would lift it. Pure."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from gateway.web import words

Answer = Mapping[str, Any]

BADGES = {"A": "ok", "B": "running", "C": "warning", "D": "danger"}
STATES = (("proposed", "待确认"), ("confirmed", "已确认"), ("refused", "不予采纳"), ("replaced", "已被新的建议取代"))
STATE_BADGES = {"proposed": "warning", "confirmed": "ok", "refused": "unknown", "replaced": "unknown"}


def badge(grade: str | None) -> tuple[str, str]:
    """`B级`, or that nobody has graded it: which is not a low risk."""
    return (BADGES[grade], f"{grade}级") if grade else ("unknown", "还没有评定")


def explained(assessment: Answer) -> dict[str, Any]:
    """The lines by part with their sums, the moves, and what is unknown."""
    parts: dict[str, dict[str, Any]] = {}
    for line in assessment["lines"]:
        part = parts.setdefault(line["part"], {"lines": [], "points": Decimal(0), "maximum": Decimal(0)})
        points, maximum = Decimal(line["points"]), Decimal(line["maximum"])
        part["points"] += points
        part["maximum"] += maximum
        part["lines"].append({**line, "points": points, "maximum": maximum, "said": _points(points, maximum)})
    return {
        "parts": [
            {**part, "name": name, "said": _points(part["points"], part["maximum"])} for name, part in parts.items()
        ],
        "score": words.number(Decimal(assessment["score"])),
        "by_score": badge(assessment["by_score"]),
        "grade": badge(assessment["grade"]),
        "moves": [{**move, "said": _move(move["by"])} for move in assessment["moves"]],
        "unknown": [line["label"] for line in assessment["lines"] if not line["known"]],
        "at_best": badge(assessment["at_best"]),
        "steps": assessment["steps"],
        "warnings": assessment["warnings"],
    }


def _points(points: Decimal, maximum: Decimal) -> str:
    return f"{words.number(points)}／{words.number(maximum)}"


def _move(by: int) -> str:
    if not by:
        return "不升不降"
    return f"{'上调' if by > 0 else '下调'}{abs(by)}级"
