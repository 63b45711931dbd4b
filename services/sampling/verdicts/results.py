"""What a laboratory printed as the result of one item, read without guessing. Pure.

A result is a number, something known only as below or above a number, 未检出, 检出, not tested, blank, or unreadable.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from services.sampling.limits.numbers import NUMBER, in_figures, plain_text, read_number

LONGEST = 200


class ResultKind(StrEnum):
    """How much a printed result says."""

    NUMBER = "number"
    BELOW = "below"
    ABOVE = "above"
    NOT_DETECTED = "not_detected"
    BELOW_QUANTITATION = "below_quantitation"
    DETECTED = "detected"
    NOT_TESTED = "not_tested"
    BLANK = "blank"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with the unit printed behind it (empty: none)."""

    value: Decimal
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """One printed result. `value` stands with numbers and with `<x`, `>x`; `limit_of_detection` with `未检出(<x)`.

    `closed`: printed as ≤ or ≥. `uncertainty` is recorded; no verdict uses it.
    """

    kind: ResultKind
    text: str
    value: Decimal | None = None
    unit: str = ""
    closed: bool = False
    uncertainty: Decimal | None = None
    limit_of_detection: Quantity | None = None

    @property
    def words(self) -> str:
        match self.kind:
            case ResultKind.NUMBER:
                assert self.value is not None
                more = f"，不确定度 ±{in_figures(self.uncertainty)}（只作记录）" if self.uncertainty is not None else ""
                return f"数值 {in_figures(self.value)}{more}"
            case ResultKind.BELOW | ResultKind.ABOVE:
                assert self.value is not None
                sign = "<" if self.kind is ResultKind.BELOW else ">"
                signs = {"<": "≤", ">": "≥"}[sign] if self.closed else sign
                return f"{signs} {in_figures(self.value)}，只知界限"
        return _KIND_WORDS[self.kind]


_KIND_WORDS = {
    ResultKind.NOT_DETECTED: "未检出",
    ResultKind.BELOW_QUANTITATION: "低于定量限",
    ResultKind.DETECTED: "检出，没有数值",
    ResultKind.NOT_TESTED: "未检验",
    ResultKind.BLANK: "没有填写",
    ResultKind.UNREADABLE: "读不懂",
}

_BLANKS = frozenset({"", "-", "--", "—", "——", "/", "\\", "_", "无", "空白"})
_NOT_TESTED = frozenset({"未检验", "未检", "未检测", "未做", "不检验", "免检"})
_DETECTED = frozenset({"检出", "阳性", "+", "有检出", "检出阳性"})
_UNIT_TEXT = r"[A-Za-zμ%‰°个只/][^≤≥<>=~±,;、]*?"
_QUANTITY = re.compile(rf"(?P<number>{NUMBER})(?P<unit>{_UNIT_TEXT})?")
_RESULT = re.compile(rf"(?P<sign>[<>≤≥]|<=|>=)?(?P<number>{NUMBER})(?:±(?P<half>{NUMBER}))?(?P<unit>{_UNIT_TEXT})?")
_NOT_DETECTED = re.compile(
    r"(?:未检出|未测出|未检测出|N\.?D\.?|阴性|<LOD|<MDL|[<低小]于?(?:方法)?检出限)"
    rf"(?:\((?:<|检出限|方法检出限|定量限|测定低限|LOD|LOQ|MDL)[:=<≤为]*(?P<limit>{NUMBER}(?:{_UNIT_TEXT})?)\))?",
    re.IGNORECASE,
)
_BELOW_QUANTITATION = re.compile(r"(?:<LOQ|[<低小]于?(?:方法)?(?:定量限|测定低限))", re.IGNORECASE)
_SEPARATORS = re.compile(r"[;；、\n|]+")


@lru_cache(maxsize=8192)
def read_quantity(text: str) -> Quantity | None:
    """`0.01`, `0.01 mg/kg`: a number with or without a unit behind it; None when it is not exactly that."""
    match = _QUANTITY.fullmatch(plain_text(text))
    number = read_number(match["number"]) if match else None
    return None if match is None or number is None else Quantity(number, match["unit"] or "")


@lru_cache(maxsize=8192)
def read_result(text: str) -> Result:
    """One printed result. What is not understood whole is `UNREADABLE`: half a reading may be the wrong half."""
    if len(text) > LONGEST:
        return Result(ResultKind.UNREADABLE, text[:LONGEST])
    plain = plain_text(text)
    if plain in _BLANKS:
        return Result(ResultKind.BLANK, text)
    if plain in _NOT_TESTED:
        return Result(ResultKind.NOT_TESTED, text)
    if plain in _DETECTED:
        return Result(ResultKind.DETECTED, text)
    if match := _NOT_DETECTED.fullmatch(plain):
        limit = read_quantity(match["limit"]) if match["limit"] else None
        return Result(ResultKind.NOT_DETECTED, text, limit_of_detection=limit)
    if _BELOW_QUANTITATION.fullmatch(plain):
        return Result(ResultKind.BELOW_QUANTITATION, text)
    return _numeric(plain, text) or Result(ResultKind.UNREADABLE, text)


def read_results(text: str, count: int) -> list[Result]:
    """The results of `count` units of one sample (`<10；20；10`); commas separate only where they give `count`."""
    parts = [part for part in _SEPARATORS.split(text) if part.strip()]
    if len(parts) == 1:
        for separator in (",", "，", None):
            split = [part for part in parts[0].split(separator) if part.strip()]
            if len(split) == count:
                parts = split
                break
    return [read_result(part) for part in parts[: 10 * count]]


def _numeric(plain: str, text: str) -> Result | None:
    match = _RESULT.fullmatch(plain)
    if match is None:
        return None
    value = read_number(match["number"])
    half = read_number(match["half"]) if match["half"] else None
    sign = match["sign"] or ""
    if value is None or (match["half"] and (half is None or sign)):
        return None
    kind = {"<": ResultKind.BELOW, "≤": ResultKind.BELOW, ">": ResultKind.ABOVE, "≥": ResultKind.ABOVE}.get(sign[:1])
    return Result(
        kind or ResultKind.NUMBER,
        text,
        value=value,
        unit=match["unit"] or "",
        closed=sign in ("≤", "≥", "<=", ">="),
        uncertainty=half,
    )
