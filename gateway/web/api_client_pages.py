"""外部系统: which systems may call without a person, within which scopes and until when, and their keys."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.identity.api_clients import repository, service
from gateway.identity.api_clients.models import ApiClient, ClientStatus
from gateway.identity.api_clients.schemas import ApiClientCreate, ApiClientUpdate
from gateway.identity.audit.service import CallerOrigin
from gateway.web.forms import FieldError, checked_form
from gateway.web.pages import render
from gateway.web.regions import places_below, region_name
from gateway.web.visitors import IsAdministrator, Visitor
from gateway.web.webhook_pages import errors_of
from shared import times
from shared.contracts.codes import Unit
from shared.contracts.scopes import SCOPES
from shared.database import Session
from shared.http.pagination import PageRequest
from shared.http.problems import Problem

router = APIRouter(include_in_schema=False)

SOON = timedelta(days=30)
ACTS = {"read": "读", "write": "写"}
SCOPE_CHOICES = [(scope, f"{Unit(scope.partition(':')[0]).label}：{ACTS[scope.partition(':')[2]]}") for scope in SCOPES]


@router.get("/api-clients")
async def client_list(
    request: Request, visitor: IsAdministrator, session: Session, cursor: Annotated[str, Query(max_length=400)] = ""
) -> Response:
    rows, next_cursor = await repository.list_administered(session, visitor.actor, PageRequest(cursor or None))
    return render(
        request,
        "api_clients.html",
        clients=[await _listed(session, row, times.now()) for row in rows],
        next_cursor=next_cursor or "",
        cursor=cursor,
    )


@router.get("/api-clients/new")
async def client_form(request: Request, visitor: IsAdministrator, session: Session) -> Response:
    a_year = times.day_of(times.now() + timedelta(days=365)).isoformat()
    given = {"name": "", "scopes": [], "regions": list(visitor.actor.regions), "expires_on": a_year}
    return await _form(request, session, visitor, given)


@router.post("/api-clients/new")
async def create_client(request: Request, visitor: IsAdministrator, session: Session, origin: CallerOrigin) -> Response:
    async with checked_form(request) as form:
        given = _given(form)
    try:
        client = await service.create(session, visitor.actor, origin, ApiClientCreate.model_validate(_wanted(given)))
    except (ValidationError, Problem) as fault:
        return await _form(request, session, visitor, given, errors=_errors(fault))
    return RedirectResponse(f"/api-clients/{client.id}", status_code=303)


@router.get("/api-clients/{client_id}")
async def client_page(request: Request, visitor: IsAdministrator, session: Session, client_id: UUID) -> Response:
    client = await service.read(session, visitor.actor, client_id)
    return render(
        request,
        "api_client.html",
        client=await _listed(session, client, times.now()),
        keys=await service.keys(session, visitor.actor, client_id),
    )


@router.get("/api-clients/{client_id}/change")
async def change_form(request: Request, visitor: IsAdministrator, session: Session, client_id: UUID) -> Response:
    client = await service.read(session, visitor.actor, client_id)
    given = {name: getattr(client, name) for name in ("name", "scopes", "regions")}
    given["expires_on"] = times.last_day(client.expires_at).isoformat()
    return await _form(request, session, visitor, given, client=client)


@router.post("/api-clients/{client_id}/change")
async def change_client(
    request: Request, visitor: IsAdministrator, session: Session, origin: CallerOrigin, client_id: UUID
) -> Response:
    async with checked_form(request) as form:
        given, version = _given(form), str(form.get("version", ""))
    client = await service.read(session, visitor.actor, client_id)
    based_on = int(version) if version.isdecimal() and len(version) < 10 else 0
    try:
        wanted = ApiClientUpdate.model_validate(_wanted(given))
        await service.change(session, visitor.actor, origin, client_id, based_on, wanted)
    except (ValidationError, Problem) as fault:
        return await _form(request, session, visitor, given, client=client, errors=_errors(fault))
    return RedirectResponse(f"/api-clients/{client_id}", status_code=303)


@router.post("/api-clients/{client_id}/keys")
async def issue_key(
    request: Request, visitor: IsAdministrator, session: Session, origin: CallerOrigin, client_id: UUID
) -> Response:
    async with checked_form(request):
        _, key = await service.issue_key(session, visitor.actor, origin, client_id, timedelta(hours=24))
    client = await service.read(session, visitor.actor, client_id)
    response = render(request, "api_client_key.html", client=client, key=key)
    response.headers["Cache-Control"] = "no-store"
    return response


@router.post("/api-clients/{client_id}/revocation")
async def revoke_client(
    request: Request, visitor: IsAdministrator, session: Session, origin: CallerOrigin, client_id: UUID
) -> Response:
    async with checked_form(request):
        await service.revoke(session, visitor.actor, origin, client_id)
    return RedirectResponse(f"/api-clients/{client_id}", status_code=303)


def _given(form: FormData) -> dict[str, Any]:
    return {
        "name": str(form.get("name", "")).strip(),
        "scopes": [str(value) for value in form.getlist("scopes")],
        "regions": [str(value) for value in form.getlist("regions")],
        "expires_on": str(form.get("expires_on", "")),
    }


def _wanted(given: Mapping[str, Any]) -> dict[str, Any]:
    """The form as the interface has it: good to the end of the day that was chosen."""
    wanted = {name: given[name] for name in ("name", "scopes", "regions")}
    try:
        last = datetime.fromisoformat(given["expires_on"]).date()
    except ValueError:
        return wanted | {"expires_at": given["expires_on"]}
    return wanted | {"expires_at": times.start_of_day(last) + timedelta(days=1)}


def _errors(fault: ValidationError | Problem) -> list[FieldError]:
    return [
        FieldError("expires_on", error.message) if error.field == "expires_at" else error for error in errors_of(fault)
    ]


async def _form(
    request: Request,
    session: Session,
    visitor: Visitor,
    given: Mapping[str, Any],
    *,
    client: ApiClient | None = None,
    errors: list[FieldError] | None = None,
) -> Response:
    return render(
        request,
        "api_client_form.html",
        status_code=422 if errors else 200,
        client=client,
        given=given,
        scope_choices=SCOPE_CHOICES,
        places=await places_below(session, visitor.actor.regions),
        errors=errors or [],
    )


async def _listed(session: Session, client: ApiClient, at: datetime) -> dict[str, Any]:
    badge = ("ok", client.status.label)
    if client.status is ClientStatus.REVOKED:
        badge = ("unknown", "停用")
    elif client.expires_at <= at:
        badge = ("danger", "已到期")
    elif client.expires_at <= at + SOON:
        badge = ("warning", "一个月内到期")
    labels = dict(SCOPE_CHOICES)
    return {
        "id": client.id,
        "name": client.name,
        "badge": badge,
        "usable": client.status is ClientStatus.ACTIVE,
        "scopes": [labels[scope] for scope in client.scopes],
        "places": [await region_name(session, code) for code in client.regions],
        "expires_on": times.last_day(client.expires_at),
        "last_used_at": client.last_used_at,
    }
