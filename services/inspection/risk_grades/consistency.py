"""Why a scheme may not be published: every reason at once, each with its place and how to mend it. Pure."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from itertools import pairwise

from services.inspection.checklists.consistency import Reason
from services.inspection.risk_grades.codes import FactState, Grade
from services.inspection.risk_grades.content import (
    TOTAL,
    CheckPart,
    ChoiceFactor,
    Content,
    FactorPart,
    Header,
    NumberFactor,
)


def reasons_against(header: Header, content: Content, applies_from: date | None = None) -> list[Reason]:
    """All reasons; none when the version may be published to apply from that day."""
    return [
        *_header_reasons(header, applies_from),
        *_part_reasons(content),
        *_band_reasons(content),
        *_event_reasons(content),
        *_frequency_reasons(content),
    ]


def _header_reasons(header: Header, applies_from: date | None) -> Iterator[Reason]:
    if not header.source.document:
        yield Reason("/scheme/source/document", "没有写明来源文件，请填文件名称", "source")
    if not header.kinds:
        yield Reason("/scheme/kinds", "没有写明适用的业态", "kinds")
    if header.ends_on and applies_from and applies_from >= header.ends_on:
        yield Reason("/applies_from", f"方案自 {header.ends_on} 起不再适用，施行日期须在此前", "dates")


def _part_reasons(content: Content) -> Iterator[Reason]:
    if not content.complete:
        yield Reason("/content/complete", "因素或档次没有收齐，不能据此定级；请补齐后改为 true", "incomplete")
    yield from _sum_reason("/content/parts", content.parts, TOTAL)
    yield from _twice("/content/parts", (part.code for part in content.parts), "部分代码")
    yield from _twice("/content/parts", (factor.code for factor in content.factors), "因素代码")
    if not any(isinstance(part, CheckPart) for part in content.parts):
        yield Reason("/content/parts", "没有动态风险部分（kind: checks），检查结果无从影响等级", "no_checks")
    for index, part in enumerate(content.parts):
        if isinstance(part, FactorPart):
            place = f"/content/parts/{index}/factors"
            yield from _sum_reason(place, part.factors, part.maximum)
            for number, factor in enumerate(part.factors):
                yield from _factor_reasons(f"{place}/{number}", factor)


def _factor_reasons(place: str, factor: ChoiceFactor | NumberFactor) -> Iterator[Reason]:
    if isinstance(factor, ChoiceFactor):
        points = [choice.points for choice in factor.choices]
        yield from _twice(f"{place}/choices", (choice.code for choice in factor.choices), "选项代码")
    else:
        points = [step.points for step in factor.steps]
        yield from _step_reasons(place, factor)
        if factor.absent is not None and points and factor.absent > points[0]:
            yield Reason(f"{place}/absent", f"「{factor.label}」没有的反比有的分高，请核对", "order")
    if max(points, default=None) != factor.maximum:
        highest = max(points, default=Decimal(0))
        message = f"「{factor.label}」满分 {factor.maximum}，最高一档 {highest}，应相等：未知的按满分计"
        yield Reason(f"{place}/maximum", message, "maximum")


def _step_reasons(place: str, factor: NumberFactor) -> Iterator[Reason]:
    for index, (one, other) in enumerate(pairwise(factor.steps)):
        if one.at_most is None or (other.at_most is not None and other.at_most <= one.at_most):
            yield Reason(f"{place}/steps/{index + 1}/at_most", f"「{factor.label}」各档上限应逐档增大", "order")
        if other.points < one.points:
            yield Reason(f"{place}/steps/{index + 1}/points", f"「{factor.label}」数量越大分值不应越低", "order")
    if factor.steps and factor.steps[-1].at_most is not None:
        yield Reason(f"{place}/steps", f"「{factor.label}」最后一档不设上限，否则更大的没有分值", "gap")


def _band_reasons(content: Content) -> Iterator[Reason]:
    rows = content.bands.rows
    if [row.grade for row in rows] != list(Grade):
        yield Reason("/content/bands/rows", "应依次写明 A、B、C、D 四级的界限", "grades")
    for index, (one, other) in enumerate(pairwise(rows)):
        if one.at_most is None or (other.at_most is not None and other.at_most <= one.at_most):
            yield Reason(f"/content/bands/rows/{index + 1}/at_most", "各级界限应逐级增大", "order")
    if rows and rows[-1].at_most is not None:
        yield Reason("/content/bands/rows", "最后一级不设上限，否则更高的分没有等级", "gap")


def _event_reasons(content: Content) -> Iterator[Reason]:
    yield from _twice("/content/events/rules", (rule.code for rule in content.events.rules), "情形代码")
    for index, rule in enumerate(content.events.rules):
        place = f"/content/events/rules/{index}"
        if (rule.effect == "set") != (rule.grade is not None):
            yield Reason(f"{place}/grade", f"「{rule.label}」直接定级的须写明等级，上调、下调的不写", "grade")
        if FactState.CONFIRMED not in rule.states:
            yield Reason(
                f"{place}/states", f"「{rule.label}」须包括属实（confirmed）：查实了反而不计没有道理", "states"
            )
        mixed = {kind.favourable for kind in rule.kinds}
        if mixed != {rule.effect == "lower"}:
            yield Reason(f"{place}/kinds", f"「{rule.label}」上调、直接定级只看不利事实，下调只看有利事实", "kinds")


def _frequency_reasons(content: Content) -> Iterator[Reason]:
    rows = content.frequency.rows
    if [row.grade for row in rows] != list(Grade):
        yield Reason("/content/frequency/rows", "应依次写明 A、B、C、D 四级的检查频次", "grades")
    for index, row in enumerate(rows):
        if row.months % row.visits:
            message = f"{row.months} 个月 {row.visits} 次，间隔不是整月；请改用能整除的写法"
            yield Reason(f"/content/frequency/rows/{index}", message, "interval")
    for index, (one, other) in enumerate(pairwise(rows)):
        if other.visits * one.months < one.visits * other.months:
            yield Reason(f"/content/frequency/rows/{index + 1}", "风险越高检查次数不应越少", "order")


def _sum_reason(place: str, parts: Iterable[object], wanted: Decimal) -> Iterator[Reason]:
    total = sum((getattr(part, "maximum") for part in parts), Decimal(0))  # noqa: B009 (parts and factors alike)
    if total != wanted:
        yield Reason(place, f"各项满分合计 {total}，应为 {wanted}", "sum")


def _twice(place: str, codes: Iterable[str], what: str) -> Iterator[Reason]:
    seen: set[str] = set()
    for code in codes:
        if code in seen:
            yield Reason(place, f"{what} {code} 重复", "duplicate")
        seen.add(code)
