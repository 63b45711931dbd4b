"""What a limit may say: a closed set of forms, and how a printed one is read. Pure.

A form that is not in the set is not guessed at: `read_requirement` gives None, and whoever judges says 待判定.
"""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from services.sampling.limits.numbers import NUMBER, in_figures, plain_text, read_number
from shared.contracts.statutory_sampling import Link


class RequirementForm(StrEnum):
    """The closed set of what a limit may demand."""

    MAXIMUM = "maximum"
    MINIMUM = "minimum"
    RANGE = "range"
    NOT_DETECTED = "not_detected"
    NOT_USED = "not_used"
    AS_NEEDED = "as_needed"
    NONE = "none"
    SAMPLING_PLAN = "sampling_plan"
    RATIO_SUM = "ratio_sum"

    @property
    def label(self) -> str:
        return _FORM_LABELS[self]


_FORM_LABELS = {
    RequirementForm.MAXIMUM: "最大值",
    RequirementForm.MINIMUM: "最小值",
    RequirementForm.RANGE: "范围",
    RequirementForm.NOT_DETECTED: "不得检出",
    RequirementForm.NOT_USED: "不得使用",
    RequirementForm.AS_NEEDED: "按生产需要适量使用",
    RequirementForm.NONE: "无限值",
    RequirementForm.SAMPLING_PLAN: "n/c/m/M 采样方案",
    RequirementForm.RATIO_SUM: "比例之和",
}


class Comparison(StrEnum):
    """How a result is held against a limit (GB/T 8170 第 4 章, not read in the original).

    Without a word in the standard it is the whole value; rounding first is for standards that say so.
    """

    WHOLE = "whole"
    ROUNDED = "rounded"

    @property
    def label(self) -> str:
        return {"whole": "全数值比较法", "rounded": "修约值比较法"}[self]


@dataclass(frozen=True, slots=True)
class Requirement:
    """What is demanded. Decimals keep their digits as the standard prints them: rounding goes by these.

    `open` bounds exclude the value itself (< and >). `n`, `c`, `m`, `upper` (M) belong to a sampling plan: of n results
    at most c may exceed m, none M (no M: a two-class plan).
    """

    form: RequirementForm
    minimum: Decimal | None = None
    minimum_open: bool = False
    maximum: Decimal | None = None
    maximum_open: bool = False
    n: int | None = None
    c: int | None = None
    m: Decimal | None = None
    upper: Decimal | None = None

    def fault(self) -> str | None:
        """What contradicts the form, in Chinese; None when all agrees."""
        form = self.form
        wanted = {"minimum": form in _NEEDS_MINIMUM, "maximum": form in _NEEDS_MAXIMUM}
        for name, needed in wanted.items():
            if (getattr(self, name) is not None) != needed:
                word = "下限" if name == "minimum" else "上限"
                return f"形式为“{form.label}”的{'须填' if needed else '不填'}{word}"
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            return "下限大于上限，请核对"
        plan = (self.n, self.c, self.m)
        if form is RequirementForm.SAMPLING_PLAN:
            if self.n is None or self.c is None or self.m is None:
                return "采样方案须填 n、c、m"
            if not 0 <= self.c < self.n:
                return "采样方案中 c 应小于 n，且不小于 0"
            if self.upper is not None and self.upper < self.m:
                return "采样方案中 M 不应小于 m"
        elif any(part is not None for part in (*plan, self.upper)):
            return f"形式为“{form.label}”的不填 n、c、m、M"
        return None

    @property
    def words(self) -> str:
        """The requirement as a standard would print it, without its unit."""
        low = f"{'>' if self.minimum_open else '≥'} {in_figures(self.minimum)}" if self.minimum is not None else ""
        high = f"{'<' if self.maximum_open else '≤'} {in_figures(self.maximum)}" if self.maximum is not None else ""
        match self.form:
            case RequirementForm.MAXIMUM:
                return high
            case RequirementForm.RATIO_SUM:
                return f"比例之和 {high}"
            case RequirementForm.MINIMUM:
                return low
            case RequirementForm.RANGE:
                return f"{low} 且 {high}"
            case RequirementForm.SAMPLING_PLAN:
                assert self.m is not None
                last = f"，M={in_figures(self.upper)}" if self.upper is not None else ""
                return f"n={self.n}，c={self.c}，m={in_figures(self.m)}{last}"
        return self.form.label


_NEEDS_MINIMUM = (RequirementForm.MINIMUM, RequirementForm.RANGE)
_NEEDS_MAXIMUM = (RequirementForm.MAXIMUM, RequirementForm.RANGE, RequirementForm.RATIO_SUM)


@dataclass(frozen=True, slots=True)
class Standard:
    """One version of a standard, e.g. GB 2762-2025 of GB 2762; in force from `valid_from` until `valid_to` (excluded).

    A later version of the same family ends it too, whether or not its own end is on record.
    """

    code: str
    family: str
    title: str
    valid_from: date
    valid_to: date | None
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Limit:
    """One row of the limit table. `expressed_as`: 以…计; `residue_definition`: what is summed up."""

    id: str
    standard_code: str
    item: str
    item_aliases: tuple[str, ...]
    category_code: str
    excluded_codes: frozenset[str]
    link: Link | None
    requirement: Requirement
    unit: str
    comparison: Comparison
    expressed_as: str
    residue_definition: str
    valid_from: date | None
    valid_to: date | None
    source: str
    verified: bool


_EXPRESSED_AS = re.compile(r"[(,](?:均|都)?以(.+?)计\)?$")


@lru_cache(maxsize=8192)
def item_key(name: str) -> str:
    """An item's name without width, case, spaces and a closing “(以…计)”: `铅（以 Pb 计）` and `铅` are one item."""
    return _EXPRESSED_AS.sub("", plain_text(name).casefold())


@lru_cache(maxsize=8192)
def expressed_as(name: str) -> str:
    """What an item's name says it is counted as (以…计), plain; empty when it says nothing."""
    match = _EXPRESSED_AS.search(plain_text(name).casefold())
    return match.group(1) if match else ""


_NONE = frozenset(
    {
        "",
        "-",
        "--",
        "---",
        "—",
        "——",
        "/",
        "//",
        "\\",
        "_",
        "无",
        "无限值",
        "无要求",
        "不作要求",
        "暂无标准值",
        "暂无",
        "无标准值",
        "n/a",
        "na",
    }
)
_PORTION = r"(?:[(/][^()]*\)?)?"
_NOT_DETECTED = re.compile(rf"(?:不得|不应|不可|不允许|应不得|不能)(?:有)?检出{_PORTION}")
_NOT_USED = re.compile(r"(?:不得|禁止|不应|不可|不允许|严禁)(?:使用|添加|加入)(?:\([^()]*\))?")
_AS_NEEDED = re.compile(r"(?:按|根据)?生产需要适量(?:使用|添加)?")
_RATIO_SUM = re.compile(rf"(?:各自用量占其最大使用量的)?比例之和(?P<sign>≤|<=|<|不超过|不大于)(?P<number>{NUMBER})")
_UPPER = r"(?:≤|<=|=<|<|不大于|不超过|不高于|不多于|小于等于|小于或等于|小于)"
_LOWER = r"(?:≥|>=|=>|>|不小于|不低于|不少于|大于等于|大于或等于|大于)"
_OPEN = frozenset({"<", ">", "小于", "大于"})
_UNIT_TEXT = r"(?:[A-Za-zμ%‰°个只/][^≤≥<>=~±,;、\u4e00-\u9fff]*)"
_UNIT = rf"(?P<unit>{_UNIT_TEXT})?"
_MAXIMUM = re.compile(rf"(?P<sign>{_UPPER})(?P<number>{NUMBER}){_UNIT}")
_MINIMUM = re.compile(rf"(?P<sign>{_LOWER})(?P<number>{NUMBER}){_UNIT}")
_BOTH = re.compile(
    rf"(?P<low_sign>{_LOWER})(?P<low>{NUMBER})(?P<low_unit>{_UNIT_TEXT})?(?:且|,|;|和|、|并)?"
    rf"(?P<high_sign>{_UPPER})(?P<high>{NUMBER}){_UNIT}"
)
_RANGE = re.compile(rf"(?P<low>{NUMBER})(?P<low_unit>{_UNIT_TEXT}?)?(?:~|—{{1,2}}|-|至|到)(?P<high>{NUMBER}){_UNIT}")
_TOLERANCE = re.compile(rf"(?P<middle>{NUMBER})±(?P<half>{NUMBER}){_UNIT}")
_PLAN = re.compile(
    rf"n=(?P<n>[0-9]{{1,2}})[,;、]?c=(?P<c>[0-9]{{1,2}})[,;、]?m=(?P<m>{NUMBER})(?P<m_unit>{_UNIT_TEXT})?"
    rf"(?:[,;、]?M=(?P<upper>{NUMBER}|-+|/|—+))?{_UNIT}"
)


@dataclass(frozen=True, slots=True)
class PrintedRequirement:
    """A printed limit, read. `unit` is empty when none was printed with it."""

    requirement: Requirement
    unit: str = ""


@lru_cache(maxsize=8192)
def read_requirement(text: str) -> PrintedRequirement | None:
    """The requirement that a report prints (`≤0.1mg/kg`, 不得检出, `n=5,c=2,m=100,M=1000`); None: of no known form.

    A bare number is not in it: nobody says whether it is an upper or a lower bound.
    """
    plain = plain_text(text)
    if plain.casefold() in _NONE:
        return PrintedRequirement(Requirement(RequirementForm.NONE))
    for pattern, form in (
        (_NOT_DETECTED, RequirementForm.NOT_DETECTED),
        (_NOT_USED, RequirementForm.NOT_USED),
        (_AS_NEEDED, RequirementForm.AS_NEEDED),
    ):
        if pattern.fullmatch(plain):
            return PrintedRequirement(Requirement(form))
    for read in (_read_ratio_sum, _read_bound, _read_range, _read_tolerance, _read_plan):
        if (found := read(plain)) is not None:
            return found if found.requirement.fault() is None else None
    return None


def _read_ratio_sum(plain: str) -> PrintedRequirement | None:
    match = _RATIO_SUM.fullmatch(plain)
    maximum = read_number(match["number"]) if match else None
    if match is None or maximum is None:
        return None
    is_open = match["sign"] in _OPEN
    return PrintedRequirement(Requirement(RequirementForm.RATIO_SUM, maximum=maximum, maximum_open=is_open))


def _read_bound(plain: str) -> PrintedRequirement | None:
    if match := _MAXIMUM.fullmatch(plain):
        return _printed(match, RequirementForm.MAXIMUM, maximum=match["number"], maximum_open=match["sign"] in _OPEN)
    if match := _MINIMUM.fullmatch(plain):
        return _printed(match, RequirementForm.MINIMUM, minimum=match["number"], minimum_open=match["sign"] in _OPEN)
    return None


def _read_range(plain: str) -> PrintedRequirement | None:
    if match := _BOTH.fullmatch(plain):
        signs = {"minimum_open": match["low_sign"] in _OPEN, "maximum_open": match["high_sign"] in _OPEN}
    elif match := _RANGE.fullmatch(plain):
        signs = {}
    else:
        return None
    if match["low_unit"] and match["low_unit"] != match["unit"]:
        return None
    return _printed(match, RequirementForm.RANGE, minimum=match["low"], maximum=match["high"], **signs)


def _read_tolerance(plain: str) -> PrintedRequirement | None:
    match = _TOLERANCE.fullmatch(plain)
    if match is None:
        return None
    middle, half = read_number(match["middle"]), read_number(match["half"])
    if middle is None or half is None:
        return None
    bounds = {"minimum": str(middle - half), "maximum": str(middle + half)}
    return _printed(match, RequirementForm.RANGE, **bounds)


def _read_plan(plain: str) -> PrintedRequirement | None:
    match = _PLAN.fullmatch(plain)
    if match is None:
        return None
    upper = match["upper"] if match["upper"] and match["upper"][0] not in "-/—" else None
    numbers = {"m": match["m"]} | ({"upper": upper} if upper else {})
    return _printed(match, RequirementForm.SAMPLING_PLAN, n=int(match["n"]), c=int(match["c"]), **numbers)


def _printed(match: re.Match[str], form: RequirementForm, **parts: str | bool | int) -> PrintedRequirement | None:
    values: dict[str, Decimal | bool | int] = {}
    for name, part in parts.items():
        value = read_number(part) if isinstance(part, str) else part
        if value is None:
            return None
        values[name] = value
    return PrintedRequirement(Requirement(form, **values), match["unit"] or "")  # type: ignore[arg-type]
