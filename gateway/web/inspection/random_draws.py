"""双随机抽取: the ceremony on a screen, its steps, and the visits that an inspector was drawn for."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import Services, ServicesHere
from gateway.web.inspection import random_draw_words as say
from gateway.web.inspection.inspection import Answer, ask, entry_row, moment, page_of, told
from gateway.web.pages import render
from gateway.web.regions import places_below, region_name
from gateway.web.row_form_pages import FormPage, Sending, show_form, take_form
from gateway.web.row_forms import Group, RowForm, begun
from gateway.web.step_pages import Subject, act_of, show_step, step_named, take_step
from gateway.web.steps import Field, Step
from gateway.web.visitors import (
    OFFICE,
    CanDrawAtRandom,
    CanReadRandomDraws,
    CanWitnessDraws,
    IsInspector,
    Visitor,
)
from shared.contracts.codes import Role, Unit
from shared.contracts.inspection import BusinessKind
from shared.database import Session

router = APIRouter(include_in_schema=False)

DRAWS, PAGES = "/v1/random-draws", "/random-draws"
MINE = f"{PAGES}/mine"


@router.get(PAGES)
async def draw_list(
    request: Request,
    visitor: CanReadRandomDraws,
    services: ServicesHere,
    session: Session,
    cursor: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    page = await page_of(services, visitor, DRAWS, cursor)
    return render(
        request,
        "inspection/random_draws.html",
        draws=[await _listed(session, each) for each in page["items"]],
        draws_here=visitor.actor.has(*OFFICE),
        inspects=visitor.actor.has(Role.INSPECTOR),
        next_cursor=page["next_cursor"] or "",
        cursor=cursor,
    )


@router.get(PAGES + "/new")
async def new_draw(
    request: Request, visitor: CanDrawAtRandom, services: ServicesHere, session: Session, replaces: UUID | None = None
) -> Response:
    page, form = await _freeze_form(services, session, visitor, replaces)
    return show_form(request, page, form, begun(form))


@router.post(PAGES + "/new")
async def freeze_draw(
    request: Request, visitor: CanDrawAtRandom, services: ServicesHere, session: Session, replaces: UUID | None = None
) -> Response:
    page, form = await _freeze_form(services, session, visitor, replaces)
    known = {"replaces_id": str(replaces)} if replaces else {}
    sending = Sending(
        "POST", DRAWS, lambda draw: f"{PAGES}/{draw['id']}?done=freeze", lambda body: body | known, Unit.INSPECTION
    )
    return await take_form(request, services, visitor.caller, page, form, sending)


async def _freeze_form(
    services: Services, session: Session, visitor: Visitor, replaces: UUID | None
) -> tuple[FormPage, RowForm]:
    """What a freeze asks; of a draw in another's place, why."""
    kinds = tuple((kind.value, kind.label) for kind in BusinessKind)
    places = tuple(await places_below(session, visitor.actor.regions))
    again = (Field("reason", "为什么重新抽取", "words", "会公开；原来的抽取仍可查看、可核验"),) if replaces else ()
    head = (
        *again,
        Field("title", "抽查计划的名称", hint="会公开；飞行检查在公布时公开"),
        Field("purpose", "为什么抽", "choice", options=tuple(say.PURPOSES.items()), value="general"),
        Field("region_code", "区域", "select", options=places),
        Field("kinds", "类别", "choices", options=kinds),
        Field("percent", "各层抽百分之几", "decimal", "逐层进一；重点事项填 0，全部检查", value="5"),
        Field("load_slack", "任务数允许的差", "decimal", "0 最均匀", value="1"),
    )
    teams = Group(
        "teams",
        "派员单位",
        "个单位",
        (
            Field("code", "单位", hint="与检查人员名录一致；第一个牵头", value=""),
            Field("each", "每户派几名", "decimal", value="2"),
        ),
        spare=1,
    )
    exclusions = Group(
        "exclusions",
        "不参加抽取的主体",
        "户",
        (Field("business_id", "主体编号"), Field("reason", "为什么", hint="会公开")),
        spare=1,
        lead="注销、停业、并档、上级三个月内检查过的、重点事项自动排除，不必写。",
    )
    page = FormPage(
        "重新抽取" if replaces else "冻结名单",
        [("双随机抽取", PAGES)],
        f"{PAGES}/{replaces}" if replaces else PAGES,
        "此刻的主体和检查人员名单连同排除的缘由一并冻结，取指纹后公布。",
    )
    return page, RowForm("冻结名单", head, (teams, exclusions))


@router.get(MINE)
async def my_visits(
    request: Request,
    visitor: IsInspector,
    services: ServicesHere,
    done: Annotated[str, Query(max_length=20)] = "",
    cursor: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    page = await page_of(services, visitor, "/v1/drawn-visits/mine", cursor)
    return render(
        request,
        "inspection/random_draw_visits.html",
        visits=[_visit(each) for each in page["items"]],
        done=act_of(done, say.ENDS),
        next_cursor=page["next_cursor"] or "",
        cursor=cursor,
    )


@router.get(MINE + "/{visit_id}/completion")
async def completion_form(request: Request, visitor: IsInspector, services: ServicesHere, visit_id: UUID) -> Response:
    return show_step(request, await _my_visit(services, visitor, visit_id), say.COMPLETION)


@router.get(MINE + "/{visit_id}/not-found")
async def not_found_form(request: Request, visitor: IsInspector, services: ServicesHere, visit_id: UUID) -> Response:
    return show_step(request, await _my_visit(services, visitor, visit_id), say.NOT_FOUND)


@router.post(MINE + "/{visit_id}/not-found")
async def report_not_found(request: Request, visitor: IsInspector, services: ServicesHere, visit_id: UUID) -> Response:
    return await _end(request, visitor, services, visit_id, say.NOT_FOUND)


@router.post(MINE + "/{visit_id}/completion")
async def complete_visit(request: Request, visitor: IsInspector, services: ServicesHere, visit_id: UUID) -> Response:
    return await _end(request, visitor, services, visit_id, say.COMPLETION)


async def _end(request: Request, visitor: Visitor, services: Services, visit_id: UUID, step: Step) -> Response:
    async def now() -> Subject:
        return await _my_visit(services, visitor, visit_id)

    path = f"/v1/drawn-visits/{visit_id}"
    return await take_step(request, services, visitor.caller, step, path, MINE, now, unit=Unit.INSPECTION)


async def _my_visit(services: Services, visitor: Visitor, visit_id: UUID) -> Subject:
    visit = await ask(services, visitor, f"/v1/drawn-visits/{visit_id}")
    open_ = visit["state"] == "scheduled"
    return Subject(
        title=visit["business_name"],
        state=say.VISIT_STATES[visit["state"]][1],
        crumbs=[("双随机抽取", PAGES), ("派给我的", MINE)],
        address=MINE,
        offered=list(say.ENDS) if open_ else [],
        version=str(visit["version"]),
    )


@router.get(PAGES + "/{draw_id}")
async def draw_page(
    request: Request,
    visitor: CanReadRandomDraws,
    services: ServicesHere,
    session: Session,
    draw_id: UUID,
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """The ceremony: what is committed, what is revealed; a screen shows it with `?theme=wall`."""
    draw = await ask(services, visitor, f"{DRAWS}/{draw_id}")
    visits, known = (
        await told(services, visitor, f"{DRAWS}/{draw_id}/visits", most="200") if draw["drawn_at"] else ([], True)
    )
    return render(
        request,
        "inspection/random_draw.html",
        draw=await _listed(session, draw),
        stages=say.stages(draw),
        strata=say.rows_of(draw["counts"]),
        committed=say.commitment_rows(draw["commitment"]) if draw["commitment"] else [],
        frozen=say.frozen_rows(draw["parts"]),
        entropy=say.entropy_words(draw["commitment"]) if draw["commitment"] else "",
        revealed=say.reveal_rows(draw),
        witnesses=[{**each, "opened": moment(each["opened_at"])} for each in draw["witnesses"]],
        visits=[_visit(each) for each in visits],
        visits_known=known,
        actions=say.offered(draw, visitor.actor.roles),
        redraws=visitor.actor.has(*OFFICE) and draw["state"] != "cancelled",
        entries=[entry_row(entry) for entry in draw["entries"]],
        done="冻结名单" if done == "freeze" else act_of(done, say.STEPS),
        has_wall=True,
    )


@router.get(PAGES + "/{draw_id}/{slug}")
async def step_form(
    request: Request, visitor: CanWitnessDraws, services: ServicesHere, draw_id: UUID, slug: str
) -> Response:
    draw = await ask(services, visitor, f"{DRAWS}/{draw_id}")
    return show_step(request, _subject(draw, visitor), step_named(slug, say.STEPS))


@router.post(PAGES + "/{draw_id}/{slug}")
async def step(
    request: Request, visitor: CanWitnessDraws, services: ServicesHere, draw_id: UUID, slug: str
) -> Response:
    path = f"{DRAWS}/{draw_id}"

    async def now() -> Subject:
        return _subject(await ask(services, visitor, path), visitor)

    address = f"{PAGES}/{draw_id}"
    return await take_step(
        request, services, visitor.caller, step_named(slug, say.STEPS), path, address, now, unit=Unit.INSPECTION
    )


def _subject(draw: Answer, visitor: Visitor) -> Subject:
    address = f"{PAGES}/{draw['id']}"
    return Subject(
        title=draw["title"],
        state=say.STATES[draw["state"]][1],
        crumbs=[("双随机抽取", PAGES), (draw["title"], address)],
        address=address,
        offered=say.offered(draw, visitor.actor.roles),
        version=str(draw["version"]),
        entries=draw["entries"],
    )


async def _listed(session: Session, draw: Answer) -> dict[str, Any]:
    return {
        **draw,
        "badge": say.STATES[draw["state"]],
        "purpose_label": say.PURPOSES[draw["purpose"]],
        "place": await region_name(session, draw["region_code"]),
        "when": moment(draw["frozen_at"]),
    }


def _visit(visit: Answer) -> dict[str, Any]:
    people = [f"{each['name']}（{each['team']}）" for each in visit["inspectors"]]
    return {
        **visit,
        "badge": say.VISIT_STATES[visit["state"]],
        "people": [*people, *(f"{each['name']}（上级调派）" for each in visit["lent"])],
        "stratum_name": say.stratum_name(visit["stratum"]),
        "when": moment(visit["scheduled_at"]),
    }
