"""What a disposal hands on: recall requests (召回请求) to traceability, suspected violations (案件线索) to inspection.

What is decided on each, by whom, and how it is told. Pure.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from gateway.web import words
from gateway.web.sampling.report_words import moment
from gateway.web.steps import Answer, Field, Step
from gateway.web.visitors import CASE_DECIDERS, RECALL_DECIDERS
from shared.contracts.codes import Unit
from shared.contracts.inspection import CaseRequestState
from shared.contracts.statutory_sampling import CaseSide, Link, Stream
from shared.contracts.traceability import HoldState, RecallRequestState

BADGES = {"pending": "warning", "accepted": "ok", "declined": "unknown", "withdrawn": "unknown"}

Facts = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Transfer:
    """One kind of request: whose it is, where its pages are, what is decided on it and by whom."""

    unit: Unit
    path: str
    title: str
    lead: str
    empty: str
    states: Mapping[str, str]
    steps: Sequence[Step]
    line: Callable[[Answer], dict[str, str]]
    facts: Callable[[Answer], Facts]

    @property
    def address(self) -> str:
        return self.path.removeprefix("/v1")


def _recall_line(request: Answer) -> dict[str, str]:
    lot = request["lot_code"]
    return {"whom": request["sampled_party_name"], "beside": f"批号{lot}" if lot else "没有写明批号"}


def _case_line(request: Answer) -> dict[str, str]:
    return {"whom": request["party_name"], "beside": CaseSide(request["side"]).label}


def _recall_facts(request: Answer) -> Facts:
    hold = request["hold"]
    held = f"{HoldState(hold['state']).label}，{moment(hold['held_at'])}起" if hold else "没有批次可锁"
    return [
        *_about_the_sample(request),
        ("被抽样单位", _coded(request["sampled_party_name"], request["sampled_party_uscc"])),
        ("标称生产者", _coded(request["producer_name"] or "没有写明", request["producer_uscc"])),
        ("批次锁定", held),
    ]


def _case_facts(request: Answer) -> Facts:
    items = "；".join(f"{each['item']}：{each['result']}" for each in request["unqualified_items"])
    return [
        ("当事人", _coded(request["party_name"], request["party_uscc"])),
        ("环节", CaseSide(request["side"]).label),
        ("一户一档", "已对上登记的主体" if request["business_id"] else "没有对上登记的主体，由抽样地点所在地办理"),
        *_about_the_sample(request),
        ("不合格项目", items or "报告没有列出项目"),
        *((("立案号", request["filing_number"]),) if request["filing_number"] else ()),
    ]


RECALL = Transfer(
    Unit.TRACEABILITY,
    "/v1/recall-requests",
    "召回请求",
    "核查处置要求的召回。写明批号的，收到时已经锁定；不予受理不解除锁定。",
    "核查处置要求召回后，这里会自动出现。",
    {each.value: each.label for each in RecallRequestState},
    (
        Step(
            "acceptance",
            "受理",
            frozenset(RECALL_DECIDERS),
            (Field("note", "说明", "words", "如：已通知生产者启动召回", required=False),),
        ),
        Step(
            "decline",
            "不予受理",
            frozenset(RECALL_DECIDERS),
            (Field("reason", "不予受理的书面理由", "words"),),
            "批次锁定不因此解除：不予受理不等于证明它安全。",
        ),
    ),
    _recall_line,
    _recall_facts,
)
CASE = Transfer(
    Unit.INSPECTION,
    "/v1/case-requests",
    "案件线索",
    "核查处置移送的涉嫌违法行为，在期限内决定是否立案。",
    "核查处置移送案件线索后，这里会自动出现，并开始计时。",
    {each.value: each.label for each in CaseRequestState},
    (
        Step(
            "acceptance",
            "立案",
            frozenset(CASE_DECIDERS),
            (
                Field("filing_number", "立案号"),
                Field("filed_at", "立案时间", "moment", "不填就是现在", required=False),
                Field("note", "说明", "words", required=False),
            ),
        ),
        Step(
            "decline",
            "不予立案",
            frozenset(CASE_DECIDERS),
            (
                Field("reason", "不予立案的书面理由", "words"),
                Field("decided_at", "决定时间", "moment", "不填就是现在", required=False),
            ),
        ),
    ),
    _case_line,
    _case_facts,
)


def listed(kind: Transfer, request: Answer) -> dict[str, Any]:
    """A request as a line of a list."""
    return {
        **request,
        **kind.line(request),
        "badge": (BADGES[request["state"]], kind.states[request["state"]]),
        "when": moment(request["requested_at"]),
        "address": f"{kind.address}/{request['id']}",
    }


def offered(kind: Transfer, request: Answer) -> Sequence[Step]:
    return kind.steps if request["state"] == "pending" else ()


def _about_the_sample(request: Answer) -> Facts:
    return [
        ("食品", request["food_name"]),
        ("抽样单编号", request["sample_number"] or "没有编号"),
        ("任务", f"{Stream(request['stream']).label}，{Link(request['link']).label}环节"),
        ("抽样日期", _day(request["sampled_on"])),
        ("批号", request["lot_code"] or "没有写明"),
        ("生产日期", _day(request["production_date"]) if request["production_date"] else "没有写明"),
    ]


def _coded(name: str, uscc: str | None) -> str:
    return f"{name}（{uscc}）" if uscc else name


def _day(text: str) -> str:
    return words.day_words(date.fromisoformat(text))
