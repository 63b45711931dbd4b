"""The result-format rule that a method sets per item, e.g. `未检出,数值(小于等于1保留两位有效数字,大于1保留一位小数)`.

A small closed grammar; a rule that is not in it is reported as not understood and checks nothing.

    rule      = part {"," part}
    part      = 未检出 | 数值 ["(" clause {"," clause} ")"]
    clause    = [condition {"且" condition}] 保留 count (位有效数字 | 位小数) | [condition {"且" condition}] 保留整数
    condition = (大于等于 | 小于等于 | 大于 | 小于 | 等于 | 不小于 | 不大于 | ≥ | ≤ | > | <) number
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from services.sampling.limits.numbers import NUMBER, in_figures, plain_text, read_number
from services.sampling.verdicts.results import Result, ResultKind
from services.sampling.verdicts.rounding import places_of, round_to_places, round_to_significant

_LONGEST = 500
_COUNTS = {"一": 1, "两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6}
_SIGNS = {
    **dict.fromkeys(("大于等于", "大于或等于", "不小于", "≥"), "≥"),
    **dict.fromkeys(("小于等于", "小于或等于", "不大于", "≤"), "≤"),
    **{"大于": ">", ">": ">", "小于": "<", "<": "<", "等于": "="},
}
_CONDITION = re.compile(rf"({'|'.join(_SIGNS)})({NUMBER})")
_CLAUSE = re.compile(
    r"(?P<conditions>.*?)保留(?:到|至)?(?:(?P<count>[一二两三四五六]|[1-9])位(?P<kind>有效数字|小数)|整数|个位)"
)
_PARTS = re.compile(r",(?![^(]*\))")


class Keeping(StrEnum):
    """What a clause counts."""

    SIGNIFICANT = "significant"
    PLACES = "places"

    @property
    def label(self) -> str:
        return {"significant": "位有效数字", "places": "位小数"}[self]


@dataclass(frozen=True, slots=True)
class Clause:
    """So many digits are kept where all conditions (sign and number) hold."""

    conditions: tuple[tuple[str, Decimal], ...]
    keeping: Keeping
    count: int

    def speaks_of(self, value: Decimal) -> bool:
        return all(
            {"≥": value >= bound, "≤": value <= bound, ">": value > bound, "<": value < bound, "=": value == bound}[
                sign
            ]
            for sign, bound in self.conditions
        )

    def kept(self, value: Decimal) -> Decimal:
        """`value` with the digits this clause asks for."""
        significant = self.keeping is Keeping.SIGNIFICANT
        return round_to_significant(value, self.count) if significant else round_to_places(value, self.count)

    def is_kept_by(self, value: Decimal) -> bool:
        """Whether a number as written has so many digits; zeros that end a whole number may or may not count."""
        if self.keeping is Keeping.PLACES:
            return places_of(value) == self.count
        digits = len(value.as_tuple().digits)
        if places_of(value) == 0:
            bare = len(str(value.copy_abs()).rstrip("0")) or 1
            return bare <= self.count <= digits
        return digits == self.count


@dataclass(frozen=True, slots=True)
class FormatRule:
    """A rule read: whether 未检出 may stand, whether a number may, and how many digits it has."""

    allows_not_detected: bool
    allows_number: bool
    clauses: tuple[Clause, ...]

    def fault(self, result: Result) -> str | None:
        """What is wrong with a result as it is written, in Chinese; None when it follows the rule."""
        if result.kind is ResultKind.NOT_DETECTED and not self.allows_not_detected:
            return "格式规则不允许填“未检出”"
        if result.kind is not ResultKind.NUMBER or result.value is None:
            return None
        if not self.allows_number:
            return "格式规则不允许填数值"
        clause = next((clause for clause in self.clauses if clause.speaks_of(result.value)), None)
        if clause is None:
            return "数值不在格式规则写明的各段之内" if self.clauses else None
        if clause.is_kept_by(result.value):
            return None
        wanted = in_figures(clause.kept(result.value))
        return f"应保留 {clause.count} {clause.keeping.label}，写成 {wanted}，现为 {in_figures(result.value)}"


@lru_cache(maxsize=4096)
def read_format_rule(text: str) -> FormatRule | None:
    """The rule that `text` states; None when it is not in the grammar."""
    if len(text) > _LONGEST:
        return None
    not_detected = number = False
    clauses: list[Clause] = []
    for part in _PARTS.split(plain_text(text).replace(";", ",").replace("、", ",")):
        if part in ("未检出", "ND"):
            not_detected = True
        elif part == "数值":
            number = True
        elif part.startswith("数值(") and part.endswith(")"):
            number = True
            for inner in part[3:-1].split(","):
                clause = _clause(inner)
                if clause is None:
                    return None
                clauses.append(clause)
        else:
            return None
    return FormatRule(not_detected, number, tuple(clauses))


def _clause(text: str) -> Clause | None:
    match = _CLAUSE.fullmatch(text)
    if match is None:
        return None
    conditions: list[tuple[str, Decimal]] = []
    for condition in match["conditions"].split("且") if match["conditions"] else ():
        said = _CONDITION.fullmatch(condition)
        bound = read_number(said[2]) if said else None
        if said is None or bound is None:
            return None
        conditions.append((_SIGNS[said[1]], bound))
    if match["count"] is None:
        return Clause(tuple(conditions), Keeping.PLACES, 0)
    count = _COUNTS.get(match["count"]) or int(match["count"])
    keeping = Keeping.SIGNIFICANT if match["kind"] == "有效数字" else Keeping.PLACES
    return Clause(tuple(conditions), keeping, count)
