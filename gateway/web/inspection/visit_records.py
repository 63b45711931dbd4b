"""One visit as it stands: its verdict and how it was reached, who signed, both sides of disputes, publishing it."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import Services, ServicesHere
from gateway.web import words
from gateway.web.inspection.inspection import Answer, ask, entry_row, moment, told, told_one
from gateway.web.inspection.inspection_files import ADDRESS as FILES
from gateway.web.inspection.visit_form_content import position_words, said
from gateway.web.inspection.visit_form_fields import FINDINGS, KINDS, RECUSALS
from gateway.web.inspection.visit_form_pages import disputes_of
from gateway.web.inspection.visits import listed
from gateway.web.pages import render
from gateway.web.step_pages import Subject, show_step, take_step
from gateway.web.steps import Field, Step
from gateway.web.visitors import FIELD_OFFICERS, VISIT_MAKERS, CanReadInspections, Visitor
from shared import times
from shared.contracts.codes import Role, Unit
from shared.contracts.inspection import BusinessKind
from shared.database import Session

router = APIRouter(include_in_schema=False)

ARRIVED = {
    "finished": ("ok", "检查已结束，结果已形成。"),
    "quarantined": ("warning", "已存到平台，但有疑点，待食安办核实后才计入记录。内容不会丢。"),
    "waiting": ("warning", "已存到平台；它所依据的上一版还没有到，到了会自动接上。"),
    "filed": ("warning", "这一份先前经核实不采用；内容仍保存。"),
    "publication": ("ok", "检查结果已公布。"),
}
PUBLICATION = Step(
    "publication",
    "公布检查结果",
    frozenset({Role.FOOD_SAFETY_OFFICE, Role.INSPECTOR}),
    (Field("note", "说明", "words", "更正以后再次公布的，写明原因", required=False),),
    "公布以后人人可看。先前公布的保留，标为不是现行的。",
)


@router.get("/visits/records/{record_id}")
async def record_page(
    request: Request,
    visitor: CanReadInspections,
    services: ServicesHere,
    session: Session,
    record_id: UUID,
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """One visit: its verdict and how it was reached, what was found, who signed, both sides of every dispute."""
    record = await ask(services, visitor, f"/v1/visit-records/{record_id}")
    content = record["content"] or {}
    pinned = content.get("checklist")
    path = f"/v1/checklists/{pinned['code']}/versions/{pinned['number']}" if pinned else ""
    (checklist, told_list), (corrections, told_corrections), (business, told_business) = await asyncio.gather(
        told_one(services, visitor, path) if path else _nobody(),
        told(services, visitor, "/v1/corrections", visit=str(record_id)),
        told_one(services, visitor, f"/v1/businesses/{record['business_id']}") if record["business_id"] else _nobody(),
    )
    shown = await listed(session, record)
    judged = record["judgements"][-1] if record["judgements"] else None
    return render(
        request,
        "inspection/visit_record.html",
        record=record,
        shown=shown | {"name": business["name"] if business else shown["name"]},
        content=content,
        facts=_facts(record, content, business),
        judged=judged,
        groups=_answer_groups(content, checklist),
        people=_people(content),
        photos=[each["sha256"] for each in content.get("files", [])],
        disputes=disputes_of(record),
        corrections=corrections,
        publications=[{**each, "when": moment(each["published_at"])} for each in record["publications"]],
        due=_publication_due(record),
        entries=[entry_row({**each, "evidence": ()}) for each in record["entries"]],
        versions=[_version(each) for each in record["versions"]],
        may_edit=visitor.actor.has(*VISIT_MAKERS) and record["content"] is not None,
        may_publish=visitor.actor.has(*PUBLICATION.roles) and record["formed_at"] is not None,
        handles=visitor.actor.has(*FIELD_OFFICERS),
        notice=ARRIVED.get(done),
        silent=not all((told_list, told_corrections, told_business)),
        files=FILES,
    )


@router.get("/visits/records/{record_id}/publication")
async def publication_form(
    request: Request, visitor: CanReadInspections, services: ServicesHere, record_id: UUID
) -> Response:
    return show_step(request, await _subject(services, visitor, record_id), PUBLICATION)


@router.post("/visits/records/{record_id}/publication")
async def publish(request: Request, visitor: CanReadInspections, services: ServicesHere, record_id: UUID) -> Response:
    async def now() -> Subject:
        return await _subject(services, visitor, record_id)

    path, address = f"/v1/visit-records/{record_id}", f"/visits/records/{record_id}"
    return await take_step(request, services, visitor.caller, PUBLICATION, path, address, now, unit=Unit.INSPECTION)


async def _subject(services: Services, visitor: Visitor, record_id: UUID) -> Subject:
    record = await ask(services, visitor, f"/v1/visit-records/{record_id}")
    address = f"/visits/records/{record_id}"
    offered = [PUBLICATION] if record["formed_at"] and visitor.actor.has(*PUBLICATION.roles) else []
    return Subject(
        title=f"{dict(KINDS).get(record['kind'], '')}，{moment(record['began_at'])}",
        state=record["state_label"],
        crumbs=[("检查记录", "/visits/records"), ("这次检查", address)],
        address=address,
        offered=offered,
        version=str(record["version"]),
    )


async def _nobody() -> tuple[dict[str, Any] | None, bool]:
    return None, True


def _facts(record: Answer, content: Answer, business: Answer | None) -> list[tuple[str, str | None]]:
    position = content.get("position")
    where = position_words(position) if position else content.get("position_missing") or "没有写明"
    kind = content.get("business_kind")
    return [
        ("检查类型", dict(KINDS).get(record["kind"], record["kind"])),
        ("业态", BusinessKind(kind).label if kind else ""),
        ("地址", business["address"] if business else ""),
        ("开始", moment(record["began_at"])),
        ("结束", moment(record["ended_at"])),
        ("出示证件", said("", content.get("identity_shown"))),
        (
            "回避",
            dict(RECUSALS).get(content.get("recusal") or "", "没有填")
            + (f"：{note}" if (note := content.get("recusal_note")) else ""),
        ),
        ("定位", where),
        ("综合意见", content.get("conclusion") or "没有填"),
    ]


def _people(content: Answer) -> list[dict[str, str]]:
    """Who was there and whose signature stands where."""
    signed = {(each["role"], each["name"]): each for each in content.get("signatures", [])}
    people = [
        {"who": "检查人员", "name": each["name"], **_signature(signed.get(("inspector", each["name"])))}
        for each in content.get("inspectors", [])
    ]
    people += [
        {"who": "被检查单位", "name": name, **_signature(each)}
        for (role, name), each in signed.items()
        if role == "business"
    ]
    if refusal := content.get("refusal"):
        people.append(
            {
                "who": "拒绝签名",
                "name": f"{refusal['note']}；见证人{refusal['witness']}",
                "sha256": refusal["video"],
                "when": "录像",
            }
        )
    return people


def _signature(each: Mapping[str, Any] | None) -> dict[str, str]:
    return {"sha256": each["sha256"], "when": moment(each["signed_at"])} if each else {"sha256": "", "when": "没有签名"}


def _answer_groups(content: Answer, checklist: Answer | None) -> list[tuple[str, str, list[dict[str, Any]]]]:
    """Answers by what was found, failures first: (label, badge, items with their words)."""
    items = (
        {item["number"]: item for section in checklist["content"]["sections"] for item in section["items"]}
        if checklist
        else {}
    )
    answers = content.get("answers", {})
    order = list(items) or list(answers)
    badges = {"failed": "danger", "unknown": "unknown", "not_applicable": "unknown", "passed": "ok"}
    found = []
    for finding in ("failed", "unknown", "not_applicable", "passed"):
        numbers = [number for number in order if answers.get(number, {"finding": "unknown"})["finding"] == finding]
        rows = [
            {
                "number": number,
                "text": items.get(number, {}).get("text", ""),
                "key": items.get(number, {}).get("key", False),
                "reason": answers.get(number, {}).get("reason", ""),
                "photos": answers.get(number, {}).get("photos", []),
            }
            for number in numbers
        ]
        if rows:
            found.append((dict(FINDINGS)[finding], badges[finding], rows))
    return found


def _publication_due(record: Answer) -> str:
    due = record["publication_due_at"]
    if not due or record["publications"]:
        return ""
    return words.clock_words("", datetime.fromisoformat(due), times.now()).words


def _version(version: Answer) -> dict[str, str]:
    skew = version["skew_ms"]
    clock = "时钟误差不明" if skew is None else f"时钟差{abs(skew) / 1000:.0f}秒"
    return {
        "sha256": version["sha256"],
        "author": version["author_name"],
        "device": version["device"],
        "saved": moment(version["saved_at"]),
        "received": moment(version["received_at"]),
        "by": "" if version["handed_in_by"] == version["author_id"] else f"由{version['handed_in_name']}代传",
        "clock": clock + ("，中途拨动过" if version["clock_moved"] else ""),
        "counts": "" if version["admitted"] else "没有计入",
    }
