"""Patrols of the grid: what was looked at in a cell, item by item of a list; each finding becomes a clue."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.clients import Refused, Services, ServicesHere, ServiceSilent
from gateway.web.forms import FieldError, checked_form
from gateway.web.inspection.clues import cells_of, tabs
from gateway.web.inspection.grid import Cursor, lists_in_force
from gateway.web.inspection.inspection import BUDGET_SECONDS, Answer, ask, moment, one_of, page_of, told_one
from gateway.web.inspection.inspection_files import ADDRESS as FILES
from gateway.web.inspection.inspection_files import keeper
from gateway.web.inspection.visit_form_content import local
from gateway.web.pages import render
from gateway.web.regions import places_below, region_name
from gateway.web.step_pages import nothing_of, typed_in
from gateway.web.steps import WHOLE_FORM, Field, Step, Typed, body, errors_of
from gateway.web.visitors import VISIT_MAKERS, CanMakeVisits, CanReadInspections, Visitor
from shared import times
from shared.contracts.codes import Unit
from shared.database import Session
from shared.http.problems import NotFound
from shared.ids import uuid7

router = APIRouter(include_in_schema=False)

PATROLS, PAGES = "/v1/patrols", "/grid/patrols"
LOOKS = (("true", "没有问题"), ("false", "有问题"), ("", "没有看"))
MOST_FINDINGS = 5
"""So many findings fit on one form; what is more is reported as clues of their own."""


@router.get(PAGES)
async def patrol_list(
    request: Request,
    visitor: CanReadInspections,
    services: ServicesHere,
    session: Session,
    region: Annotated[str, Query(max_length=12)] = "",
    mine: Annotated[str, Query(max_length=5)] = "",
    cursor: Cursor = "",
) -> Response:
    places = await places_below(session, visitor.actor.regions)
    own = str(visitor.actor.id) if mine == "true" else ""
    page = await page_of(services, visitor, PATROLS, cursor, region=one_of(dict(places), region), patroller=own)
    return render(
        request,
        "inspection/patrols.html",
        tabs=tabs(visitor),
        filters=[
            ("region", "区域", [("", "全部"), *places], region),
            ("mine", "谁巡查的", [("", "全部"), ("true", "我巡查的")], mine),
        ],
        narrowed=bool(region or mine),
        patrols=[await _listed(session, each) for each in page["items"]],
        patrolling=visitor.actor.has(*VISIT_MAKERS),
        visitor_id=str(visitor.actor.id),
        next_cursor=page["next_cursor"] or "",
        cursor=cursor,
    )


@router.get(PAGES + "/new")
async def new_patrol(
    request: Request,
    visitor: CanMakeVisits,
    services: ServicesHere,
    session: Session,
    duty_list: Annotated[UUID | None, Query(alias="list")] = None,
    own_id: Annotated[UUID | None, Query(alias="id")] = None,
) -> Response:
    """Choose a list; then the form by it, with an id of its own, or with `id` the one that was begun before."""
    lists = [each for each in await lists_in_force(services, visitor) if each["content"]["purpose"] == "patrol"]
    if duty_list is None and len(lists) != 1:
        return render(request, "inspection/patrol_lists.html", lists=lists, address=f"{PAGES}/new")
    chosen = await _list(services, visitor, duty_list or UUID(lists[0]["id"]))
    patrol_id = own_id or uuid7()
    known, _ = await told_one(services, visitor, f"{PATROLS}/{patrol_id}") if own_id else (None, True)
    if known:
        return RedirectResponse(f"{PAGES}/{patrol_id}", status_code=303)
    typed = {"started_at": local(times.now().isoformat()), "ended_at": local(times.now().isoformat())}
    step = await _questions(services, session, visitor, chosen)
    return _show_form(request, visitor, patrol_id, chosen, step, typed, [str(uuid7()) for _ in range(MOST_FINDINGS)])


@router.post(PAGES + "/{patrol_id}")
async def hand_in_patrol(
    request: Request, visitor: CanMakeVisits, services: ServicesHere, session: Session, patrol_id: UUID
) -> Response:
    """Hand the patrol on under the page's id: the same form again is the same patrol, with the same clues."""
    async with checked_form(request) as form:
        chosen = await _list(services, visitor, _uuid(form, "duty_list_id"))
        names = [str(each) for each in form.getlist("finding_id")][:MOST_FINDINGS]
        step = await _questions(services, session, visitor, chosen)
        try:
            typed = await typed_in(form, step, keeper(services, visitor.caller))
        except (Refused, ServiceSilent) as refusal:
            typed = await typed_in(form, step, nothing_of)
            return _show_form(request, visitor, patrol_id, chosen, step, typed, names, errors_of(refusal, step))
    content, kept = _content(chosen, step, typed, names)
    try:
        await services.send(
            Unit.INSPECTION, "PUT", f"{PATROLS}/{patrol_id}", visitor.caller, BUDGET_SECONDS, json=content
        )
    except (Refused, ServiceSilent) as refusal:
        differs = isinstance(refusal, Refused) and "differences" in refusal.extensions
        errors = () if differs else _errors(refusal, step, kept)
        return _show_form(request, visitor, patrol_id, chosen, step, typed, names, errors, differs=differs)
    return RedirectResponse(f"{PAGES}/{patrol_id}?done=true", status_code=303)


@router.get(PAGES + "/{patrol_id}")
async def patrol_page(
    request: Request,
    visitor: CanReadInspections,
    services: ServicesHere,
    session: Session,
    patrol_id: UUID,
    done: Annotated[str, Query(max_length=5)] = "",
) -> Response:
    patrol = await ask(services, visitor, f"{PATROLS}/{patrol_id}")
    chosen = await _list(services, visitor, UUID(patrol["duty_list_id"]))
    texts = {item["code"]: item["text"] for item in chosen["content"]["items"]}
    return render(
        request,
        "inspection/patrol.html",
        patrol=await _listed(session, patrol),
        duty_list=chosen,
        looks=[
            {**look, "text": texts.get(look["item"], look["item"]), "badge": _badge(look["in_order"])}
            for look in patrol["looks"]
        ],
        findings=[{**found, "text": texts.get(found["item"] or "", "")} for found in patrol["findings"]],
        done=done == "true",
        files=FILES,
    )


async def _questions(services: Services, session: Session, visitor: Visitor, chosen: Answer) -> Step:
    items = chosen["content"]["items"]
    looks = [
        Field(f"looks/{number}/in_order", item["text"], "choice", item["every"], options=LOOKS, required=False)
        for number, item in enumerate(items)
    ]
    options = (("", "不属于哪一条"), *((item["code"], item["text"]) for item in items))
    findings = [
        field
        for number in range(MOST_FINDINGS)
        for field in (
            Field(f"findings/{number}/what", "看到什么", "words", required=False, where=f"第{number + 1}处，"),
            Field(f"findings/{number}/place", "地点", hint="门牌、店名", required=False, where=f"第{number + 1}处，"),
            Field(f"findings/{number}/item", "属于清单哪一条", "select", options=options, required=False),
            Field(f"findings/{number}/evidence", "照片", "photos", required=False, where=f"第{number + 1}处，"),
        )
    ]
    head = (
        Field("cell_code", "哪个网格", "select", options=await cells_of(services, session, visitor)),
        Field("started_at", "何时开始", "moment"),
        Field("ended_at", "何时结束", "moment"),
    )
    note = Field("note", "说明", "words", required=False)
    return Step("", "提交巡查", frozenset(), (*head, *looks, *findings, note))


def _content(chosen: Answer, step: Step, typed: Typed, names: Sequence[str]) -> tuple[dict[str, Any], list[int]]:
    """The patrol as the service takes it, and which findings of the form were written in, in the order of the body."""
    said = body(step, typed)
    kept = [
        number
        for number in range(len(names))
        if any(typed[f"findings/{number}/{name}"].strip() for name in ("what", "place", "evidence"))
    ]
    looked = {number: typed[f"looks/{number}/in_order"] or None for number in range(len(chosen["content"]["items"]))}
    parts = {number: _finding(typed, number) | {"id": names[number]} for number in kept}
    return said | {
        "duty_list_id": chosen["id"],
        "looks": [
            {"item": item["code"], "in_order": looked[number]} for number, item in enumerate(chosen["content"]["items"])
        ],
        "findings": [parts[number] for number in kept],
    }, kept


def _finding(typed: Typed, number: int) -> dict[str, Any]:
    found: dict[str, Any] = {name: typed[f"findings/{number}/{name}"].strip() for name in ("what", "place")}
    found["evidence"] = typed[f"findings/{number}/evidence"].splitlines()
    return found | {"item": typed[f"findings/{number}/item"] or None}


def _errors(refusal: Refused | ServiceSilent, step: Step, kept: Sequence[int]) -> list[FieldError]:
    """The service counts the findings it was sent; the form also those that nobody wrote in."""
    found = []
    for error in errors_of(refusal, step):
        group, _, rest = error.field.partition("/")
        number, _, name = rest.partition("/")
        if group == "findings" and number.isdecimal() and int(number) < len(kept):
            place = kept[int(number)]
            words = error.message.replace(f"第{int(number) + 1}处", f"第{place + 1}处", 1)
            found.append(FieldError(f"findings/{place}/{name}", words))
        else:
            found.append(error)
    return found


def _show_form(
    request: Request,
    visitor: Visitor,
    patrol_id: UUID,
    chosen: Answer,
    step: Step,
    typed: Mapping[str, str],
    names: Sequence[str],
    errors: Sequence[FieldError] = (),
    *,
    differs: bool = False,
) -> Response:
    findings = [
        [field for field in step.fields if field.name.startswith(f"findings/{number}/")] for number in range(len(names))
    ]
    wrong = {error.field for error in errors}
    return render(
        request,
        "inspection/patrol_form.html",
        status_code=409 if differs else 422 if errors else 200,
        patrol_id=patrol_id,
        duty_list=chosen,
        head=step.fields[:3],
        looks=[field for field in step.fields if field.name.startswith("looks/")],
        findings=findings,
        note=step.fields[-1],
        finding_ids=names,
        is_open=lambda fields: any(typed.get(field.name, "").strip() or field.name in wrong for field in fields),
        typed=typed,
        errors=errors,
        differs=differs,
        whole=WHOLE_FORM,
        visitor_id=str(visitor.actor.id),
    )


async def _list(services: Services, visitor: Visitor, list_id: UUID) -> Answer:
    """A version of a list, whether or not it is still in force."""
    rule: Answer = await ask(services, visitor, f"/v1/dated-rules/{list_id}")
    if rule["content"]["subject"] != "duty_list":
        raise NotFound("没有这份巡查清单，请从巡查的页面上选一份")
    return rule


def _uuid(form: FormData, name: str) -> UUID:
    try:
        return UUID(str(form.get(name, "")))
    except ValueError:
        raise NotFound("没有这份巡查清单，请从巡查的页面上选一份") from None


def _badge(in_order: bool | None) -> tuple[str, str]:
    return {True: ("ok", "没有问题"), False: ("danger", "有问题"), None: ("unknown", "没有看")}[in_order]


async def _listed(session: Session, patrol: Answer) -> dict[str, Any]:
    return {
        **patrol,
        "place": await region_name(session, patrol["region_code"]),
        "started": moment(patrol["started_at"]),
        "ended": moment(patrol["ended_at"]),
        "received": moment(patrol["received_at"]),
    }
