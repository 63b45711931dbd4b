"""Blind samples and their reports as the laboratory's pages say them. Pure."""

from datetime import date
from typing import Any

from gateway.web import words
from gateway.web.sampling.report_words import STATES, conclusion_badge, moment
from gateway.web.steps import Answer
from shared.contracts.statutory_sampling import SampleState

SAMPLE_BADGES = {
    SampleState.TAKEN: ("warning", "待接收"),
    SampleState.RECEIVED: ("warning", "已接收，待出报告"),
    SampleState.REJECTED: ("unknown", "已拒收"),
    SampleState.REPORTED: ("ok", "报告已报送"),
    SampleState.CONCLUDED: ("ok", "主管部门已确认"),
    SampleState.VOIDED: ("unknown", "已作废"),
}


def listed(sample: Answer, today: date) -> dict[str, Any]:
    """A blind sample as a line of the list, with the day by which the next thing is due."""
    state = SampleState(sample["state"])
    due = {SampleState.TAKEN: sample["deliver_by"], SampleState.RECEIVED: sample["report_by"]}.get(state)
    what = {SampleState.TAKEN: "送达", SampleState.RECEIVED: "出具检验报告"}.get(state, "")
    return {
        "code": sample["blind_code"],
        "food": sample["food_name"],
        "items": "、".join(sample["items"]) or "没有指定",
        "badge": SAMPLE_BADGES[state],
        "due": words.day_left(date.fromisoformat(due), today) if due else ("", ""),
        "due_what": what,
        "received": moment(sample["received_at"]) or "还没有收到",
    }


def listed_report(report: Answer) -> dict[str, Any]:
    """A report as a line of the list."""
    return {
        "code": report["blind_code"],
        "number": report["number"] or "还没有编号",
        "edition": report["edition"],
        "badge": STATES[report["state"]],
        "conclusion": conclusion_badge(report["conclusion"]),
        "doubts": len(report["doubts"]),
        "because": report["returned_because"] or "",
    }


def facts(sample: Answer) -> list[tuple[str, str]]:
    """What the laboratory knows of the sample, in the order of the page."""
    category = sample.get("category_name") or sample["category_code"] or "没有写明"
    produced = words.day_words(date.fromisoformat(sample["production_date"])) if sample["production_date"] else ""
    return [
        ("食品名称", sample["food_name"]),
        ("食品类别", category),
        ("检验项目", "、".join(sample["items"]) or "没有指定"),
        ("送检数量", sample["quantity"] or "没有写明"),
        ("规格", sample["specification"] or "没有写明"),
        ("储存条件", sample["storage"] or "没有写明"),
        ("生产日期", produced or "没有写明"),
        ("抽样日", words.day_words(date.fromisoformat(sample["sampled_on"]))),
        ("接收时间", moment(sample["received_at"]) or "还没有接收"),
    ]


def reception_words(reception: Answer | None) -> dict[str, Any] | None:
    """What the laboratory itself wrote when the sample came; None before."""
    if reception is None:
        return None
    return {
        "title": "接收记录" if reception["accepted"] else "拒收记录",
        "facts": [
            ("时间", moment(reception["at"])),
            ("封条", "完好" if reception["seal_intact"] else "不完好"),
            ("内容", "相符" if reception["contents_match"] else "不符"),
            ("照片", f"{len(reception['photos'])}张，指纹在案"),
            ("说明" if reception["accepted"] else "理由", reception["note"] or "没有"),
        ],
    }
