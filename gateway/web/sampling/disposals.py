"""核查处置: the case handler's desk, what is due first in front, and one case with its clocks and steps."""

import asyncio
from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import Refused, Services, ServicesHere, ServiceSilent
from gateway.web import words
from gateway.web.boards import ROWS_A_PAGE
from gateway.web.pages import render
from gateway.web.regions import places_below, region_name
from gateway.web.sampling import disposal_steps, disposal_words
from gateway.web.sampling.case_recall import recall_of
from gateway.web.step_pages import Subject, act_of, show_step, step_named, take_step
from gateway.web.steps import Step, asked_of
from gateway.web.visitors import SAMPLE_READERS, TRANSFER_READERS, CanReadCases, Visitor
from shared import times
from shared.contracts.codes import Role, Unit
from shared.contracts.disposals import CaseState
from shared.contracts.statutory_sampling import CaseSide
from shared.database import Session

router = APIRouter(include_in_schema=False)

BUDGET_SECONDS = 3.0
CASES = "/v1/disposal-cases"
CONTESTS_SHOWN = 50


@router.get("/disposals")
async def case_list(
    request: Request,
    visitor: CanReadCases,
    services: ServicesHere,
    session: Session,
    state: Annotated[str, Query(max_length=20)] = "",
    side: Annotated[str, Query(max_length=20)] = "",
    region: Annotated[str, Query(max_length=12)] = "",
    cursor: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    places = await places_below(session, visitor.actor.regions)
    wanted = {"limit": str(ROWS_A_PAGE), "order": "due"}
    for name, value, known in (
        ("state", state, set(CaseState)),
        ("side", side, set(CaseSide)),
        ("region", region, dict(places)),
    ):
        if value and value in known:
            wanted[name] = value
    page = await services.get(
        Unit.SAMPLING, CASES, visitor.caller, BUDGET_SECONDS, **wanted, **({"cursor": cursor} if cursor else {})
    )
    now = times.now()
    return render(
        request,
        "sampling/disposals.html",
        filters=[
            ("state", "办到哪里", [("", "全部"), *((each.value, each.label) for each in CaseState)], state),
            ("side", "环节", [("", "全部"), *((each.value, each.label) for each in CaseSide)], side),
            ("region", "区域", [("", "全部"), *places], region),
        ],
        narrowed=any((state, side, region)),
        official=visitor.actor.has(*TRANSFER_READERS),
        cases=[
            disposal_words.listed(case, now) | {"place": await region_name(session, case["region_code"])}
            for case in page["items"]
        ],
        next_cursor=page["next_cursor"] or "",
        cursor=cursor,
    )


@router.get("/disposals/{case_id}")
async def case_page(
    request: Request,
    visitor: CanReadCases,
    services: ServicesHere,
    session: Session,
    case_id: UUID,
    done: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    case = await _case(services, visitor, case_id)
    (others, told_others), (objections, told_objections), (retests, told_retests) = await asyncio.gather(
        _told(services, visitor, CASES, sample_id=case["sample_id"]),
        _told(services, visitor, "/v1/objections", sample_id=case["sample_id"]),
        _told(services, visitor, "/v1/retests", case_id=str(case_id)),
    )
    now = times.now()
    offered = disposal_steps.offered(case, visitor.actor.roles)
    own = {notice["id"]: {step.slug for step in disposal_steps.steps_on(notice)} for notice in case["notices"]}
    on_notices = frozenset[str]().union(*own.values())
    due = disposal_steps.next_step(case)
    return render(
        request,
        "sampling/disposal.html",
        case=case,
        place=await region_name(session, case["region_code"]),
        side=CaseSide(case["side"]).label,
        state=disposal_words.state_of(case),
        conclusion=disposal_words.conclusion_of(case),
        facts=disposal_words.facts(case),
        others=[disposal_words.listed(other, now) for other in others if other["id"] != case["id"]],
        sees_sample=visitor.actor.has(*SAMPLE_READERS),
        official=not visitor.actor.has(Role.BUSINESS),
        missing=disposal_words.missing(case),
        marks=disposal_words.progress(case, now),
        notices=[
            disposal_words.served(notice, [step for step in offered if step.slug in own[notice["id"]]], now)
            for notice in case["notices"]
        ],
        actions=[step for step in offered if step.slug not in on_notices or step.slug == due],
        next_step=due,
        recall=recall_of(case),
        contests=disposal_words.contests(
            [each for each in objections if each["case_id"] in (None, str(case_id))], retests
        ),
        silent=not all((told_others, told_objections, told_retests)),
        entries=[disposal_words.entry_row(entry) for entry in case["entries"]],
        done=act_of(done, disposal_steps.steps_of(case)),
        as_of=words.clock_time(now, now),
    )


@router.get("/disposals/{case_id}/{slug:path}")
async def step_form(
    request: Request, visitor: CanReadCases, services: ServicesHere, case_id: UUID, slug: str
) -> Response:
    case = await _case(services, visitor, case_id)
    return show_step(request, _subject(case, visitor), _step(case, slug, visitor))


@router.post("/disposals/{case_id}/{slug:path}")
async def send_step(
    request: Request, visitor: CanReadCases, services: ServicesHere, case_id: UUID, slug: str
) -> Response:
    async def now() -> Subject:
        return _subject(await _case(services, visitor, case_id), visitor)

    step = _step(await _case(services, visitor, case_id), slug, visitor)
    return await take_step(request, services, visitor.caller, step, f"{CASES}/{case_id}", f"/disposals/{case_id}", now)


def _step(case: dict[str, Any], slug: str, visitor: Visitor) -> Step:
    step = asked_of(visitor.actor.roles, step_named(slug, disposal_steps.steps_of(case)))
    if slug != disposal_steps.STOP_SALE.slug:
        return step
    units = next((entry["unit"] for entry in reversed(case["entries"]) if entry["unit"]), "")
    return replace(
        step, fields=tuple(replace(each, value=units) if each.name == "unit" else each for each in step.fields)
    )


def _subject(case: dict[str, Any], visitor: Visitor) -> Subject:
    return Subject(
        title=f"{case['food_name']}：{disposal_words.failed_items(case)}，{case['party_name']}",
        state=disposal_words.state_of(case)[1],
        crumbs=[("核查处置", "/disposals"), (title_of(case), f"/disposals/{case['id']}")],
        address=f"/disposals/{case['id']}",
        offered=disposal_steps.offered(case, visitor.actor.roles),
        version=str(case["version"]),
        entries=case["entries"],
    )


def title_of(case: dict[str, Any]) -> str:
    """`粉丝，生产环节`."""
    return f"{case['food_name']}，{CaseSide(case['side']).label}"


async def _case(services: Services, visitor: Visitor, case_id: UUID) -> dict[str, Any]:
    case: dict[str, Any] = await services.get(Unit.SAMPLING, f"{CASES}/{case_id}", visitor.caller, BUDGET_SECONDS)
    return case


async def _told(services: Services, visitor: Visitor, path: str, **wanted: str) -> tuple[list[dict[str, Any]], bool]:
    """What stands beside a case, and whether the service told it; a page is not lost for it."""
    try:
        page = await services.get(
            Unit.SAMPLING, path, visitor.caller, BUDGET_SECONDS, limit=str(CONTESTS_SHOWN), **wanted
        )
    except Refused:
        return [], True
    except ServiceSilent:
        return [], False
    return page["items"], True
