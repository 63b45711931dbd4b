"""The steps of a recall and of its notices, and how far it is, in words. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from gateway.web.row_forms import RowForm
from gateway.web.steps import Field, Step
from gateway.web.traceability.trace_services import amount, moment
from gateway.web.visitors import RECALL_DECIDERS
from gateway.web.words import number

Answer = Mapping[str, Any]

LEVELS = (("1", "一级（危害最重）"), ("2", "二级"), ("3", "三级"))
_WHO = frozenset(RECALL_DECIDERS)
GRADE = Step(
    "grade",
    "定级",
    _WHO,
    (Field("level", "召回等级", "choice", options=LEVELS), Field("reason", "为什么定这一级", "words")),
    "改级以后期限按新的级别从头计。",
)
NOTICES = Step("notices", "发出召回通知", _WHO, (), "向范围内每一家发出通知，发出即启动召回，不能收回。")
EXTENSION = Step("extensions", "扩大范围", _WHO, (), "按现在看得到的记录再追一次，把新查到的持有人加进来。")
CLOSURE = Step(
    "closure",
    "结束召回",
    _WHO,
    (
        Field("reason", "结束的依据", "words"),
        Field("scope_note", "范围没有追到底的，为什么已经足够", "words", required=False),
    ),
    "还缺什么会一次列全；不缺才能结束。",
)
END_REHEARSAL = Step(
    "closure",
    "结束演练",
    _WHO,
    (
        Field("reason", "演练小结", "words"),
        Field("scope_note", "范围没有追到底的，为什么已经足够", "words", required=False),
    ),
    "结束即算出用时和得分。",
)
WITHDRAWAL = Step("withdrawal", "撤销", _WHO, (Field("reason", "为什么撤销", "words"),), "解除因它作出的锁定。")
ACKNOWLEDGEMENT = Step(
    "acknowledgement",
    "代记已收到",
    _WHO,
    (Field("note", "怎样确认的", hint="如 已电话通知"),),
    "电话确认的，由机关代记。",
)
VERIFICATION = Step("verification", "现场核实", _WHO, (Field("note", "看到什么", "words", required=False),))
NOTICE_STEPS = (ACKNOWLEDGEMENT, VERIFICATION)


def steps_of(recall: Answer) -> tuple[Step, ...]:
    """All steps that a recall, or a rehearsal, may have."""
    if recall["rehearsal"]:
        return (END_REHEARSAL, EXTENSION, WITHDRAWAL)
    return (GRADE, NOTICES, EXTENSION, CLOSURE, WITHDRAWAL)


def offered(recall: Answer) -> list[Step]:
    """Those that are possible now."""
    if recall["closed_at"] is not None:
        return []
    notified, graded = recall["state"] == "notified", recall["level"] is not None
    if recall["rehearsal"]:
        return list(steps_of(recall))
    first = ([] if notified else [NOTICES] if graded else [GRADE]) + ([CLOSURE] if notified else [])
    return [*first, EXTENSION, *([GRADE] if graded else []), WITHDRAWAL]


def offered_on(notice: Answer, recall: Answer) -> list[Step]:
    if recall["state"] != "notified":
        return []
    first = [] if notice["acknowledged_at"] else [ACKNOWLEDGEMENT]
    return first + ([VERIFICATION] if notice["reported_at"] and not notice["verified_at"] else [])


def opening(code: str, product: str, places: Sequence[tuple[str, str]], *, rehearsal: bool) -> RowForm:
    """The form by which a recall, or a rehearsal, begins."""
    level = (
        ()
        if rehearsal
        else (Field("level", "召回等级", "select", "可以先立项，后定级", False, (("", "以后定"), *LEVELS)),)
    )
    return RowForm(
        "开始演练" if rehearsal else "立项召回",
        (
            Field("code", "码", value=code),
            Field("product_name", "品名", value=product),
            Field("reason", "演练题目" if rehearsal else "为什么召回", "words"),
            *level,
            Field("region_code", "召回机关", "select", options=tuple(places)),
        ),
        lead=(
            "从码往下追，冻结范围，计时到结束为止。不通知任何人，不锁定货品，不计期限。"
            if rehearsal
            else "从码往下追，冻结范围，随即锁定各家手里的批次；定级以后再发通知。"
        ),
    )


def notice_row(notice: Answer, place: str, steps: Sequence[Step], *, rehearsal: bool) -> dict[str, Any]:
    """A holder: how far he is, what he has reported. In a rehearsal he is told nothing."""
    standing = next(
        (badge for moment_name, badge in _STANDING if notice[moment_name] is not None),
        ("unknown", "演练，不通知" if rehearsal else "还没有发通知"),
    )
    return {
        "id": notice["id"],
        "who": notice["holder_name"],
        "place": f"{place}{'（外区）' if notice['cross_region'] else ''}",
        "badge": standing,
        "lines": [_line(line) for line in notice["lines"]],
        "evidence": len(notice["evidence"]),
        "steps": steps,
        "when": moment(notice["reported_at"] or notice["acknowledged_at"] or notice["sent_at"]),
    }


_STANDING = (
    ("verified_at", ("ok", "已核实")),
    ("reported_at", ("running", "已报告")),
    ("acknowledged_at", ("warning", "已收到，没有报告")),
    ("sent_at", ("danger", "没有确认收到")),
)


def _line(line: Answer) -> str:
    said = f"{line['name']}：账上还应有{amount(line['left'], line['unit'])}，已卖出{amount(line['sold'], line['unit'])}"
    if line["stock"] is None:
        return f"{said}；没有报告"
    told = f"封存{_plain(line['stock'])}，退回{_plain(line['returned'])}，销毁{_plain(line['destroyed'])}"
    return f"{said}；{told}{'，多于账上' if line['exceeds_records'] else ''}"


def _plain(quantity: str | None) -> str:
    return number(Decimal(quantity or 0))


def recovered(progress: Answer) -> list[dict[str, str]]:
    """How much has come back, by unit."""
    return [
        {
            "out": amount(one["out"], one["unit"]),
            "back": amount(one["recovered"], one["unit"]),
            "share": f"{one['share']}%" if one["share"] is not None else "算不出：有记录没写数量",
        }
        for one in progress["recovered"]
    ]


def history(recall: Answer) -> list[dict[str, str]]:
    return [
        {
            "label": entry["label"],
            "when": moment(entry["at"]),
            "who": entry["actor_name"] or "平台",
            "said": entry["says"] or "没有",
        }
        for entry in recall["entries"]
    ]


def numbered(recall: Answer) -> list[dict[str, Any]]:
    """The history as a step's page counts it."""
    return [{**entry, "number": place} for place, entry in enumerate(recall["entries"], start=1)]


def rehearsal_words(recall: Answer, now: datetime) -> dict[str, str] | None:
    """The report of a rehearsal: its time and score, or how long it has run."""
    if not recall["rehearsal"]:
        return None
    result = recall["rehearsal_result"]
    if result is None:
        ran = (now - datetime.fromisoformat(recall["opened_at"])).total_seconds() / 60
        return {"minutes": f"已用{ran:.0f}分钟", "score": "没有结束", "links": "", "gaps": ""}
    return {
        "minutes": f"{number(Decimal(result['minutes']), 1)}分钟",
        "score": f"{number(Decimal(result['score']), 1)}分",
        "links": str(result["links"]),
        "gaps": str(result["gaps"]),
    }
