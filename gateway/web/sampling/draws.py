"""随机抽取: samplers and a laboratory drawn for a task, and each draw with all that is needed to reckon it again."""

import json
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import Services, ServicesHere
from gateway.web import words
from gateway.web.boards import ROWS_A_PAGE
from gateway.web.pages import render
from gateway.web.regions import region_name
from gateway.web.row_form_pages import FormPage, Sending, show_form, take_form
from gateway.web.row_forms import Group, RowForm, begun
from gateway.web.sampling import draw_words
from gateway.web.sampling.sampling_tasks import draws_for
from gateway.web.sampling.sampling_tasks import listed as listed_task
from gateway.web.steps import Field
from gateway.web.visitors import CanDraw, CanReadDraws, Visitor
from shared import times
from shared.contracts.codes import Unit
from shared.database import Session

router = APIRouter(include_in_schema=False)

BUDGET_SECONDS = 5.0
DRAWS = "/v1/assignment-draws"


@router.get("/assignment-draws")
async def draw_list(
    request: Request,
    visitor: CanReadDraws,
    services: ServicesHere,
    session: Session,
    purpose: Annotated[str, Query(max_length=20)] = "",
    cursor: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    wanted = {"limit": str(ROWS_A_PAGE)} | ({"purpose": purpose} if purpose in draw_words.PURPOSES else {})
    wanted |= {"cursor": cursor} if cursor else {}
    page = await services.get(Unit.SAMPLING, DRAWS, visitor.caller, BUDGET_SECONDS, **wanted)
    return render(
        request,
        "sampling/draws.html",
        draws=[
            draw_words.listed(draw) | {"place": await region_name(session, draw["region_code"])}
            for draw in page["items"]
        ],
        purposes=[("", "全部"), *draw_words.PURPOSES.items()],
        purpose=purpose,
        next_cursor=page["next_cursor"] or "",
        cursor=cursor,
    )


@router.get("/assignment-draws/{draw_id}")
async def draw_page(
    request: Request,
    visitor: CanReadDraws,
    services: ServicesHere,
    session: Session,
    draw_id: UUID,
    done: Annotated[str, Query(max_length=1)] = "",
) -> Response:
    draw = await services.get(Unit.SAMPLING, f"{DRAWS}/{draw_id}", visitor.caller, BUDGET_SECONDS)
    return render(
        request,
        "sampling/draw.html",
        draw=draw_words.listed(draw),
        place=await region_name(session, draw["region_code"]),
        sampling_on=words.day_words(date.fromisoformat(draw["sampling_on"])),
        groups=[
            ("抽样人员", draw_words.candidates(draw, "samplers", set(draw["sampler_ids"]))),
            ("检验机构", draw_words.candidates(draw, "laboratories", {draw["laboratory_id"]})),
        ],
        done=bool(done),
    )


@router.get("/assignment-draws/{draw_id}/record.json")
async def draw_record(visitor: CanReadDraws, services: ServicesHere, draw_id: UUID) -> Response:
    """The draw as the service keeps it, for whoever reckons it again with tools of his own."""
    draw = await services.get(Unit.SAMPLING, f"{DRAWS}/{draw_id}", visitor.caller, BUDGET_SECONDS)
    headers = {"content-disposition": f'attachment; filename="draw-{draw_id}.json"'}
    content = json.dumps(draw, ensure_ascii=False, indent=1)
    return Response(content, media_type="application/json; charset=utf-8", headers=headers)


@router.get("/sampling-tasks/{task_id}/draw")
async def draw_form(request: Request, visitor: CanDraw, services: ServicesHere, task_id: UUID) -> Response:
    page, form = await _form(services, visitor, task_id)
    return show_form(request, page, form, begun(form))


@router.post("/sampling-tasks/{task_id}/draw")
async def draw(request: Request, visitor: CanDraw, services: ServicesHere, task_id: UUID) -> Response:
    page, form = await _form(services, visitor, task_id)
    path = f"/v1/sampling-tasks/{task_id}/assignment-draws"
    sending = Sending("POST", path, lambda drawn: f"/assignment-draws/{drawn['id']}?done=1")
    return await take_form(request, services, visitor.caller, page, form, sending)


async def _form(services: Services, visitor: Visitor, task_id: UUID) -> tuple[FormPage, RowForm]:
    """The form of a draw; a further one asks why."""
    task = await services.get(Unit.SAMPLING, f"/v1/sampling-tasks/{task_id}", visitor.caller, BUDGET_SECONDS)
    earlier = await draws_for(services, visitor, task_id)
    people = await _registered(services, visitor, "samplers")
    houses = await _registered(services, visitor, "laboratories")
    address = f"/sampling-tasks/{task_id}"
    today = times.day_of(times.now())
    title = "重新抽取" if earlier else "随机抽取抽样人员和检验机构"
    page = FormPage(
        title,
        [("抽样任务", "/sampling-tasks"), (task["number"], address)],
        address,
        f"{listed_task(task, today)['title']}，{task['number']}",
    )
    again = Field("reason", "为什么重新抽取", "words", "原来的抽取留存，理由一并公开")
    head = (
        *((again,) if earlier else ()),
        Field("samplers", "抽几名抽样人员", "decimal", "不少于两名", value="2"),
        Field("sampling_on", "计划哪天抽样", "day", "资格、请假按这一天看", value=today.isoformat()),
        Field("items", "检验项目", "lines", "一行一项，检验机构看得到；没有资质的机构不参加", required=False),
        Field("seed", "事先公开的种子", hint="64 位十六进制；不填由平台产生", required=False),
        Field("seed_source", "种子在何处、何时公开", hint="填了种子的必填", required=False),
    )
    avoid = Group(
        "exclude",
        "回避",
        "个须回避的",
        (
            Field("id", "谁", "select", options=(("", "请选择"), *people, *houses)),
            Field("reason", "回避的理由", hint="如 与被抽样单位有利害关系"),
        ),
        spare=1,
        lead="与被抽样单位有利害关系的人员和机构不参加抽取，理由留在记录里。",
    )
    return page, RowForm(
        "重新抽取" if earlier else "抽取",
        head,
        (avoid,),
        "抽中的人员随即指派到任务，样品送抽中的检验机构；种子和名册留存，人人可以重算。",
    )


async def _registered(services: Services, visitor: Visitor, register: str) -> list[tuple[str, str]]:
    wanted = {"active": "true", "limit": "200"}
    page = await services.get(Unit.SAMPLING, f"/v1/{register}", visitor.caller, BUDGET_SECONDS, **wanted)
    return [(each["id"], each["name"]) for each in page["items"]]
