"""事件推送: which outside systems are told what, what became of each message, and the steps to mend it."""

import json
from collections.abc import Awaitable, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.identity.audit.service import CallerOrigin
from gateway.settings import CurrentSettings
from gateway.web.forms import FieldError, checked_form
from gateway.web.pages import render
from gateway.web.regions import places_below, region_name
from gateway.web.visitors import IsAdministrator, Visitor
from gateway.webhooks import repository, service
from gateway.webhooks.catalogue import CATALOGUE, TEST_TYPE
from gateway.webhooks.models import DeliveryState, OwnerKind, Webhook, WebhookDelivery, WebhookState
from gateway.webhooks.router import ATTEMPTS_SHOWN
from gateway.webhooks.schemas import Replay, WebhookCreate, WebhookUpdate
from shared import times
from shared.contracts.codes import SERVICES
from shared.database import Session
from shared.http.pagination import PageRequest
from shared.http.problems import Problem, invalid_request

router = APIRouter(include_in_schema=False)

Cursor = Annotated[str, Query(max_length=400)]
BADGES = {
    WebhookState.ACTIVE: "ok",
    WebhookState.PAUSED: "unknown",
    WebhookState.DISABLED: "danger",
    DeliveryState.PENDING: "running",
    DeliveryState.DELIVERED: "ok",
    DeliveryState.FAILED: "danger",
    DeliveryState.WITHHELD: "unknown",
}
LABELS = {event.type: event.label for event in CATALOGUE.values()} | {TEST_TYPE: "测试消息"}
TYPE_CHOICES = [
    (unit.label, [(event.type, event.label) for event in CATALOGUE.values() if event.publisher is unit])
    for unit in SERVICES
]
DONE = {
    "changed": "已经保存。",
    "pause": "已经暂停。期间的事件不排队，恢复后可以补发。",
    "resumption": "已经恢复，由您负责。",
    "test": "测试消息已经排队，一分钟内送出；结果看下面的推送记录。",
}


@router.get("/webhooks")
async def webhook_list(
    request: Request, visitor: IsAdministrator, session: Session, cursor: Cursor = "", removed: bool = False
) -> Response:
    rows, next_cursor = await repository.list_kept(session, visitor.actor, PageRequest(cursor or None))
    standing = await repository.those_with_standing_owner(session, [row.id for row in rows], times.now())
    return render(
        request,
        "webhooks.html",
        webhooks=[await _listed(session, row, row.id in standing) for row in rows],
        next_cursor=next_cursor or "",
        cursor=cursor,
        done="已经删除。" if removed else "",
    )


@router.get("/webhooks/new")
async def webhook_form(request: Request, visitor: IsAdministrator, session: Session) -> Response:
    return await _form(request, session, visitor, given={"regions": list(visitor.actor.regions)})


@router.post("/webhooks/new")
async def create_webhook(
    request: Request,
    visitor: IsAdministrator,
    session: Session,
    settings: CurrentSettings,
    origin: CallerOrigin,
) -> Response:
    async with checked_form(request) as form:
        given = _given(form)
    try:
        wanted = WebhookCreate.model_validate(given)
        webhook = await service.create(session, settings, visitor.actor, origin, wanted)
        _, secret = await service.issue_secret(session, settings, visitor.actor, origin, webhook.id, timedelta())
    except (ValidationError, Problem) as fault:
        return await _form(request, session, visitor, given=given, errors=errors_of(fault))
    return _secret(request, webhook, secret)


@router.get("/webhooks/{webhook_id}")
async def webhook_page(
    request: Request,
    visitor: IsAdministrator,
    session: Session,
    webhook_id: UUID,
    state: Annotated[str, Query(max_length=20)] = "",
    cursor: Cursor = "",
    done: Annotated[str, Query(max_length=20)] = "",
    replayed: Annotated[int, Query(ge=-1)] = -1,
) -> Response:
    told = f"{replayed}条消息已经排队补发。" if replayed >= 0 else DONE.get(done, "")
    return await _webhook(request, session, visitor, webhook_id, state=state, cursor=cursor, done=told)


@router.get("/webhooks/{webhook_id}/change")
async def change_form(request: Request, visitor: IsAdministrator, session: Session, webhook_id: UUID) -> Response:
    webhook = await service.find(session, visitor.actor, webhook_id)
    given = {name: getattr(webhook, name) for name in WebhookUpdate.model_fields}
    return await _form(request, session, visitor, given=given, webhook=webhook)


@router.post("/webhooks/{webhook_id}/change")
async def change_webhook(
    request: Request,
    visitor: IsAdministrator,
    session: Session,
    settings: CurrentSettings,
    origin: CallerOrigin,
    webhook_id: UUID,
) -> Response:
    async with checked_form(request) as form:
        given, version = _given(form), str(form.get("version", ""))
    webhook = await service.find(session, visitor.actor, webhook_id)
    try:
        wanted = WebhookUpdate.model_validate(given)
        based_on = int(version) if version.isdecimal() and len(version) < 10 else 0
        await service.change(session, settings, visitor.actor, origin, webhook_id, based_on, wanted)
    except (ValidationError, Problem) as fault:
        return await _form(request, session, visitor, given=given, webhook=webhook, errors=errors_of(fault))
    return _back(webhook_id, "done=changed")


@router.post("/webhooks/{webhook_id}/secrets")
async def rotate_secret(
    request: Request,
    visitor: IsAdministrator,
    session: Session,
    settings: CurrentSettings,
    origin: CallerOrigin,
    webhook_id: UUID,
) -> Response:
    async with checked_form(request):
        overlap = timedelta(hours=24)
        webhook, secret = await service.issue_secret(session, settings, visitor.actor, origin, webhook_id, overlap)
    return _secret(request, webhook, secret)


@router.post("/webhooks/{webhook_id}/pause")
async def pause_webhook(
    request: Request, visitor: IsAdministrator, session: Session, origin: CallerOrigin, webhook_id: UUID
) -> Response:
    async with checked_form(request):
        await service.pause(session, visitor.actor, origin, webhook_id)
    return _back(webhook_id, "done=pause")


@router.post("/webhooks/{webhook_id}/resumption")
async def resume_webhook(
    request: Request, visitor: IsAdministrator, session: Session, origin: CallerOrigin, webhook_id: UUID
) -> Response:
    async with checked_form(request):
        await service.resume(session, visitor.actor, origin, webhook_id)
    return _back(webhook_id, "done=resumption")


@router.post("/webhooks/{webhook_id}/removal")
async def remove_webhook(
    request: Request, visitor: IsAdministrator, session: Session, origin: CallerOrigin, webhook_id: UUID
) -> Response:
    async with checked_form(request):
        await service.remove(session, visitor.actor, origin, webhook_id)
    return RedirectResponse("/webhooks?removed=true", status_code=303)


@router.post("/webhooks/{webhook_id}/test-events")
async def send_test(request: Request, visitor: IsAdministrator, session: Session, webhook_id: UUID) -> Response:
    async with checked_form(request):
        refused = await _told(service.send_test(session, visitor.actor, webhook_id))
    if refused:
        return await _webhook(request, session, visitor, webhook_id, errors=refused)
    return _back(webhook_id, "done=test")


@router.post("/webhooks/{webhook_id}/replays")
async def replay_span(request: Request, visitor: IsAdministrator, session: Session, webhook_id: UUID) -> Response:
    async with checked_form(request) as form:
        given = {
            "begin": _moment(str(form.get("begin", ""))),
            "end": _moment(str(form.get("end", ""))),
            "delivered_too": form.get("delivered_too") == "1",
        }
    try:
        owed = await service.replay_span(session, visitor.actor, webhook_id, Replay.model_validate(given))
    except (ValidationError, Problem) as fault:
        return await _webhook(request, session, visitor, webhook_id, errors=errors_of(fault, default="end"))
    return _back(webhook_id, f"replayed={owed}")


@router.get("/webhooks/{webhook_id}/deliveries/{delivery_id}")
async def delivery_page(
    request: Request, visitor: IsAdministrator, session: Session, webhook_id: UUID, delivery_id: UUID
) -> Response:
    return await _delivery(request, session, visitor, webhook_id, delivery_id)


@router.post("/webhooks/{webhook_id}/deliveries/{delivery_id}/replay")
async def replay_one(
    request: Request, visitor: IsAdministrator, session: Session, webhook_id: UUID, delivery_id: UUID
) -> Response:
    async with checked_form(request):
        refused = await _told(service.replay_one(session, visitor.actor, webhook_id, delivery_id))
    if refused:
        return await _delivery(request, session, visitor, webhook_id, delivery_id, errors=refused)
    return RedirectResponse(f"/webhooks/{webhook_id}/deliveries/{delivery_id}", status_code=303)


async def _told(step: Awaitable[Any]) -> list[FieldError]:
    """Take a step; what refused it, in words, or nothing."""
    try:
        await step
    except Problem as refusal:
        return errors_of(refusal, default="steps")
    return []


def errors_of(fault: ValidationError | Problem, default: str = "name") -> list[FieldError]:
    """What refused a form, at its fields; at `default` what is said of no field."""
    if isinstance(fault, ValidationError):
        fault = invalid_request([{**error, "loc": ("body", *error["loc"])} for error in fault.errors()])
    told = [FieldError(error.pointer.strip("/").partition("/")[0] or default, error.message) for error in fault.errors]
    return told or [FieldError(default, f"{fault.title}：{fault.detail}" if fault.detail else fault.title)]


def _given(form: FormData) -> dict[str, Any]:
    return {
        "name": str(form.get("name", "")).strip(),
        "url": str(form.get("url", "")).strip(),
        "event_types": [str(value) for value in form.getlist("event_types")],
        "regions": [str(value) for value in form.getlist("regions")],
    }


def _moment(text: str) -> datetime | str:
    """What a browser's field of date and time says, on the clock of Asia/Shanghai."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=times.SHANGHAI)
    except ValueError:
        return text


def _back(webhook_id: UUID, query: str) -> Response:
    return RedirectResponse(f"/webhooks/{webhook_id}?{query}", status_code=303)


def _secret(request: Request, webhook: Webhook, secret: str) -> Response:
    response = render(request, "webhook_secret.html", webhook=webhook, secret=secret)
    response.headers["Cache-Control"] = "no-store"
    return response


async def _form(
    request: Request,
    session: Session,
    visitor: Visitor,
    *,
    given: Mapping[str, Any],
    webhook: Webhook | None = None,
    errors: list[FieldError] | None = None,
) -> Response:
    return render(
        request,
        "webhook_form.html",
        status_code=422 if errors else 200,
        webhook=webhook,
        given={"name": "", "url": "", "event_types": [], "regions": []} | dict(given),
        type_choices=TYPE_CHOICES,
        places=await places_below(session, visitor.actor.regions),
        errors=errors or [],
    )


async def _webhook(
    request: Request,
    session: Session,
    visitor: Visitor,
    webhook_id: UUID,
    *,
    state: str = "",
    cursor: str = "",
    done: str = "",
    errors: list[FieldError] | None = None,
) -> Response:
    webhook = await service.find(session, visitor.actor, webhook_id)
    chosen = DeliveryState(state) if state in set(DeliveryState) else None
    rows, next_cursor = await repository.list_deliveries(session, webhook.id, chosen, PageRequest(cursor or None))
    standing = await repository.those_with_standing_owner(session, [webhook.id], times.now())
    return render(
        request,
        "webhook.html",
        status_code=422 if errors else 200,
        webhook=await _listed(session, webhook, bool(standing)),
        deliveries=[_delivered(row) for row in rows],
        states=[("", "全部"), *((each.value, each.label) for each in DeliveryState)],
        state=state,
        next_cursor=next_cursor or "",
        cursor=cursor,
        done=done,
        errors=errors or [],
    )


async def _delivery(
    request: Request,
    session: Session,
    visitor: Visitor,
    webhook_id: UUID,
    delivery_id: UUID,
    errors: list[FieldError] | None = None,
) -> Response:
    webhook = await service.find(session, visitor.actor, webhook_id)
    delivery = await service.find_delivery(session, visitor.actor, webhook_id, delivery_id)
    return render(
        request,
        "webhook_delivery.html",
        status_code=422 if errors else 200,
        webhook=webhook,
        delivery=_delivered(delivery),
        data=[(name, json.dumps(value, ensure_ascii=False)) for name, value in delivery.message.data.items()],
        message_id=delivery.message_id,
        attempts=await repository.attempts_of(session, delivery.id, ATTEMPTS_SHOWN),
        errors=errors or [],
    )


async def _listed(session: Session, webhook: Webhook, stands: bool) -> dict[str, Any]:
    """A webhook as the pages show it."""
    badge = (BADGES[webhook.state], webhook.state.label)
    if webhook.state is WebhookState.ACTIVE:
        if not webhook.has_secret:
            badge = ("warning", "没有签发密钥，没有推送")
        elif not stands:
            badge = ("warning", "负责人已无权接收，没有推送")
        elif webhook.failures:
            badge = ("warning", f"连续{webhook.failures}次没有送到")
    return {
        "id": webhook.id,
        "name": webhook.name,
        "host": webhook.host,
        "badge": badge,
        "state": webhook.state.value,
        "owner": webhook.owner_name + ("（外部系统自己）" if webhook.owner_kind is OwnerKind.CLIENT else ""),
        "has_secret": webhook.has_secret,
        "stands": stands,
        "types": [LABELS.get(each, each) for each in webhook.event_types],
        "places": [await region_name(session, code) for code in webhook.regions],
        "delivered_at": webhook.delivered_at,
        "failing_since": webhook.failing_since,
        "last_error": webhook.last_error,
        "disabled_at": webhook.disabled_at,
        "previous_until": webhook.previous_until,
    }


def _delivered(delivery: WebhookDelivery) -> dict[str, Any]:
    return {
        "id": delivery.id,
        "what": LABELS.get(delivery.message.type, delivery.message.type),
        "type": delivery.message.type,
        "at": delivery.message.at,
        "badge": (BADGES[delivery.state], delivery.state.label),
        "attempts": delivery.attempts,
        "replays": delivery.replays,
        "next": delivery.due_at if delivery.state is DeliveryState.PENDING else None,
        "settled_at": delivery.settled_at,
        "pending": delivery.state is DeliveryState.PENDING,
    }
