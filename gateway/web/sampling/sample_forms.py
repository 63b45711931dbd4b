"""Sampling forms (抽样单): taking a sample on a phone, a refusal, putting right, annulling, and the receipt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.clients import Refused, Services, ServicesHere, ServiceSilent
from gateway.web.forms import FieldError, checked_form
from gateway.web.sampling.sample_form_content import content_of, differences, errors_at, typed_of, unanswered
from gateway.web.sampling.sample_form_fields import REASON
from gateway.web.sampling.sample_form_files import SENDING_SECONDS, typed_with_files
from gateway.web.sampling.sample_form_pages import (
    BUDGET_SECONDS,
    CORRECTION,
    REFUSAL,
    TAKING,
    OpenForm,
    beginning,
    open_form,
    show_form,
)
from gateway.web.sampling.sample_receipt import ANNULMENT, show_receipt, subject_of
from gateway.web.step_pages import show_step, take_step
from gateway.web.steps import WHOLE_FORM, asked_of
from gateway.web.visitors import SAMPLE_TAKERS, CanDraw, CanReadSamples, CanTakeSamples, Visitor
from shared.contracts.codes import Unit
from shared.contracts.statutory_sampling import SampleState
from shared.database import Session
from shared.http.problems import NotFound, PreconditionFailed
from shared.ids import uuid7

router = APIRouter(include_in_schema=False)

Sha256 = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]
SUBMIT = "submit"


@dataclass(frozen=True)
class Sent:
    """A form as it came: what was typed, the content for the service, and the version its page was made from."""

    opened: OpenForm
    mode: str
    typed: Mapping[str, str]
    content: Mapping[str, Any]
    seen: int
    act: str
    not_arrived: Sequence[FieldError]


@router.get("/sampling-tasks/{task_id}/samples/new")
async def new_sample(
    request: Request, visitor: CanTakeSamples, services: ServicesHere, session: Session, task_id: UUID
) -> Response:
    return await _begin(request, visitor, services, session, TAKING, str(task_id))


@router.get("/sampling-tasks/{task_id}/refusals/new")
async def new_refusal(
    request: Request, visitor: CanTakeSamples, services: ServicesHere, session: Session, task_id: UUID
) -> Response:
    return await _begin(request, visitor, services, session, REFUSAL, str(task_id))


@router.get("/sample-forms/new")
async def new_sample_without_task(
    request: Request, visitor: CanDraw, services: ServicesHere, session: Session
) -> Response:
    """A sample that nobody gave out a task for: only officers take such."""
    return await _begin(request, visitor, services, session, TAKING, None)


@router.get("/sample-forms/new-refusal")
async def new_refusal_without_task(
    request: Request, visitor: CanDraw, services: ServicesHere, session: Session
) -> Response:
    return await _begin(request, visitor, services, session, REFUSAL, None)


async def _begin(
    request: Request, visitor: Visitor, services: Services, session: Session, mode: str, task_id: str | None
) -> Response:
    opened = await open_form(services, session, visitor, uuid7(), task_id)
    return show_form(request, opened, mode, begun=await beginning(session, visitor, opened))


@router.get("/sample-forms/{sample_id}")
async def sample_form(
    request: Request,
    visitor: CanReadSamples,
    services: ServicesHere,
    session: Session,
    sample_id: UUID,
    done: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """A draft to go on with; anything else as its receipt."""
    opened = await _known(services, session, visitor, sample_id)
    if opened.state is SampleState.DRAFT and visitor.actor.has(*SAMPLE_TAKERS):
        return show_form(request, opened, TAKING, saved=done)
    return await show_receipt(request, session, visitor, opened, done)


@router.post("/sample-forms/{sample_id}")
async def save_form(
    request: Request, visitor: CanTakeSamples, services: ServicesHere, session: Session, sample_id: UUID
) -> Response:
    """Keep the draft; with the button that completes it, hand it in as well."""
    sent = await _received(request, services, session, visitor, sample_id, TAKING)
    revision = await _keep(request, services, session, visitor, sent)
    if isinstance(revision, Response):
        return revision
    if sent.act != SUBMIT:
        return RedirectResponse(f"{sent.opened.address}?done=saved", status_code=303)
    return await _hand_in(request, services, session, visitor, sent, "submission", {"revision": revision})


@router.get("/sample-forms/{sample_id}/refusal")
async def refusal_form(
    request: Request, visitor: CanTakeSamples, services: ServicesHere, session: Session, sample_id: UUID
) -> Response:
    return show_form(request, await _known(services, session, visitor, sample_id), REFUSAL)


@router.post("/sample-forms/{sample_id}/refusal")
async def send_refusal(
    request: Request, visitor: CanTakeSamples, services: ServicesHere, session: Session, sample_id: UUID
) -> Response:
    sent = await _received(request, services, session, visitor, sample_id, REFUSAL)
    revision = await _keep(request, services, session, visitor, sent)
    if isinstance(revision, Response):
        return revision
    if not sent.typed[REASON].strip():  # the service would ask for it alone, and for the rest afterwards
        missing = unanswered(sent.typed, sent.opened.blocks(REFUSAL))
        return await _again(request, services, session, visitor, sent, missing, kept=True)
    body = {"revision": revision, REASON: sent.typed[REASON]}
    return await _hand_in(request, services, session, visitor, sent, "refusal", body)


@router.get("/sample-forms/{sample_id}/correction")
async def correction_form(
    request: Request, visitor: CanTakeSamples, services: ServicesHere, session: Session, sample_id: UUID
) -> Response:
    return show_form(request, await _known(services, session, visitor, sample_id), CORRECTION)


@router.post("/sample-forms/{sample_id}/correction")
async def send_correction(
    request: Request, visitor: CanTakeSamples, services: ServicesHere, session: Session, sample_id: UUID
) -> Response:
    sent = await _received(request, services, session, visitor, sample_id, CORRECTION)
    if sent.not_arrived:
        return await _again(request, services, session, visitor, sent, sent.not_arrived, kept=False)
    body = {"form": sent.content, REASON: sent.typed[REASON]}
    headers = {"if-match": f'"{sent.seen}"'}
    return await _hand_in(request, services, session, visitor, sent, "corrections", body, headers)


@router.get("/sample-forms/{sample_id}/annulment")
async def annulment_form(
    request: Request, visitor: CanTakeSamples, services: ServicesHere, session: Session, sample_id: UUID
) -> Response:
    opened = await _known(services, session, visitor, sample_id)
    return show_step(request, subject_of(opened, visitor), ANNULMENT)


@router.post("/sample-forms/{sample_id}/annulment")
async def annul(
    request: Request, visitor: CanTakeSamples, services: ServicesHere, session: Session, sample_id: UUID
) -> Response:
    async def now() -> Any:
        return subject_of(await _known(services, session, visitor, sample_id), visitor)

    step = asked_of(visitor.actor.roles, ANNULMENT)
    path, address = f"/v1/samples/{sample_id}", f"/sample-forms/{sample_id}"
    return await take_step(request, services, visitor.caller, step, path, address, now)


@router.get("/sample-forms/{sample_id}/files/{sha256}")
async def attached_file(visitor: CanReadSamples, services: ServicesHere, sample_id: UUID, sha256: Sha256) -> Response:
    """A photo or document that a form names, or that the visitor has just sent. Pictures are shown, the rest saved."""
    path = f"/v1/sample-attachments/{sha256}"
    answer = await services.send(Unit.SAMPLING, "GET", path, visitor.caller, SENDING_SECONDS)
    media_type = answer.headers.get("content-type", "application/octet-stream")
    shown = media_type.startswith("image/")
    headers = {
        "content-disposition": f'{"inline" if shown else "attachment"}; filename="{sha256[:12]}"',
        "cache-control": "private, max-age=86400",
    }
    return Response(answer.content, media_type=media_type, headers=headers)


async def _known(services: Services, session: Session, visitor: Visitor, sample_id: UUID) -> OpenForm:
    opened = await open_form(services, session, visitor, sample_id)
    if opened.sample is None:
        raise NotFound("没有这份抽样单，或不在您的查看范围内。还没有暂存过的抽样单，请从抽样任务重新开始")
    return opened


async def _received(
    request: Request, services: Services, session: Session, visitor: Visitor, sample_id: UUID, mode: str
) -> Sent:
    """The form that a browser sent, its files already handed on."""
    async with checked_form(request) as form:
        task_id, seen, act = (str(form.get(name, "")) for name in ("task_id", "seen", "act"))
        opened = await open_form(services, session, visitor, sample_id, task_id or None)
        blocks = opened.blocks(mode)
        typed, not_arrived = await typed_with_files(form, blocks, services, visitor.caller)
        typed[REASON] = str(form.get(REASON, ""))
    content = content_of(typed, blocks, opened.kept, opened.people)
    return Sent(opened, mode, typed, content, int(seen) if seen.isdigit() else 0, act, not_arrived)


async def _keep(request: Request, services: Services, session: Session, visitor: Visitor, sent: Sent) -> int | Response:
    """Store the draft under the page's id as the change after the one its page was made from.

    Gives its revision; the form again where it was refused, or where a file did not arrive with it.
    """
    body = {"task_id": sent.opened.task_id, "revision": sent.seen + 1, "form": sent.content}
    path = f"/v1/samples/{sent.opened.id}"
    try:
        answer = await services.send(Unit.SAMPLING, "PUT", path, visitor.caller, BUDGET_SECONDS, json=body)
    except (Refused, ServiceSilent) as refusal:
        return await _refused(request, services, session, visitor, sent, refusal)
    if sent.not_arrived:
        return await _again(request, services, session, visitor, sent, sent.not_arrived, kept=True)
    return int(answer.json()["revision"])


async def _hand_in(
    request: Request,
    services: Services,
    session: Session,
    visitor: Visitor,
    sent: Sent,
    act: str,
    body: Mapping[str, Any],
    headers: Mapping[str, str] | None = None,
) -> Response:
    path = f"/v1/samples/{sent.opened.id}/{act}"
    try:
        await services.send(
            Unit.SAMPLING, "POST", path, visitor.caller, BUDGET_SECONDS, json=body, headers=headers or {}
        )
    except (Refused, ServiceSilent) as refusal:
        kept = sent.mode != CORRECTION
        return await _refused(request, services, session, visitor, sent, refusal, kept=kept)
    return RedirectResponse(f"{sent.opened.address}?done={act}", status_code=303)


async def _refused(
    request: Request,
    services: Services,
    session: Session,
    visitor: Visitor,
    sent: Sent,
    refusal: Refused | ServiceSilent,
    *,
    kept: bool = False,
) -> Response:
    """The form again with what the service said; where somebody was faster, with both sides of every difference."""
    if isinstance(refusal, ServiceSilent):
        said = "抽检快检服务没有回答，不知道有没有记上。再提交一次即可，不会记两遍；照片已经传上去的不必再选"
        return show_form(
            request, sent.opened, sent.mode, sent.typed, errors=[FieldError(WHOLE_FORM, said)], seen=sent.seen
        )
    is_elsewhere = refusal.answered_type.endswith("sample-differs")
    if is_elsewhere or refusal.answered_status == PreconditionFailed.status:
        now = await _known(services, session, visitor, sent.opened.id)
        blocks = now.blocks(sent.mode)
        changed = differences(typed_of(now.kept, blocks), sent.typed, blocks)
        return show_form(request, now, sent.mode, sent.typed, changed=changed)
    errors = errors_at(refusal.errors, sent.opened.blocks(sent.mode), sent.content)
    whole = [FieldError(WHOLE_FORM, refusal.said)]
    return await _again(request, services, session, visitor, sent, errors or whole, kept=kept)


async def _again(
    request: Request,
    services: Services,
    session: Session,
    visitor: Visitor,
    sent: Sent,
    errors: Sequence[FieldError],
    *,
    kept: bool,
) -> Response:
    """The form with its errors. What was `kept` as a draft is shown as it was kept, and the next attempt goes on from
    it; else it is what was typed, and made from the version its page was made from.
    """
    if not kept:
        return show_form(request, sent.opened, sent.mode, sent.typed, errors=errors, seen=sent.seen)
    now = await _known(services, session, visitor, sent.opened.id)
    typed = typed_of(now.kept, now.blocks(sent.mode)) | {REASON: sent.typed[REASON]}
    return show_form(request, now, sent.mode, typed, errors=errors, saved="kept")
