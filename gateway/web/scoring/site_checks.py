"""现场核查: the drawn sites of an evaluation, and the form of one site on a phone that loses the network."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.clients import Refused, Services, ServicesHere, ServiceSilent
from gateway.web import words
from gateway.web.forms import FieldError, checked_form
from gateway.web.pages import render
from gateway.web.regions import region_name
from gateway.web.scoring import site_check_forms as forms
from gateway.web.scoring.evaluation_steps import OFFICE
from gateway.web.scoring.evaluations import BUDGET_SECONDS, ask
from gateway.web.scoring.site_draw_forms import strata_of, towns_of
from gateway.web.steps import WHOLE_FORM
from gateway.web.visitors import CanReadEvaluations, Visitor
from shared import times
from shared.contracts.codes import Unit
from shared.contracts.evaluations import RunState
from shared.database import Session
from shared.http.problems import Conflict, NotFound
from shared.ids import uuid7

router = APIRouter(include_in_schema=False)

CARRIED = ("scoring_id", "replaces", "seen")
"""What the page of a form carries along: the id under which it is sent, the result it puts right, the one it saw."""


@router.get("/evaluations/{evaluation_id}/site-checks")
async def site_plan_page(
    request: Request,
    visitor: CanReadEvaluations,
    services: ServicesHere,
    session: Session,
    evaluation_id: UUID,
    done: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    return await _show_plan(request, visitor, services, session, evaluation_id, done=done)


@router.post("/evaluations/{evaluation_id}/site-checks")
async def close_plan(
    request: Request, visitor: CanReadEvaluations, services: ServicesHere, session: Session, evaluation_id: UUID
) -> Response:
    """Sum the sites up."""
    async with checked_form(request) as form:
        version = str(form.get("version", ""))
    path, tag = f"/v1/evaluations/{evaluation_id}/site-plan/closure", {"if-match": f'"{version}"'}
    try:
        await services.send(Unit.SCORING, "POST", path, visitor.caller, BUDGET_SECONDS, headers=tag)
    except (Refused, ServiceSilent) as refusal:
        said = refusal.said if isinstance(refusal, Refused) else str(refusal)
        return await _show_plan(request, visitor, services, session, evaluation_id, error=said)
    return RedirectResponse(f"/evaluations/{evaluation_id}/site-checks?done=closed", status_code=303)


@router.get("/site-visits/{visit_id}")
async def site_form(
    request: Request,
    visitor: CanReadEvaluations,
    services: ServicesHere,
    visit_id: UUID,
    done: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    visit = await ask(services, visitor, f"/v1/site-visits/{visit_id}")
    return _show_form(request, visitor, visit, forms.typed_of(visit), _fresh(visit), done=done)


@router.post("/site-visits/{visit_id}")
async def hand_in(request: Request, visitor: CanReadEvaluations, services: ServicesHere, visit_id: UUID) -> Response:
    """Hand the form on under its page's id: the same form again is the same result."""
    async with checked_form(request) as form:
        typed = {name: value for name, value in form.items() if isinstance(value, str)}
    carried = {name: typed.pop(name, "") for name in CARRIED}
    visit = await ask(services, visitor, f"/v1/site-visits/{visit_id}")
    path = f"/v1/site-visits/{visit_id}/scorings/{forms.uuid_or(carried['scoring_id'], uuid7())}"
    body = forms.body_of(visit["content"], typed, carried["replaces"])
    try:
        await services.send(Unit.SCORING, "PUT", path, visitor.caller, BUDGET_SECONDS, json=body)
    except ServiceSilent as silence:
        errors = [FieldError(WHOLE_FORM, f"{silence.detail}。再提交一次即可，不会记两遍")]
        return _show_form(request, visitor, visit, typed, carried, errors=errors)
    except Refused as refusal:
        stored = refusal.extensions.get("stored")
        if refusal.answered_status == Conflict.status and stored:
            again = {"scoring_id": str(uuid7()), "replaces": stored["id"], "seen": carried["seen"]}
            both = forms.both_sides(visit["content"], refusal.errors)
            return _show_form(request, visitor, visit, typed, again, both=both, whose=stored["recorded_by_name"])
        again = carried | {"scoring_id": str(uuid7())}
        return _show_form(request, visitor, visit, typed, again, errors=forms.errors_of(refusal))
    return RedirectResponse(f"/site-visits/{visit_id}?done=saved", status_code=303)


async def _show_plan(
    request: Request,
    visitor: Visitor,
    services: Services,
    session: Session,
    evaluation_id: UUID,
    *,
    done: str = "",
    error: str = "",
) -> Response:
    run = await ask(services, visitor, f"/v1/evaluations/{evaluation_id}")
    plan = await _plan(services, visitor, evaluation_id)
    now = times.now()
    return render(
        request,
        "scoring/site_checks.html",
        status_code=409 if error else 200,
        run=run,
        place=await region_name(session, run["region_code"]),
        plan=plan and forms.plan_shown(plan),
        strata=strata_of(plan) if plan and plan["complete"] else [],
        towns=towns_of(plan) if plan and plan["complete"] else [],
        agrees=await _agrees(services, visitor, plan),
        draws=plan is None and run["state"] == RunState.OPEN and bool(visitor.actor.roles & OFFICE),
        closes=bool(plan and plan["complete"] and not plan["closed_at"] and visitor.actor.roles & OFFICE),
        done=done,
        error=error,
        visitor_id=str(visitor.actor.id),
        as_of=words.clock_time(now, now),
    )


async def _plan(services: Services, visitor: Visitor, evaluation_id: UUID) -> dict[str, Any] | None:
    """The draw, None while there is none."""
    try:
        found: dict[str, Any] = await ask(services, visitor, f"/v1/evaluations/{evaluation_id}/site-plan")
    except Refused as refusal:
        if refusal.answered_status == NotFound.status:
            return None
        raise
    return found


async def _agrees(services: Services, visitor: Visitor, plan: Mapping[str, Any] | None) -> bool | None:
    """Whether the stored draw comes out again from its seed and frame; None for whom it is still closed."""
    if plan is None or not plan["complete"]:
        return None
    found = await ask(services, visitor, f"/v1/evaluations/{plan['evaluation_id']}/site-plan/verification")
    return bool(found["agrees"])


def _fresh(visit: Mapping[str, Any]) -> dict[str, str]:
    standing = visit["standing"] or ""
    return {"scoring_id": str(uuid7()), "replaces": standing, "seen": standing}


def _show_form(
    request: Request,
    visitor: Visitor,
    visit: Mapping[str, Any],
    typed: Mapping[str, str],
    carried: Mapping[str, str],
    *,
    errors: Sequence[FieldError] = (),
    both: Sequence[tuple[str, str]] | None = None,
    whose: str = "",
    done: str = "",
) -> Response:
    return render(
        request,
        "scoring/site_visit.html",
        status_code=409 if both is not None else 422 if errors else 200,
        visit=forms.visit_shown(visit),
        typed=typed,
        carried=carried,
        errors=errors,
        both=both,
        whose=whose,
        done=done,
        whole=WHOLE_FORM,
        visitor_id=str(visitor.actor.id),
    )
