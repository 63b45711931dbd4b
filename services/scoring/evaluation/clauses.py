"""The points of one clause, by the kind of its rule. Pure and exact; every way of getting points stands here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import assert_never

from services.scoring.evaluation.inputs import EvaluationInput, Mark, Site
from services.scoring.evaluation.outcomes import ZERO, Outcome
from services.scoring.formulas.rules import Kind, read
from services.scoring.formulas.values import Number, Unknown, Value, shown
from services.scoring.scheme_language.rule_kinds import (
    AllOrNothing,
    Band,
    Bands,
    Checklist,
    ClauseRule,
    Convert,
    CountBonus,
    CountDeduct,
    Expert,
    Growth,
    LevelScale,
    LinearDeduct,
    Piecewise,
    Ratio,
    Relative,
    SiteCount,
    SiteMean,
    SiteWorst,
    Stage,
    Tier,
    Tiered,
    Veto,
)
from shared.contracts.evaluations import Stage as NamedStage


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What the rules of all clauses look at, its `labels` for people. `outcome_of` gives another clause's points."""

    kinds: Mapping[str, Kind]
    labels: Mapping[str, str]
    values: Mapping[str, Value]
    given: EvaluationInput
    outcome_of: Callable[[str], Outcome]

    def calculate(self, formula: str) -> tuple[Value, str]:
        """The result of a formula, and the step in words: the formula, what stood for its names, the result."""
        read_formula = read(formula, self.kinds)
        value = read_formula.calculate(self.values)
        if formula in self.labels:
            return value, f"{self.labels[formula]} = {_said(value)}"
        where = "，".join(f"{self._named(name)}={_said(self.values[name])}" for name in sorted(read_formula.names))
        return value, f"{formula} = {_said(value)}" + (f"（{where}）" if where else "")

    def _named(self, name: str) -> str:
        label = self.labels[name]
        return name if label == name else f"{name} {label}"


def holds(rule: Veto, knowledge: Knowledge) -> tuple[bool | Unknown, str]:
    """Whether what a veto clause requires holds."""
    value, step = knowledge.calculate(rule.requires)
    assert isinstance(value, bool | Unknown)
    return value, step


def points_of(rule: ClauseRule, code: str, maximum: Fraction, knowledge: Knowledge) -> Outcome:
    """The points of the clause `code`, which can bring `maximum`."""
    given = knowledge.given
    match rule:
        case Veto():
            raise AssertionError("a veto brings no points")
        case AllOrNothing():
            outcome = _all_or_nothing(rule, maximum, knowledge)
        case Expert():
            outcome = _expert(rule, given.marks.get(code), maximum)
        case LevelScale():
            outcome = _level_scale(rule, given.marks.get(code), maximum)
        case Checklist():
            outcome = _checklist(rule, given.faults.get(code), maximum)
        case CountDeduct():
            outcome = _count_deduct(rule, maximum, knowledge)
        case Bands():
            outcome = _of_number(rule.of, maximum, knowledge, lambda number: banded(rule.bands, number, maximum))
        case LinearDeduct():
            outcome = _of_number(rule.of, maximum, knowledge, lambda number: _linear(rule, number, maximum))
        case Piecewise():
            outcome = _of_number(rule.of, maximum, knowledge, lambda number: _sloped(rule, number, maximum))
        case Growth():
            outcome = _growth(rule, maximum, knowledge)
        case Ratio():
            outcome = _ratio(rule, maximum, knowledge)
        case Relative():
            peers = given.peers.get(rule.peers, ())
            outcome = _of_number(rule.of, maximum, knowledge, lambda number: _relative(rule, number, peers, maximum))
        case CountBonus():
            outcome = _of_number(rule.count, maximum, knowledge, lambda number: _bonus(rule, number))
        case Tiered():
            outcome = _tiered(rule.cases, Fraction(rule.otherwise), knowledge)
        case SiteMean() | SiteCount() | SiteWorst():
            outcome = _sites(rule, [site for site in given.sites if site.form in rule.forms], maximum)
        case Stage():
            outcome = _stage(rule, given.stage_marks.get(code, {}), maximum)
        case Convert():
            other = knowledge.outcome_of(rule.of_clause)
            step = f"{rule.of_clause} 得 {Number(other.low, other.high)} 分"
            outcome = banded(rule.bands, Number(other.low, other.high), maximum)
            outcome = Outcome(outcome.low, outcome.high, (step, *outcome.steps), outcome.reasons | other.reasons)
        case _:
            assert_never(rule)
    return outcome.within(maximum)


def _said(value: Value) -> str:
    return {True: "是", False: "否"}[value] if isinstance(value, bool) else str(value)


def _of_number(formula: str, maximum: Fraction, knowledge: Knowledge, then: Callable[[Number], Outcome]) -> Outcome:
    value, step = knowledge.calculate(formula)
    if isinstance(value, Unknown):
        return Outcome.unknown(maximum, value, step)
    assert isinstance(value, Number)
    outcome = then(value)
    return Outcome(outcome.low, outcome.high, (step, *outcome.steps), outcome.reasons)


def _all_or_nothing(rule: AllOrNothing, maximum: Fraction, knowledge: Knowledge) -> Outcome:
    value, step = knowledge.calculate(rule.requires)
    if isinstance(value, Unknown):
        return Outcome.unknown(maximum, value, step)
    return (
        Outcome.known(maximum, step, f"符合，得 {shown(maximum)} 分")
        if value
        else Outcome.known(ZERO, step, "不符合，得 0 分")
    )


def _expert(rule: Expert, mark: Mark | None, maximum: Fraction) -> Outcome:
    if mark is None:
        return Outcome.unknown(maximum, Unknown.because("还没有人评分"))
    lacking = [
        f"证据须有 {rule.evidence_at_least} 件，现有 {mark.evidence} 件"
        if mark.evidence < rule.evidence_at_least
        else "",
        "扣分须写明理由" if mark.points < maximum and not mark.reason else "",
        "须由第二人复核" if rule.second_reviewer and mark.second_reviewer in (None, mark.reviewer) else "",
        f"评分 {shown(Fraction(mark.points))} 超过满分 {shown(maximum)}" if mark.points > maximum else "",
    ]
    if any(lacking):
        return Outcome.unknown(maximum, Unknown(frozenset(filter(None, lacking))))
    return Outcome.known(Fraction(mark.points), f"评分 {shown(Fraction(mark.points))}：{mark.reason or '符合'}")


def _level_scale(rule: LevelScale, mark: Mark | None, maximum: Fraction) -> Outcome:
    if mark is None:
        return Outcome.unknown(maximum, Unknown.because("还没有人评分"))
    level = next((level for level in rule.levels if level.name == mark.level), None)
    if level is None:
        names = "、".join(level.name for level in rule.levels)
        return Outcome.unknown(maximum, Unknown.because(f"等次须为{names}之一"))
    if not level.low <= mark.points <= level.high:
        return Outcome.unknown(
            maximum, Unknown.because(f"“{level.name}”须在 {level.low}～{level.high} 分之内，现为 {mark.points} 分")
        )
    return Outcome.known(Fraction(mark.points), f"评为“{level.name}”，{shown(Fraction(mark.points))} 分")


def _checklist(rule: Checklist, found: Mapping[str, bool | None] | None, maximum: Fraction) -> Outcome:
    found = found or {}
    sure = [fault for fault in rule.faults if found.get(fault.code) is True]
    open_ = [fault for fault in rule.faults if found.get(fault.code) is None]
    steps = [f"{fault.label}：扣 {shown(Fraction(fault.deduct))} 分" for fault in sure]
    most = maximum - sum((Fraction(fault.deduct) for fault in sure), ZERO)
    least = most - sum((Fraction(fault.deduct) for fault in open_), ZERO)
    reasons = frozenset(f"“{fault.label}”没有检查" for fault in open_)
    return Outcome(least, most, (*steps, *(sorted(reasons) or ("逐项查过",))), reasons)


def _count_deduct(rule: CountDeduct, maximum: Fraction, knowledge: Knowledge) -> Outcome:
    def deducted(number: Number) -> Outcome:
        if number.low < 0:
            return Outcome.unknown(maximum, Unknown.because("次数是负数"))
        most = None if rule.at_most is None else Fraction(rule.at_most)
        off = [count * Fraction(rule.each) for count in (number.low, number.high)]
        off = [one if most is None else min(one, most) for one in off]
        said = f"每次扣 {shown(Fraction(rule.each))} 分，共扣 {Number(*off)} 分"
        return Outcome.among((maximum - one for one in off), said)

    return _of_number(rule.count, maximum, knowledge, deducted)


def banded(bands: Sequence[Band], number: Number, maximum: Fraction) -> Outcome:
    """The points of the bands into which `number` may fall."""
    hit = [band for band in bands if _touches(band, number)]
    if not hit:
        return Outcome.unknown(maximum, Unknown.because(f"{number} 不在任何一档"))
    said = "；".join(f"{_edges(band)} 得 {shown(Fraction(band.points))} 分" for band in hit)
    return Outcome.among((Fraction(band.points) for band in hit), f"落在 {said}")


def _touches(band: Band, number: Number) -> bool:
    above = band.low is None or number.high > band.low or (band.low_closed and number.high == band.low)
    below = band.high is None or number.low < band.high or (band.high_closed and number.low == band.high)
    return above and below


def _edges(band: Band) -> str:
    left = "(-∞" if band.low is None else f"{'[' if band.low_closed else '('}{shown(Fraction(band.low))}"
    right = "+∞)" if band.high is None else f"{shown(Fraction(band.high))}{']' if band.high_closed else ')'}"
    return f"{left}, {right}"


def _linear(rule: LinearDeduct, number: Number, maximum: Fraction) -> Outcome:
    def off(value: Fraction) -> Fraction:
        short = Fraction(rule.target) - value if rule.direction == "below" else value - Fraction(rule.target)
        steps = max(short, ZERO) / Fraction(rule.step)
        match rule.partial:
            case "up":
                steps = Fraction(ceil(steps))
            case "down":
                steps = Fraction(floor(steps))
        return steps * Fraction(rule.points)

    ends = [off(number.low), off(number.high)]
    word = "不足" if rule.direction == "below" else "超过"
    target, step, points = (shown(Fraction(one)) for one in (rule.target, rule.step, rule.points))
    said = f"{word} {target} 的部分每 {step} 扣 {points} 分，扣 {Number(min(ends), max(ends))} 分"
    return Outcome.among((maximum - one for one in ends), said)


def _sloped(rule: Piecewise | Growth, number: Number, maximum: Fraction) -> Outcome:
    centre = Fraction(rule.around) if isinstance(rule, Piecewise) else ZERO
    floor, cap = Fraction(rule.floor), maximum if rule.cap is None else Fraction(rule.cap)

    def at(value: Fraction) -> Fraction:
        slope = rule.per_unit_below if value < centre else rule.per_unit_above
        return Fraction(rule.points_there) + (value - centre) * Fraction(slope)

    there, below, above = (
        shown(Fraction(one)) for one in (rule.points_there, rule.per_unit_below, rule.per_unit_above)
    )
    said = f"以 {shown(centre)} 为准得 {there} 分，每低 1 扣 {below}，每高 1 加 {above}"
    points = (at(number.low), at(number.high))
    bounded = tuple(min(max(one, floor), cap) for one in points)
    limits = () if bounded == points else (f"限于 {shown(floor)}～{shown(cap)} 分",)
    return Outcome.among(bounded, said, *limits)


def _growth(rule: Growth, maximum: Fraction, knowledge: Knowledge) -> Outcome:
    change = f"({rule.current}) - ({rule.previous})"
    formula = f"({change}) / ({rule.previous}) * 100" if rule.unit == "percent" else change
    return _of_number(formula, maximum, knowledge, lambda number: _sloped(rule, number, maximum))


def _ratio(rule: Ratio, maximum: Fraction, knowledge: Knowledge) -> Outcome:
    below, step = knowledge.calculate(rule.denominator)
    if isinstance(below, Number) and below.is_exact and below.low == 0:
        match rule.without:
            case "full_points":
                return Outcome.known(maximum, step, "分母为零，按细则得满分")
            case "zero":
                return Outcome.known(ZERO, step, "分母为零，按细则得 0 分")
    formula = f"({rule.numerator}) / ({rule.denominator})"

    def share(number: Number) -> Outcome:
        rates = [min(max(end * Fraction(rule.factor), ZERO), Fraction(1)) for end in (number.low, number.high)]
        return Outcome.among((maximum * rate for rate in rates), f"得满分的 {Number(*rates)} 倍")

    return _of_number(formula, maximum, knowledge, share)


def is_without(rule: ClauseRule, knowledge: Knowledge) -> bool:
    """Whether a ratio has nothing to be a ratio of, and its scheme says that the clause does not apply then."""
    if not isinstance(rule, Ratio) or rule.without != "not_applicable":
        return False
    below, _ = knowledge.calculate(rule.denominator)
    return below == Number.exact(0)


def _relative(rule: Relative, number: Number, peers: Sequence[object], maximum: Fraction) -> Outcome:
    others = [Fraction(str(peer)) for peer in peers]
    if not others:
        return Outcome.unknown(maximum, Unknown.because("没有可比的地区"))
    if rule.against == "mean":
        mean = sum(others, ZERO) / len(others)
        if mean <= 0:
            return Outcome.unknown(maximum, Unknown.because("可比地区的平均值不是正数"))
        ends = [maximum * Fraction(rule.factor) * end / mean for end in (number.low, number.high)]
        return Outcome.among(ends, f"可比地区平均 {shown(mean)}，得 {Number(*ends)} 分")

    def points_at(value: Fraction) -> tuple[int, Fraction]:
        rank = 1 + sum(other > value if rule.higher_is_better else other < value for other in others)
        return rank, next((Fraction(step.points) for step in rule.steps if rank <= step.up_to), ZERO)

    worst_and_best = [points_at(number.low), points_at(number.high)]
    ranks = sorted({rank for rank, _ in worst_and_best})
    return Outcome.among(
        (points for _, points in worst_and_best), f"在 {len(others) + 1} 个中排第 {'～'.join(map(str, ranks))}"
    )


def _bonus(rule: CountBonus, number: Number) -> Outcome:
    ends = [end * Fraction(rule.each) for end in (number.low, number.high)]
    return Outcome.among(ends, f"每次加 {shown(Fraction(rule.each))} 分，共 {Number(*ends)} 分")


def _tiered(cases: Sequence[Tier], otherwise: Fraction, knowledge: Knowledge) -> Outcome:
    if not cases:
        return Outcome.known(otherwise, f"以上都不是，得 {shown(otherwise)} 分")
    points = Fraction(cases[0].points)
    value, step = knowledge.calculate(cases[0].when)
    if value is True:
        return Outcome.known(points, step, f"得 {shown(points)} 分")
    rest = _tiered(cases[1:], otherwise, knowledge)
    if isinstance(value, Unknown):
        low, high = min(points, rest.low), max(points, rest.high)
        return Outcome(low, high, (step, *rest.steps), value.reasons | rest.reasons)
    return Outcome(rest.low, rest.high, (step, *rest.steps), rest.reasons)


def _sites(rule: SiteMean | SiteCount | SiteWorst, sites: Sequence[Site], maximum: Fraction) -> Outcome:
    if not sites:
        return Outcome.unknown(maximum, Unknown.because("还没有现场检查的结果"))
    rates = [site.rate for site in sites]
    match rule:
        case SiteMean():
            rate, said = sum(rates, ZERO) / len(rates), "平均得分率"
        case SiteWorst():
            rate, said = min(rates), "最低得分率"
        case SiteCount():
            rate = Fraction(sum(one >= Fraction(rule.at_least) for one in rates), len(rates))
            said = f"得分率达到 {shown(Fraction(rule.at_least))} 的占比"
    return Outcome.known(maximum * rate, f"{len(sites)} 个点位，{said} {shown(rate)}")


def _stage(rule: Stage, marks: Mapping[str, object], maximum: Fraction) -> Outcome:
    present = {stage: Fraction(str(marks[stage])) for stage in rule.order if stage in marks}
    steps = tuple(f"{_stage_name(stage)}：{shown(points)} 分" for stage, points in present.items())
    missing = [_stage_name(stage) for stage in rule.order if stage not in present]
    if not present or (rule.take != "first" and missing):
        return Outcome.unknown(maximum, Unknown.because(f"{'、'.join(missing)}阶段还没有评分"), *steps)
    match rule.take:
        case "first":
            stage, points = next(iter(present.items()))
            return Outcome.known(points, *steps, f"以{_stage_name(stage)}为准")
        case "lowest":
            return Outcome.known(min(present.values()), *steps, "取最低")
        case "mean":
            return Outcome.known(sum(present.values(), ZERO) / len(present), *steps, "取平均")


def _stage_name(code: str) -> str:
    """What people call a stage; one that the platform's own evaluations do not have goes by its code."""
    return NamedStage(code).label if code in set(NamedStage) else code
