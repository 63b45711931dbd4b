"""抽取点位: the form by which the sites of an evaluation are drawn, and the file by which anybody reckons it again."""

import json
from typing import Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.clients import Refused, Services, ServicesHere, ServiceSilent
from gateway.web.forms import checked_form
from gateway.web.row_form_pages import MORE, FormPage, show_form
from gateway.web.row_forms import Filled, at_most, begun, compact, with_room, with_rows
from gateway.web.scoring import site_draw_forms as draws
from gateway.web.scoring.evaluations import ask, scheme_of
from gateway.web.step_pages import typed_in
from gateway.web.steps import body, errors_of
from gateway.web.visitors import CanReadEvaluations, Visitor
from shared.contracts.codes import Unit
from shared.http.problems import NotFound
from shared.ids import uuid7

router = APIRouter(include_in_schema=False)

BUDGET_SECONDS = 20.0
"""The register of a whole district is read before anything is drawn."""
ROWS = {"forms": 1, "items": 3, "units": 1}


@router.get("/evaluations/{evaluation_id}/site-checks/draw")
async def draw_page(
    request: Request, visitor: CanReadEvaluations, services: ServicesHere, evaluation_id: UUID
) -> Response:
    page, form = await _form(services, visitor, evaluation_id)
    return show_form(request, page, form, begun(form, rows=ROWS))


@router.post("/evaluations/{evaluation_id}/site-checks/draw")
async def draw(request: Request, visitor: CanReadEvaluations, services: ServicesHere, evaluation_id: UUID) -> Response:
    page, form = await _form(services, visitor, evaluation_id)
    async with checked_form(request) as sent:
        filled = compact(form, await typed_in(sent, at_most(form)))
        more, key = (str(sent.get(name, "")) for name in (MORE, "key"))
    if more:
        return show_form(request, page, form, with_room(form, filled, more), key=key)
    questions = with_rows(form, filled.rows)
    said = body(questions, filled.typed)
    again = Filled(filled.typed, {name: max(count, 1) for name, count in filled.rows.items()})
    if errors := draws.strays(said):
        return show_form(request, page, form, again, errors=errors)
    try:
        await services.send(
            Unit.SCORING,
            "POST",
            f"/v1/evaluations/{evaluation_id}/site-plan",
            visitor.caller,
            BUDGET_SECONDS,
            json=draws.plan_body(said),
            headers={"idempotency-key": key or str(uuid7())},
        )
    except ServiceSilent as silence:
        return show_form(request, page, form, again, key=key, errors=errors_of(silence, questions))
    except Refused as refusal:
        errors = draws.errors_at(said, refusal.errors) or errors_of(refusal, questions)
        return show_form(request, page, form, again, errors=errors)
    return RedirectResponse(f"/evaluations/{evaluation_id}/site-checks?done=drawn", status_code=303)


@router.get("/evaluations/{evaluation_id}/site-checks/file")
async def recomputing_file(visitor: CanReadEvaluations, services: ServicesHere, evaluation_id: UUID) -> Response:
    """The draw as a file; while the hidden visits are hidden from the visitor there is none for him."""
    plan = await ask(services, visitor, f"/v1/evaluations/{evaluation_id}/site-plan")
    if not plan["complete"]:
        raise NotFound("暗访公开以后才有重算用的文件；现在可以先记下名单的指纹")
    content = json.dumps(draws.recomputing(plan), ensure_ascii=False, indent=1)
    name = quote(f"现场核查抽取-{plan['frame_sha256'][:12]}.json")
    headers = {
        "content-disposition": f"attachment; filename*=UTF-8''{name}",
        "cache-control": "private, no-cache",
    }
    return Response(content, media_type="application/json", headers=headers)


async def _form(services: Services, visitor: Visitor, evaluation_id: UUID) -> tuple[FormPage, Any]:
    run = await ask(services, visitor, f"/v1/evaluations/{evaluation_id}")
    scheme = await scheme_of(services, visitor, run)
    back = f"/evaluations/{evaluation_id}/site-checks"
    crumbs = [("评价创建", "/evaluations"), (run["title"], f"/evaluations/{evaluation_id}"), ("现场核查", back)]
    return FormPage("抽取点位", crumbs, back, run["title"]), draws.draw_form(scheme["content"]["nodes"])
