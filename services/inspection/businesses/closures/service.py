"""Closing a business and opening it again. The state of the file follows; the days and the reasons are kept."""

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.closures import repository
from services.inspection.businesses.closures.models import BusinessClosure
from services.inspection.businesses.closures.schemas import ClosureCreate, Reopening
from services.inspection.businesses.models import Business
from services.inspection.businesses.service import changeable_business, ensure_unlike_others, enter_change
from shared.contracts.inspection import BusinessStatus, TimelineKind
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.http.problems import Conflict, FieldError, InvalidRequest
from shared.times import day_of, now


class AlreadyClosed(Conflict):
    """The business is closed in this way or for good."""

    slug, title = "business-already-closed", "这个主体已经停业、歇业或注销"


class NotClosed(Conflict):
    """The business trades."""

    slug, title = "business-not-closed", "这个主体在营"


async def close(session: AsyncSession, actor: Actor, business_id: UUID, version: int, body: ClosureCreate) -> Business:
    """Close a business. A suspended or dormant one may still be closed for good, or pass to the other."""
    business = await changeable_business(session, actor, business_id)
    ensure_version(business, version)
    current = await repository.open_closure(session, business.id)
    if business.status is BusinessStatus.CLOSED or (current is not None and current.kind is body.kind):
        raise AlreadyClosed("请核对；要恢复经营请登记恢复")
    _ensure_past(body.closed_on, "/closed_on", current.closed_on if current else None)
    if body.expected_until is not None and body.expected_until < body.closed_on:
        raise _wrong("/expected_until", "预计截止之日早于停业之日，请核对")
    if current is not None:
        current.end(body.closed_on, f"转为{body.kind.label}", now(), actor.id)
        await session.flush()  # before the next, of which only one may be open
    closure = BusinessClosure(business_id=business.id, recorded_by=actor.id, **body.model_dump())
    session.add(closure)
    business.status = body.kind.status
    words = f"{body.kind.label}（{body.closed_on} 起）：{body.reason}"
    await enter_change(session, business, actor.id, TimelineKind.CLOSED, words, {"kind": body.kind.value})
    return business


async def reopen(session: AsyncSession, actor: Actor, business_id: UUID, version: int, body: Reopening) -> Business:
    """Let a business trade again.

    Raises `NotClosed`, or `AlreadyRegistered` when another file of it was opened meanwhile.
    """
    business = await changeable_business(session, actor, business_id)
    ensure_version(business, version)
    if business.status is BusinessStatus.ACTIVE:
        raise NotClosed("没有要恢复的停业、歇业或注销")
    closure = await repository.open_closure(session, business.id)
    _ensure_past(body.reopened_on, "/reopened_on", closure.closed_on if closure else None)
    if business.status is BusinessStatus.CLOSED:
        await ensure_unlike_others(session, business)
    if closure is not None:
        closure.end(body.reopened_on, body.reason, now(), actor.id)
    business.status = BusinessStatus.ACTIVE
    words = f"恢复经营（{body.reopened_on} 起）：{body.reason}"
    await enter_change(session, business, actor.id, TimelineKind.REOPENED, words, {})
    return business


def _ensure_past(day: date, pointer: str, not_before: date | None) -> None:
    if day > day_of(now()):
        raise _wrong(pointer, "还没有到的日子请到时再登记")
    if not_before is not None and day < not_before:
        raise _wrong(pointer, f"应不早于停业之日 {not_before}")


def _wrong(pointer: str, message: str) -> InvalidRequest:
    return InvalidRequest("有 1 处需要改正", errors=[FieldError(pointer=pointer, message=message, code="day")])
