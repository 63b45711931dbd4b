"""Whistles (快检吹哨): the list, and one suspect positive with everything that four services did about it."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import structlog
from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.clients import Refused, Services, ServicesHere, ServiceSilent
from gateway.web import whistle_steps, whistle_timeline, words
from gateway.web.boards import ROWS_A_PAGE
from gateway.web.forms import FieldError, checked_form
from gateway.web.pages import render
from gateway.web.rapid_test_words import RecordWords
from gateway.web.rapid_tests import read_record
from gateway.web.regions import region_name
from gateway.web.visitors import RAPID_TEST_READERS, CanReadWhistles, Visitor
from shared import times
from shared.contracts.codes import Unit
from shared.contracts.sampling import StopSaleState, WhistleState
from shared.database import Session
from shared.http.problems import NotFound, PreconditionFailed

router = APIRouter(include_in_schema=False)
log = structlog.get_logger(__name__)

BUDGET_SECONDS = 2.0
BADGES = {
    WhistleState.OPEN: "danger",
    WhistleState.SAMPLED: "warning",
    WhistleState.CONCLUDED: "warning",
    WhistleState.CLOSED: "ok",
}


@router.get("/whistles")
async def whistle_list(
    request: Request,
    visitor: CanReadWhistles,
    services: ServicesHere,
    state: Annotated[str, Query(max_length=20)] = "",
    cursor: Annotated[str, Query(max_length=400)] = "",
) -> Response:
    wanted = {"limit": str(ROWS_A_PAGE)}
    if state in set(WhistleState):
        wanted["state"] = state
    if cursor:
        wanted["cursor"] = cursor
    page = await services.get(Unit.SAMPLING, "/v1/whistles", visitor.caller, BUDGET_SECONDS, **wanted)
    return render(
        request,
        "whistles.html",
        states=[("", "全部"), *((each.value, each.label) for each in WhistleState)],
        state=state,
        whistles=[listed(whistle) for whistle in page["items"]],
        next_cursor=page["next_cursor"] or "",
        cursor=cursor,
    )


@router.get("/whistles/{whistle_id}")
async def whistle_page(
    request: Request,
    visitor: CanReadWhistles,
    services: ServicesHere,
    session: Session,
    whistle_id: UUID,
    done: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    async def told(unit: Unit, path: str, **wanted: str) -> whistle_timeline.Told:
        try:
            page = await services.get(unit, path, visitor.caller, BUDGET_SECONDS, **wanted)
        except Refused:
            return whistle_timeline.Untold.REFUSED
        except ServiceSilent as silence:
            log.warning("step_missing", service=unit, reason=silence.reason)
            return whistle_timeline.Untold.SILENT
        items: list[dict[str, Any]] = page["items"]
        return items

    whistle, holds, visits, signals = await asyncio.gather(
        _whistle(services, visitor, whistle_id),
        told(Unit.TRACEABILITY, "/v1/lot-holds", whistle_id=str(whistle_id)),
        told(Unit.INSPECTION, "/v1/visits", whistle_id=str(whistle_id)),
        told(Unit.SCORING, "/v1/credit-signals", source_id=str(whistle_id)),
    )
    record, untold = await _measured(services, visitor, whistle)
    now = times.now()
    state = WhistleState(whistle["state"])
    return render(
        request,
        "whistle.html",
        whistle=whistle,
        region_name=await region_name(session, whistle["region_code"]),
        state=(BADGES[state], state.label),
        stop_sale=StopSaleState(whistle["stop_sale"]).label,
        goods=whistle_timeline.goods(whistle),
        record=record,
        record_untold=untold,
        sees_record=visitor.actor.has(*RAPID_TEST_READERS),
        steps=whistle_timeline.steps(whistle, holds, visits, signals, now),
        actions=whistle_steps.offered(whistle, visitor.actor.roles, now),
        next_step=whistle_steps.next_step(whistle),
        done=next((step.act for step in whistle_steps.STEPS if step.slug == done), ""),
        entries=[entry | {"when": _full_time(entry["at"])} for entry in whistle["entries"]],
        as_of=words.clock_time(now, now),
    )


@router.get("/whistles/{whistle_id}/{slug}")
async def step_form(
    request: Request, visitor: CanReadWhistles, services: ServicesHere, whistle_id: UUID, slug: str
) -> Response:
    step, whistle = _step(slug, visitor), await _whistle(services, visitor, whistle_id)
    return _show_step(request, visitor, step, whistle, whistle_steps.prefilled(step, whistle, times.now()))


@router.post("/whistles/{whistle_id}/{slug}")
async def take_step(
    request: Request, visitor: CanReadWhistles, services: ServicesHere, whistle_id: UUID, slug: str
) -> Response:
    """Hand the step to the sampling service with the version the person has seen; show what it refuses."""
    step = _step(slug, visitor)
    async with checked_form(request) as form:
        typed = {field.name: str(form.get(field.name, "")) for field in step.fields}
        version, seen = str(form.get("version", "")), str(form.get("seen", ""))
    path, headers = f"/v1/whistles/{whistle_id}/{slug}", {"if-match": f'"{version}"'}
    try:
        sent = whistle_steps.body(step, typed)
        await services.send(Unit.SAMPLING, "POST", path, visitor.caller, BUDGET_SECONDS, json=sent, headers=headers)
    except (Refused, ServiceSilent) as refusal:
        whistle = await _whistle(services, visitor, whistle_id)
        if isinstance(refusal, Refused) and refusal.answered_status == PreconditionFailed.status:
            changes = whistle_steps.since(whistle, int(seen) if seen.isdigit() else 0)
            return _show_step(request, visitor, step, whistle, typed, changes=changes)
        return _show_step(request, visitor, step, whistle, typed, errors=_errors_of(refusal, step))
    return RedirectResponse(f"/whistles/{whistle_id}?done={slug}", status_code=303)


def _show_step(
    request: Request,
    visitor: Visitor,
    step: whistle_steps.Step,
    whistle: dict[str, Any],
    typed: dict[str, str],
    *,
    errors: Sequence[FieldError] = (),
    changes: Sequence[str] | None = None,
) -> Response:
    return render(
        request,
        "whistle_step.html",
        status_code=409 if changes is not None else 422 if errors else 200,
        step=step,
        whistle=whistle,
        whistle_state=WhistleState(whistle["state"]).label,
        possible=step in whistle_steps.offered(whistle, visitor.actor.roles, times.now()),
        typed=typed,
        quantity_hint=whistle_steps.quantity_hint(whistle),
        errors=errors,
        stale=changes is not None,
        changes=changes or (),
    )


def _errors_of(refusal: Refused | ServiceSilent, step: whistle_steps.Step) -> list[FieldError]:
    """A refusal at the field it concerns, else at the form as a whole."""
    if isinstance(refusal, ServiceSilent):
        return [FieldError("step", "抽检快检服务没有回答，不知道有没有记上。再提交一次即可，不会记两遍")]
    labels = {field.name: field.label for field in step.fields}
    places = [(error.pointer.strip("/").partition("/")[0], error.message) for error in refusal.errors]
    return [
        FieldError(name, f"{labels[name]}：{message}") if name in labels else FieldError("step", message)
        for name, message in places
    ] or [FieldError("step", refusal.detail or refusal.answered_title)]


async def _measured(services: Services, visitor: Visitor, whistle: dict[str, Any]) -> tuple[RecordWords | None, str]:
    """What was read at the bench; where it is not told, why."""
    try:
        _, record = await read_record(services, visitor.caller, whistle["rapid_test_id"])
    except Refused:
        return None, whistle_timeline.Untold.REFUSED.label
    except ServiceSilent:
        return None, "现在看不到，刷新再看"
    return record, ""


async def _whistle(services: Services, visitor: Visitor, whistle_id: UUID) -> dict[str, Any]:
    path = f"/v1/whistles/{whistle_id}"
    whistle: dict[str, Any] = await services.get(Unit.SAMPLING, path, visitor.caller, BUDGET_SECONDS)
    return whistle


def _step(slug: str, visitor: Visitor) -> whistle_steps.Step:
    for step in whistle_steps.STEPS:
        if step.slug == slug:
            return whistle_steps.asked_of(visitor.actor.roles, step)
    raise NotFound(f"没有「{slug}」这一步，请从吹哨的页面上点进来")


def listed(whistle: dict[str, Any]) -> dict[str, Any]:
    """A whistle as a line of a list."""
    state = WhistleState(whistle["state"])
    return {
        "id": whistle["id"],
        "title": f"{whistle['product_name']}：{whistle['item_name']}",
        "seller": whistle["seller_name"] or "销售者未写明",
        "when": _full_time(whistle["blown_at"]),
        "badge": (BADGES[state], state.label),
        "banned": whistle["banned"],
        "task": whistle["task"]["number"],
    }


def _full_time(text: str) -> str:
    return words.full_time(datetime.fromisoformat(text))
