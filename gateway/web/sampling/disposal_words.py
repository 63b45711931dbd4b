"""Disposal cases as their pages say them: lines of the list, what is shown and missing, who was served. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from gateway.web import words
from gateway.web.sampling.disposal_steps import SHOWS, awaits_confirmation
from gateway.web.sampling.whistle_timeline import Step as Mark
from gateway.web.sampling.whistle_timeline import clock_of
from gateway.web.steps import Answer, Step
from shared.contracts.clocks import ClockState
from shared.contracts.disposals import (
    CaseEnd,
    CaseState,
    CaseStep,
    Handling,
    ObjectionKind,
    ObjectionState,
    RetestState,
    ServiceMethod,
    Topic,
)
from shared.contracts.sampling import StopSaleState
from shared.contracts.statutory_sampling import CaseSide, Conclusion, ReportClass

BADGES = {CaseState.OPEN: "danger", CaseState.STARTED: "warning", CaseState.CLOSED: "ok"}
CLASS_BADGES = {ReportClass.SERIOUS: "danger", ReportClass.UNQUALIFIED: "warning", ReportClass.QUALIFIED: "ok"}
ENTERED_LATER = timedelta(days=1)
"""A step recorded later than this after it happened is shown as entered afterwards."""
START, COMPLETION = "disposal_start", "disposal_completion"

SHOWN_BY = {
    Topic.STARTED: (CaseStep.STARTED, CaseStep.TAKEN_OVER),
    Topic.STOP_SALE: (CaseStep.STOPPED_SALE, CaseStep.SEALED),
    Topic.RECALL: (CaseStep.RECALL_REQUESTED, CaseStep.RECALL_NOT_NEEDED),
    Topic.CAUSE: (CaseStep.CAUSE_FOUND,),
    Topic.RECTIFICATION: (CaseStep.RECTIFIED,),
    Topic.FILING: (CaseStep.CASE_REQUESTED, CaseStep.FILED, CaseStep.NOT_FILED),
    Topic.PENALTY: (CaseStep.PENALISED,),
    Topic.REGION_NOTICE: (CaseStep.REGION_NOTIFIED,),
}
"""Of which entries the progress of a case tells under each heading; the service decides what is missing."""


@dataclass(frozen=True)
class Served:
    """One recipient of the result: how far serving it has come, his windows, and the steps that are there to take.

    `late` tells what a service that was written down late means for publication.
    """

    label: str
    name: str
    state: tuple[str, str]
    when: str
    proof: str
    late: str
    waits: bool
    clocks: Sequence[words.ClockWords]
    steps: Sequence[Step]


def state_of(case: Answer) -> tuple[str, str]:
    """A badge: closed on a ground that left nothing to dispose of says so."""
    state = CaseState(case["state"])
    if state is CaseState.CLOSED and case["ended_because"] != CaseEnd.DISPOSED:
        return "unknown", CaseEnd(case["ended_because"]).label
    if state is CaseState.OPEN and case["handling"] == Handling.ELSEWHERE:
        return "danger", "待通报"
    return BADGES[state], state.label


def clock_badge(clock: Answer | None, now: datetime) -> tuple[str, str, str]:
    """Kind, words and name of a clock in a list; all empty without one."""
    if clock is None:
        return "", "", ""
    said = clock_of(clock, now)
    kinds = {
        "overdue": "danger",
        "late": "danger",
        "soon": "warning",
        "running": "running",
        "paused": "unknown",
        "done": "ok",
    }
    return kinds[said.kind], said.words, said.label


def failed_items(case: Answer) -> str:
    return "、".join(item["item"] for item in case["unqualified_items"]) or "项目未写明"


def missing(case: Answer) -> list[str]:
    """What the closure still lacks, in words."""
    return [Topic(topic).label for topic in case["missing"]]


def listed(case: Answer, now: datetime) -> dict[str, Any]:
    """A case as a line of a list."""
    return {
        "id": case["id"],
        "food": case["food_name"],
        "failed": failed_items(case),
        "side": CaseSide(case["side"]).label,
        "party": case["party_name"],
        "badge": state_of(case),
        "serious": case["report_class"] == ReportClass.SERIOUS,
        "region": case["region_code"],
        "received": day(case["received_at"]),
        "clock": clock_badge(case["next_duty"], now),
        "provisional": bool(case["next_duty"] and case["next_duty"]["provisional"]),
    }


def facts(case: Answer) -> list[tuple[str, str]]:
    """What the case is about, in the order of the page."""
    stop_sale = StopSaleState(case["stop_sale"]).label if case["stop_sale"] else "没有登记过停售"
    filing = case["filing_number"] or (
        f"不予立案：{case['not_filed_because']}" if case["not_filed_because"] else "还没有登记"
    )
    code = f"（{case['party_uscc']}）" if case["party_uscc"] else "（没有统一社会信用代码）"
    return [
        ("批号", case["lot_code"] or "没有批号"),
        ("当事人", f"{case['party_name']}{code}"),
        ("由谁办理", Handling(case["handling"]).label),
        ("检验报告", case["report_number"]),
        ("收到结论", moment(case["received_at"])),
        ("停售", stop_sale),
        ("立案", filing),
    ]


def conclusion_of(case: Answer) -> list[tuple[str, str]]:
    """Badges of the finding."""
    klass = ReportClass(case["report_class"])
    return [("danger", Conclusion(case["conclusion"]).label), (CLASS_BADGES[klass], klass.label)]


def progress(case: Answer, now: datetime) -> list[Mark]:
    """How far the case has come: what happened under each heading, and what its closure still lacks."""
    clocks = {code: [clock_of(c, now) for c in case["clocks"] if c["code"] == code] for code in (START, COMPLETION)}
    missing = set(map(Topic, case["missing"]))
    first = case["entries"][0] if case["entries"] else None
    marks = [
        Mark("done", "收到不合格（问题）结论", "已发生", text=f"检验报告{case['report_number']}。", when=_when(first))
    ]
    for topic in Topic:
        if topic is Topic.SERVED:
            marks.append(_serving(case, needed=topic in missing, now=now))
        elif mark := _topic(case, topic, clocks[START] if topic is Topic.STARTED else [], needed=topic in missing):
            marks.append(mark)
    marks.append(_end(case, clocks[COMPLETION]))
    return marks


def _topic(case: Answer, topic: Topic, clocks: Sequence[words.ClockWords], *, needed: bool) -> Mark | None:
    title = SHOWS[topic].act.removeprefix("登记")
    found = [entry for entry in case["entries"] if entry["kind"] in SHOWN_BY[topic]]
    if not found and not needed:
        return None
    said = "；".join(told for told in map(_told, found) if told != title)
    text, when = f"{said}。" if said else "", _when(found[-1] if found else None)
    if not needed:
        return Mark("done", title, "已登记", text=text, when=when, who=found[-1]["actor_name"], clocks=clocks)
    overdue = any(clock.kind == "overdue" for clock in clocks)
    kind = "overdue" if overdue else "now" if found or clocks else "todo"
    return Mark(kind, title, "还缺", text=text, when=when, clocks=clocks)


def _serving(case: Answer, *, needed: bool, now: datetime) -> Mark:
    open_ones = [notice for notice in case["notices"] if notice["served_at"] is None]
    done = [f"{notice['label']}{moment(notice['served_at'])}" for notice in case["notices"] if notice["served_at"]]
    text = "；".join(["已送达" + "、".join(done)] if done else []) or ""
    waiting = "、".join(f"{notice['label']}（{notice['name']}）" for notice in open_ones)
    clocks = [
        clock_of(clock, now, f"送达{notice['label']}")
        for notice in open_ones
        for clock in notice["clocks"]
        if ClockState(clock["state"]) in (ClockState.RUNNING, ClockState.BREACHED)
    ]
    if not open_ones:
        return Mark("done", "送达检验结论", "已送达", text=f"{text}。" if text else "")
    kind = "overdue" if any(clock.kind == "overdue" for clock in clocks) else "now" if needed else "todo"
    said = "。".join(part for part in (text, f"还没有送达{waiting}") if part)
    return Mark(kind, "送达检验结论", "还缺" if needed else "未送达", text=f"{said}。", clocks=clocks)


def _end(case: Answer, clocks: Sequence[words.ClockWords]) -> Mark:
    if case["state"] == CaseState.CLOSED:
        return Mark("done", "办结", CaseEnd(case["ended_because"]).label, when=moment(case["closed_at"]), clocks=clocks)
    kind = "overdue" if any(clock.kind == "overdue" for clock in clocks) else "todo"
    return Mark(kind, "办结", "未办结" if case["missing"] else "可以办结", clocks=clocks)


def _told(entry: Answer) -> str:
    """One entry in a few words: what, how much, under which number."""
    details = entry["details"]
    parts = [entry["label"]]
    if entry["quantity"] is not None:
        parts.append(f"{words.number(Decimal(entry['quantity']))}{entry['unit'] or ''}")
    elif entry["kind"] in (CaseStep.STOPPED_SALE, CaseStep.SEALED):
        parts.append("数量不清楚")
    parts += [str(details[name]) for name in ("number", "to") if details.get(name)]
    return "，".join([" ".join(parts), *([entry["note"]] if entry["note"] else [])])


def entry_row(entry: Answer) -> dict[str, str]:
    """One entry of the whole history."""
    return {
        "label": _told({**entry, "note": ""}) if "quantity" in entry else entry["label"],
        "when": moment(entry["at"]) + _entered_later(entry),
        "who": entry["actor_name"],
        "said": "；".join(part for part in [entry["note"], *entry["evidence"]] if part) or "没有",
    }


def _entered_later(entry: Answer) -> str:
    """`，补录于7月24日 09:30` where a step was written down more than a day after it happened."""
    recorded = entry.get("recorded_at")
    if not recorded or datetime.fromisoformat(recorded) - datetime.fromisoformat(entry["at"]) <= ENTERED_LATER:
        return ""
    return f"，补录于{moment(recorded)}"


def served(notice: Answer, steps: Sequence[Step], now: datetime) -> Served:
    clocks = [clock_of(clock, now) for clock in notice["clocks"]]
    overdue = any(clock.kind == "overdue" for clock in clocks)
    state = ("ok", "已送达") if notice["served_at"] else ("danger", "超期未送达") if overdue else ("warning", "未送达")
    method = f"，{ServiceMethod(notice['method']).label}" if notice["method"] else " 送达"
    when = f"{moment(notice['served_at'])}{method}" if notice["served_at"] else ""
    return Served(
        label=notice["label"],
        name=notice["name"],
        state=state,
        when=when,
        proof="、".join(notice["proof"]),
        late=_late_record(notice),
        waits=awaits_confirmation(notice),
        clocks=clocks,
        steps=steps,
    )


def _late_record(notice: Answer) -> str:
    """What a service that was written down on a later day means for publication; empty where it means nothing."""
    if awaits_confirmation(notice):
        return (
            f"送达是{moment(notice['recorded_at'])}补记的：公布要等期限从登记之日另行算满；"
            "由登记人以外的食安办人员确认送达日期属实的，不再另等。"
        )
    if notice["is_late_record"] and notice["confirmed_at"]:
        return f"送达是补记的，另一人已于{moment(notice['confirmed_at'])}确认属实，公布按送达日期计算期限。"
    return ""


def contests(objections: Sequence[Answer], retests: Sequence[Answer]) -> list[dict[str, Any]]:
    """Objections and re-tests in one list, the latest first."""
    found = [
        {
            "address": f"/objections/{each['id']}",
            "title": f"异议：{ObjectionKind(each['kind']).label}",
            "who": each["applicant_name"],
            "at": each["filed_at"],
            "badge": objection_badge(each),
            "late": each["is_late"],
        }
        for each in objections
    ] + [
        {
            "address": f"/retests/{each['id']}",
            "title": f"复检：{'、'.join(each['items'])}",
            "who": each["applicant_name"],
            "at": each["applied_at"],
            "badge": retest_badge(each),
            "late": each["is_late"],
        }
        for each in retests
    ]
    return [
        contest | {"when": moment(contest["at"])}
        for contest in sorted(found, key=lambda contest: contest["at"], reverse=True)
    ]


def objection_badge(objection: Answer) -> tuple[str, str]:
    state = ObjectionState(objection["state"])
    open_ones = (ObjectionState.RECEIVED, ObjectionState.SUPPLEMENT_AWAITED, ObjectionState.ACCEPTED)
    return ("warning" if state in open_ones else "danger" if state is ObjectionState.UPHELD else "ok"), state.label


def retest_badge(retest: Answer) -> tuple[str, str]:
    state = RetestState(retest["state"])
    ended = (RetestState.TOLD, RetestState.REFUSED, RetestState.WITHDRAWN)
    return ("ok" if state in ended else "warning"), state.label


def moment(text: str | None) -> str:
    return words.full_time(datetime.fromisoformat(text)) if text else ""


def day(text: str) -> str:
    return words.full_time(datetime.fromisoformat(text)).split(" ")[0]


def _when(entry: Answer | None) -> str:
    return moment(entry["at"]) if entry else ""
