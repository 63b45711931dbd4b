"""包保: which leader answers for which business, what he saw each quarter, and where a visit is still owed."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import Services, ServicesHere
from gateway.web.boards import ROWS_A_PAGE
from gateway.web.inspection.clues import tabs
from gateway.web.inspection.grid import Cursor
from gateway.web.inspection.inspection import Answer, ask, day, moment, together, told, told_one
from gateway.web.inspection.inspection_files import ADDRESS as FILES
from gateway.web.inspection.inspection_files import keeper
from gateway.web.pages import render
from gateway.web.regions import places_below, region_name
from gateway.web.row_form_pages import FormPage, Sending, show_form, take_form
from gateway.web.row_forms import RowForm, begun
from gateway.web.step_pages import Subject, act_of, show_step, step_named, take_step
from gateway.web.steps import Field, Step
from gateway.web.visitors import OFFICE, CanReadInspections, IsOffice, Visitor
from shared import times
from shared.contracts.codes import Role, Unit
from shared.database import Session

router = APIRouter(include_in_schema=False)

ASSIGNMENTS, PAGES = "/v1/supervision-assignments", "/grid/assignments"
LEVELS = tuple((level, f"{level} 级") for level in "ABCD")
STANDINGS = {True: ("ok", "已督导"), False: ("danger", "季末仍缺"), None: ("warning", "本季还没有")}
QUARTERS_OFFERED = 5
VISIT = Step(
    "visits",
    "登记一次督导",
    frozenset({Role.FOOD_SAFETY_OFFICE, Role.LEADER}),
    (
        Field("visited_on", "哪一天去的", "day"),
        Field("found", "督导情况", "words", "看了什么、怎么样"),
        Field("problems", "发现的问题", "lines", "一行一个", required=False),
        Field("evidence", "照片", "photos", required=False),
    ),
)
END = Step(
    "end",
    "结束包保",
    frozenset(OFFICE),
    (Field("on", "自哪一天起不再包保", "day"), Field("reason", "理由", "words")),
    "结束的那个季度不计。",
)
STEPS = (VISIT, END)


@router.get(PAGES)
async def assignment_list(
    request: Request,
    visitor: CanReadInspections,
    services: ServicesHere,
    session: Session,
    region: Annotated[str, Query(max_length=12)] = "",
    quarter: Annotated[str, Query(max_length=7)] = "",
    mine: Annotated[str, Query(max_length=5)] = "",
    cursor: Cursor = "",
) -> Response:
    """The quarter's visits, made and owed; beside them the assignments that begin or end within it."""
    places = await places_below(session, visitor.actor.regions)
    quarters = quarters_until(times.day_of(times.now()))
    chosen = quarter if quarter in dict(quarters) else quarters[0][0]
    here = {"region": region} if region in dict(places) else {}
    own = {"leader": str(visitor.actor.id)} if mine == "true" else {}
    following = {"cursor": cursor} if cursor else {}
    today = times.day_of(times.now()).isoformat()
    assigned = await ask(services, visitor, ASSIGNMENTS, limit=str(ROWS_A_PAGE), on=today, **here, **own, **following)
    known, all_told = await together(
        owed=told(services, visitor, "/v1/supervision-quarters", quarter=chosen, most="200", **here),
        missing=told(services, visitor, "/v1/supervision-quarters", quarter=chosen, missing="true", most="200", **here),
    )
    standing = {each["assignment_id"]: each for each in known["owed"]}
    return render(
        request,
        "inspection/assignments.html",
        tabs=tabs(visitor),
        filters=[
            ("quarter", "季度", quarters, chosen),
            ("region", "区域", [("", "全部"), *places], region),
            ("mine", "谁包保的", [("", "全部"), ("true", "我包保的")], mine),
        ],
        quarter=dict(quarters)[chosen],
        missing=[{**each, "badge": STANDINGS[each["met"]]} for each in known["missing"]],
        assigned=[await _listed(session, each, standing.get(each["id"])) for each in assigned["items"]],
        assigns=visitor.actor.has(*OFFICE),
        silent=not all_told,
        next_cursor=assigned["next_cursor"] or "",
        cursor=cursor,
    )


@router.get(PAGES + "/new")
async def new_assignment(request: Request, visitor: IsOffice, services: ServicesHere, business: UUID) -> Response:
    page, form = await _form(services, visitor, business)
    return show_form(request, page, form, begun(form))


@router.post(PAGES + "/new")
async def assign(request: Request, visitor: IsOffice, services: ServicesHere, business: UUID) -> Response:
    page, form = await _form(services, visitor, business)

    def complete(said: dict[str, Any]) -> dict[str, Any]:
        return said | {"business_id": str(business)}

    sending = Sending("POST", ASSIGNMENTS, lambda made: f"{PAGES}/{made['id']}", complete, Unit.INSPECTION)
    return await take_form(request, services, visitor.caller, page, form, sending)


@router.get(PAGES + "/{assignment_id}")
async def assignment_page(
    request: Request,
    visitor: CanReadInspections,
    services: ServicesHere,
    session: Session,
    assignment_id: UUID,
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    assignment = await ask(services, visitor, f"{ASSIGNMENTS}/{assignment_id}")
    visits = await ask(services, visitor, f"{ASSIGNMENTS}/{assignment_id}/visits")
    rule, _ = await told_one(services, visitor, f"/v1/dated-rules/{assignment['rule_id']}")
    return render(
        request,
        "inspection/assignment.html",
        assignment=await _listed(session, assignment, None),
        rule=rule,
        visits=[{**each, "on": day(each["visited_on"]), "recorded": moment(each["recorded_at"])} for each in visits],
        actions=_offered(assignment, visitor),
        done=act_of(done, STEPS),
        files=FILES,
    )


@router.get(PAGES + "/{assignment_id}/{slug}")
async def step_form(
    request: Request, visitor: CanReadInspections, services: ServicesHere, assignment_id: UUID, slug: str
) -> Response:
    subject = await _subject(services, visitor, assignment_id)
    return show_step(request, subject, step_named(slug, STEPS))


@router.post(PAGES + "/{assignment_id}/{slug}")
async def send_step(
    request: Request, visitor: CanReadInspections, services: ServicesHere, assignment_id: UUID, slug: str
) -> Response:
    async def now() -> Subject:
        return await _subject(services, visitor, assignment_id)

    step, path, address = step_named(slug, STEPS), f"{ASSIGNMENTS}/{assignment_id}", f"{PAGES}/{assignment_id}"
    keep = keeper(services, visitor.caller)
    return await take_step(request, services, visitor.caller, step, path, address, now, unit=Unit.INSPECTION, keep=keep)


def quarters_until(today: date) -> list[tuple[str, str]]:
    """This quarter and those before it, for a choice."""
    year, number = today.year, (today.month - 1) // 3 + 1
    found = []
    for _ in range(QUARTERS_OFFERED):
        found.append((f"{year}-Q{number}", f"{year}年第{'一二三四'[number - 1]}季度"))
        year, number = (year, number - 1) if number > 1 else (year - 1, 4)
    return found


async def _form(services: Services, visitor: Visitor, business_id: UUID) -> tuple[FormPage, RowForm]:
    business = await ask(services, visitor, f"/v1/businesses/{business_id}")
    form = RowForm(
        "登记包保",
        (
            Field("leader_name", "包保干部"),
            Field("leader_post", "职务"),
            Field("leader_id", "平台账号", hint="干部有账号的，填账号编号，他就能自己登记督导", required=False),
            Field("level", "哪一级", "choice", "A–D 级，各级督导几次见规则", options=LEVELS),
            Field("since", "自哪一天起", "day"),
        ),
        lead="一户同一时间一位；整季包保的才应督导。",
    )
    address = f"/businesses/{business_id}"
    crumbs = [("一户一档", "/businesses"), (business["name"], address)]
    return FormPage("登记包保", crumbs, address, business["name"]), form


async def _subject(services: Services, visitor: Visitor, assignment_id: UUID) -> Subject:
    assignment = await ask(services, visitor, f"{ASSIGNMENTS}/{assignment_id}")
    address = f"{PAGES}/{assignment_id}"
    return Subject(
        title=f"{assignment['leader_name']}包保{assignment['business_name']}",
        state="已结束" if assignment["until"] else "包保中",
        crumbs=[("包保", PAGES), (assignment["business_name"], address)],
        address=address,
        offered=_offered(assignment, visitor),
        version=str(assignment["version"]),
    )


def _offered(assignment: Answer, visitor: Visitor) -> list[Step]:
    return [step for step in STEPS if visitor.actor.has(*step.roles) and (step is VISIT or assignment["until"] is None)]


async def _listed(session: Session, assignment: Answer, owed: Answer | None) -> dict[str, Any]:
    return {
        **assignment,
        "place": await region_name(session, assignment["region_code"]),
        "from": day(assignment["since"]),
        "to": day(assignment["until"]),
        "badge": STANDINGS[owed["met"]] if owed else ("unknown", "本季不计"),
        "visits": f"{owed['visits']}／{owed['required']}" if owed else "",
    }
