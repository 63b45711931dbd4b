"""A visit on the officer's phone: begun, saved as often as one likes, ended. Saved again it is the same saving."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.clients import Refused, Services, ServicesHere, ServiceSilent
from gateway.web.forms import FieldError, checked_form
from gateway.web.inspection.inspection import BUDGET_SECONDS
from gateway.web.inspection.inspection_files import send_file
from gateway.web.inspection.visit_form_content import (
    MEDIA_TYPE,
    Kept,
    Saving,
    canonical,
    content_of,
    errors_at,
    unsendable,
)
from gateway.web.inspection.visit_form_pages import OpenVisit, begin, open_visit, show_visit, stored, verdict
from gateway.web.pages import render
from gateway.web.sampling.sample_form_files import REMOVED
from gateway.web.steps import WHOLE_FORM
from gateway.web.visitors import CanMakeVisits, Visitor
from shared import times
from shared.contracts.codes import Unit
from shared.database import Session
from shared.http.problems import InvalidRequest
from shared.ids import uuid7
from shared.times import SHANGHAI

router = APIRouter(include_in_schema=False)

RECORDS = "/visits/records"
FINISH = "finish"
ONE_FILE = ("signatures/", "refusal/video")
"""Fields of one file: the newest counts, of all others every one."""

JOINED = "join"
"""The name of the marks by which another beginning is brought into the record."""

HIDDEN = frozenset({"form_token", "kept", "seen", "device", "saved_at", "sent_at", "act", REMOVED, JOINED})


@dataclass(frozen=True)
class Sent:
    """A form as it came: what was typed, what its page carried along, who saved it and when."""

    typed: Mapping[str, str]
    kept: Kept
    saving: Saving
    sent_at: str
    finished: bool
    not_arrived: Sequence[FieldError]


@router.get(RECORDS + "/new")
async def new_visit(
    request: Request,
    visitor: CanMakeVisits,
    services: ServicesHere,
    session: Session,
    business: UUID | None = None,
    task: UUID | None = None,
    checklist: Annotated[str, Query(max_length=64)] = "",
    own_id: Annotated[UUID | None, Query(alias="id")] = None,
) -> Response:
    """A new visit. With `id`, the one that was begun before under this id, if it has come to the platform since."""
    if own_id and await stored(services, visitor, own_id):
        return RedirectResponse(f"{RECORDS}/{own_id}/form", status_code=303)
    opened = await begin(services, session, visitor, own_id or uuid7(), business, task, checklist)
    return await show_visit(request, services, visitor, opened)


@router.post("/visits/verdict")
async def live_verdict(request: Request, visitor: CanMakeVisits, services: ServicesHere) -> Response:
    """How the answers on the page would be judged now. Nothing is kept."""
    async with checked_form(request) as form:
        typed = {name: value for name, value in form.items() if isinstance(value, str) and name not in HIDDEN}
        kept = _kept(form)
    judged = await verdict(services, visitor, typed, kept)
    return render(request, "inspection/visit_verdict.html", judged=judged)


@router.get(RECORDS + "/{record_id}/form")
async def visit_form(
    request: Request,
    visitor: CanMakeVisits,
    services: ServicesHere,
    session: Session,
    record_id: UUID,
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    opened = await open_visit(services, session, visitor, record_id)
    return await show_visit(request, services, visitor, opened, done=done)


@router.post(RECORDS + "/{record_id}/form")
async def save_visit(
    request: Request, visitor: CanMakeVisits, services: ServicesHere, session: Session, record_id: UUID
) -> Response:
    """Keep the visit under its own id; the same form again is the same version."""
    sent = await _received(request, services, visitor)
    if errors := unsendable(sent.typed):
        opened = replace(await open_visit(services, session, visitor, record_id, sent.kept), kept=sent.kept)
        return await _again(request, services, visitor, opened, sent, errors)
    content = content_of(sent.typed, sent.kept, sent.saving, finished=sent.finished)
    try:
        receipt = await _deliver(services, visitor, record_id, content, sent.sent_at)
    except (Refused, ServiceSilent) as refusal:
        return await _refused(request, services, session, visitor, record_id, sent, refusal)
    if receipt["standing"] != "accepted":
        return RedirectResponse(f"{RECORDS}/{record_id}?done={quote(receipt['standing'])}", status_code=303)
    errors = [*sent.not_arrived, *(errors_at(receipt["faults"], content) if sent.finished else ())]
    if errors:
        opened = await open_visit(services, session, visitor, record_id)
        return await show_visit(request, services, visitor, opened, errors=errors, done="kept")
    if sent.finished:
        return RedirectResponse(f"{RECORDS}/{record_id}?done=finished", status_code=303)
    return RedirectResponse(f"{RECORDS}/{record_id}/form?done=saved", status_code=303)


async def _deliver(
    services: Services, visitor: Visitor, record_id: UUID, content: Mapping[str, Any], sent_at: str
) -> Mapping[str, Any]:
    body, sha256 = canonical(dict(content))
    headers = {"content-type": MEDIA_TYPE, "content-sha256": sha256} | ({"sent-at": sent_at} if sent_at else {})
    path = f"/v1/visit-records/{record_id}"
    answer = await services.send(
        Unit.INSPECTION, "PUT", path, visitor.caller, BUDGET_SECONDS, content=body, headers=headers
    )
    receipt: Mapping[str, Any] = answer.json()
    return receipt


async def _refused(
    request: Request,
    services: Services,
    session: Session,
    visitor: Visitor,
    record_id: UUID,
    sent: Sent,
    refusal: Refused | ServiceSilent,
) -> Response:
    """The form again with what was said; where another visit was begun under this id, with both sides."""
    opened = replace(await open_visit(services, session, visitor, record_id, sent.kept), kept=sent.kept)
    if isinstance(refusal, ServiceSilent):
        said = "监督检查服务没有回答，不知道有没有记上。再存一次即可，不会记两遍；照片已经传上去的不必再选"
        return await _again(request, services, visitor, opened, sent, [FieldError(WHOLE_FORM, said)])
    if refusal.answered_type.endswith("visit-record-differs"):
        seen = [*refusal.extensions["heads"], refusal.extensions["sha256"]]
        return await show_visit(
            request,
            services,
            visitor,
            opened,
            sent.typed,
            differences=refusal.extensions["differences"],
            seen=seen,
        )
    errors = [FieldError(WHOLE_FORM, error.message) for error in refusal.errors]
    whole = [FieldError(WHOLE_FORM, refusal.detail or refusal.answered_title)]
    return await _again(request, services, visitor, opened, sent, errors or whole)


async def _again(
    request: Request,
    services: Services,
    visitor: Visitor,
    opened: OpenVisit,
    sent: Sent,
    errors: Sequence[FieldError],
) -> Response:
    """What was typed, with its errors; the next attempt goes on from the versions its page was made from."""
    return await show_visit(
        request, services, visitor, opened, sent.typed, errors=[*errors, *sent.not_arrived], seen=sent.saving.base
    )


async def _received(request: Request, services: Services, visitor: Visitor) -> Sent:
    """The form that a browser sent, its files already handed on."""
    async with checked_form(request) as form:
        typed, not_arrived = await _typed_with_files(form, services, visitor)
        saving = Saving(
            by=str(visitor.actor.id),
            by_name=visitor.name,
            device=str(form.get("device") or "web"),
            at=str(form.get("saved_at") or times.now().astimezone(SHANGHAI).isoformat(timespec="seconds")),
            base=[
                *str(form.get("seen", "")).split(),
                *(mark for mark in form.getlist(JOINED) if isinstance(mark, str)),
            ],
        )
        finished = form.get("act") == FINISH
        return Sent(typed, _kept(form), saving, str(form.get("sent_at", "")), finished, not_arrived)


async def _typed_with_files(
    form: FormData, services: Services, visitor: Visitor
) -> tuple[dict[str, str], list[FieldError]]:
    """What was typed, by field, files by their hashes; errors say which files did not arrive."""
    removed = {mark for mark in form.getlist(REMOVED) if isinstance(mark, str)}
    found: dict[str, list[str]] = {}
    errors: list[FieldError] = []
    for name, value in form.multi_items():
        if name in HIDDEN or f"{name} {value}" in removed:
            continue
        said = await _sent(name, value, services, visitor, errors) if isinstance(value, UploadFile) else value
        if said:
            found.setdefault(name, []).append(said)
    typed = {
        name: said[-1] if name.startswith(ONE_FILE) else "\n".join(dict.fromkeys(said)) for name, said in found.items()
    }
    return typed, errors


async def _sent(name: str, file: UploadFile, services: Services, visitor: Visitor, errors: list[FieldError]) -> str:
    try:
        return await send_file(file, services, visitor.caller)
    except (Refused, ServiceSilent) as refusal:
        said = refusal.detail or (refusal.answered_title if isinstance(refusal, Refused) else refusal.title)
        errors.append(FieldError(_place_of(name), f"“{file.filename}”没有传上去：{said}。请再选一次"))
        return ""


def _place_of(name: str) -> str:
    """The id of the field: photos of an item stand in the item's group."""
    parts = name.split("/")
    return "/".join(parts[:2]) if parts[0] == "answers" else name


def _kept(form: FormData) -> Kept:
    try:
        return Kept.from_json(str(form.get("kept", "")))
    except ValueError:
        raise InvalidRequest("这张表单缺了随页面带来的内容，请重新打开这次检查再填") from None
