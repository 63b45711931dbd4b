"""Rounds of lists (评定): what was drawn up, and drawing up one, from evaluations or from results typed in."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import Services, ServicesHere
from gateway.web import words
from gateway.web.boards import ROWS_A_PAGE
from gateway.web.pages import render
from gateway.web.regions import region_name
from gateway.web.row_form_pages import FormPage, Sending, show_form, take_form
from gateway.web.row_forms import Filled, Group, RowForm, begun
from gateway.web.scoring.evaluation_steps import OFFICE
from gateway.web.scoring.evaluations import BUDGET_SECONDS, ask
from gateway.web.scoring.lists import PAGES, CanReadLists, titles_of
from gateway.web.steps import Field
from gateway.web.visitors import Visitor
from shared import times
from shared.contracts.codes import Unit
from shared.contracts.inspection import BusinessKind
from shared.database import Session

router = APIRouter(include_in_schema=False)

ROUNDS = f"{PAGES}/rounds"
CRUMBS = [("评价创建", "/evaluations"), ("榜单", PAGES), ("历次评定", ROUNDS)]
MOST = 100
KINDS = [(kind.value, kind.label) for kind in BusinessKind]


@router.get(ROUNDS)
async def round_list(
    request: Request,
    visitor: CanReadLists,
    services: ServicesHere,
    session: Session,
    code: Annotated[str, Query(max_length=40)] = "",
    cursor: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    titles = titles_of(await ask(services, visitor, "/v1/list-rules"))
    chosen = {"code": code if code in titles else "", "cursor": cursor}
    wanted = {"limit": str(ROWS_A_PAGE)} | {name: one for name, one in chosen.items() if one}
    page = await ask(services, visitor, "/v1/list-rounds", **wanted)
    rounds = [
        one
        | {
            "list_title": titles.get(one["code"], one["code"]),
            "place": await region_name(session, one["region_code"]),
            "day": words.day_words(date.fromisoformat(one["held_on"])),
        }
        for one in page["items"]
    ]
    return render(
        request,
        "scoring/list_rounds.html",
        rounds=rounds,
        filters=[("code", "榜单", [("", "全部"), *titles.items()], chosen["code"])],
        begins=bool(visitor.actor.roles & OFFICE),
        next_cursor=page["next_cursor"] or "",
        cursor=cursor,
    )


@router.get(f"{ROUNDS}/from-evaluations")
async def from_evaluations_form(request: Request, visitor: CanReadLists, services: ServicesHere) -> Response:
    page, form = await _from_evaluations(services, visitor)
    return show_form(request, page, form, begun(form))


@router.post(f"{ROUNDS}/from-evaluations")
async def hold_from_evaluations(request: Request, visitor: CanReadLists, services: ServicesHere) -> Response:
    page, form = await _from_evaluations(services, visitor)
    sending = Sending("POST", "/v1/list-rounds/from-evaluations", _arrived, unit=Unit.SCORING)
    return await take_form(request, services, visitor.caller, page, form, sending)


@router.get(f"{ROUNDS}/new")
async def round_form(
    request: Request, visitor: CanReadLists, services: ServicesHere, kind: Annotated[str, Query(max_length=30)] = ""
) -> Response:
    """With a kind, the rows begin with the trading businesses of that kind."""
    page, form = await _typed_in(services, visitor)
    return show_form(request, page, form, await _candidates(services, visitor, form, kind))


@router.post(f"{ROUNDS}/new")
async def hold_round(request: Request, visitor: CanReadLists, services: ServicesHere) -> Response:
    page, form = await _typed_in(services, visitor)
    sending = Sending("POST", "/v1/list-rounds", _arrived, completed, Unit.SCORING)
    return await take_form(request, services, visitor.caller, page, form, sending)


def completed(said: dict[str, Any]) -> dict[str, Any]:
    """The form as the service takes it: one number is both ends; what was left empty nobody knows."""
    candidates = [
        {"low": None, "passed": None, "events": []} | one | {"high": one.get("high", one.get("low"))}
        for one in said.get("candidates", ())
    ]
    return said | {"candidates": candidates}


def _arrived(made: Mapping[str, Any]) -> str:
    return f"{ROUNDS}/{made['id']}"


def _head(rules: list[dict[str, Any]], visitor: Visitor) -> tuple[Field, ...]:
    lists = tuple(titles_of(rules).items())
    region = visitor.actor.regions[0] if visitor.actor.regions else ""
    return (
        Field("code", "哪个榜单", "select", options=lists),
        Field("title", "名称", hint="如：2026 年第二季度"),
        Field("region_code", "评定地区的区划代码", value=region),
        Field("held_on", "评定日期", "day", value=str(times.day_of(times.now()))),
    )


async def _from_evaluations(services: Services, visitor: Visitor) -> tuple[FormPage, RowForm]:
    rules = await ask(services, visitor, "/v1/list-rules")
    schemes = await ask(services, visitor, "/v1/scoring-schemes", state="published", limit="200")
    names = {one["code"]: one["title"] for one in reversed(schemes["items"])}
    head = (
        *_head(rules, visitor),
        Field("scheme_code", "按哪份细则的评价", "select", options=tuple(names.items())),
        Field("period", "评价的是哪一段时间", hint="2026、2026-Q3 或 2026-07，与评价上写的相同"),
    )
    lead = "各地的得分取最后一次计分，结论取评价的结论；还没有结论的不在内。"
    return FormPage("用评价结果评定", CRUMBS, ROUNDS, lead), RowForm("评定", head)


async def _typed_in(services: Services, visitor: Visitor) -> tuple[FormPage, RowForm]:
    rules = await ask(services, visitor, "/v1/list-rules")
    candidates = Group(
        "candidates",
        "评哪些",
        "个",
        (
            Field("name", "名称"),
            Field("low", "得分", "decimal", "不知道的不填：名次未定，不列入", required=False),
            Field("evidence", "凭据", hint="写到能查得到，如：第三方测评报告编号"),
            Field("subject_id", "主体编号", hint="一户一档页面地址里的编号"),
            Field("region_code", "所在区划代码"),
        ),
        (
            Field("high", "至多几分", "decimal", "得分只知道一个范围的才填", required=False),
            Field("passed", "评价结论", "choice", required=False, options=(("true", "通过"), ("false", "不通过"))),
            Field("events", "查实的情形", "lines", "一行一个代码，见榜单的办法", required=False),
        ),
        most=MOST,
        spare=5,
    )
    lead = "按办法排名、定档，提出拟列入名单；申诉期满以后再公布。数据不全而未定的不列入。"
    return FormPage("评定一次榜单", CRUMBS, ROUNDS, lead), RowForm("评定", _head(rules, visitor), (candidates,))


async def _candidates(services: Services, visitor: Visitor, form: RowForm, kind: str) -> Filled:
    """Rows for the trading businesses of a kind, as many as a form has room for."""
    if kind not in dict(KINDS):
        return begun(form)
    wanted = {"kind": kind, "status": "active", "limit": str(MOST)}
    found = await services.get(Unit.INSPECTION, "/v1/businesses", visitor.caller, BUDGET_SECONDS, **wanted)
    typed = {
        f"candidates/{place}/{field}": str(business[name])
        for place, business in enumerate(found["items"])
        for field, name in (("name", "name"), ("subject_id", "id"), ("region_code", "region_code"))
    }
    return begun(form, typed, {"candidates": len(found["items"])})
