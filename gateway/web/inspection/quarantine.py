"""Uploads that somebody has to look at first: why, what is in them, and the office's decision."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import Services, ServicesHere
from gateway.web.inspection import visits
from gateway.web.inspection.inspection import Answer, ask, moment, one_of, page_of, told_one
from gateway.web.inspection.visit_form_content import place_in_words, said
from gateway.web.pages import render
from gateway.web.regions import places_below, region_name
from gateway.web.step_pages import Subject, act_of, show_step, step_named, take_step
from gateway.web.steps import Field, Step
from gateway.web.visitors import OFFICE, CanReadInspections, IsOffice, Visitor
from shared.contracts.codes import Unit
from shared.database import Session

router = APIRouter(include_in_schema=False)

DELIVERIES = "/v1/quarantined-deliveries"
STATES = (("open", "待核"), ("released", "已采用"), ("filed", "不采用，已归档"))
BADGES = {"open": "warning", "released": "ok", "filed": "unknown"}
UNASKED = frozenset({"saved", "finished", "answers", "business_id", "region_code", "authority_code"})
REASON = Field("reason", "怎样核实、为什么", "words", "如：已与保存人通话，内容属实")
RELEASE = Step("release", "核实后采用", frozenset(OFFICE), (REASON,), "采用以后与按时到达的一样并入记录。")
FILING = Step("filing", "不采用，归档", frozenset(OFFICE), (REASON,), "内容永久保存，但不计入记录。")
STEPS = (RELEASE, FILING)


@router.get("/visits/quarantine")
async def delivery_list(
    request: Request,
    visitor: CanReadInspections,
    services: ServicesHere,
    session: Session,
    state: Annotated[str, Query(max_length=20)] = "open",
    region: Annotated[str, Query(max_length=12)] = "",
    cursor: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    places = await places_below(session, visitor.actor.regions)
    chosen = state if state in dict(STATES) else "open"
    page = await page_of(services, visitor, DELIVERIES, cursor, state=chosen, region=one_of(dict(places), region))
    return render(
        request,
        "inspection/quarantine.html",
        tabs=visits.tabs(visitor),
        filters=[("state", "状态", STATES, chosen), ("region", "区域", [("", "全部"), *places], region)],
        deliveries=[await _listed(session, each) for each in page["items"]],
        waiting=chosen == "open",
        next_cursor=page["next_cursor"] or "",
        cursor=cursor,
    )


@router.get("/visits/quarantine/{delivery_id}")
async def delivery_page(
    request: Request,
    visitor: CanReadInspections,
    services: ServicesHere,
    session: Session,
    delivery_id: UUID,
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    delivery = await ask(services, visitor, f"{DELIVERIES}/{delivery_id}")
    content = delivery["content"] or {}
    about = content.get("business_id")
    business, _ = await told_one(services, visitor, f"/v1/businesses/{about}") if about else (None, True)
    return render(
        request,
        "inspection/quarantined.html",
        delivery=delivery,
        shown=await _listed(session, delivery),
        business=business,
        saved=_saved(content),
        said=[
            (place_in_words(f"/{name}"), said(f"/{name}", value))
            for name, value in content.items()
            if name not in UNASKED
        ],
        answers=[(number, said(f"/answers/{number}", each)) for number, each in content.get("answers", {}).items()],
        actions=_offered(delivery, visitor),
        done=act_of(done, STEPS),
    )


@router.get("/visits/quarantine/{delivery_id}/{slug}")
async def decision_form(
    request: Request, visitor: IsOffice, services: ServicesHere, delivery_id: UUID, slug: str
) -> Response:
    return show_step(request, await _subject(services, visitor, delivery_id), step_named(slug, STEPS))


@router.post("/visits/quarantine/{delivery_id}/{slug}")
async def decide(request: Request, visitor: IsOffice, services: ServicesHere, delivery_id: UUID, slug: str) -> Response:
    async def now() -> Subject:
        return await _subject(services, visitor, delivery_id)

    path, address = f"{DELIVERIES}/{delivery_id}", f"/visits/quarantine/{delivery_id}"
    step = step_named(slug, STEPS)
    return await take_step(request, services, visitor.caller, step, path, address, now, unit=Unit.INSPECTION)


async def _subject(services: Services, visitor: Visitor, delivery_id: UUID) -> Subject:
    delivery = await ask(services, visitor, f"{DELIVERIES}/{delivery_id}")
    address = f"/visits/quarantine/{delivery_id}"
    return Subject(
        title=f"{delivery['handed_in_name']}，{moment(delivery['received_at'])}上传",
        state=delivery["state_label"],
        crumbs=[("待核的上传", "/visits/quarantine"), ("这份上传", address)],
        address=address,
        offered=_offered(delivery, visitor),
        version=str(delivery["version"]),
    )


def _offered(delivery: Answer, visitor: Visitor) -> list[Step]:
    """What cannot be read can only be filed."""
    if delivery["state"] != "open" or not visitor.actor.has(*OFFICE):
        return []
    return [RELEASE, FILING] if delivery["readable"] else [FILING]


async def _listed(session: Session, delivery: Answer) -> dict[str, Any]:
    return {
        **delivery,
        "badge": (BADGES[delivery["state"]], delivery["state_label"]),
        "when": moment(delivery["received_at"]),
        "decided": moment(delivery["decided_at"]),
        "place": await region_name(session, delivery["region_code"]),
        "why": [reason["message"] for reason in delivery["reasons"]],
    }


def _saved(content: Answer) -> str:
    saved = content.get("saved")
    return f"{saved['by_name']}，终端{saved['device']}，{moment(saved['at'])}（终端的时钟）" if saved else ""
