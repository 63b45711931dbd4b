"""Judging one tested item by one limit, and a sample by its items. Pure; every verdict says why, step by step.

What is not known never passes: an unreadable result, a form or unit nobody knows, a missing limit, a detection limit
above the limit are 待判定. Only a result that keeps the limit whatever it stands for is 合格.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from services.sampling.limits.numbers import in_figures, plain_text
from services.sampling.limits.rules import (
    Comparison,
    Limit,
    PrintedRequirement,
    Requirement,
    RequirementForm,
    expressed_as,
    read_requirement,
)
from services.sampling.limits.units import factor_between, plain_unit
from services.sampling.verdicts.comparing import Finding, Reading, compare, compare_sum, same_requirement, share_of
from services.sampling.verdicts.formats import read_format_rule
from services.sampling.verdicts.results import ResultKind, read_quantity, read_result
from services.sampling.verdicts.spans import Holds
from shared.contracts.statutory_sampling import Conclusion, ItemVerdict, LodKind

_NOT_READ = frozenset({"", "-", "--", "—", "/", "无"})


@dataclass(frozen=True, slots=True)
class Question:
    """One tested item as a report prints it; every text is taken as printed, empty where nothing stands.

    `lod` is the method's lower bound and `lod_kind` which kind of bound; `printed_limit` is 标准限值. `parts` are the
    additives whose shares are summed up, where the item is such a sum.
    """

    item: str
    result: str
    unit: str = ""
    lod: str = ""
    lod_unit: str = ""
    lod_kind: LodKind | None = None
    method: str = ""
    stated_verdict: str = ""
    is_reference: bool = False
    format_rule: str = ""
    printed_limit: str = ""
    printed_limit_unit: str = ""
    parts: tuple["Question", ...] = ()


@dataclass(frozen=True, slots=True)
class LimitSnapshot:
    """The limit a verdict was made by, whole, as it was then: it is kept with the item and never looked up again.

    `origin`: `table` (the limit table) or `report` (标准限值 as the report prints it). `chosen_on` is the day by which
    the version of the standard was chosen.
    """

    origin: str
    item: str
    requirement: Requirement
    unit: str
    comparison: Comparison = Comparison.WHOLE
    limit_id: str | None = None
    standard: str = ""
    category_code: str = ""
    category_name: str = ""
    expressed_as: str = ""
    residue_definition: str = ""
    source: str = ""
    verified: bool = False
    chosen_on: date | None = None

    @property
    def words(self) -> str:
        return " ".join(part for part in (self.requirement.words, self.unit) if part)

    def as_json(self) -> dict[str, Any]:
        """The snapshot as it is stored and shown; numbers as text, digits as printed."""
        needed = self.requirement
        numbers = {name: getattr(needed, name) for name in ("minimum", "maximum", "m", "upper")}
        return {
            "origin": self.origin,
            "item": self.item,
            "text": self.words,
            "form": needed.form.value,
            **{name: None if value is None else in_figures(value) for name, value in numbers.items()},
            "minimum_open": needed.minimum_open,
            "maximum_open": needed.maximum_open,
            "n": needed.n,
            "c": needed.c,
            "unit": self.unit,
            "comparison": self.comparison.value,
            "limit_id": self.limit_id,
            "standard": self.standard,
            "category_code": self.category_code,
            "category_name": self.category_name,
            "expressed_as": self.expressed_as,
            "residue_definition": self.residue_definition,
            "source": self.source,
            "verified": self.verified,
            "chosen_on": self.chosen_on.isoformat() if self.chosen_on else None,
        }


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on one item, why, and by which limit. `contradicts`: the stated verdict says otherwise (矛盾待复核).

    `format_fault` says how the result should have been written; it changes no verdict.
    """

    verdict: ItemVerdict
    reason: str
    steps: tuple[str, ...]
    contradicts: bool = False
    limit: LimitSnapshot | None = None
    is_reference: bool = False
    format_fault: str = ""


class Judged(Protocol):
    """What a conclusion needs of an item: a `Judgement`, or a stored row of one."""

    @property
    def verdict(self) -> ItemVerdict: ...

    @property
    def contradicts(self) -> bool: ...

    @property
    def is_reference(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class TableAnswer:
    """What the limit table says to a question: a limit; or none, and why; or that it cannot say (`unclear`).

    `shares` are the limits of the parts of a sum, in their order.
    """

    limit: LimitSnapshot | None = None
    why_not: str = ""
    unclear: bool = False
    steps: tuple[str, ...] = ()
    shares: tuple["TableAnswer", ...] = ()


NO_TABLE = TableAnswer(why_not="没有对照限量表")


def snapshot_of(limit: Limit, *, category_name: str, chosen_on: date) -> LimitSnapshot:
    """The snapshot of a row of the limit table."""
    return LimitSnapshot(
        origin="table",
        item=limit.item,
        requirement=limit.requirement,
        unit=limit.unit,
        comparison=limit.comparison,
        limit_id=limit.id,
        standard=limit.standard_code,
        category_code=limit.category_code,
        category_name=category_name,
        expressed_as=limit.expressed_as,
        residue_definition=limit.residue_definition,
        source=limit.source,
        verified=limit.verified,
        chosen_on=chosen_on,
    )


def judge(question: Question, table: TableAnswer = NO_TABLE) -> Judgement:
    """The verdict on one item by the limit table and by what the report prints as its limit.

    Where both give a limit and they lead to different verdicts, nobody knows which is right: 待判定.
    """
    steps = [_read_as(question.result), *table.steps]
    finding, limit = _find(question, table, steps)
    fault = _format_fault(question, steps)
    verdict = _VERDICTS[finding.holds]
    if finding.not_tested:
        verdict = ItemVerdict.NOT_TESTED
    stated = stated_verdict(question.stated_verdict)
    if stated is ItemVerdict.PROBLEM and verdict is ItemVerdict.UNQUALIFIED:
        verdict = ItemVerdict.PROBLEM
    contradicts = verdict in _SETTLED and stated in _SETTLED and (verdict is _PASS) != (stated is _PASS)
    reason = finding.reason
    if contradicts and stated is not None:
        steps.append(f"报告所列判定为“{question.stated_verdict.strip()}”，按数值应为“{verdict.label}”，须复核")
        reason = f"矛盾待复核：报告判为“{stated.label}”，{reason}"
    elif question.stated_verdict.strip() and stated is None:
        steps.append(f"报告所列判定“{question.stated_verdict.strip()}”读不懂，未作比较")
    if question.is_reference:
        steps.append("参考项目：不影响样品的结论")
    steps.append(f"判定：{verdict.label}")
    return Judgement(verdict, reason, tuple(steps), contradicts, limit, question.is_reference, fault)


def conclude(items: Iterable[Judged]) -> Conclusion:
    """What the items of a sample say together.

    A clear failure decides. Reference items do not count; a sample with nothing else, with an item not known or not
    tested, or with a stated verdict that contradicts its numbers is 待判定. Only all known and passed is 合格.
    """
    counted = [item for item in items if not item.is_reference]
    clear = {item.verdict for item in counted if not item.contradicts}
    if ItemVerdict.UNQUALIFIED in clear:
        return Conclusion.UNQUALIFIED
    if ItemVerdict.PROBLEM in clear:
        return Conclusion.PROBLEM
    if clear == {ItemVerdict.QUALIFIED} and not any(item.contradicts for item in counted):
        return Conclusion.QUALIFIED
    return Conclusion.UNDETERMINED


def stated_verdict(text: str) -> ItemVerdict | None:
    """What a report's own verdict on an item means; None when it says nothing that is known."""
    return _STATED.get(plain_text(text).removesuffix("项"))


_PASS = ItemVerdict.QUALIFIED
_SETTLED = frozenset({ItemVerdict.QUALIFIED, ItemVerdict.UNQUALIFIED, ItemVerdict.PROBLEM})
_VERDICTS = {
    Holds.YES: ItemVerdict.QUALIFIED,
    Holds.NO: ItemVerdict.UNQUALIFIED,
    Holds.UNKNOWN: ItemVerdict.UNDETERMINED,
}
_STATED = {
    **dict.fromkeys(("合格", "符合", "符合要求", "符合规定", "通过", "P", "p"), ItemVerdict.QUALIFIED),
    **dict.fromkeys(("不合格", "不符合", "不符合要求", "不符合规定", "未通过", "F", "f"), ItemVerdict.UNQUALIFIED),
    **dict.fromkeys(("问题",), ItemVerdict.PROBLEM),
    **dict.fromkeys(("未检验", "未检", "未检测"), ItemVerdict.NOT_TESTED),
    **dict.fromkeys(("待判定",), ItemVerdict.UNDETERMINED),
}


def _read_as(text: str) -> str:
    result = read_result(text)
    meant = "" if result.kind is ResultKind.UNREADABLE else f"：{result.words}"  # it may be several results
    return f"检验结果“{result.text.strip()}”{meant}"


def _find(question: Question, table: TableAnswer, steps: list[str]) -> tuple[Finding, LimitSnapshot | None]:
    unread = _unread_limit(question)
    if unread:
        steps.append(unread)
    printed = None if unread else _printed_limit(question, steps)
    if table.unclear:
        return Finding.unknown(table.why_not), None
    if table.limit is None:
        steps.append(f"限量表：{table.why_not}")
        if printed is None:
            return _without_limit(question, "；".join(filter(None, (f"没有可用的限值：{table.why_not}", unread)))), None
        if printed.requirement.form is not RequirementForm.NONE:
            steps.append(f"按报告所列标准值“{printed.words}”判定，限量表未能核对")
        return _compare(question, printed, table, steps), printed
    limit = table.limit
    steps.append(_told(limit))
    found = _compare(question, limit, table, steps)
    if found.holds is Holds.YES and _contradicts_itself(question):
        return Finding.unknown(f"{unread}，请核对报告"), limit
    if printed is None:
        return found, limit
    if _agree(limit, printed):
        steps.append("报告所列标准值与限量表一致")
        return found, limit
    aside: list[str] = []
    other = _compare(question, printed, table, aside)
    said = f"报告所列标准值“{printed.words}”与限量表“{limit.words}”不一致"
    if other.holds is found.holds or printed.requirement.form is RequirementForm.NONE:
        steps.append(f"{said}，以限量表为准")
        return found, limit
    steps.append(f"{said}；按报告所列：{other.reason}")
    return Finding.unknown(f"{said}，判定结果不同，请核对以哪个为准"), limit


def _unread_limit(question: Question) -> str:
    """Why 标准限值 of the report is no limit to judge by; empty where it is one, or where nothing is printed."""
    printed = question.printed_limit.strip()
    if not printed:
        return ""
    if _contradicts_itself(question):
        other = question.printed_limit_unit.strip()
        return f"报告所列标准值“{printed}”与标准限值单位“{other}”矛盾，不知以哪个为准"
    if read_requirement(printed) is not None:
        return ""
    if read_quantity(printed) is not None:
        return f"报告所列标准值“{printed}”没有写 ≤ 或 ≥，不知是上限还是下限，未采用；请照标准写明"
    return f"报告所列标准值“{printed}”不在可判定的形式之内"


def _contradicts_itself(question: Question) -> bool:
    """Whether the limit is printed with one unit, and its column of units names another."""
    read, beside = read_requirement(question.printed_limit), question.printed_limit_unit
    if read is None or not plain_unit(read.unit) or not plain_unit(beside):
        return False
    return factor_between(read.unit, beside) != 1


def _printed_limit(question: Question, steps: list[str]) -> LimitSnapshot | None:
    """标准限值 of the report as a limit; None when nothing is printed or it cannot be read."""
    read = read_requirement(question.printed_limit)
    if read is None or not question.printed_limit.strip() or _contradicts_itself(question):
        return None
    unit = read.unit or question.printed_limit_unit.strip()
    if plain_text(unit) in _NOT_READ:
        unit = _unit_of(question, read, steps)
    return LimitSnapshot("report", question.item, read.requirement, unit, source="检验报告所列标准限值")


def _unit_of(question: Question, read: PrintedRequirement, steps: list[str]) -> str:
    unit = read_result(question.result).unit or question.unit.strip()
    if read.requirement.form in _MEASURED and unit:
        steps.append(f"标准值没有单位，按结果的单位 {unit} 理解")
    return unit


_MEASURED = frozenset(
    {RequirementForm.MAXIMUM, RequirementForm.MINIMUM, RequirementForm.RANGE, RequirementForm.SAMPLING_PLAN}
)


def _without_limit(question: Question, reason: str) -> Finding:
    result = read_result(question.result)
    return Finding(Holds.UNKNOWN, reason, not_tested=_is_not_tested(question, result.kind))


def _is_not_tested(question: Question, kind: ResultKind) -> bool:
    blank_and_said = kind is ResultKind.BLANK and stated_verdict(question.stated_verdict) is ItemVerdict.NOT_TESTED
    return kind is ResultKind.NOT_TESTED or blank_and_said


def _compare(question: Question, limit: LimitSnapshot, table: TableAnswer, steps: list[str]) -> Finding:
    if _is_not_tested(question, read_result(question.result).kind):
        return Finding(Holds.UNKNOWN, "该项目未检验", not_tested=True)
    counted_as = expressed_as(question.item)
    if limit.expressed_as and counted_as and counted_as != plain_text(limit.expressed_as).casefold():
        return Finding.unknown(f"结果以“{counted_as}”计，限值以“{limit.expressed_as}”计，不能直接比较")
    if limit.requirement.form is RequirementForm.RATIO_SUM and question.parts:
        return _compare_shares(question.parts, limit, table.shares, steps)
    return compare(_reading(question), limit.requirement, limit.unit, limit.comparison, steps)


def _compare_shares(
    parts: Sequence[Question], limit: LimitSnapshot, shares: Sequence[TableAnswer], steps: list[str]
) -> Finding:
    """GB 2760: of additives of one function used together, the shares of their maxima sum up to at most one."""
    spans = []
    for part, answer in zip(parts, shares, strict=False):
        own = answer.limit or _printed_limit(part, steps)
        if answer.unclear or own is None or own.requirement.form is not RequirementForm.MAXIMUM:
            why = _unread_limit(part) or answer.why_not or "限值形式不同"
            return Finding.unknown(f"“{part.item}”没有可用的最大使用量：{why}")
        share = share_of(_reading(part), own.requirement, own.unit, steps)
        if isinstance(share, str):
            return Finding.unknown(f"“{part.item}”：{share}")
        spans.append(share)
    if len(spans) != len(parts):
        return Finding.unknown("没有查到各添加剂的最大使用量")
    return compare_sum(spans, limit.requirement, steps)


def _reading(question: Question) -> Reading:
    return Reading(question.result, question.unit.strip(), question.lod, question.lod_unit.strip(), question.lod_kind)


def _told(limit: LimitSnapshot) -> str:
    where = f"，食品类别“{limit.category_name}”" if limit.category_name else ""
    more = f"，{limit.residue_definition}" if limit.residue_definition else ""
    known = "" if limit.verified else "（未与原文核实）"
    how = f"，{limit.comparison.label}" if limit.requirement.form in _MEASURED else ""
    return f"限值 {limit.words}：{limit.standard}{where}{more}{known}{how}"


def _agree(limit: LimitSnapshot, printed: LimitSnapshot) -> bool:
    return same_requirement(limit.requirement, limit.unit, printed.requirement, printed.unit)


def _format_fault(question: Question, steps: list[str]) -> str:
    if not question.format_rule.strip():
        return ""
    rule = read_format_rule(question.format_rule)
    if rule is None:
        steps.append("结果格式规则读不懂，未作检查")
        return ""
    fault = rule.fault(read_result(question.result)) or ""
    steps.append(f"结果格式：{fault}" if fault else "结果格式符合规则")
    return fault
