"""Evaluations as pages show them: the tree of clauses with the scores of every stage, steps, tasks. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from gateway.web import words
from gateway.web.sampling.whistle_timeline import clock_of
from shared.contracts.evaluations import (
    ClaimState,
    EvidenceState,
    ReadingState,
    RunState,
    Stage,
    TaskState,
    UnitPart,
)

Answer = Mapping[str, Any]

CLASSES = {"group": "", "key": "关键项", "basic": "基本项", "bonus": "鼓励项", "veto": "否决项"}
VERDICTS = {
    "passed": ("ok", "达标"),
    "failed": ("danger", "未达标"),
    "undetermined": ("unknown", "尚不能确定"),
    "not_asked": ("unknown", "细则不设结论"),
}
RUNS = {RunState.OPEN: "running", RunState.CONCLUDED: "ok", RunState.ABANDONED: "unknown"}
FILES = {EvidenceState.SUBMITTED: "warning", EvidenceState.ACCEPTED: "ok", EvidenceState.RETURNED: "danger"}
CLAIMS = {ClaimState.PENDING: "warning", ClaimState.APPROVED: "ok", ClaimState.REFUSED: "danger"}
TASKS = {TaskState.OPEN: "running", TaskState.REPORTED: "warning", TaskState.DONE: "ok", TaskState.WITHDRAWN: "unknown"}
RUN_ENTRIES = {
    "begun": "开始评价",
    "publicised": "登记公示",
    "stage_closed": "结束阶段",
    "concluded": "作出结论",
    "abandoned": "终止评价",
}
TASK_ENTRIES = {
    "reported": "上报完成",
    "accepted": "核对属实",
    "returned": "退回",
    "reminded": "催办",
    "withdrawn": "撤销",
}


@dataclass(frozen=True)
class ClauseRow:
    """One node of the scheme as a line: `cells` are its scores by stage, `lacks` how many pieces of evidence."""

    code: str
    title: str
    depth: int
    kind: str
    points: str
    lead: str
    cells: list[tuple[str, str]]
    badge: tuple[str, str] | None
    lacks: int
    is_group: bool


def listed(run: Answer) -> dict[str, Any]:
    """A run as a line of the list."""
    state = RunState(run["state"])
    label = state.label
    if run["passed"] is not None:
        label = "通过" if run["passed"] else "不通过"
    stage = f"：{Stage(run['stage']).label}" if run["stage"] else ""
    look = RUNS[state] if run["passed"] is not False else "danger"
    return dict(run) | {"badge": (look, label + stage), "when": _moment(run["begun_at"])}


def stages_of(run: Answer, table: Answer, now: datetime) -> list[dict[str, Any]]:
    """Each stage: where it stands, its score, its time limit."""
    scores = {one["stage"]: one for one in table["scorings"]}
    clocks = {one["triggered_at"]: one for one in run["clocks"] if one["code"] == "evaluation_stage"}
    found = []
    for one in run["stages"]:
        scoring = scores.get(one["stage"])
        badge = ("unknown", "未开始")
        if one["closed_at"]:
            badge = ("ok", "已结束")
        elif one["opened_at"]:
            badge = ("running", "进行中")
        clock = clocks.get(one["opened_at"])
        found.append(
            {
                "label": one["label"],
                "badge": badge,
                "score": f"{scoring['shown']} / {plain(scoring['maximum'])}" if scoring else "",
                "verdict": VERDICTS[scoring["verdict"]] if scoring else None,
                "clock": clock_of(clock, now) if clock and not one["closed_at"] else None,
                "when": "～".join(_moment(at) for at in (one["opened_at"], one["closed_at"]) if at),
                "days": one["days"],
            }
        )
    return found


def tree(nodes: Sequence[Answer], table: Answer, vetoes: Sequence[Answer], files: Sequence[Answer]) -> list[ClauseRow]:
    """Every node of the scheme, groups before their parts, with its scores of the stages in `table`."""
    scores = {one["code"]: {score["stage"]: score for score in one["stages"]} for one in table["clauses"]}
    holds = {one["code"]: one["holds"] for one in vetoes}
    stages = [one["stage"] for one in table["scorings"]]
    rows = []
    for node, depth in _walk(nodes):
        own = scores.get(node["code"], {})
        last = own.get(stages[-1]) if stages else None
        rows.append(
            ClauseRow(
                code=node["code"],
                title=node["title"],
                depth=depth,
                kind=CLASSES[node.get("node_class", "group")],
                points=plain(node["points"]) if node.get("points") is not None else "",
                lead="、".join(node.get("lead", ())),
                cells=[(Stage(stage).label, _score(own.get(stage))) for stage in stages],
                badge=_badge(last, holds.get(node["code"])),
                lacks=len(missing_evidence(node, files)),
                is_group=bool(node.get("parts")),
            )
        )
    return rows


def node_of(nodes: Sequence[Answer], code: str) -> Answer | None:
    return next((node for node, _ in _walk(nodes) if node["code"] == code), None)


def missing_evidence(node: Answer, files: Iterable[Answer]) -> list[str]:
    """The pieces that a clause asks for and nobody has sent, or that were returned."""
    there = {
        file["requirement"]
        for file in files
        if file["clause_code"] == node["code"] and file["state"] != EvidenceState.RETURNED
    }
    return [label for label in node.get("evidence", ()) if label not in there]


def inputs_of(node: Answer, inputs: Mapping[str, Answer]) -> list[tuple[str, Answer]]:
    """The data that a clause's formulas name, in the order in which they do."""
    found = dict.fromkeys(name for text in _texts(node.get("rule") or {}) for name in re.findall(r"[a-z]\w*", text))
    return [(name, inputs[name]) for name in found if name in inputs]


def readings_shown(snapshot: Answer | None, inputs: Mapping[str, Answer]) -> list[dict[str, Any]]:
    """The last readings: value or the word for why there is none, as-of time, and the way to the rows."""
    if snapshot is None:
        return []
    rows = []
    for one in snapshot["readings"]:
        state = ReadingState(one["state"])
        unit = inputs.get(one["name"], {}).get("unit") or ""
        text = state.label
        if one["peers"] is not None:
            text = f"{len(one['peers'])} 个同级地区"
        elif one["low"] is not None:
            text = f"{plain(one['low'])}～{plain(one['high'])} {unit}"
        elif one["value"] is not None:
            text = f"{plain(one['value'])} {unit}"
        rows.append(
            {
                "label": inputs.get(one["name"], {}).get("label", one["name"]),
                "text": text.strip(),
                "known": state in (ReadingState.VALUE, ReadingState.ZERO),
                "when": _moment(one["as_of"]) if one["as_of"] else "",
                "note": one["reason"] or one["source"],
                "reference": one["reference"],
                "id": one["id"],
            }
        )
    return rows


def file_shown(file: Answer) -> dict[str, Any]:
    state = EvidenceState(file["state"])
    return dict(file) | {
        "badge": (FILES[state], state.label),
        "when": _moment(file["submitted_at"]),
        "size_words": f"{Decimal(file['size']) / 1024 / 1024:.1f} MB"
        if file["size"] >= 100 * 1024
        else f"{max(1, file['size'] // 1024)} KB",
    }


def claim_shown(claim: Answer) -> dict[str, Any]:
    state = ClaimState(claim["state"])
    effect = "不计入应得分" if claim["effect"] == "exclude" else "得满分"
    return dict(claim) | {"badge": (CLAIMS[state], state.label), "effect_words": effect}


def statement_shown(statement: Answer) -> dict[str, Any]:
    """What somebody stated, in a line."""
    content = statement["content"]
    said = "撤回" if content is None else _said(statement["kind"], content)
    second = f"；{statement['seconded_by_name']}复核" if statement["seconded_by_name"] else ""
    return {
        "label": f"{Stage(statement['stage']).label}：{said}{second}",
        "when": _moment(statement["stated_at"]),
        "who": statement["stated_by_name"],
        "said": statement["reason"] or (content or {}).get("reason", ""),
    }


def task_shown(task: Answer, now: datetime) -> dict[str, Any]:
    """A task as a line: units apart, state, time limit."""
    state = TaskState(task["state"])
    names: dict[UnitPart, list[str]] = {UnitPart.LEAD: [], UnitPart.JOIN: []}
    for unit in task["units"]:
        names[UnitPart(unit["part"])].append(unit["name"])
    return dict(task) | {
        "badge": (TASKS[state], state.label),
        "lead": "、".join(names[UnitPart.LEAD]),
        "join": "、".join(names[UnitPart.JOIN]),
        "clock_words": clock_of(task["clock"], now) if task["clock"] else None,
    }


def history(entries: Iterable[Answer], labels: Mapping[str, str]) -> list[dict[str, Any]]:
    """A history with its steps in words; `label` is also what a step page says others did."""
    return [
        dict(entry)
        | {
            "label": labels.get(entry["kind"], entry["kind"])
            + (f"：{Stage(entry['stage']).label}" if entry.get("stage") else ""),
            "when": _moment(entry["at"]),
            "who": entry["actor_name"],
            "said": entry["note"],
        }
        for entry in entries
    ]


def plain(value: object) -> str:
    """A decimal as people write it."""
    return words.number(round(Decimal(str(value)), 4))


def score_words(low: object, high: object) -> str:
    """`8.5`, or from what is certain to what the unknown may still bring."""
    return plain(low) if Decimal(str(low)) == Decimal(str(high)) else f"{plain(low)}～{plain(high)}"


def _walk(nodes: Sequence[Answer], depth: int = 0) -> Iterator[tuple[Answer, int]]:
    for node in nodes:
        yield node, depth
        yield from _walk(node.get("parts", ()), depth + 1)


def _texts(rule: Any) -> Iterator[str]:
    if isinstance(rule, str):
        yield rule
    elif isinstance(rule, Mapping):
        for name, part in rule.items():
            if name not in ("kind", "code", "label", "name"):
                yield from _texts(part)
    elif isinstance(rule, list | tuple):
        for part in rule:
            yield from _texts(part)


def _score(score: Answer | None) -> str:
    if score is None:
        return ""
    return "不适用" if score["state"] == "not_applicable" else score_words(score["low"], score["high"])


def _badge(score: Answer | None, holds: str | None) -> tuple[str, str] | None:
    if holds is not None:
        return {"yes": ("ok", "未触发"), "no": ("danger", "已触发"), "unknown": ("unknown", "不能确定")}[holds]
    if score is None or score["state"] == "not_applicable":
        return None
    if score["state"] == "uncertain":
        return "unknown", "有未知"
    return None if Decimal(score["low"]) == Decimal(score["maximum"]) else ("warning", "有失分")


def _said(kind: str, content: Answer) -> str:
    match kind:
        case "mark":
            level = f"（{content['level']}）" if content.get("level") else ""
            return f"评 {content['points']} 分{level}"
        case "faults":
            found = [code for code, wrong in content.items() if wrong]
            return f"扣分项：{'、'.join(found)}" if found else "没有扣分项"
        case "site":
            return f"{content['name']}得 {content['points']} / {content['maximum']}"
        case "peers":
            return f"填报 {len(content['values'])} 个同级地区的值"
    value = content["value"]
    if isinstance(value, Mapping):
        return f"填报 {value['low']}～{value['high']}" if value.get("low") is not None else "填报没有值"
    return f"填报 { ({True: '是', False: '否'}[value] if isinstance(value, bool) else value) }"


def _moment(text: str) -> str:
    return words.full_time(datetime.fromisoformat(text))


def readings_words(stated: Any, unit: str) -> str:
    """A value as it was stated, with its unit; what nobody stated has no data, and a state is none."""
    if isinstance(stated, Mapping):
        if stated.get("low") is not None:
            return f"{plain(stated['low'])}～{plain(stated['high'])} {unit}".strip()
        states = {"missing": "暂无数据", "not_applicable": "不适用", "not_due": "未到期"}
        return states.get(stated["state"]) or readings_words(stated["value"], unit)
    if stated is None:
        return "暂无数据"
    return {True: "是", False: "否"}[stated] if isinstance(stated, bool) else f"{stated} {unit}".strip()
