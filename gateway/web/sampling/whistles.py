"""Whistles (快检吹哨): the list, and one suspect positive with everything that four services did about it."""

import asyncio
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import structlog
from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import Refused, Services, ServicesHere, ServiceSilent
from gateway.web import words
from gateway.web.boards import ROWS_A_PAGE
from gateway.web.pages import render
from gateway.web.regions import region_name
from gateway.web.sampling import whistle_steps, whistle_timeline
from gateway.web.sampling.rapid_test_words import RecordWords
from gateway.web.sampling.rapid_tests import read_record
from gateway.web.step_pages import Subject, act_of, show_step, step_named, take_step
from gateway.web.steps import Step, asked_of
from gateway.web.visitors import RAPID_TEST_READERS, CanReadWhistles, Visitor
from shared import times
from shared.contracts.codes import Unit
from shared.contracts.sampling import StopSaleState, WhistleState
from shared.database import Session

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
        "sampling/whistles.html",
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
        "sampling/whistle.html",
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
        done=act_of(done, whistle_steps.STEPS),
        entries=[entry | {"when": _full_time(entry["at"])} for entry in whistle["entries"]],
        as_of=words.clock_time(now, now),
    )


@router.get("/whistles/{whistle_id}/{slug}")
async def step_form(
    request: Request, visitor: CanReadWhistles, services: ServicesHere, whistle_id: UUID, slug: str
) -> Response:
    step, whistle = _step(slug, visitor), await _whistle(services, visitor, whistle_id)
    return show_step(request, _subject(whistle, visitor), whistle_steps.shown(step, whistle, times.now()))


@router.post("/whistles/{whistle_id}/{slug}")
async def send_step(
    request: Request, visitor: CanReadWhistles, services: ServicesHere, whistle_id: UUID, slug: str
) -> Response:
    async def now() -> Subject:
        return _subject(await _whistle(services, visitor, whistle_id), visitor)

    path, address = f"/v1/whistles/{whistle_id}", f"/whistles/{whistle_id}"
    return await take_step(request, services, visitor.caller, _step(slug, visitor), path, address, now)


def _subject(whistle: dict[str, Any], visitor: Visitor) -> Subject:
    goods = f"{whistle['product_name']}：{whistle['item_name']}"
    return Subject(
        title=f"{goods}，{whistle['seller_name'] or '销售者未写明'}",
        state=WhistleState(whistle["state"]).label,
        crumbs=[("快检吹哨", "/whistles"), (whistle["task"]["number"], f"/whistles/{whistle['id']}")],
        address=f"/whistles/{whistle['id']}",
        offered=whistle_steps.offered(whistle, visitor.actor.roles, times.now()),
        version=str(whistle["version"]),
        entries=whistle["entries"],
    )


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


def _step(slug: str, visitor: Visitor) -> Step:
    return asked_of(visitor.actor.roles, step_named(slug, whistle_steps.STEPS))


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
