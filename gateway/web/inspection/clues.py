"""Clues of the grid: reported on a phone, also offline, handed on, answered to whoever reported them."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.clients import Refused, Services, ServicesHere, ServiceSilent
from gateway.web.forms import FieldError, checked_form
from gateway.web.inspection.inspection import (
    BUDGET_SECONDS,
    Answer,
    ask,
    due_badge,
    entry_row,
    moment,
    one_of,
    page_of,
    told,
    told_one,
)
from gateway.web.inspection.inspection_files import ADDRESS as FILES
from gateway.web.inspection.inspection_files import keeper
from gateway.web.inspection.visit_form_content import local
from gateway.web.pages import render
from gateway.web.regions import places_below, region_name
from gateway.web.sampling.whistle_timeline import clock_of
from gateway.web.step_pages import Subject, act_of, nothing_of, show_step, step_named, take_step, typed_in
from gateway.web.steps import WHOLE_FORM, Field, Step, body, errors_of
from gateway.web.visitors import FIELD_OFFICERS, REWARD_READERS, CanReadInspections, CanWorkInField, Visitor
from shared import times
from shared.contracts.codes import Role, Unit
from shared.database import Session
from shared.ids import uuid7

router = APIRouter(include_in_schema=False)

CLUES, PAGES = "/v1/clues", "/grid/clues"
STATES = (("received", "待办理"), ("referred", "已转办"), ("answered", "已答复"))
BADGES = {"received": "warning", "referred": "running", "answered": "ok"}
REFERRALS = (("visit", "监督检查"), ("correction", "责令整改"), ("case", "立案查处"))
OUTCOMES = (("substantiated", "属实"), ("unsubstantiated", "不属实"), ("not_reached", "未能核实"))
HANDLERS = frozenset({Role.FOOD_SAFETY_OFFICE, Role.INSPECTOR, Role.CASE_HANDLER})
REFERRAL = Step(
    "referral",
    "转办",
    HANDLERS,
    (
        Field("kind", "转到哪里", "choice", options=REFERRALS),
        Field("reference", "检查、整改或案件的编号"),
        Field("note", "说明", "words", required=False),
    ),
)
ANSWER = Step(
    "answer",
    "答复上报人",
    HANDLERS,
    (
        Field("outcome", "核实的结果", "choice", "未能核实不等于不属实", options=OUTCOMES),
        Field("answer", "给上报人的答复", "words"),
    ),
    "首次答复即了结期限，以后可以补充。",
)
STEPS = (ANSWER, REFERRAL)
PLACES = {"place": "地点", "what": "看到什么", "found_at": "何时看到", "cell_code": "网格", "evidence": "照片"}


def tabs(visitor: Visitor) -> list[tuple[str, str]]:
    """The pages of the grid."""
    rewards = [("举报奖励", "/grid/rewards")] if visitor.actor.has(*REWARD_READERS) else []
    return [
        ("网格", "/grid"),
        ("巡查", "/grid/patrols"),
        ("线索", PAGES),
        ("包保", "/grid/assignments"),
        ("培训考试", "/grid/trainings"),
        ("交接", "/grid/handovers"),
        ("巡查清单", "/grid/duties"),
        *rewards,
    ]


@router.get(PAGES)
async def clue_list(
    request: Request,
    visitor: CanReadInspections,
    services: ServicesHere,
    session: Session,
    state: Annotated[str, Query(max_length=20)] = "",
    region: Annotated[str, Query(max_length=12)] = "",
    mine: Annotated[str, Query(max_length=5)] = "",
    cursor: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    places = await places_below(session, visitor.actor.regions)
    wanted = {
        "state": one_of(dict(STATES), state),
        "region": one_of(dict(places), region),
        "mine": one_of(("true",), mine),
    }
    page = await page_of(services, visitor, CLUES, cursor, **wanted)
    return render(
        request,
        "inspection/clues.html",
        tabs=tabs(visitor),
        filters=[
            ("state", "办到哪里", [("", "全部"), *STATES], state),
            ("region", "区域", [("", "全部"), *places], region),
            ("mine", "谁上报的", [("", "全部"), ("true", "我上报的")], mine),
        ],
        narrowed=any((state, region, mine)),
        clues=[await _listed(session, each) for each in page["items"]],
        reports=visitor.actor.has(*FIELD_OFFICERS),
        visitor_id=str(visitor.actor.id),
        next_cursor=page["next_cursor"] or "",
        cursor=cursor,
    )


@router.get(PAGES + "/new")
async def new_clue(
    request: Request,
    visitor: CanWorkInField,
    services: ServicesHere,
    session: Session,
    business: UUID | None = None,
    own_id: Annotated[UUID | None, Query(alias="id")] = None,
) -> Response:
    """A form with an id of its own; with `id` the one that was begun before."""
    clue_id = own_id or uuid7()
    known, _ = await told_one(services, visitor, f"{CLUES}/{clue_id}") if own_id else (None, True)
    if known:
        return RedirectResponse(f"{PAGES}/{clue_id}", status_code=303)
    fields = await _fields(services, session, visitor)
    typed = {field.name: field.value for field in fields} | {"found_at": local(times.now().isoformat())}
    if business is not None:
        found = await ask(services, visitor, f"/v1/businesses/{business}")
        typed |= {"business_id": str(business), "place": f"{found['name']}，{found['address']}"}
    return _show_form(request, visitor, clue_id, fields, typed)


@router.post(PAGES + "/{clue_id}")
async def report_clue(
    request: Request, visitor: CanWorkInField, services: ServicesHere, session: Session, clue_id: UUID
) -> Response:
    """Hand the clue on under the page's id: the same form again is the same clue."""
    fields = await _fields(services, session, visitor)
    step = Step("", "", frozenset(), fields)
    async with checked_form(request) as form:
        business = str(form.get("business_id", ""))
        try:
            typed = await typed_in(form, step, keeper(services, visitor.caller))
        except (Refused, ServiceSilent) as refusal:
            typed = await typed_in(form, step, nothing_of)
            return _show_form(
                request, visitor, clue_id, fields, typed | {"business_id": business}, errors_of(refusal, step)
            )
    typed |= {"business_id": business}
    content = body(step, typed) | ({"business_id": business} if business else {})
    try:
        await services.send(Unit.INSPECTION, "PUT", f"{CLUES}/{clue_id}", visitor.caller, BUDGET_SECONDS, json=content)
    except (Refused, ServiceSilent) as refusal:
        differences = refusal.extensions.get("differences", ()) if isinstance(refusal, Refused) else ()
        errors = () if differences else errors_of(refusal, step)
        return _show_form(request, visitor, clue_id, fields, typed, errors, differences)
    return RedirectResponse(f"{PAGES}/{clue_id}?done=reported", status_code=303)


def _show_form(
    request: Request,
    visitor: Visitor,
    clue_id: UUID,
    fields: Sequence[Field],
    typed: Mapping[str, str],
    errors: Sequence[FieldError] = (),
    differences: Sequence[Mapping[str, Any]] = (),
) -> Response:
    return render(
        request,
        "inspection/clue_form.html",
        status_code=409 if differences else 422 if errors else 200,
        clue_id=clue_id,
        fields=fields,
        typed=typed,
        errors=errors,
        differences=[
            {**each, "label": PLACES.get(str(each.get("pointer", "")).strip("/").split("/")[0], "")}
            for each in differences
        ],
        whole=WHOLE_FORM,
        visitor_id=str(visitor.actor.id),
    )


async def _fields(services: Services, session: Session, visitor: Visitor) -> tuple[Field, ...]:
    return (
        Field("place", "地点", hint="门牌、店名，别人找得到的写法"),
        Field("what", "看到什么", "words", "如：无证现场制售糕点"),
        Field("cell_code", "哪个网格", "select", options=await cells_of(services, session, visitor)),
        Field("found_at", "何时看到", "moment"),
        Field("evidence", "照片", "photos", required=False),
    )


async def cells_of(services: Services, session: Session, visitor: Visitor) -> tuple[tuple[str, str], ...]:
    """Cells to choose from; the visitor's own stand first."""
    today = times.day_of(times.now()).isoformat()
    posts, _ = await told(services, visitor, "/v1/grid-posts", user_id=str(visitor.actor.id), on=today)
    own = {post["cell_code"]: post["cell_name"] for post in posts}
    places = {code: name for code, name in await places_below(session, visitor.actor.regions) if code not in own}
    return (*own.items(), *places.items())


@router.get(PAGES + "/{clue_id}")
async def clue_page(
    request: Request,
    visitor: CanReadInspections,
    services: ServicesHere,
    session: Session,
    clue_id: UUID,
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    clue = await ask(services, visitor, f"{CLUES}/{clue_id}")
    about = clue["business_id"]
    business, _ = await told_one(services, visitor, f"/v1/businesses/{about}") if about else (None, True)
    now = times.now()
    return render(
        request,
        "inspection/clue.html",
        clue=await _listed(session, clue),
        business=business,
        clocks=[clock_of(clock, now) for clock in clue["clocks"]],
        actions=_offered(clue, visitor),
        referral=dict(REFERRALS).get(clue["referral"] or "", ""),
        outcome=dict(OUTCOMES).get(clue["outcome"] or "", ""),
        entries=[entry_row(entry) for entry in clue["entries"]],
        done="上报，期限自平台收到时起算" if done == "reported" else act_of(done, STEPS),
        files=FILES,
    )


@router.get(PAGES + "/{clue_id}/{slug}")
async def step_form(
    request: Request, visitor: CanReadInspections, services: ServicesHere, clue_id: UUID, slug: str
) -> Response:
    clue = await ask(services, visitor, f"{CLUES}/{clue_id}")
    return show_step(request, _subject(clue, visitor), step_named(slug, STEPS))


@router.post(PAGES + "/{clue_id}/{slug}")
async def send_step(
    request: Request, visitor: CanReadInspections, services: ServicesHere, clue_id: UUID, slug: str
) -> Response:
    path = f"{CLUES}/{clue_id}"

    async def now() -> Subject:
        return _subject(await ask(services, visitor, path), visitor)

    step, address = step_named(slug, STEPS), f"{PAGES}/{clue_id}"
    return await take_step(request, services, visitor.caller, step, path, address, now, unit=Unit.INSPECTION)


def _offered(clue: Answer, visitor: Visitor) -> list[Step]:
    if not visitor.actor.has(*HANDLERS):
        return []
    return [ANSWER] if clue["state"] == "answered" else [ANSWER, REFERRAL]


def _subject(clue: Answer, visitor: Visitor) -> Subject:
    address = f"{PAGES}/{clue['id']}"
    return Subject(
        title=f"{clue['place']}：{clue['what']}",
        state=dict(STATES)[clue["state"]],
        crumbs=[("线索", PAGES), (clue["place"], address)],
        address=address,
        offered=_offered(clue, visitor),
        version=str(clue["version"]),
        entries=clue["entries"],
    )


async def _listed(session: Session, clue: Answer) -> dict[str, Any]:
    clocks = clue.get("clocks") or [None]
    return {
        **clue,
        "badge": (BADGES[clue["state"]], dict(STATES)[clue["state"]]),
        "due": due_badge(clocks[0], times.now()),
        "found": moment(clue["found_at"]),
        "received": moment(clue["received_at"]),
        "place_name": await region_name(session, clue["region_code"]),
        "outcome_label": dict(OUTCOMES).get(clue["outcome"] or "", ""),
    }
