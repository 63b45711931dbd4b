"""抽取公示: what everybody may read of random draws, and recompute in the own browser. No signing in, no cookies."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import HTMLResponse

from gateway.clients import ServicesHere, caller_of
from gateway.web.inspection import random_draw_words as say
from gateway.web.pages import ENVIRONMENT
from gateway.web.words import full_time
from shared.contracts.codes import Unit
from shared.http.auth import Anyone

router = APIRouter(include_in_schema=False)

BUDGET_SECONDS = 5.0
KEPT = "public, max-age=60"
API, PAGES = "/v1/public-draws", "/public-draws"


@router.get(PAGES)
async def public_draw_list(
    request: Request,
    _: Anyone,
    services: ServicesHere,
    region: Annotated[str, Query(max_length=12, pattern="^([0-9]{12})?$")] = "",
    cursor: Annotated[str, Query(max_length=1000)] = "",
) -> HTMLResponse:
    wanted = {name: value for name, value in (("region", region), ("cursor", cursor)) if value}
    page = await services.get(Unit.INSPECTION, API, caller_of(request, ""), BUDGET_SECONDS, **wanted)
    draws = [_shown(each) for each in page["items"]]
    return _page(
        request, "inspection/public_draws.html", draws=draws, region=region, next_cursor=page["next_cursor"] or ""
    )


@router.get(PAGES + "/verifier")
async def verifier_page(request: Request, _: Anyone) -> HTMLResponse:
    """The verifier for a file from the reader's own disk."""
    return _page(request, "inspection/draw_verifier.html", bundle="", title="")


@router.get(PAGES + "/{draw_id}")
async def public_draw(
    request: Request,
    _: Anyone,
    services: ServicesHere,
    draw_id: UUID,
    cursor: Annotated[str, Query(max_length=1000)] = "",
) -> HTMLResponse:
    caller = caller_of(request, "")
    draw = await services.get(Unit.INSPECTION, f"{API}/{draw_id}", caller, BUDGET_SECONDS)
    wanted = {"limit": "200"} | ({"cursor": cursor} if cursor else {})
    page: dict[str, Any] = {"items": [], "next_cursor": None}
    if draw["bundle"]:
        page = await services.get(Unit.INSPECTION, f"{API}/{draw_id}/visits", caller, BUDGET_SECONDS, **wanted)
    visits = [
        {
            **each,
            "badge": say.VISIT_STATES[each["state"]],
            "stratum_name": say.stratum_name(each["stratum"]),
            "people": [*each["inspectors"], *(f"{name}（上级调派）" for name in each["lent"])],
        }
        for each in page["items"]
    ]
    return _page(
        request,
        "inspection/public_draw.html",
        draw=_shown(draw),
        committed=say.commitment_rows(draw["commitment"]),
        entropy=say.entropy_words(draw["commitment"]),
        strata=say.rows_of(draw["counts"]) if draw["counts"] else [],
        visits=visits,
        changes=[{**each, "when": _moment(each["at"])} for each in draw["changes"]],
        bundle=f"/api/inspection{draw['bundle']}" if draw["bundle"] else "",
        next_cursor=page["next_cursor"] or "",
    )


@router.get(PAGES + "/{draw_id}/verification")
async def verification_page(request: Request, _: Anyone, services: ServicesHere, draw_id: UUID) -> HTMLResponse:
    """The verifier with one published draw at hand."""
    draw = await services.get(Unit.INSPECTION, f"{API}/{draw_id}", caller_of(request, ""), BUDGET_SECONDS)
    bundle = f"/api/inspection{draw['bundle']}" if draw["bundle"] else ""
    return _page(request, "inspection/draw_verifier.html", bundle=bundle, title=draw["title"])


def _shown(draw: dict[str, Any]) -> dict[str, Any]:
    moments = {name: _moment(draw[f"{name}_at"]) for name in ("committed", "drawn", "announced", "cancelled")}
    label = draw["state_label"]
    return {
        **draw,
        **moments,
        "purpose_label": say.PURPOSES[draw["purpose"]],
        "badge": (say.STATES[draw["state"]][0], label),
    }


def _moment(text: str | None) -> str:
    return full_time(datetime.fromisoformat(text)) if text else ""


def _page(request: Request, template: str, **context: Any) -> HTMLResponse:
    demo = request.app.state.settings.demo
    page = ENVIRONMENT.get_template(template).render(demo=demo, address=request.url.path, **context)
    return HTMLResponse(page, headers={"cache-control": KEPT})
