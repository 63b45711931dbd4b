"""What a report's items add up to: what is in doubt, how fast it must be told, which findings are serious. Pure.

What the laboratory states and what its numbers say are kept beside each other. Of two statements that differ the one
that protects the eater decides how fast the report must be told; neither decides what the sample is.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from shared.contracts.statutory_sampling import Conclusion, ItemVerdict, ReportClass


class ReportState(StrEnum):
    """Where a report stands. The laboratory fills in, reviews and approves it; the bureau accepts or returns it."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    REVIEWED = "reviewed"
    ISSUED = "issued"
    ACCEPTED = "accepted"
    RETURNED = "returned"

    @property
    def label(self) -> str:
        return {
            "draft": "检验数据填报",
            "in_review": "待机构审核",
            "reviewed": "机构审核通过，待批准",
            "issued": "已批准，已报送主管部门",
            "accepted": "主管部门已确认",
            "returned": "已退回更正",
        }[self]

    @property
    def is_in_laboratory(self) -> bool:
        """Not yet told to the bureau."""
        return self in (ReportState.DRAFT, ReportState.IN_REVIEW, ReportState.REVIEWED)


class ReportEntryKind(StrEnum):
    """What may happen to a report, as its history tells it."""

    DRAFTED = "drafted"
    SUBMITTED = "submitted"
    SENT_BACK = "sent_back"
    REVIEWED = "reviewed"
    ISSUED = "issued"
    IMPORTED = "imported"
    ACCEPTED = "accepted"
    RETURNED = "returned"

    @property
    def label(self) -> str:
        return {
            "drafted": "填报检验数据",
            "submitted": "作出检验结论，提交机构审核",
            "sent_back": "机构审核退回",
            "reviewed": "机构审核通过",
            "issued": "批准签发并报送",
            "imported": "由交换文件导入",
            "accepted": "主管部门确认",
            "returned": "主管部门退回更正",
        }[self]


LABORATORY_KINDS = frozenset(ReportEntryKind) - {ReportEntryKind.ACCEPTED, ReportEntryKind.RETURNED}
"""What the laboratory does itself; of the rest it does not see by whom, nor every word."""


class SeriousKind(StrEnum):
    """By what a serious-finding rule recognises a finding."""

    ITEM = "item"
    EXCESS = "excess"
    CATEGORY = "category"

    @property
    def label(self) -> str:
        return {"item": "检验项目", "excess": "超过限值的倍数", "category": "食品类别"}[self]


@dataclass(frozen=True, slots=True)
class SeriousRule:
    """A failed item is serious if it is one of `names`, if its value is at least `factor` times the limit, or if the
    food belongs to one of the categories `names` (by code).
    """

    code: str
    name: str
    kind: SeriousKind
    names: frozenset[str]
    factor: Decimal | None
    valid_from: date
    valid_to: date | None

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Finding:
    """One item as it is stated and as it is judged. `excess`: its value over the limit, where both are known."""

    number: int
    item: str
    stated: ItemVerdict | None
    judged: ItemVerdict
    contradicts: bool
    reference: bool
    excess: Decimal | None = None

    @property
    def may_have_failed(self) -> bool:
        """A reference item never fails a sample; any other fails if its numbers say so or the laboratory does."""
        return not self.reference and not FAILED.isdisjoint({self.judged, self.stated})


FAILED = frozenset({ItemVerdict.UNQUALIFIED, ItemVerdict.PROBLEM})
FAILURES = frozenset({Conclusion.UNQUALIFIED, Conclusion.PROBLEM})
"""The conclusions that open a disposal and count as found."""


def doubts_of(findings: Iterable[Finding], stated: Conclusion | None, judged: Conclusion) -> list[str]:
    """Why a report cannot be accepted as it stands, in Chinese; empty when it says what its numbers say."""
    doubts = []
    for finding in findings:
        place = f"第 {finding.number} 项「{finding.item}」"
        if finding.contradicts:
            said = finding.stated.label if finding.stated else "未作判定"
            doubts.append(f"{place}矛盾待复核：报告判定{said}，按数值判定{finding.judged.label}")
        elif finding.judged is ItemVerdict.UNDETERMINED and not finding.reference:
            doubts.append(f"{place}待判定")
    if stated is not None and stated is not judged:
        doubts.append(f"报告结论为{stated.label}，各项判定合起来为{judged.label}")
    elif judged is Conclusion.UNDETERMINED and not doubts:
        doubts.append("没有可以据以作出结论的检验项目，结论为待判定")
    return doubts


def class_of(
    findings: Sequence[Finding],
    conclusions: Iterable[Conclusion | None],
    stated: ReportClass | None,
    serious: Sequence[str],
) -> ReportClass:
    """How fast it must be told: the fastest of what the laboratory says, what its numbers say and what the rules say.

    An undetermined conclusion hastens nothing by itself; without any pass beside it, it is told like a failure.
    """
    said = set(conclusions)
    if serious or stated is ReportClass.SERIOUS:
        return ReportClass.SERIOUS
    if stated is ReportClass.UNQUALIFIED or said & FAILURES or any(finding.may_have_failed for finding in findings):
        return ReportClass.UNQUALIFIED
    return ReportClass.QUALIFIED if Conclusion.QUALIFIED in said else ReportClass.UNQUALIFIED


def serious_findings(
    rules: Iterable[SeriousRule], findings: Iterable[Finding], categories: Sequence[str], day: date
) -> list[str]:
    """Why a report is serious, in Chinese: one line for each failed item and rule in force on `day` that meets it.

    `categories` are the code of the food's category and of all above it.
    """
    failed = [finding for finding in findings if finding.may_have_failed]
    said = []
    for rule in rules:
        if not rule.holds_on(day):
            continue
        for finding in failed:
            if _meets(rule, finding, categories):
                said.append(f"{rule.name}：{finding.item}")
    return said


def _meets(rule: SeriousRule, finding: Finding, categories: Sequence[str]) -> bool:
    if rule.kind is SeriousKind.ITEM:
        return plain_item(finding.item) in {plain_item(name) for name in rule.names}
    if rule.kind is SeriousKind.EXCESS:
        return finding.excess is not None and rule.factor is not None and finding.excess >= rule.factor
    return not rule.names.isdisjoint(categories)


def plain_item(name: str) -> str:
    """An item's name without width variants, spaces and what stands behind it in brackets: `铅（以Pb计）` → `铅`."""
    plain = "".join(unicodedata.normalize("NFKC", name).split()).casefold()
    return plain.partition("(")[0] or plain
