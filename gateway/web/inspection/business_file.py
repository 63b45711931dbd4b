"""One business's file: permits, persons, its grade point by point, what is open, its past; what it sees itself."""

import asyncio
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import Services, ServicesHere
from gateway.web import words
from gateway.web.disclosures import may_look
from gateway.web.inspection import facilities, grade_words, ratings
from gateway.web.inspection.businesses import BUSINESSES, Cursor, listed
from gateway.web.inspection.corrections import corrections_of
from gateway.web.inspection.facilities import FACILITY
from gateway.web.inspection.inspection import Answer, ask, day, moment, together, told, told_one
from gateway.web.inspection.ratings import RATED, RATING
from gateway.web.inspection.visits import listed_follow_up
from gateway.web.pages import render
from gateway.web.record_links import page_of
from gateway.web.visitors import (
    FACILITY_KEEPERS,
    FIELD_OFFICERS,
    LETTER_WRITERS,
    OFFICE,
    TRAINING_KEEPERS,
    VISIT_MAKERS,
    CanReadInspections,
    IsBusiness,
    Visitor,
)
from shared import times
from shared.contracts.codes import Role
from shared.contracts.inspection import (
    BusinessKind,
    LicenceKind,
    LicenceStatus,
    PersonRole,
    TimelineKind,
)
from shared.database import Session
from shared.http.problems import NotFound

router = APIRouter(include_in_schema=False)

LICENCE_BADGES = {"valid": "ok", "expired": "danger", "revoked": "danger", "cancelled": "unknown"}
TIMELINE_SHOWN = 15


@router.get("/businesses/{business_id}")
async def business_page(
    request: Request,
    visitor: CanReadInspections,
    services: ServicesHere,
    session: Session,
    business_id: UUID,
    cursor: Cursor = "",
) -> Response:
    """One business: permits and when they run out, its grade point by point, what is open, and its whole past."""
    path, about = f"{BUSINESSES}/{business_id}", {"business": str(business_id)}
    business = await ask(services, visitor, path)
    today = times.day_of(times.now())
    timeline = {"cursor": cursor} if cursor else {}
    known, all_told = await together(
        persons=told(services, visitor, f"{path}/persons"),
        completeness=told_one(services, visitor, f"{path}/completeness"),
        cells=told_one(services, visitor, f"{path}/grid-cells"),
        corrections=corrections_of(services, session, visitor, str(business_id)),
        follow_ups=told(services, visitor, "/v1/visits", **about, state="scheduled"),
        records=told(services, visitor, "/v1/visit-records", **about, most="4"),
        letters=told(services, visitor, "/v1/supervision-letters", **about, most="5"),
        clues=told(services, visitor, "/v1/clues", **about),
        facilities=told(services, visitor, FACILITY.path, **about),
        ratings=told(services, visitor, RATING.path, **about),
        care=told(services, visitor, "/v1/supervision-assignments", **about, on=today.isoformat()),
        timeline=told_one(services, visitor, f"{path}/timeline", limit=str(TIMELINE_SHOWN), **timeline),
        grade=_grade(services, visitor, str(business_id), official=True),
    )
    responsible, responsible_told = await _responsible(services, visitor, known["cells"])
    past = known["timeline"] or {}
    now = times.now()
    return render(
        request,
        "inspection/business.html",
        business=await listed(session, business),
        facts=_facts(business, known["care"], responsible),
        licences=[_licence(each, today) for each in business["licences"]],
        persons=[_person(each, today) for each in known["persons"]],
        looks=may_look(visitor, "businesses") and bool(known["persons"] or business["phone"]),
        completeness=known["completeness"],
        grade=known["grade"],
        corrections=known["corrections"],
        follow_ups=[listed_follow_up(each, now) for each in known["follow_ups"]],
        clues=[each for each in known["clues"] if each["state"] != "answered"],
        records=[{**each, "when": moment(each["began_at"] or each["created_at"])} for each in known["records"]],
        letters=known["letters"],
        past=[_past(each) for each in past.get("items", [])],
        next_cursor=past.get("next_cursor") or "",
        cursor=cursor,
        silent=not (all_told and responsible_told),
        visits=visitor.actor.has(*VISIT_MAKERS),
        handles=visitor.actor.has(*FIELD_OFFICERS),
        writes=visitor.actor.has(*LETTER_WRITERS),
        facilities=[facilities.shown(each) for each in known["facilities"]],
        ratings=ratings.shown(known["ratings"]),
        is_rated=BusinessKind(business["kind"]) in RATED,
        equips=visitor.actor.has(*FACILITY_KEEPERS),
        assigns=visitor.actor.has(*OFFICE),
        trains=visitor.actor.has(*TRAINING_KEEPERS),
        proposes=visitor.actor.has(Role.FOOD_SAFETY_OFFICE, Role.INSPECTOR),
    )


@router.get("/my-business")
async def own_page(request: Request, visitor: IsBusiness, services: ServicesHere, session: Session) -> Response:
    """What a business may know of itself: its grade, what would lift it, what it has to put right, its results."""
    business_id = visitor.actor.business_id
    if business_id is None:
        raise NotFound("这个账号没有关联主体，请管理员在账号上登记")
    known, all_told = await together(
        corrections=corrections_of(services, session, visitor, str(business_id)),
        results=told(services, visitor, "/v1/visit-results", business=str(business_id), most="4"),
        grade=_grade(services, visitor, str(business_id), official=False),
    )
    return render(
        request,
        "inspection/my_business.html",
        grade=known["grade"],
        corrections=known["corrections"],
        results=[
            {**each, "when": moment(each["published_at"]), "verdict": each["result"].get("verdict")}
            for each in known["results"]
        ],
        silent=not all_told,
    )


async def _grade(
    services: Services, visitor: Visitor, business_id: str, *, official: bool
) -> tuple[dict[str, Any], bool]:
    """The grade in force with its reasons, what would lift it; for officials, as long as nobody has graded it, what
    would come out today. And whether the service told it.
    """
    path = f"/v1/risk-grades/{business_id}"
    known, all_told = await together(
        grades=told_one(services, visitor, path),
        explanation=told_one(services, visitor, f"{path}/explanation"),
        projection=told_one(services, visitor, f"{path}/projection"),
    )
    grades, explanation, projection = known["grades"] or {}, known["explanation"], known["projection"] or {}
    trial, trial_told = None, True
    if official and explanation is None and all_told:
        trial, trial_told = await told_one(services, visitor, f"{path}/assessment")
    result = explanation["result"] if explanation else trial
    shown = {
        "badge": grade_words.badge(grades.get("grade")),
        "history": [
            {
                **each,
                "badge": grade_words.badge(each["grade"]),
                "from": day(each["valid_from"]),
                "to": day(each["valid_to"]),
            }
            for each in grades.get("history", [])
        ],
        "explained": grade_words.explained(result) if result else None,
        "is_trial": explanation is None and trial is not None,
        "ways": [
            {**way, "badge": grade_words.badge(way["grade"]), "from": day(way["from_day"])}
            for way in projection.get("ways", [])
        ],
        "note": projection.get("note", ""),
    }
    return shown, all_told and trial_told


async def _responsible(services: Services, visitor: Visitor, cells: Mapping[str, Any] | None) -> tuple[list[str], bool]:
    """Who is responsible for the cells that the business lies in, the nearest first."""
    codes = [each["cell_code"] for each in reversed((cells or {}).get("cells", [])) if each["cell_code"]]
    today = times.day_of(times.now()).isoformat()
    found = await asyncio.gather(
        *(told(services, visitor, "/v1/grid-posts", cell=code, on=today, most="5") for code in codes)
    )
    names = [
        f"{post['user_name']}（{post['cell_name']}）" for posts, _ in found for post in posts if post["responsible"]
    ]
    return names, all(answered for _, answered in found)


def _facts(business: Answer, care: list[dict[str, Any]], responsible: list[str]) -> list[tuple[str, str]]:
    position = business["position"]
    facts = [
        ("统一社会信用代码", business["uscc"] or "没有"),
        ("业态", BusinessKind(business["kind"]).label),
        ("地址", business["address"]),
        ("摊位", business["stall_number"] or ""),
        ("电话", business["phone"] or "没有登记"),
        ("经营范围", business["scope"] or ""),
        ("位置", f"{position['longitude']}，{position['latitude']}" if position else "没有登记"),
        ("网格责任人", "、".join(responsible) or "没有"),
        ("包保干部", "、".join(f"{each['leader_name']}（{each['leader_post']}）" for each in care)),
        ("建档", day(business["registered_at"])),
    ]
    return [(name, text) for name, text in facts if text]


def _licence(licence: Answer, today: date) -> dict[str, Any]:
    until = licence["valid_to"]
    left = words.day_left(date.fromisoformat(until), today) if until else ("", "没有写明有效期")
    status = LicenceStatus(licence["status"])
    return {
        **licence,
        "label": LicenceKind(licence["kind"]).label,
        "badge": (LICENCE_BADGES[status], status.label),
        "until": left[1] if status in (LicenceStatus.VALID, LicenceStatus.EXPIRED) else day(until),
        "items": "、".join(item["words"] for item in licence["items"]),
    }


def _person(person: Answer, today: date) -> dict[str, Any]:
    until = person["certificate_valid_to"]
    return {
        **person,
        "label": PersonRole(person["role"]).label,
        "since": day(person["valid_from"]),
        "left": bool(person["valid_to"]),
        "certificate": words.day_left(date.fromisoformat(until), today) if until else ("", ""),
    }


def _past(entry: Answer) -> dict[str, str]:
    return {
        "label": TimelineKind(entry["kind"]).label,
        "when": moment(entry["happened_at"]),
        "summary": entry["summary"],
        "page": page_of(entry["link"]),
    }
