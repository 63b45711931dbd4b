"""Supervision visits: what an officer does today, follow-up visits, records of visits, one record, publishing it."""

import asyncio
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import Services, ServicesHere
from gateway.web import words
from gateway.web.boards import ROWS_A_PAGE
from gateway.web.inspection import Answer, ask, day, entry_row, moment, told, told_one
from gateway.web.inspection_files import ADDRESS as FILES
from gateway.web.pages import render
from gateway.web.regions import places_below, region_name
from gateway.web.step_pages import Subject, show_step, take_step
from gateway.web.steps import Field, Step
from gateway.web.visit_form_content import said
from gateway.web.visit_form_fields import FINDINGS, KINDS, RECUSALS
from gateway.web.visit_form_pages import disputes_of
from gateway.web.visitors import FIELD_OFFICERS, VISIT_MAKERS, CanReadInspections, Visitor
from shared import times
from shared.contracts.codes import Role, Unit
from shared.contracts.inspection import BusinessKind, VisitOutcome, VisitState
from shared.database import Session

router = APIRouter(include_in_schema=False)

SHOWN_TODAY = 15
STATE_BADGES = {
    "waiting": "unknown",
    "quarantined": "warning",
    "draft": "running",
    "incomplete": "warning",
    "awaiting_files": "warning",
    "complete": "ok",
}
STATES = (
    ("draft", "检查中"),
    ("incomplete", "要素不齐"),
    ("awaiting_files", "等待附件"),
    ("complete", "完整"),
    ("quarantined", "待核（隔离）"),
)
UNFINISHED = frozenset({"draft", "incomplete", "awaiting_files"})
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


@router.get("/visits")
async def today(
    request: Request,
    visitor: CanReadInspections,
    services: ServicesHere,
    session: Session,
    q: Annotated[str, Query(max_length=60)] = "",
) -> Response:
    """What an officer has to do: bounded lists, what is due first in front; whom to visit is found by name."""
    if not visitor.actor.has(*VISIT_MAKERS):
        return await records(request, visitor, services, session)
    limit, now = str(SHOWN_TODAY), times.now()
    (follow_ups, one), (open_records, two), (corrections, three), (planned, four), (found, five) = await asyncio.gather(
        told(services, visitor, "/v1/visits", state=VisitState.SCHEDULED.value, most=limit),
        _unfinished(services, visitor),
        told(services, visitor, "/v1/corrections", state="reported", order="due", most=limit),
        _planned(services, visitor, times.day_of(now)),
        told(services, visitor, "/v1/businesses", q=q, status="active", most=limit) if q.strip() else _nothing(),
    )
    return render(
        request,
        "visits_today.html",
        tabs=tabs(visitor),
        follow_ups=[listed_follow_up(each, now) for each in follow_ups],
        records=await _named(services, visitor, [await _listed(session, each) for each in open_records]),
        corrections=corrections,
        planned=planned,
        found=[
            {
                **each,
                "kind_label": BusinessKind(each["kind"]).label,
                "place": await region_name(session, each["region_code"]),
            }
            for each in found
        ],
        q=q,
        day=day,
        silent=not all((one, two, three, four, five)),
        on=words.day_words(times.day_of(now)),
        visitor_id=str(visitor.actor.id),
    )


def tabs(visitor: Visitor) -> list[tuple[str, str]]:
    """The pages of this part, for this person."""
    own = [("今天的检查", "/visits")] if visitor.actor.has(*VISIT_MAKERS) else []
    return [
        *own,
        ("检查记录", "/visits/records"),
        ("跟进检查", "/visits/follow-ups"),
        ("待核的上传", "/visits/quarantine"),
    ]


async def _nothing() -> tuple[list[dict[str, Any]], bool]:
    return [], True


async def _unfinished(services: Services, visitor: Visitor) -> tuple[list[dict[str, Any]], bool]:
    """Visits of the visitor's regions that are not finished yet."""
    found = await asyncio.gather(
        *(told(services, visitor, "/v1/visit-records", state=state, most="5") for state in sorted(UNFINISHED))
    )
    return [each for items, _ in found for each in items], all(answered for _, answered in found)


async def _planned(services: Services, visitor: Visitor, today: date) -> tuple[list[dict[str, Any]], bool]:
    """What the latest plan has for this month and the next, with whom it is about."""
    plans, answered = await told(services, visitor, "/v1/inspection-plans", most="1")
    if not plans:
        return [], answered
    path = f"/v1/inspection-plans/{plans[0]['id']}/inspections"
    first = today.replace(day=1)
    following = (first + timedelta(days=31)).replace(day=1)
    asked = await asyncio.gather(
        *(told(services, visitor, path, month=month.isoformat(), most=str(SHOWN_TODAY)) for month in (first, following))
    )
    inspections = [each for items, _ in asked for each in items][:SHOWN_TODAY]
    businesses = await asyncio.gather(
        *(told_one(services, visitor, f"/v1/businesses/{each['business_id']}") for each in inspections)
    )
    known = [(each, business) for each, (business, _) in zip(inspections, businesses, strict=True) if business]
    planned = [{**each, "name": business["name"], "by": day(each["by"])} for each, business in known]
    return planned, all(answered for _, answered in asked)


@router.get("/visits/follow-ups")
async def follow_ups(
    request: Request,
    visitor: CanReadInspections,
    services: ServicesHere,
    session: Session,
    state: Annotated[str, Query(max_length=20)] = "scheduled",
    region: Annotated[str, Query(max_length=12)] = "",
    overdue: Annotated[str, Query(max_length=5)] = "",
    cursor: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    """Follow-up visits after suspect positives, what is due first in front."""
    places = await places_below(session, visitor.actor.regions)
    wanted = {"limit": str(ROWS_A_PAGE)} | ({"state": state} if state in set(VisitState) else {})
    wanted |= ({"region": region} if region in dict(places) else {}) | (
        {"overdue": "true"} if overdue == "true" else {}
    )
    page = await ask(services, visitor, "/v1/visits", **wanted, **({"cursor": cursor} if cursor else {}))
    now = times.now()
    return render(
        request,
        "follow_ups.html",
        tabs=tabs(visitor),
        filters=[
            ("state", "办到哪里", [*((each.value, each.label) for each in VisitState), ("", "全部")], state),
            ("region", "区域", [("", "全部"), *places], region),
            ("overdue", "期限", [("", "全部"), ("true", "只看超期的")], overdue),
        ],
        visits=[
            listed_follow_up(each, now) | {"place": await region_name(session, each["region_code"])}
            for each in page["items"]
        ],
        may_visit=visitor.actor.has(*VISIT_MAKERS),
        next_cursor=page["next_cursor"] or "",
        cursor=cursor,
    )


@router.get("/visits/records")
async def records(
    request: Request,
    visitor: CanReadInspections,
    services: ServicesHere,
    session: Session,
    state: Annotated[str, Query(max_length=20)] = "",
    region: Annotated[str, Query(max_length=12)] = "",
    contested: Annotated[str, Query(max_length=5)] = "",
    cursor: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    """Records of visits, the latest first."""
    places = await places_below(session, visitor.actor.regions)
    wanted = {"limit": str(ROWS_A_PAGE)} | ({"state": state} if state in dict(STATES) else {})
    wanted |= {"region": region} if region in dict(places) else {}
    wanted |= {"contested": "true"} if contested == "true" else {}
    page = await ask(services, visitor, "/v1/visit-records", **wanted, **({"cursor": cursor} if cursor else {}))
    return render(
        request,
        "visit_records.html",
        tabs=tabs(visitor),
        filters=[
            ("state", "办到哪里", [("", "全部"), *STATES], state),
            ("region", "区域", [("", "全部"), *places], region),
            ("contested", "分歧", [("", "全部"), ("true", "只看几方填的不同的")], contested),
        ],
        narrowed=any((state, region, contested)),
        records=await _named(services, visitor, [await _listed(session, each) for each in page["items"]]),
        next_cursor=page["next_cursor"] or "",
        cursor=cursor,
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
    shown = await _listed(session, record)
    judged = record["judgements"][-1] if record["judgements"] else None
    return render(
        request,
        "visit_record.html",
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


def listed_follow_up(visit: Answer, now: datetime) -> dict[str, Any]:
    """A follow-up visit as a line of a list."""
    due = datetime.fromisoformat(visit["due_at"])
    is_open = visit["state"] == VisitState.SCHEDULED
    said_due = words.clock_words("", due, now)
    return {
        **visit,
        "title": visit["business_name"] or visit["target"],
        "stall": f"{visit['site_name']}{visit['stall_number'] or ''}" if visit["site_name"] else "",
        "goods": f"{visit['product_name']}，{visit['item_name']}",
        "badge": ("warning" if is_open else "ok", VisitState(visit["state"]).label),
        "due": ("danger" if due < now else "running", said_due.words) if is_open else ("", moment(visit["visited_at"])),
        "outcome_label": VisitOutcome(visit["outcome"]).label if visit["outcome"] else "",
    }


async def _listed(session: Session, record: Answer) -> dict[str, Any]:
    return {
        **record,
        "name": record["unregistered_place"]
        or ("一户一档的主体" if record["business_id"] else "还没有写明被检查的是谁"),
        "kind_label": dict(KINDS).get(record["kind"], record["kind"]),
        "badge": (STATE_BADGES.get(record["state"], "unknown"), record["state_label"]),
        "when": moment(record["began_at"]) or moment(record["created_at"]),
        "place": await region_name(session, record["region_code"]),
        "address": f"/visits/records/{record['id']}",
    }


async def _named(services: Services, visitor: Visitor, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The records with the names of their businesses, each asked for once."""
    ids = sorted({str(each["business_id"]) for each in records if each["business_id"]})
    found = await asyncio.gather(*(told_one(services, visitor, f"/v1/businesses/{one}") for one in ids))
    names = {one: business["name"] for one, (business, _) in zip(ids, found, strict=True) if business}
    return [{**each, "name": names.get(str(each["business_id"]), each["name"])} for each in records]


async def _nobody() -> tuple[dict[str, Any] | None, bool]:
    return None, True


def _facts(record: Answer, content: Answer, business: Answer | None) -> list[tuple[str, str | None]]:
    position = content.get("position")
    where = (
        f"{position['longitude']}，{position['latitude']}（{position['system'].upper()}，误差约{position['accuracy_metres']}米）"
        if position
        else content.get("position_missing") or "没有写明"
    )
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
