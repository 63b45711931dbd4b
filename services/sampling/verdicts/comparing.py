"""One result held against one requirement: units, detection limits, rounding, and all forms of limits. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from services.sampling.limits.numbers import in_figures
from services.sampling.limits.rules import Comparison, Requirement, RequirementForm
from services.sampling.limits.units import factor_between, is_known_unit, plain_unit
from services.sampling.verdicts.results import Quantity, Result, ResultKind, read_quantity, read_result, read_results
from services.sampling.verdicts.rounding import places_of, round_to_places
from services.sampling.verdicts.spans import Holds, Span, both, point
from shared.contracts.statutory_sampling import LodKind


@dataclass(frozen=True, slots=True)
class Reading:
    """A printed result with its unit and the method's lower bound, all as printed."""

    result: str
    unit: str = ""
    lod: str = ""
    lod_unit: str = ""
    lod_kind: LodKind | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether the requirement is kept, and why, in Chinese."""

    holds: Holds
    reason: str
    not_tested: bool = False

    @classmethod
    def unknown(cls, reason: str) -> "Finding":
        return cls(Holds.UNKNOWN, reason)


@dataclass(frozen=True, slots=True)
class Measured:
    """A result in the limit's unit: all it may stand for. `uncertain` says why it is a span and not a number."""

    span: Span
    shown: str
    uncertain: str = ""


class _Incomparable(Exception):  # noqa: N818 (a finding, not an error)
    """Carries the reason why a result cannot be held against a limit."""


def compare(reading: Reading, requirement: Requirement, unit: str, comparison: Comparison, steps: list[str]) -> Finding:
    """Hold a result against a requirement in `unit`; what was done is appended to `steps`."""
    try:
        match requirement.form:
            case RequirementForm.NONE:
                return Finding.unknown("没有限值（暂无标准值），不能判定")
            case RequirementForm.NOT_DETECTED | RequirementForm.NOT_USED:
                return _undetected(reading, requirement.form.label, steps)
            case RequirementForm.AS_NEEDED:
                return _as_needed(reading)
            case RequirementForm.SAMPLING_PLAN:
                return _by_plan(reading, requirement, unit, steps)
        measured = _measure(_readable(reading), reading, unit, steps)
        holds = _within(measured.span, requirement, comparison, steps)
    except _Incomparable as reason:
        return Finding.unknown(str(reason))
    return Finding(holds, _reason(holds, measured, requirement.words, unit))


def share_of(reading: Reading, requirement: Requirement, unit: str, steps: list[str]) -> Span | str:
    """Which share of its maximum an additive uses up, as a span; or why that cannot be said."""
    maximum = requirement.maximum
    if maximum is None or maximum <= 0:
        return "最大使用量应大于 0"
    try:
        measured = _measure(_readable(reading), reading, unit, steps)
    except _Incomparable as reason:
        return str(reason)
    steps.append(f"{measured.shown} ÷ {in_figures(maximum)}")
    return measured.span.mapped(lambda value: value / Fraction(maximum))


def compare_sum(shares: Sequence[Span], requirement: Requirement, steps: list[str]) -> Finding:
    """Hold the sum of shares against its maximum."""
    low = sum((share.low or Fraction(0) for share in shares), Fraction(0))
    highs = [share.high for share in shares]
    high = None if None in highs else sum((value for value in highs if value is not None), Fraction(0))
    total = Span(low, high, any(share.low_open for share in shares), any(share.high_open for share in shares))
    shown = (
        in_figures(low) if low == high else f"{in_figures(low)} 至 {'不知多少' if high is None else in_figures(high)}"
    )
    steps.append(f"各自用量占其最大使用量的比例之和：{shown}")
    assert requirement.maximum is not None
    holds = total.at_most(requirement.maximum, strictly=requirement.maximum_open)
    return Finding(holds, _reason(holds, Measured(total, f"比例之和 {shown}"), requirement.words, ""))


def same_requirement(one: Requirement, one_unit: str, other: Requirement, other_unit: str) -> bool:
    """Whether two requirements demand the same, in whatever comparable units."""
    forms = {one.form, other.form}
    if forms <= {RequirementForm.NOT_DETECTED, RequirementForm.NOT_USED}:
        return True
    if len(forms) > 1 or (one.n, one.c, one.minimum_open, one.maximum_open) != (
        other.n,
        other.c,
        other.minimum_open,
        other.maximum_open,
    ):
        return False
    factor = factor_between(other_unit, one_unit)
    return factor is not None and all(
        left == right or (left is not None and right is not None and Fraction(left) == Fraction(right) * factor)
        for left, right in (
            (one.minimum, other.minimum),
            (one.maximum, other.maximum),
            (one.m, other.m),
            (one.upper, other.upper),
        )
    )


def _readable(reading: Reading) -> Result:
    result = read_result(reading.result)
    if result.kind is ResultKind.BLANK:
        raise _Incomparable("没有检验结果")
    if result.kind is ResultKind.UNREADABLE:
        raise _Incomparable(f"检验结果“{result.text.strip()}”读不懂")
    return result


def _measure(result: Result, reading: Reading, unit: str, steps: list[str]) -> Measured:
    """The result in `unit`, ready to be compared. Raises `_Incomparable`."""
    own_unit = _unit_of(result, reading)
    bound = _lower_bound(result, reading, own_unit, steps)
    match result.kind:
        case ResultKind.NUMBER | ResultKind.BELOW | ResultKind.ABOVE:
            assert result.value is not None
            if result.value < 0 and is_known_unit(own_unit):
                raise _Incomparable(f"含量 {_shown(Fraction(result.value), own_unit)} 为负，请核对结果")
            value = _converted(Quantity(result.value, own_unit), unit, steps)
        case _:
            value = Fraction(0)
    limit = _converted(bound, unit, None, what=_kind(reading)) if bound is not None else None
    match result.kind:
        case ResultKind.NUMBER if limit is not None and value < limit:
            steps.append(f"结果低于{_kind(reading)} {_shown(limit, unit)}，按未检出处理")
            return Measured(Span(Fraction(0), limit, high_open=True), "未检出", _kind(reading))
        case ResultKind.NUMBER:
            return Measured(point(value), _shown(value, unit))
        case ResultKind.BELOW:
            low = Fraction(0) if value > 0 else None
            return Measured(Span(low, value, high_open=not result.closed), f"小于 {_shown(value, unit)}", "结果的上界")
        case ResultKind.ABOVE:
            return Measured(Span(value, None, low_open=not result.closed), f"大于 {_shown(value, unit)}", "结果的下界")
        case ResultKind.DETECTED:
            return Measured(Span(Fraction(0), None, low_open=True), "检出", "检出量")
    if limit is None:
        return Measured(Span(Fraction(0), None), "未检出", "检出限（没有写明）")
    steps.append(f"未检出，{_kind(reading)} {_shown(limit, unit)}")
    return Measured(Span(Fraction(0), limit, high_open=True), "未检出", f"{_kind(reading)} {_shown(limit, unit)}")


def _unit_of(result: Result, reading: Reading) -> str:
    """The unit of the result: printed behind it or beside it; raises `_Incomparable` when the two differ."""
    if result.unit and reading.unit and factor_between(result.unit, reading.unit) != 1:
        raise _Incomparable(f"结果写的单位是 {result.unit}，单位栏是 {reading.unit}，不一致")
    return result.unit or reading.unit


def _lower_bound(result: Result, reading: Reading, own_unit: str, steps: list[str]) -> Quantity | None:
    """The method's lower bound, printed in brackets behind 未检出 or beside the result; zero means none."""
    bound = result.limit_of_detection or read_quantity(reading.lod)
    if bound is None:
        if plain_unit(reading.lod):
            steps.append(f"{_kind(reading)}“{reading.lod.strip()}”读不懂，不采用")
        return None
    if bound.value <= 0:
        return None
    beside = reading.lod_unit if plain_unit(reading.lod_unit) else own_unit
    return Quantity(bound.value, bound.unit or beside)


def _converted(quantity: Quantity, unit: str, steps: list[str] | None, *, what: str = "结果") -> Fraction:
    factor = factor_between(quantity.unit, unit)
    if factor is None:
        named = f"{what}的单位 {quantity.unit}" if plain_unit(quantity.unit) else f"没有写明单位的{what}"
        raise _Incomparable(f"{named}与{f'单位 {unit}' if plain_unit(unit) else '没有单位的限值'}不能比较")
    if factor == 1:
        return Fraction(quantity.value)
    value = Fraction(quantity.value) * factor
    if steps is not None:
        steps.append(f"单位换算：{in_figures(quantity.value)} {quantity.unit} = {_shown(value, unit)}")
    return value


def _within(span: Span, requirement: Requirement, comparison: Comparison, steps: list[str]) -> Holds:
    holds = Holds.YES
    if requirement.minimum is not None:
        rounded = _as_compared(span, requirement.minimum, comparison, steps)
        holds = both(holds, rounded.at_least(requirement.minimum, strictly=requirement.minimum_open))
    if requirement.maximum is not None:
        rounded = _as_compared(span, requirement.maximum, comparison, steps)
        holds = both(holds, rounded.at_most(requirement.maximum, strictly=requirement.maximum_open))
    return holds


def _as_compared(span: Span, bound: Decimal, comparison: Comparison, steps: list[str]) -> Span:
    """The span as the limit's way of comparing wants it: rounded to the digits of the bound, or whole."""
    if comparison is Comparison.WHOLE:
        return span
    places = places_of(bound)
    rounded = span.mapped(lambda value: Fraction(round_to_places(value, places)), closed=not span.is_point)
    if span.is_point and rounded.low is not None:
        to = f"{places} 位小数" if places >= 0 else f"10^{-places} 位"
        steps.append(f"修约到 {to}（GB/T 8170）：{in_figures(round_to_places(rounded.low, places))}")
    return rounded


def _undetected(reading: Reading, label: str, steps: list[str]) -> Finding:
    """不得检出, 不得使用: kept by 未检出, broken by 检出; a number needs the detection limit to be called either."""
    result = _readable(reading)
    if result.kind is ResultKind.NOT_DETECTED:
        return Finding(Holds.YES, f"未检出，标准要求{label}，符合")
    if result.kind is ResultKind.DETECTED:
        return Finding(Holds.NO, f"检出，标准要求{label}，不符合")
    if result.kind is ResultKind.BELOW_QUANTITATION:
        return Finding.unknown(f"低于定量限不等于未检出，标准要求{label}，不能判定")
    own_unit = _unit_of(result, reading)
    bound = _lower_bound(result, reading, own_unit, steps)
    if bound is None:
        return Finding.unknown(f"标准要求{label}，结果是数值而没有检出限，不能判定是否检出")
    measured = _measure(result, reading, own_unit, steps)
    limit = _converted(bound, own_unit, None, what=_kind(reading))
    if measured.span.at_least(limit, strictly=False) is Holds.YES:
        above = f"不低于{_kind(reading)} {_shown(limit, own_unit)}"
        return Finding(Holds.NO, f"检验结果 {measured.shown}，{above}，即检出；标准要求{label}，不符合")
    if measured.span.at_most(limit, strictly=True) is not Holds.YES:
        return Finding.unknown(f"检验结果{measured.shown}，不知是否达到{_kind(reading)} {_shown(limit, own_unit)}")
    if reading.lod_kind not in (None, LodKind.DETECTION):
        return Finding.unknown(f"结果低于{_kind(reading)}，仍可能检出，标准要求{label}，不能判定")
    return Finding(Holds.YES, f"检验结果低于检出限 {_shown(limit, own_unit)}，即未检出；标准要求{label}，符合")


def _as_needed(reading: Reading) -> Finding:
    _readable(reading)
    return Finding(Holds.YES, "按生产需要适量使用，没有数值限制，符合")


def _by_plan(reading: Reading, requirement: Requirement, unit: str, steps: list[str]) -> Finding:
    """n/c/m/M: of n units at most c above m, none above M. What is not known is counted both ways."""
    n, c, m = requirement.n, requirement.c, requirement.m
    assert n is not None and c is not None and m is not None
    results = read_results(reading.result, n)
    above_m = [_exceeds(result, reading, m, unit, steps) for result in results]
    surely, possibly = above_m.count(Holds.YES), len(above_m) - above_m.count(Holds.NO)
    above_upper = (
        [] if requirement.upper is None else [_exceeds(one, reading, requirement.upper, unit, []) for one in results]
    )
    steps.append(f"{len(results)} 个结果，超过 m={in_figures(m)} 的有 {surely} 个" + _or_more(surely, possibly))
    if Holds.YES in above_upper:
        assert requirement.upper is not None
        return Finding(Holds.NO, f"有结果超过 M={in_figures(requirement.upper)} {unit}，不符合")
    if surely > c:
        return Finding(Holds.NO, f"超过 m 的有 {surely} 个，最多允许 c={c} 个，不符合")
    if len(results) != n:
        return Finding.unknown(f"采样方案 n={n}，应有 {n} 个结果，现有 {len(results)} 个")
    if possibly > c or Holds.UNKNOWN in above_upper:
        return Finding.unknown("有的结果不知是否超过 m 或 M，不能判定")
    return Finding(Holds.YES, f"{n} 个结果中超过 m 的 {surely} 个，不多于 c={c}，没有超过 M 的，符合")


def _exceeds(result: Result, reading: Reading, bound: Decimal, unit: str, steps: list[str]) -> Holds:
    """Whether one of the plan's results is above `bound`. 未检出 is not above a bound of zero, whatever the method."""
    if result.kind is ResultKind.NOT_DETECTED and bound == 0:
        return Holds.NO
    if result.kind in (ResultKind.BLANK, ResultKind.UNREADABLE, ResultKind.NOT_TESTED):
        raise _Incomparable(f"检验结果“{result.text.strip()}”读不懂")
    if result.kind is ResultKind.DETECTED and bound == 0:
        return Holds.YES
    kept = _measure(result, reading, unit, steps).span.at_most(bound, strictly=False)
    return {Holds.YES: Holds.NO, Holds.NO: Holds.YES, Holds.UNKNOWN: Holds.UNKNOWN}[kept]


def _or_more(surely: int, possibly: int) -> str:
    return f"，另有 {possibly - surely} 个不能确定" if possibly > surely else ""


def _reason(holds: Holds, measured: Measured, words: str, unit: str) -> str:
    wanted = " ".join(part for part in (words, unit) if part)
    if holds is Holds.UNKNOWN:
        return f"检验结果{measured.shown}，凭{measured.uncertain or '现有数据'}不能确定是否符合 {wanted}，无法判定"
    return f"检验结果 {measured.shown}，标准要求 {wanted}，{'符合' if holds is Holds.YES else '不符合'}"


def _kind(reading: Reading) -> str:
    return reading.lod_kind.label if reading.lod_kind else "检出限"


def _shown(value: Fraction, unit: str) -> str:
    return f"{in_figures(value)} {unit}".strip()
