"""The grid: cells and who is responsible for each, what nobody is responsible for, what patrols look at."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import Services, ServicesHere
from gateway.identity.users.repository import list_administered
from gateway.web import words
from gateway.web.boards import ROWS_A_PAGE
from gateway.web.inspection.clues import tabs
from gateway.web.inspection.inspection import Answer, ask, day, moment, together, told, told_one
from gateway.web.pages import render
from gateway.web.record_links import page_of
from gateway.web.regions import places_below, region_name
from gateway.web.row_form_pages import FormPage, Sending, show_form, take_form
from gateway.web.row_forms import RowForm, begun
from gateway.web.step_pages import Subject, show_step, take_step
from gateway.web.steps import Field, Step
from gateway.web.visitors import OFFICE, CanReadInspections, IsOffice, Visitor
from shared import times
from shared.contracts.codes import Role, Unit
from shared.database import Session
from shared.http.pagination import PageRequest

router = APIRouter(include_in_schema=False)

LEVELS = (("town", "镇街"), ("village", "村（社区）"))
ROLES = (
    ("grid_officer", "网格员"),
    ("assistant", "协管员"),
    ("supervisor", "监管干部"),
    ("chief_inspector", "检查长"),
    ("informant", "信息员"),
)
ITEM_KINDS = {"visit": "待完成的检查", "correction": "未闭环的整改", "clue": "未答复的线索"}
PEOPLE_SHOWN = 100
END = Step(
    "end",
    "结束任职",
    frozenset(OFFICE),
    (Field("on", "自哪一天起不再任职", "day"), Field("reason", "理由", "words")),
    "自那天起网格列为无责任人；有人接任的请办理交接。",
)
Cursor = Annotated[str, Query(max_length=1000)]


@router.get("/grid")
async def grid_page(
    request: Request,
    visitor: CanReadInspections,
    services: ServicesHere,
    session: Session,
    region: Annotated[str, Query(max_length=12)] = "",
    level: Annotated[str, Query(max_length=10)] = "village",
    cursor: Cursor = "",
) -> Response:
    """How many cells have somebody responsible, which have not, who is in office, own cells."""
    places = await places_below(session, visitor.actor.regions)
    here = region if region in dict(places) else visitor.actor.regions[0]
    chosen = level if level in dict(LEVELS) else "village"
    today = times.day_of(times.now()).isoformat()
    gaps_from = {"cursor": cursor} if cursor else {}
    known, all_told = await together(
        towns=told_one(services, visitor, "/v1/grid-coverage", region=here, level="town"),
        villages=told_one(services, visitor, "/v1/grid-coverage", region=here, level="village"),
        gaps=told_one(
            services, visitor, "/v1/grid-gaps/places", region=here, level=chosen, limit=str(ROWS_A_PAGE), **gaps_from
        ),
        posts=told(services, visitor, "/v1/grid-posts", region=here, on=today),
        cells=told(services, visitor, "/v1/grid-cells", region=here, on=today),
        unplaced=told(services, visitor, "/v1/grid-gaps/businesses", region=here, level=chosen, most="10"),
    )
    gaps = known["gaps"] or {"items": [], "next_cursor": None}
    return render(
        request,
        "inspection/grid.html",
        tabs=tabs(visitor),
        place=await region_name(session, here),
        region=here,
        filters=[("region", "区域", places, here), ("level", "哪一级", LEVELS, chosen)],
        coverage=[(label, known[name]) for name, label in (("towns", "镇街网格"), ("villages", "村（社区）网格"))],
        level_label=dict(LEVELS)[chosen],
        gaps=[{**each, "since": day(each["uncovered_since"])} for each in gaps["items"]],
        posts=[_post(each) for each in known["posts"]],
        cells=[{**each, "place": await region_name(session, each["region_code"])} for each in known["cells"]],
        unplaced=known["unplaced"],
        appoints=visitor.actor.has(*OFFICE),
        silent=not all_told,
        next_cursor=gaps["next_cursor"] or "",
        cursor=cursor,
    )


@router.get("/grid/cells/{code}")
async def cell_page(
    request: Request, visitor: CanReadInspections, services: ServicesHere, session: Session, code: str
) -> Response:
    """One cell: who held it and when nobody did, what lies undone in it, whom it holds."""
    path = f"/v1/grid-cells/{code}"
    cell = await ask(services, visitor, path)
    known, all_told = await together(
        tenure=told_one(services, visitor, f"{path}/tenure"),
        items=told_one(services, visitor, f"{path}/open-items"),
        businesses=told(services, visitor, f"{path}/businesses"),
    )
    tenure = known["tenure"] or {"posts": [], "gaps": []}
    return render(
        request,
        "inspection/grid_cell.html",
        cell=cell,
        place=await region_name(session, cell["region_code"]),
        posts=[_post(each) for each in tenure["posts"]],
        gaps=[{"since": day(gap["since"]), "until": day(gap["until"])} for gap in tenure["gaps"]],
        items=[open_item(each) for each in known["items"] or ()],
        businesses=known["businesses"],
        appoints=visitor.actor.has(*OFFICE),
        silent=not all_told,
    )


@router.get("/grid/posts/new")
async def new_post(
    request: Request,
    visitor: IsOffice,
    services: ServicesHere,
    session: Session,
    cell: Annotated[str, Query(max_length=20)],
) -> Response:
    page, form, _ = await _post_form(services, session, visitor, cell)
    return show_form(request, page, form, begun(form))


@router.post("/grid/posts/new")
async def appoint(
    request: Request,
    visitor: IsOffice,
    services: ServicesHere,
    session: Session,
    cell: Annotated[str, Query(max_length=20)],
) -> Response:
    page, form, people = await _post_form(services, session, visitor, cell)

    def complete(said: dict[str, Any]) -> dict[str, Any]:
        return said | {"cell_code": cell, "user_name": people.get(said.get("user_id", ""), "")}

    sending = Sending("POST", "/v1/grid-posts", lambda _: f"/grid/cells/{cell}", complete, Unit.INSPECTION)
    return await take_form(request, services, visitor.caller, page, form, sending)


async def _post_form(
    services: Services, session: Session, visitor: Visitor, code: str
) -> tuple[FormPage, RowForm, dict[str, str]]:
    cell = await ask(services, visitor, f"/v1/grid-cells/{code}")
    people = await people_of(session, visitor)
    form = RowForm(
        "登记任职",
        (
            Field("user_id", "谁", "select", options=tuple(people.items())),
            Field("role", "身份", "select", options=ROLES),
            Field(
                "responsible", "是否网格责任人", "choice", "同一时间只有一位", options=(("true", "是"), ("false", "否"))
            ),
            Field("since", "自哪一天起", "day"),
            Field("until", "到哪一天为止", "day", "未定不填", required=False),
            Field("basis", "任命依据", hint="如：街道任命文件"),
        ),
    )
    page = FormPage("登记任职", [("网格", "/grid"), (cell["name"], f"/grid/cells/{code}")], f"/grid/cells/{code}")
    return page, form, people


async def people_of(session: Session, visitor: Visitor) -> dict[str, str]:
    """Names by account: grid officers and inspectors of the visitor's regions."""
    found: dict[str, str] = {}
    for role in (Role.GRID_OFFICER, Role.INSPECTOR):
        users, _ = await list_administered(session, visitor.actor, PageRequest(limit=PEOPLE_SHOWN), None, role)
        found |= {str(user.id): user.display_name for user in users}
    return found


@router.get("/grid/posts/{post_id}/end")
async def end_form(request: Request, visitor: IsOffice, services: ServicesHere, post_id: UUID) -> Response:
    return show_step(request, await _post_subject(services, visitor, post_id), END)


@router.post("/grid/posts/{post_id}/end")
async def end_post(request: Request, visitor: IsOffice, services: ServicesHere, post_id: UUID) -> Response:
    async def now() -> Subject:
        return await _post_subject(services, visitor, post_id)

    address = (await now()).address
    path = f"/v1/grid-posts/{post_id}"
    return await take_step(request, services, visitor.caller, END, path, address, now, unit=Unit.INSPECTION)


async def _post_subject(services: Services, visitor: Visitor, post_id: UUID) -> Subject:
    post = await ask(services, visitor, f"/v1/grid-posts/{post_id}")
    address = f"/grid/cells/{post['cell_code']}"
    return Subject(
        title=f"{post['user_name']}，{post['cell_name']}",
        state="任职已结束" if post["until"] else "在任",
        crumbs=[("网格", "/grid"), (post["cell_name"], address)],
        address=address,
        offered=[END] if post["until"] is None else [],
        version=str(post["version"]),
    )


@router.get("/grid/duties")
async def duties(request: Request, visitor: CanReadInspections, services: ServicesHere) -> Response:
    """What patrols and persons of the grid have to look at, by the lists in force today."""
    rules, told_rules = await told(services, visitor, "/v1/dated-rules", **_of_lists())
    return render(
        request,
        "inspection/duties.html",
        tabs=tabs(visitor),
        lists=[{**each, "since": day(each["valid_from"])} for each in _newest(rules)],
        silent=not told_rules,
    )


async def lists_in_force(services: Services, visitor: Visitor) -> list[dict[str, Any]]:
    """The lists of duties and of patrols that hold today."""
    page = await ask(services, visitor, "/v1/dated-rules", **_of_lists(), limit="200")
    return _newest(page["items"])


def _of_lists() -> dict[str, str]:
    return {"subject": "duty_list", "on": times.day_of(times.now()).isoformat()}


def _newest(rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of each list in each region the version that holds: the greatest number of the latest day."""
    held: dict[tuple[str, str | None], dict[str, Any]] = {}
    for rule in sorted(rules, key=lambda each: (each["valid_from"], each["number"])):
        held[rule["code"], rule["region_code"]] = rule
    return list(held.values())


def _post(post: Answer) -> dict[str, Any]:
    return {
        **post,
        "role_label": dict(ROLES).get(post["role"], post["role"]),
        "from": day(post["since"]),
        "to": day(post["until"]),
        "ends": words.day_left(date.fromisoformat(post["until"]), times.day_of(times.now()))
        if post["until"]
        else ("", ""),
    }


def open_item(item: Answer) -> dict[str, str]:
    return {
        "title": item["title"],
        "kind": ITEM_KINDS[item["kind"]],
        "due": moment(item["due_at"]),
        "page": page_of(item["link"]),
    }
