"""导出: a whole list as a file, ordered here, written by its service, fetched here."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from gateway.clients import Refused, Services, ServicesHere, ServiceSilent
from gateway.web.forms import FieldError, checked_form
from gateway.web.pages import render
from gateway.web.regions import places_below
from gateway.web.visitors import CanExport, Visitor
from shared.contracts.codes import SERVICES, Unit
from shared.database import Session
from shared.exports.schemas import ExportFormat, ExportKindRead, ExportRead
from shared.http.problems import NotFound
from shared.ids import uuid7
from shared.jobs.models import JobState

router = APIRouter(include_in_schema=False)

BUDGET_SECONDS = 5.0
SHOWN = 20
FORMATS = [(each.value, each.label) for each in ExportFormat]
BADGES = {
    JobState.QUEUED: "running",
    JobState.RUNNING: "running",
    JobState.SUCCEEDED: "ok",
    JobState.FAILED: "danger",
    JobState.CANCELLED: "unknown",
}
_KEPT_HEADERS = ("content-type", "content-length", "content-disposition", "repr-digest")


@router.get("/exports")
async def export_list(request: Request, visitor: CanExport, services: ServicesHere) -> Response:
    answers = await asyncio.gather(*(_of_one(services, visitor, unit) for unit in SERVICES))
    ordered = sorted((each for _, _, exports in answers for each in exports), key=_created, reverse=True)
    return render(
        request,
        "exports.html",
        kinds=[(unit, kinds) for unit, kinds, _ in answers if kinds],
        silent=[unit.label for unit, kinds, _ in answers if kinds is None],
        exports=ordered[:SHOWN],
        waits=any(each["waits"] for each in ordered[:SHOWN]),
    )


@router.get("/exports/new")
async def export_form(
    request: Request,
    visitor: CanExport,
    services: ServicesHere,
    session: Session,
    unit: Annotated[str, Query(max_length=20)],
    kind: Annotated[str, Query(max_length=60)],
) -> Response:
    return await _form(request, visitor, services, session, unit, kind, given={})


@router.post("/exports/new")
async def order_export(request: Request, visitor: CanExport, services: ServicesHere, session: Session) -> Response:
    async with checked_form(request) as form:
        given = {name: value for name, value in form.items() if isinstance(value, str)}
    unit, kind = given.get("unit", ""), given.get("kind", "")
    filters = {name.removeprefix("filter-"): value for name, value in given.items() if name.startswith("filter-")}
    body = {
        "kind": kind,
        "format": given.get("format", ""),
        "filters": {name: value.strip() for name, value in filters.items() if value.strip()},
    }
    key = {"Idempotency-Key": given.get("key", "")}
    try:
        await services.send(_unit(unit), "POST", "/v1/exports", visitor.caller, BUDGET_SECONDS, json=body, headers=key)
    except Refused as refusal:
        errors = [
            FieldError(error.pointer.replace("/filters/", "filter-").strip("/"), error.message)
            for error in refusal.errors
        ] or [FieldError("format", refusal.said)]
        return await _form(request, visitor, services, session, unit, kind, given=given, errors=errors)
    return RedirectResponse("/exports", status_code=303)


@router.post("/exports/{unit}/{export_id}/removal")
async def remove_export(
    request: Request, visitor: CanExport, services: ServicesHere, unit: str, export_id: UUID
) -> Response:
    async with checked_form(request):
        await services.send(_unit(unit), "DELETE", f"/v1/exports/{export_id}", visitor.caller, BUDGET_SECONDS)
    return RedirectResponse("/exports", status_code=303)


@router.get("/exports/{unit}/{export_id}/file")
async def download(visitor: CanExport, services: ServicesHere, unit: str, export_id: UUID) -> Response:
    """The file, handed on as it comes: it may be larger than this process should hold."""
    owner = _unit(unit)
    address = f"{services.settings.address_of(owner)}/v1/exports/{export_id}"
    # Asked first by itself: a refusal is told as one, and the stream is only begun where there is a file.
    told = ExportRead.model_validate(
        await services.get(owner, f"/v1/exports/{export_id}", visitor.caller, BUDGET_SECONDS)
    )
    if told.sha256 is None or told.deleted_at is not None:
        raise NotFound("文件还没有写好，或已过保存期")
    asked = services.client.build_request("GET", f"{address}/file", headers=visitor.caller.headers())
    answer = await services.client.send(asked, stream=True)
    kept = {name: answer.headers[name] for name in _KEPT_HEADERS if name in answer.headers}
    return StreamingResponse(
        answer.aiter_raw(),
        status_code=answer.status_code,
        headers=kept | {"cache-control": "private, no-store"},
        background=BackgroundTask(answer.aclose),
    )


async def _of_one(
    services: Services, visitor: Visitor, unit: Unit
) -> tuple[Unit, list[ExportKindRead] | None, list[dict[str, Any]]]:
    """What one service exports to this visitor, and what he has ordered there; None where it is silent."""
    try:
        kinds, page = await asyncio.gather(
            services.get(unit, "/v1/export-kinds", visitor.caller, BUDGET_SECONDS),
            services.get(unit, "/v1/exports", visitor.caller, BUDGET_SECONDS, limit=str(SHOWN)),
        )
    except ServiceSilent:
        return unit, None, []
    return (
        unit,
        [ExportKindRead.model_validate(kind) for kind in kinds],
        [_shown(unit, ExportRead.model_validate(item)) for item in page["items"]],
    )


def _shown(unit: Unit, export: ExportRead) -> dict[str, Any]:
    badge = (BADGES[export.state], export.state.label)
    if export.deleted_at is not None:
        badge = ("unknown", "文件已删除")
    return {
        "id": export.id,
        "unit": unit.value,
        "name": export.name,
        "format": export.format.label,
        "badge": badge,
        "done": export.done,
        "as_of": export.as_of,
        "created_at": export.created_at,
        "expires_at": export.expires_at,
        "sha256": export.sha256,
        "error": export.error,
        "filters": "，".join(f"{name}={value}" for name, value in export.filters.items()),
        "ready": export.sha256 is not None and export.deleted_at is None,
        "waits": not export.state.is_final and export.deleted_at is None,
        "removable": export.deleted_at is None,
    }


def _created(export: Mapping[str, Any]) -> datetime:
    created: datetime = export["created_at"]
    return created


async def _form(
    request: Request,
    visitor: Visitor,
    services: Services,
    session: Session,
    unit: str,
    kind: str,
    *,
    given: Mapping[str, str],
    errors: list[FieldError] | None = None,
) -> Response:
    owner = _unit(unit)
    told = await services.get(owner, "/v1/export-kinds", visitor.caller, BUDGET_SECONDS)
    found = next((each for item in told if (each := ExportKindRead.model_validate(item)).kind == kind), None)
    if found is None:
        raise NotFound("没有这一种可以导出的列表，请从导出页选")
    return render(
        request,
        "export_form.html",
        status_code=422 if errors else 200,
        unit=owner,
        export=found,
        formats=FORMATS,
        places=await places_below(session, visitor.actor.regions),
        given=given,
        key=str(uuid7()),
        errors=errors or [],
    )


def _unit(name: str) -> Unit:
    if name not in SERVICES:
        raise NotFound("没有这个服务，请从导出页选")
    return Unit(name)
