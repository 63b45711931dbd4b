"""评议考核 one by one: opening a period, scoring one assessed, its arithmetic, the talk with those in charge."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.clients import Refused, Services, ServicesHere, ServiceSilent
from gateway.web import words
from gateway.web.forms import FieldError, checked_form
from gateway.web.pages import render
from gateway.web.regions import places_below
from gateway.web.scoring import assessed_forms as forms
from gateway.web.scoring.assessments import row_shown
from gateway.web.scoring.evaluation_steps import OFFICE
from gateway.web.scoring.evaluation_views import VERDICTS, plain, readings_words, score_words
from gateway.web.scoring.evaluations import BUDGET_SECONDS, ask, scheme_of
from gateway.web.step_pages import Subject, show_step, take_step, typed_in
from gateway.web.steps import Step, errors_of, prefilled
from gateway.web.visitors import CanReadAssessments, Visitor
from shared import times
from shared.contracts.codes import Unit
from shared.contracts.figures import Period
from shared.database import Session
from shared.http.problems import NotFound
from shared.ids import uuid7

router = APIRouter(include_in_schema=False)

PAGES = "/assessments"
CRUMBS = [("评价创建", "/evaluations"), ("评议考核", PAGES)]
CODE = Query(max_length=40)


@router.get(f"{PAGES}/new")
async def open_form(request: Request, visitor: CanReadAssessments, services: ServicesHere) -> Response:
    step = await _open(services, visitor)
    return show_step(request, _nothing_yet(visitor, step), step)


@router.post(f"{PAGES}/new")
async def open_round(request: Request, visitor: CanReadAssessments, services: ServicesHere) -> Response:
    step = await _open(services, visitor)
    async with checked_form(request) as form:
        typed, key = await typed_in(form, step), str(form.get("key", "")) or str(uuid7())
    try:
        answer = await services.send(
            Unit.SCORING,
            "POST",
            "/v1/assessments",
            visitor.caller,
            BUDGET_SECONDS,
            json=forms.open_body(typed),
            headers={"idempotency-key": key},
        )
    except (Refused, ServiceSilent) as refusal:
        again = key if isinstance(refusal, ServiceSilent) else ""
        errors = errors_of(refusal, step)
        return show_step(request, _nothing_yet(visitor, step), step, typed, key=again, errors=errors)
    return RedirectResponse(f"{PAGES}/{answer.json()['id']}", status_code=303)


@router.get(f"{PAGES}/{{round_id}}/assess")
async def assess_form(
    request: Request,
    visitor: CanReadAssessments,
    services: ServicesHere,
    session: Session,
    round_id: UUID,
    code: Annotated[str, CODE] = "",
) -> Response:
    """Empty, or of one who was scored before as it then was."""
    found, _, step, _ = await _assessing(services, visitor, session, round_id)
    typed = prefilled(step)
    if any(one["code"] == code for one in found["subjects"]):
        typed |= forms.typed_of(await ask(services, visitor, f"/v1/assessments/{round_id}/subjects/{code}"))
    return show_step(request, _round_subject(found, visitor, step), step, typed)


@router.post(f"{PAGES}/{{round_id}}/assess")
async def assess(
    request: Request, visitor: CanReadAssessments, services: ServicesHere, session: Session, round_id: UUID
) -> Response:
    found, scheme, step, names = await _assessing(services, visitor, session, round_id)
    async with checked_form(request) as form:
        typed = await typed_in(form, step)
    code, body = forms.assess_body(scheme, typed, names)
    if not code:
        missing = [FieldError("code", "请写部门代码")]
        return show_step(request, _round_subject(found, visitor, step), step, typed, errors=missing)
    path = f"/v1/assessments/{round_id}/subjects/{code}"
    try:
        await services.send(Unit.SCORING, "PUT", path, visitor.caller, BUDGET_SECONDS, json=body)
    except Refused as refusal:
        errors = forms.assess_errors(step, refusal.errors) or errors_of(refusal, step)
        return show_step(request, _round_subject(found, visitor, step), step, typed, errors=errors)
    except ServiceSilent as silence:
        errors = errors_of(silence, step)
        return show_step(request, _round_subject(found, visitor, step), step, typed, errors=errors)
    return RedirectResponse(f"{PAGES}/{round_id}/subjects/{code}?done=assess", status_code=303)


@router.get(f"{PAGES}/{{round_id}}/subjects/{{code}}")
async def assessed_page(
    request: Request,
    visitor: CanReadAssessments,
    services: ServicesHere,
    round_id: UUID,
    code: str,
    done: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    found, one = await _one(services, visitor, round_id, code)
    whole = await ask(services, visitor, f"/v1/assessments/{round_id}/subjects/{code}")
    scheme = (await scheme_of(services, visitor, found))["content"]
    result = whole["result"]
    can = bool(visitor.actor.roles & OFFICE)
    return render(
        request,
        "scoring/assessed.html",
        round=found,
        period=Period.parse(found["period"]).label,
        one=row_shown(one) | {"held": _day(one["talk_held_on"]), "until": _day(one["talk_until"])},
        total=f"{score_words(result['low'], result['high'])} / {plain(result['maximum'])}",
        verdict=None if result["verdict"] == "not_asked" else VERDICTS[result["verdict"]],
        clauses=[
            score | {"words": f"{score_words(score['low'], score['high'])} / {plain(score['maximum'])}"}
            for score in result["scores"]
        ],
        vetoes=result["vetoes"],
        inputs=[
            (item["label"], readings_words(whole["input"]["values"].get(name), item.get("unit") or ""))
            for name, item in scheme["inputs"].items()
            if item.get("kind") != "peers"
        ],
        sha256=whole["input_sha256"],
        assesses=can and not found["published_at"],
        talks=can and one["talk"] and not one["talk_held_on"] and bool(found["published_at"]),
        done={"assess": "计分", "talk": forms.TALK.act}.get(done, ""),
    )


@router.get(f"{PAGES}/{{round_id}}/subjects/{{code}}/talk")
async def talk_form(
    request: Request, visitor: CanReadAssessments, services: ServicesHere, round_id: UUID, code: str
) -> Response:
    return show_step(request, await _talked_to(services, visitor, round_id, code), forms.TALK)


@router.post(f"{PAGES}/{{round_id}}/subjects/{{code}}/talk")
async def hold_talk(
    request: Request, visitor: CanReadAssessments, services: ServicesHere, round_id: UUID, code: str
) -> Response:
    async def now() -> Subject:
        return await _talked_to(services, visitor, round_id, code)

    found, one = await _one(services, visitor, round_id, code)
    path, address = f"/v1/assessments/{found['id']}/subjects/{one['code']}", f"{PAGES}/{round_id}/subjects/{code}"
    return await take_step(request, services, visitor.caller, forms.TALK, path, address, now, unit=Unit.SCORING)


async def _open(services: Services, visitor: Visitor) -> Step:
    schemes = await ask(services, visitor, "/v1/scoring-schemes", state="published", limit="200")
    region = visitor.actor.regions[0] if visitor.actor.regions else ""
    return forms.open_step(schemes["items"], region)


def _nothing_yet(visitor: Visitor, step: Step) -> Subject:
    offered = [step] if step.roles & visitor.actor.roles else []
    return Subject("", "还没有开始", CRUMBS, PAGES, offered)


async def _assessing(
    services: Services, visitor: Visitor, session: Session, round_id: UUID
) -> tuple[dict[str, Any], dict[str, Any], Step, Mapping[str, str]]:
    """The round, its scheme, the form by which one is scored, and the names of its towns (departments: none)."""
    found = await ask(services, visitor, f"/v1/assessments/{round_id}")
    scheme = (await scheme_of(services, visitor, found))["content"]
    towns: Sequence[tuple[str, str]] = []
    if found["subject_kind"] == "town":
        towns = [one for one in await places_below(session, [found["region_code"]]) if one[0] != found["region_code"]]
    step = forms.assess_step(scheme, towns, str(times.day_of(times.now())))
    return found, scheme, step, dict(towns)


def _round_subject(found: Mapping[str, Any], visitor: Visitor, step: Step) -> Subject:
    open_ = not found["published_at"] and bool(visitor.actor.roles & OFFICE)
    address = f"{PAGES}/{found['id']}"
    return Subject(
        title=found["title"],
        state="考核中" if not found["published_at"] else "已通报",
        crumbs=[*CRUMBS, (found["title"], address)],
        address=address,
        offered=[step] if open_ else [],
    )


async def _one(
    services: Services, visitor: Visitor, round_id: UUID, code: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    found = await ask(services, visitor, f"/v1/assessments/{round_id}")
    one = next((one for one in found["subjects"] if one["code"] == code), None)
    if one is None:
        raise NotFound("这次考核没有这个对象，请从考核的页面上点进来")
    return found, one


async def _talked_to(services: Services, visitor: Visitor, round_id: UUID, code: str) -> Subject:
    found, one = await _one(services, visitor, round_id, code)
    address = f"{PAGES}/{round_id}/subjects/{code}"
    offered = one["talk"] and not one["talk_held_on"] and bool(visitor.actor.roles & OFFICE)
    return Subject(
        title=f"{one['name']}：{found['title']}",
        state="已约谈" if one["talk_held_on"] else "须约谈" if one["talk"] else "不需要约谈",
        crumbs=[*CRUMBS, (found["title"], f"{PAGES}/{round_id}"), (one["name"], address)],
        address=address,
        offered=[forms.TALK] if offered else [],
        version=str(found["version"]),
    )


def _day(text: str | None) -> str:
    return words.day_words(date.fromisoformat(text)) if text else ""
