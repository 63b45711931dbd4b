"""Inspection reports as the pages say them: both verdicts beside each other, what is in doubt, every edition. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from gateway.web import words
from gateway.web.steps import Answer
from shared.contracts.statutory_sampling import Conclusion, ItemVerdict, LodKind, ReportClass

STATES = {
    "draft": ("unknown", "检验数据填报"),
    "in_review": ("warning", "待机构审核"),
    "reviewed": ("warning", "审核通过，待批准"),
    "issued": ("warning", "已报送，待主管部门确认"),
    "accepted": ("ok", "主管部门已确认"),
    "returned": ("danger", "已退回更正"),
}
"""Badge of a report by its state."""

VERDICT_BADGES = {
    ItemVerdict.QUALIFIED: "ok",
    ItemVerdict.UNQUALIFIED: "danger",
    ItemVerdict.PROBLEM: "danger",
    ItemVerdict.UNDETERMINED: "warning",
    ItemVerdict.NOT_TESTED: "unknown",
}
CONCLUSION_BADGES = {
    Conclusion.QUALIFIED: "ok",
    Conclusion.UNQUALIFIED: "danger",
    Conclusion.PROBLEM: "danger",
    Conclusion.UNDETERMINED: "warning",
}
NOT_STATED = ("unknown", "未填")


@dataclass(frozen=True)
class ItemWords:
    """One tested item: what the report states, what its number says, and why. `alarm`: why it stands out."""

    number: int
    name: str
    result: str
    requirement: str
    method: str
    lod: str
    stated: tuple[str, str]
    judged: tuple[str, str]
    alarm: str
    reason: str
    steps: Sequence[str]
    limit: str
    unverified: bool
    format_fault: str
    notes: Sequence[str]


@dataclass(frozen=True)
class ReportWords:
    """A report as a page shows it; `facts` are what was filled in."""

    id: str
    edition: int
    version: str
    state: tuple[str, str]
    number: str
    conclusion: tuple[str, str]
    stated: tuple[str, str]
    decided: tuple[str, str]
    decided_because: str
    serious: Sequence[str]
    doubts: Sequence[str]
    returned_because: str
    returned: str
    facts: Sequence[tuple[str, str]]
    items: Sequence[ItemWords]


def report_words(report: Answer) -> ReportWords:
    """A report, whole or in short (then without items)."""
    klass = ReportClass(report["report_class"]).label if report["report_class"] else ""
    facts = [
        ("报告书编号", report["number"]),
        ("报告日期", _day(report["report_date"])),
        ("主检人", report["tested_by"]),
        ("签发人", report["approved_by"]),
        ("报告分类", klass),
        ("作出结论", moment(report["concluded_at"])),
        ("报送", moment(report["issued_at"])),
        ("备注", report["remark"]),
    ]
    return ReportWords(
        id=report["id"],
        edition=report["edition"],
        version=str(report["version"]),
        state=STATES[report["state"]],
        number=report["number"] or "还没有编号",
        conclusion=conclusion_badge(report["conclusion"]),
        stated=conclusion_badge(report["stated_conclusion"]),
        decided=conclusion_badge(report.get("decided_conclusion")),
        decided_because=report.get("decided_because") or "",
        serious=report["serious_because"],
        doubts=report["doubts"],
        returned_because=report["returned_because"] or "",
        returned=moment(report["returned_at"]),
        facts=[(name, text) for name, text in facts if text],
        items=[item_words(item) for item in report.get("items", ())],
    )


def item_words(item: Answer) -> ItemWords:
    verdict = ItemVerdict(item["verdict"])
    stated = ItemVerdict(item["stated_verdict"]) if item["stated_verdict"] else None
    limit: dict[str, Any] = item["limit"] or {}
    lod = LodKind(item["lod_kind"]).label if item["lod_kind"] else "下限"
    notes = [
        "参考项目，不影响结论" if item["reference"] else "",
        f"判定依据：{item['basis']}" if item["basis"] else "",
        *(f"{name}：{value}" for name, value in item["stated_limits"].items()),
        f"说明：{item['remark']}" if item["remark"] else "",
    ]
    return ItemWords(
        number=item["number"],
        name=item["item"],
        result=_with_unit(item["result"], item["unit"]),
        requirement=_with_unit(item["requirement"], item["requirement_unit"]) or "没有写明",
        method=item["method"] or "没有写明",
        lod=f"{lod} {_with_unit(item['lod_value'], item['lod_unit'])}" if item["lod_value"] else "",
        stated=(VERDICT_BADGES[stated], stated.label) if stated else NOT_STATED,
        judged=(VERDICT_BADGES[verdict], verdict.label),
        alarm=_alarm(item, verdict),
        reason=item["reason"],
        steps=[str(step) for step in item["steps"]],
        limit="，".join(part for part in (limit.get("text"), limit.get("standard"), limit.get("source")) if part),
        unverified=bool(limit) and limit.get("origin") == "table" and not limit.get("verified"),
        format_fault=item["format_fault"] or "",
        notes=[note for note in notes if note],
    )


def conclusion_badge(conclusion: str | None) -> tuple[str, str]:
    if conclusion is None:
        return NOT_STATED
    known = Conclusion(conclusion)
    return CONCLUSION_BADGES[known], known.label


def history_row(entry: Answer) -> dict[str, str]:
    """One entry of a sample's or report's history (`parts/history.html`)."""
    return {
        "label": entry["label"],
        "when": moment(entry["at"]),
        "who": entry["actor_name"],
        "said": entry["note"] or "没有",
    }


def _alarm(item: Answer, verdict: ItemVerdict) -> str:
    if item["contradicts"]:
        return "矛盾待复核"
    return verdict.label if verdict is ItemVerdict.UNDETERMINED and not item["reference"] else ""


def _with_unit(value: str | None, unit: str | None) -> str:
    return " ".join(part for part in (value, unit) if part)


def _day(text: str | None) -> str:
    return words.day_words(date.fromisoformat(text)) if text else ""


def moment(text: str | None) -> str:
    return words.full_time(datetime.fromisoformat(text)) if text else ""
