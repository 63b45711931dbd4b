"""The registers from which is drawn: laboratories with their scope, samplers with their days; read and entered."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import Refused, Services, ServicesHere
from gateway.identity.organisations.models import Organisation, OrganisationKind
from gateway.identity.organisations.repository import get_organisation, list_organisations
from gateway.identity.users.models import User
from gateway.identity.users.repository import get_administered, list_administered
from gateway.web.boards import ROWS_A_PAGE
from gateway.web.disclosures import may_look
from gateway.web.pages import render
from gateway.web.regions import places_below, region_name
from gateway.web.row_form_pages import FormPage, Sending, show_form, take_form
from gateway.web.row_forms import Filled, RowForm, begun
from gateway.web.sampling import roster_form
from gateway.web.sampling.categories import category_options
from gateway.web.visitors import (
    PLAN_KEEPERS,
    CanKeepPlans,
    CanReadLaboratories,
    CanReadSamplers,
    Visitor,
)
from shared.contracts.codes import Role, Unit
from shared.database import Session
from shared.http.pagination import PageRequest
from shared.http.problems import NotFound
from shared.regions.repository import those_within

router = APIRouter(include_in_schema=False)

BUDGET_SECONDS = 5.0
MOST = 200
LABORATORIES, SAMPLERS = "/laboratories", "/samplers"
STATES = [("true", "在用"), ("false", "停用"), ("", "全部")]
Active = Annotated[str, Query(max_length=5)]
Cursor = Annotated[str, Query(max_length=1000)]


@router.get(LABORATORIES)
async def laboratory_list(
    request: Request,
    visitor: CanReadLaboratories,
    services: ServicesHere,
    session: Session,
    active: Active = "true",
    cursor: Cursor = "",
    done: Annotated[str, Query(max_length=1)] = "",
) -> Response:
    page = await _listed(services, visitor, LABORATORIES, active, cursor)
    names = dict(await category_options(services, visitor))
    own = await those_within(session, {each["region_code"] for each in page["items"]}, visitor.actor.regions)
    keeps = visitor.actor.has(*PLAN_KEEPERS)
    return render(
        request,
        "sampling/laboratories.html",
        laboratories=[
            each
            | {
                "place": await region_name(session, each["region_code"]),
                "is_own": each["region_code"] in own,
                "served": [await region_name(session, code) for code in each["serves"]],
                "scopes": [_scope_words(row, names) for row in each["scope"]],
            }
            for each in page["items"]
        ],
        unregistered=await _houses(services, session, visitor) if keeps else [],
        keeps=keeps,
        looks=may_look(visitor, "laboratories"),
        states=STATES,
        done=bool(done),
        active=active,
        next_cursor=page["next_cursor"] or "",
        cursor=cursor,
    )


@router.get(SAMPLERS)
async def sampler_list(
    request: Request,
    visitor: CanReadSamplers,
    services: ServicesHere,
    session: Session,
    active: Active = "true",
    cursor: Cursor = "",
    done: Annotated[str, Query(max_length=1)] = "",
) -> Response:
    page = await _listed(services, visitor, SAMPLERS, active, cursor)
    keeps = visitor.actor.has(*PLAN_KEEPERS)
    return render(
        request,
        "sampling/samplers.html",
        samplers=[each | {"place": await region_name(session, each["region_code"])} for each in page["items"]],
        unregistered=await _people(services, session, visitor) if keeps else [],
        keeps=keeps,
        states=STATES,
        done=bool(done),
        active=active,
        next_cursor=page["next_cursor"] or "",
        cursor=cursor,
    )


@router.get(LABORATORIES + "/{laboratory_id}/entry")
async def laboratory_entry(
    request: Request, visitor: CanKeepPlans, services: ServicesHere, session: Session, laboratory_id: UUID
) -> Response:
    entry, form, house = await _laboratory(services, session, visitor, laboratory_id)
    begins = {"name": house.name, "region_code": house.region_code} if house else {}
    return _show(request, _page_of("检验机构", LABORATORIES, entry), form, entry, begins)


@router.post(LABORATORIES + "/{laboratory_id}/entry")
async def register_laboratory(
    request: Request, visitor: CanKeepPlans, services: ServicesHere, session: Session, laboratory_id: UUID
) -> Response:
    entry, form, _ = await _laboratory(services, session, visitor, laboratory_id)
    path = f"/v1{LABORATORIES}/{laboratory_id}"
    sending = Sending("PUT", path, lambda _: f"{LABORATORIES}?done=1", roster_form.laboratory_body)

    async def version_now() -> str:
        found = await _entry(services, visitor, LABORATORIES, laboratory_id)
        return str(found["version"]) if found else ""

    page = _page_of("检验机构", LABORATORIES, entry)
    return await take_form(request, services, visitor.caller, page, form, sending, version_now)


@router.get(SAMPLERS + "/{sampler_id}/entry")
async def sampler_entry(
    request: Request, visitor: CanKeepPlans, services: ServicesHere, session: Session, sampler_id: UUID
) -> Response:
    entry, form, _, person = await _sampler(services, session, visitor, sampler_id)
    begins = (
        {
            "name": person.display_name,
            "organisation_id": str(person.organisation_id or ""),
            "region_code": person.regions[0],
        }
        if person
        else {}
    )
    return _show(request, _page_of("抽样人员", SAMPLERS, entry), form, entry, begins)


@router.post(SAMPLERS + "/{sampler_id}/entry")
async def register_sampler(
    request: Request, visitor: CanKeepPlans, services: ServicesHere, session: Session, sampler_id: UUID
) -> Response:
    entry, form, houses, _ = await _sampler(services, session, visitor, sampler_id)
    path = f"/v1{SAMPLERS}/{sampler_id}"
    sending = Sending("PUT", path, lambda _: f"{SAMPLERS}?done=1", roster_form.sampler_body(houses))

    async def version_now() -> str:
        found = await _entry(services, visitor, SAMPLERS, sampler_id)
        return str(found["version"]) if found else ""

    page = _page_of("抽样人员", SAMPLERS, entry)
    return await take_form(request, services, visitor.caller, page, form, sending, version_now)


def _page_of(title: str, address: str, entry: Mapping[str, Any] | None) -> FormPage:
    name = f"更正{title}：{entry['name']}" if entry else f"登记{title}"
    return FormPage(name, [("抽样任务", "/sampling-tasks"), (title, address)], address)


def _show(
    request: Request, page: FormPage, form: RowForm, entry: Mapping[str, Any] | None, begins: Mapping[str, str]
) -> Response:
    filled: Filled = roster_form.entry_of(entry, form) if entry else begun(form, begins)
    return show_form(request, page, form, filled, version=str(entry["version"]) if entry else "")


async def _laboratory(
    services: Services, session: Session, visitor: Visitor, laboratory_id: UUID
) -> tuple[Mapping[str, Any] | None, RowForm, Organisation | None]:
    """Its entry, if there is one, the form, and the organisation that it is. Raises `NotFound` where it is neither, and
    where it is for another region to keep.
    """
    entry = await _entry(services, visitor, LABORATORIES, laboratory_id)
    house = await get_organisation(session, laboratory_id, visitor.actor)
    if entry is None and (house is None or house.kind is not OrganisationKind.LABORATORY):
        raise NotFound("没有这家检验机构：先请管理员在平台上登记它的组织和账号")
    if entry and not await those_within(session, {entry["region_code"]}, visitor.actor.regions):
        raise NotFound("这家检验机构由它所在地的食安办登记和更正；在名册里可以看到它")
    places = await _places(session, visitor, [*entry["serves"], entry["region_code"]] if entry else [])
    return entry, roster_form.laboratory_form(places, await category_options(services, visitor)), house


async def _sampler(
    services: Services, session: Session, visitor: Visitor, sampler_id: UUID
) -> tuple[Mapping[str, Any] | None, RowForm, Sequence[tuple[str, str]], User | None]:
    """The entry, if there is one, the form, the organisations it offers, and the account of the person."""
    entry = await _entry(services, visitor, SAMPLERS, sampler_id)
    person = await get_administered(session, visitor.actor, sampler_id)
    if entry is None and (person is None or Role.SAMPLER not in person.roles):
        raise NotFound("没有这位抽样人员：先请管理员给他开设抽样人员的账号")
    organisations, _ = await list_organisations(session, visitor.actor, PageRequest(limit=MOST))
    houses = [(str(each.id), each.name) for each in organisations]
    if entry and entry["organisation_id"] not in dict(houses):
        houses.append((entry["organisation_id"], entry["organisation_name"]))
    places = await _places(session, visitor, [entry["region_code"]] if entry else [])
    return entry, roster_form.sampler_form(places, houses), houses, person


async def _places(session: Session, visitor: Visitor, present: Sequence[str]) -> list[tuple[str, str]]:
    """The visitor's places and those that the entry names already, so that saving it changes nothing untouched."""
    places = await places_below(session, visitor.actor.regions)
    known = {code for code, _ in places}
    return places + [(code, await region_name(session, code)) for code in dict.fromkeys(present) if code not in known]


async def _entry(services: Services, visitor: Visitor, address: str, entry_id: UUID) -> dict[str, Any] | None:
    try:
        path = f"/v1{address}/{entry_id}"
        found: dict[str, Any] = await services.get(Unit.SAMPLING, path, visitor.caller, BUDGET_SECONDS)
    except Refused as refusal:
        if refusal.answered_status == NotFound.status:
            return None
        raise
    return found


async def _listed(services: Services, visitor: Visitor, address: str, active: str, cursor: str) -> Any:
    wanted = {"limit": str(ROWS_A_PAGE)} | ({"cursor": cursor} if cursor else {})
    wanted |= {"active": active} if active in ("true", "false") else {}
    return await services.get(Unit.SAMPLING, f"/v1{address}", visitor.caller, BUDGET_SECONDS, **wanted)


async def _houses(services: Services, session: Session, visitor: Visitor) -> list[tuple[str, str]]:
    """Laboratories of the visitor's regions that have an account and stand in no register."""
    known = await _known(services, visitor, LABORATORIES)
    organisations, _ = await list_organisations(session, visitor.actor, PageRequest(limit=MOST))
    return [
        (f"{LABORATORIES}/{each.id}/entry", each.name)
        for each in organisations
        if each.kind is OrganisationKind.LABORATORY and str(each.id) not in known
    ]


async def _people(services: Services, session: Session, visitor: Visitor) -> list[tuple[str, str]]:
    """Samplers with an account who stand in no register."""
    known = await _known(services, visitor, SAMPLERS)
    users, _ = await list_administered(session, visitor.actor, PageRequest(limit=MOST), None, Role.SAMPLER)
    return [
        (f"{SAMPLERS}/{each.id}/entry", each.display_name)
        for each in users
        if each.is_active and str(each.id) not in known
    ]


async def _known(services: Services, visitor: Visitor, address: str) -> set[str]:
    page = await services.get(Unit.SAMPLING, f"/v1{address}", visitor.caller, BUDGET_SECONDS, limit=str(MOST))
    return {each["id"] for each in page["items"]}


def _scope_words(row: Mapping[str, Any], names: Mapping[str, str]) -> str:
    code = row["category_code"]
    foods = "各类食品" if code is None else names.get(code, code).strip("　")
    return f"{foods}：{'、'.join(row['items']) if row['items'] is not None else '全部项目'}"
