"""Handing a cell of the grid over: proposed by the office, confirmed by both sides."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import Services, ServicesHere
from gateway.web.inspection.clues import tabs
from gateway.web.inspection.grid import Cursor, open_item, people_of
from gateway.web.inspection.inspection import Answer, ask, day, moment, one_of, page_of
from gateway.web.pages import render
from gateway.web.regions import places_below, region_name
from gateway.web.row_form_pages import FormPage, Sending, show_form, take_form
from gateway.web.row_forms import RowForm, begun
from gateway.web.step_pages import Subject, act_of, show_step, step_named, take_step
from gateway.web.steps import Field, Step
from gateway.web.visitors import OFFICE, CanReadInspections, IsOffice, Visitor
from shared.contracts.codes import Role, Unit
from shared.database import Session

router = APIRouter(include_in_schema=False)

HANDOVER_STATES = (("proposed", "待双方确认"), ("effected", "已交接"), ("withdrawn", "已撤回"))
HANDOVER_BADGES = {"proposed": "warning", "effected": "ok", "withdrawn": "unknown"}
CONFIRM = Step(
    "confirmations",
    "确认交接",
    frozenset({Role.GRID_OFFICER, Role.INSPECTOR, Role.FOOD_SAFETY_OFFICE}),
    (
        Field("side", "您以什么身份确认", "choice", options=(("giver", "移交人"), ("taker", "接任人"))),
        Field("note", "说明", "words", "移交人不能亲自确认的，由食安办代为确认，写明理由", required=False),
    ),
    "双方都确认以后才生效，不空一天，也不重叠。",
)
WITHDRAW = Step("withdrawal", "撤回交接", frozenset(OFFICE), (Field("reason", "理由", "words"),))
HANDOVER_STEPS = (CONFIRM, WITHDRAW)


@router.get("/grid/handovers")
async def handover_list(
    request: Request,
    visitor: CanReadInspections,
    services: ServicesHere,
    session: Session,
    state: Annotated[str, Query(max_length=20)] = "",
    region: Annotated[str, Query(max_length=12)] = "",
    cursor: Cursor = "",
) -> Response:
    places = await places_below(session, visitor.actor.regions)
    wanted = {"state": one_of(dict(HANDOVER_STATES), state), "region": one_of(dict(places), region)}
    page = await page_of(services, visitor, "/v1/grid-handovers", cursor, **wanted)
    return render(
        request,
        "inspection/handovers.html",
        tabs=tabs(visitor),
        filters=[
            ("state", "办到哪里", [("", "全部"), *HANDOVER_STATES], state),
            ("region", "区域", [("", "全部"), *places], region),
        ],
        handovers=[await _handover(session, each) for each in page["items"]],
        next_cursor=page["next_cursor"] or "",
        cursor=cursor,
    )


@router.get("/grid/handovers/new")
async def new_handover(
    request: Request, visitor: IsOffice, services: ServicesHere, session: Session, post: UUID
) -> Response:
    page, form, _ = await _handover_form(services, session, visitor, post)
    return show_form(request, page, form, begun(form))


@router.post("/grid/handovers/new")
async def propose_handover(
    request: Request, visitor: IsOffice, services: ServicesHere, session: Session, post: UUID
) -> Response:
    page, form, people = await _handover_form(services, session, visitor, post)

    def complete(said: dict[str, Any]) -> dict[str, Any]:
        return said | {"post_id": str(post), "taker_name": people.get(said.get("taker_id", ""), "")}

    sending = Sending(
        "POST", "/v1/grid-handovers", lambda made: f"/grid/handovers/{made['id']}", complete, Unit.INSPECTION
    )
    return await take_form(request, services, visitor.caller, page, form, sending)


async def _handover_form(
    services: Services, session: Session, visitor: Visitor, post_id: UUID
) -> tuple[FormPage, RowForm, dict[str, str]]:
    post = await ask(services, visitor, f"/v1/grid-posts/{post_id}")
    people = {key: name for key, name in (await people_of(session, visitor)).items() if key != post["user_id"]}
    form = RowForm(
        "提出交接",
        (
            Field("taker_id", "接任人", "select", options=tuple(people.items())),
            Field("planned_on", "拟自哪一天起由接任人负责", "day"),
            Field("note", "说明", "words", required=False),
        ),
        lead="未办结的检查、整改、线索会自动列进交接。双方确认以前仍由移交人负责。",
    )
    address = f"/grid/cells/{post['cell_code']}"
    crumbs = [("网格", "/grid"), (post["cell_name"], address)]
    return FormPage("提出交接", crumbs, address, f"{post['user_name']}移交"), form, people


@router.get("/grid/handovers/{handover_id}")
async def handover_page(
    request: Request,
    visitor: CanReadInspections,
    services: ServicesHere,
    session: Session,
    handover_id: UUID,
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    handover = await ask(services, visitor, f"/v1/grid-handovers/{handover_id}")
    return render(
        request,
        "inspection/handover.html",
        handover=await _handover(session, handover),
        items=[open_item(each) for each in handover["open_items"]],
        actions=_offered(handover, visitor),
        done=act_of(done, HANDOVER_STEPS),
    )


@router.get("/grid/handovers/{handover_id}/{slug}")
async def handover_form(
    request: Request, visitor: CanReadInspections, services: ServicesHere, handover_id: UUID, slug: str
) -> Response:
    subject = await _handover_subject(services, visitor, handover_id)
    return show_step(request, subject, step_named(slug, HANDOVER_STEPS))


@router.post("/grid/handovers/{handover_id}/{slug}")
async def handover_step(
    request: Request, visitor: CanReadInspections, services: ServicesHere, handover_id: UUID, slug: str
) -> Response:
    async def now() -> Subject:
        return await _handover_subject(services, visitor, handover_id)

    step, address = step_named(slug, HANDOVER_STEPS), f"/grid/handovers/{handover_id}"
    path = f"/v1/grid-handovers/{handover_id}"
    return await take_step(request, services, visitor.caller, step, path, address, now, unit=Unit.INSPECTION)


async def _handover_subject(services: Services, visitor: Visitor, handover_id: UUID) -> Subject:
    handover = await ask(services, visitor, f"/v1/grid-handovers/{handover_id}")
    address = f"/grid/handovers/{handover_id}"
    return Subject(
        title=f"{handover['giver_name']}移交{handover['taker_name']}",
        state=dict(HANDOVER_STATES)[handover["state"]],
        crumbs=[("交接", "/grid/handovers"), (handover["cell_code"], address)],
        address=address,
        offered=_offered(handover, visitor),
        version=str(handover["version"]),
    )


def _offered(handover: Answer, visitor: Visitor) -> list[Step]:
    if handover["state"] != "proposed":
        return []
    person = str(visitor.actor.id)
    concerned = person in (handover["giver_id"], handover["taker_id"])
    office = visitor.actor.has(*OFFICE)
    return ([CONFIRM] if concerned or office else []) + ([WITHDRAW] if office else [])


async def _handover(session: Session, handover: Answer) -> dict[str, Any]:
    return {
        **handover,
        "badge": (HANDOVER_BADGES[handover["state"]], dict(HANDOVER_STATES)[handover["state"]]),
        "place": await region_name(session, handover["region_code"]),
        "planned": day(handover["planned_on"]),
        "given": moment(handover["given_at"]),
        "taken": moment(handover["taken_at"]),
        "effective": day(handover["effective_on"]),
    }
