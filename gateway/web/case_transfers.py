"""What a disposal hands on: recall requests (召回请求) to traceability, suspected violations (案件线索) to inspection.

Their lists, one of each, and the decision on it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import Services, ServicesHere
from gateway.web import words
from gateway.web.boards import ROWS_A_PAGE
from gateway.web.pages import render
from gateway.web.regions import places_below, region_name
from gateway.web.step_pages import Subject, act_of, show_step, step_named, take_step
from gateway.web.steps import Answer, Field, Step
from gateway.web.visitors import (
    CASE_DECIDERS,
    RECALL_DECIDERS,
    CanDecideOnCases,
    CanDecideOnRecalls,
    CanReadTransfers,
    Visitor,
)
from gateway.web.whistle_timeline import clock_of
from shared import times
from shared.contracts.codes import Unit
from shared.contracts.inspection import CaseRequestState
from shared.contracts.statutory_sampling import CaseSide, Link, Stream
from shared.contracts.traceability import HoldState, RecallRequestState
from shared.database import Session

router = APIRouter(include_in_schema=False)

BUDGET_SECONDS = 5.0
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
    held = f"{HoldState(hold['state']).label}，{_time(hold['held_at'])}起" if hold else "没有批次可锁"
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

State = Annotated[str, Query(max_length=20)]
Place = Annotated[str, Query(max_length=12)]
Cursor = Annotated[str, Query(max_length=1000)]
Done = Annotated[str, Query(max_length=20)]


@router.get(RECALL.address)
async def recall_list(
    request: Request,
    visitor: CanReadTransfers,
    services: ServicesHere,
    session: Session,
    state: State = "",
    region: Place = "",
    sample_id: UUID | None = None,
    cursor: Cursor = "",
) -> Response:
    return await _list(request, services, session, visitor, RECALL, state, region, sample_id, cursor)


@router.get(RECALL.address + "/{request_id}")
async def recall_page(
    request: Request,
    visitor: CanReadTransfers,
    services: ServicesHere,
    session: Session,
    request_id: UUID,
    done: Done = "",
) -> Response:
    return await _page(request, services, session, visitor, RECALL, request_id, done)


@router.get(RECALL.address + "/{request_id}/{slug}")
async def recall_step(
    request: Request, visitor: CanDecideOnRecalls, services: ServicesHere, request_id: UUID, slug: str
) -> Response:
    subject = await _subject(services, visitor, RECALL, request_id)
    return show_step(request, subject, step_named(slug, RECALL.steps))


@router.post(RECALL.address + "/{request_id}/{slug}")
async def decide_on_recall(
    request: Request, visitor: CanDecideOnRecalls, services: ServicesHere, request_id: UUID, slug: str
) -> Response:
    return await _decide(request, services, visitor, RECALL, request_id, slug)


@router.get(CASE.address)
async def case_list(
    request: Request,
    visitor: CanReadTransfers,
    services: ServicesHere,
    session: Session,
    state: State = "",
    region: Place = "",
    sample_id: UUID | None = None,
    cursor: Cursor = "",
) -> Response:
    return await _list(request, services, session, visitor, CASE, state, region, sample_id, cursor)


@router.get(CASE.address + "/{request_id}")
async def case_page(
    request: Request,
    visitor: CanReadTransfers,
    services: ServicesHere,
    session: Session,
    request_id: UUID,
    done: Done = "",
) -> Response:
    return await _page(request, services, session, visitor, CASE, request_id, done)


@router.get(CASE.address + "/{request_id}/{slug}")
async def case_step(
    request: Request, visitor: CanDecideOnCases, services: ServicesHere, request_id: UUID, slug: str
) -> Response:
    subject = await _subject(services, visitor, CASE, request_id)
    return show_step(request, subject, step_named(slug, CASE.steps))


@router.post(CASE.address + "/{request_id}/{slug}")
async def decide_on_case(
    request: Request, visitor: CanDecideOnCases, services: ServicesHere, request_id: UUID, slug: str
) -> Response:
    return await _decide(request, services, visitor, CASE, request_id, slug)


async def _list(
    request: Request,
    services: Services,
    session: Session,
    visitor: Visitor,
    kind: Transfer,
    state: str,
    region: str,
    sample_id: UUID | None,
    cursor: str,
) -> Response:
    places = await places_below(session, visitor.actor.regions)
    wanted = {"limit": str(ROWS_A_PAGE)} | ({"cursor": cursor} if cursor else {})
    wanted |= {"state": state} if state in kind.states else {}
    wanted |= {"region": region} if region in dict(places) else {}
    wanted |= {"sample_id": str(sample_id)} if sample_id else {}
    page = await services.get(kind.unit, kind.path, visitor.caller, BUDGET_SECONDS, **wanted)
    return render(
        request,
        "transfers.html",
        kind=kind,
        requests=[
            listed(kind, each) | {"place": await region_name(session, each["region_code"])} for each in page["items"]
        ],
        filters=[
            ("state", "办到哪里", [("", "全部"), *kind.states.items()], state),
            ("region", "区域", [("", "全部"), *places], region),
        ],
        sample_id=str(sample_id or ""),
        narrowed=bool(state or region or sample_id),
        next_cursor=page["next_cursor"] or "",
        cursor=cursor,
    )


async def _page(
    request: Request,
    services: Services,
    session: Session,
    visitor: Visitor,
    kind: Transfer,
    request_id: UUID,
    done: str,
) -> Response:
    found = await _request(services, visitor, kind, request_id)
    decided, clock_id = found["decided_at"], found.get("clock_id")
    clock = (
        await services.get(kind.unit, f"/v1/clocks/{clock_id}", visitor.caller, BUDGET_SECONDS) if clock_id else None
    )
    return render(
        request,
        "transfer.html",
        kind=kind,
        found=listed(kind, found),
        place=await region_name(session, found["region_code"]),
        facts=[(name, text) for name, text in kind.facts(found) if text],
        clock=clock_of(clock, times.now()) if clock else None,
        decided=f"{_time(decided)}，{found['decided_by_name']}" if decided else "",
        note=found["decision_note"],
        overturned=_time(found["overturned_at"]) if found["overturned_at"] else "",
        overturned_because=found["overturned_because"],
        offered=[step for step in _offered(kind, found) if step.roles & visitor.actor.roles],
        done=act_of(done, kind.steps),
    )


async def _decide(
    request: Request, services: Services, visitor: Visitor, kind: Transfer, request_id: UUID, slug: str
) -> Response:
    async def now() -> Subject:
        return await _subject(services, visitor, kind, request_id)

    step = step_named(slug, kind.steps)
    path, address = f"{kind.path}/{request_id}", f"{kind.address}/{request_id}"
    return await take_step(request, services, visitor.caller, step, path, address, now, unit=kind.unit)


def listed(kind: Transfer, request: Answer) -> dict[str, Any]:
    """A request as a line of a list."""
    return {
        **request,
        **kind.line(request),
        "badge": (BADGES[request["state"]], kind.states[request["state"]]),
        "when": _time(request["requested_at"]),
        "address": f"{kind.address}/{request['id']}",
    }


async def _subject(services: Services, visitor: Visitor, kind: Transfer, request_id: UUID) -> Subject:
    found = await _request(services, visitor, kind, request_id)
    address = f"{kind.address}/{request_id}"
    return Subject(
        title=f"{found['food_name']}：{kind.line(found)['whom']}",
        state=kind.states[found["state"]],
        crumbs=[("核查处置", "/disposals"), (kind.title, kind.address), (found["food_name"], address)],
        address=address,
        offered=_offered(kind, found),
        version=str(found["version"]),
    )


def _offered(kind: Transfer, request: Answer) -> Sequence[Step]:
    return kind.steps if request["state"] == "pending" else ()


async def _request(services: Services, visitor: Visitor, kind: Transfer, request_id: UUID) -> dict[str, Any]:
    path = f"{kind.path}/{request_id}"
    found: dict[str, Any] = await services.get(kind.unit, path, visitor.caller, BUDGET_SECONDS)
    return found


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


def _time(text: str) -> str:
    return words.full_time(datetime.fromisoformat(text))
