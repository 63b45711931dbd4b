"""评议考核 and 规划目标: rounds with everybody's place, and the board of a plan's targets."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.clients import Refused, Services, ServicesHere, ServiceSilent
from gateway.web import words
from gateway.web.boards import ROWS_A_PAGE
from gateway.web.forms import checked_form
from gateway.web.pages import render
from gateway.web.regions import region_name
from gateway.web.scoring.evaluation_steps import OFFICE
from gateway.web.scoring.evaluation_views import plain, score_words
from gateway.web.scoring.evaluations import BUDGET_SECONDS, ask
from gateway.web.visitors import CanReadAssessments, Visitor
from shared import times
from shared.contracts.codes import Unit
from shared.contracts.figures import Period
from shared.database import Session

router = APIRouter(include_in_schema=False)

SUBJECTS = {"town": "乡镇（街道）", "department": "部门"}
OUTLOOKS = {
    "reached": "ok",
    "on_course": "running",
    "behind": "warning",
    "missed": "danger",
    "unknown": "unknown",
    "fact": "unknown",
}
AIMS = {"at_least": "不低于", "at_most": "不高于"}


@router.get("/assessments")
async def assessment_list(
    request: Request,
    visitor: CanReadAssessments,
    services: ServicesHere,
    session: Session,
    subjects: Annotated[str, Query(max_length=20)] = "",
    cursor: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    wanted = {"limit": str(ROWS_A_PAGE)} | ({"cursor": cursor} if cursor else {})
    wanted |= {"subject_kind": subjects} if subjects in SUBJECTS else {}
    page = await ask(services, visitor, "/v1/assessments", **wanted)
    rounds = [
        one
        | {
            "place": await region_name(session, one["region_code"]),
            "subjects": SUBJECTS[one["subject_kind"]],
            "when": Period.parse(one["period"]).label,
            "badge": ("ok", "已通报") if one["published_at"] else ("running", "考核中"),
        }
        for one in page["items"]
    ]
    return render(
        request,
        "scoring/assessments.html",
        rounds=rounds,
        begins=bool(visitor.actor.roles & OFFICE),
        filters=[("subjects", "考核谁", [("", "全部"), *SUBJECTS.items()], subjects)],
        next_cursor=page["next_cursor"] or "",
        cursor=cursor,
    )


@router.get("/assessments/{round_id}")
async def assessment_page(
    request: Request,
    visitor: CanReadAssessments,
    services: ServicesHere,
    session: Session,
    round_id: UUID,
    done: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    return await _show_round(request, visitor, services, session, round_id, done=done)


async def _show_round(
    request: Request,
    visitor: Visitor,
    services: Services,
    session: Session,
    round_id: UUID,
    *,
    done: str = "",
    error: str = "",
) -> Response:
    found = await ask(services, visitor, f"/v1/assessments/{round_id}")
    quarter = None
    if Period.parse(found["period"]).kind == "month" and found["published_at"]:
        quarter = await ask(services, visitor, f"/v1/assessments/{round_id}/quarter")
    now = times.now()
    return render(
        request,
        "scoring/assessment.html",
        status_code=409 if error else 200,
        round=found,
        place=await region_name(session, found["region_code"]),
        period=Period.parse(found["period"]).label,
        who=SUBJECTS[found["subject_kind"]],
        weight=_percent(found["weight"]),
        rows=[row_shown(one) for one in found["subjects"]],
        quarter=quarter and [one | {"place": _place(one), "score": _score(one)} for one in quarter["subjects"]],
        quarter_name=quarter and Period.parse(quarter["period"]).label,
        missing=[Period.parse(one).label for one in quarter["missing"]] if quarter else [],
        assesses=not found["published_at"] and visitor.actor.roles & OFFICE,
        publishes=not found["published_at"] and found["subjects"] and visitor.actor.roles & OFFICE,
        done=done,
        error=error,
        as_of=words.clock_time(now, now),
    )


@router.post("/assessments/{round_id}")
async def publish(
    request: Request, visitor: CanReadAssessments, services: ServicesHere, session: Session, round_id: UUID
) -> Response:
    """Publish the round as the page showed it."""
    async with checked_form(request) as form:
        tag = {"if-match": f'"{form.get("version", "")}"'}
    path = f"/v1/assessments/{round_id}/publication"
    try:
        await services.send(Unit.SCORING, "POST", path, visitor.caller, BUDGET_SECONDS, headers=tag)
    except (Refused, ServiceSilent) as refusal:
        said = refusal.said if isinstance(refusal, Refused) else str(refusal)
        return await _show_round(request, visitor, services, session, round_id, error=said)
    return RedirectResponse(f"/assessments/{round_id}?done=published", status_code=303)


@router.get("/target-plans")
async def target_plan_list(
    request: Request,
    visitor: CanReadAssessments,
    services: ServicesHere,
    session: Session,
    cursor: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    wanted = {"limit": str(ROWS_A_PAGE)} | ({"cursor": cursor} if cursor else {})
    page = await ask(services, visitor, "/v1/target-plans", **wanted)
    plans = [one | {"place": await region_name(session, one["region_code"])} for one in page["items"]]
    return render(
        request, "scoring/target_plans.html", plans=plans, next_cursor=page["next_cursor"] or "", cursor=cursor
    )


@router.get("/target-plans/{plan_id}")
async def target_board(
    request: Request,
    visitor: CanReadAssessments,
    services: ServicesHere,
    session: Session,
    plan_id: UUID,
    outlook: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    plan = await ask(services, visitor, f"/v1/target-plans/{plan_id}")
    targets = [_target(one) for one in plan["targets"]]
    counts = [
        (code, f"{next(one['outlook_label'] for one in targets if one['outlook'] == code)} {number}")
        for code in OUTLOOKS
        if (number := sum(one["outlook"] == code for one in targets))
    ]
    now = times.now()
    return render(
        request,
        "scoring/target_plan.html",
        plan=plan,
        place=await region_name(session, plan["region_code"]),
        targets=[one for one in targets if outlook in ("", one["outlook"])],
        filters=[("outlook", "走势", [("", "全部"), *counts], outlook)],
        as_of=words.clock_time(now, now),
    )


def row_shown(one: dict[str, Any]) -> dict[str, Any]:
    before, place = one["place_before"], one["best_place"]
    moved = ""
    if before is not None and place == one["worst_place"]:
        moved = "与上期相同" if before == place else f"上期第 {before} 名"
    talk = ""
    if one["talk"]:
        talk = f"{one['talk_held_on']} 已约谈，限 {one['talk_until']} 整改" if one["talk_held_on"] else "须约谈"
    return one | {"place": _place(one), "score": _score(one), "moved": moved, "talk_words": talk}


def _place(one: dict[str, Any]) -> str:
    best, worst = one["best_place"], one["worst_place"]
    return f"{best}" if best == worst else f"{best}～{worst}（未定）"


def _score(one: dict[str, Any]) -> str:
    return score_words(one["low"], one["high"])


def _target(one: dict[str, Any]) -> dict[str, Any]:
    unit = one["unit"]

    def said(value: str | None) -> str:
        return "" if value is None else f"{words.number(round(Decimal(value), 2))} {unit}"

    latest = one["latest"]
    return one | {
        "badge": (OUTLOOKS[one["outlook"]], one["outlook_label"]),
        "wanted": f"{AIMS[one['aim']]} {said(one['target'])}" if one["target"] is not None else "",
        "now": said(latest["value"]) if latest else "",
        "when": words.day_words(date.fromisoformat(latest["on"])) if latest else "",
        "ahead": said(one["forecast"]),
        "began": said(one["base"]),
        "due": words.day_words(date.fromisoformat(one["due_on"])) if one["due_on"] else "",
    }


def _percent(share: str) -> str:
    return f"{plain(Decimal(share) * 100)}%"
