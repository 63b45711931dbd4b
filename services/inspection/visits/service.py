"""Follow-up visits: scheduled by a whistle, closed by what was found, counted for the rate of visits in time."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.models import Business, TimelineEntry
from services.inspection.businesses.repository import find_seller
from services.inspection.visits import repository
from services.inspection.visits.models import Visit
from services.inspection.visits.rules import CLOCK_CODE, FIGURE_IN_TIME, OBJECT_TYPE
from services.inspection.visits.schemas import VisitCompletion
from shared.clocks.service import meet_clock, open_clock
from shared.contracts.inspection import TimelineKind, VisitCompleted, VisitFacts, VisitScheduled, VisitState
from shared.contracts.sampling import RapidTestFailed
from shared.events.outbox import publish
from shared.figures.service import Change, record
from shared.http.auth import Actor
from shared.http.problems import Conflict, FieldError, InvalidRequest, NotFound
from shared.ids import uuid7
from shared.regions.scope import ensure_in_scope
from shared.times import now

CLOCK_SKEW = timedelta(minutes=5)


class UnknownVisit(NotFound):
    """No visit has this id."""

    slug, title = "unknown-visit", "没有这次跟进检查"


class VisitAlreadyCompleted(Conflict):
    """The visit was made; what was found then is not overwritten."""

    slug, title = "visit-already-completed", "这次跟进检查已经完成"


async def schedule(session: AsyncSession, failed: RapidTestFailed) -> Visit:
    """Schedule the one visit of a whistle with its clock; a whistle that has one keeps it unchanged."""
    known = await repository.visit_of_whistle(session, failed.whistle_id)
    if known is not None:
        return known
    business = await find_seller(
        session,
        business_id=failed.seller_business_id,
        uscc=failed.seller_uscc,
        site_id=failed.site_id,
        stall_number=failed.stall_number,
    )
    visit = _planned(failed, business)
    clock = await open_clock(
        session,
        code=CLOCK_CODE,
        object_type=OBJECT_TYPE,
        object_id=visit.id,
        region_code=visit.region_code,
        triggered_at=failed.blown_at,
        title=f"{visit.target}：{failed.product_name} {failed.item_name}",
    )
    visit.clock_id, visit.due_at = clock.id, clock.due_at
    session.add(visit)
    await session.flush()
    await _tell(session, visit, TimelineKind.VISIT_SCHEDULED, None)
    await publish(session, VisitScheduled.model_validate(_facts(visit)), visit.id)
    return visit


async def read_visit(session: AsyncSession, actor: Actor, visit_id: UUID, *, lock: bool = False) -> Visit:
    """Return a visit of the actor's regions. Raises `UnknownVisit`, `OutsideRegion`."""
    visit = await repository.get_visit(session, visit_id, for_update=lock)
    if visit is None:
        raise UnknownVisit("请核对编号")
    await ensure_in_scope(session, actor, visit.region_code)
    return visit


async def complete(session: AsyncSession, actor: Actor, visit_id: UUID, found: VisitCompletion) -> Visit:
    """Close a visit with what was found, and its clock with it."""
    visit = await read_visit(session, actor, visit_id, lock=True)
    if visit.state is VisitState.COMPLETED:
        raise VisitAlreadyCompleted("所见已经写明；有新的情况请另行登记检查")
    if not visit.scheduled_at - CLOCK_SKEW <= found.visited_at <= now() + CLOCK_SKEW:
        raise _mistimed("到场时间应在安排之后、提交之前，请核对日期和时间")
    clock = await meet_clock(session, visit.clock_id, actor=actor, at=found.visited_at, evidence=found.notes)
    visit.due_at = clock.due_at
    visit.complete(at=found.visited_at, by=actor.id, outcome=found.outcome, notes=found.notes)
    await _count_anew(session, visit, counts=True)
    await _tell(session, visit, TimelineKind.VISIT_COMPLETED, actor.id)
    result = {"outcome": found.outcome, "completed_at": found.visited_at, "on_time": visit.on_time}
    await publish(session, VisitCompleted.model_validate(_facts(visit) | result), visit.id)
    return visit


async def note_overdue(session: AsyncSession, visit_id: UUID, due_at: datetime) -> None:
    """Count an overdue visit as not in time."""
    visit = await repository.get_visit(session, visit_id, for_update=True)
    if visit is not None and visit.state is VisitState.SCHEDULED:
        visit.due_at = due_at
        await _count_anew(session, visit, counts=True)


async def withdraw_overdue(session: AsyncSession, visit_id: UUID, due_at: datetime) -> None:
    """Take back that a visit is overdue: its end has moved."""
    visit = await repository.get_visit(session, visit_id, for_update=True)
    if visit is not None:
        visit.due_at = due_at
        await _count_anew(session, visit, counts=visit.state is VisitState.COMPLETED)


def _planned(failed: RapidTestFailed, business: Business | None) -> Visit:
    return Visit(
        id=uuid7(),
        version=1,
        whistle_id=failed.whistle_id,
        business_id=business.id if business else None,
        business_name=business.name if business else failed.seller_name,
        site_id=failed.site_id,
        site_name=failed.site_name,
        stall_number=failed.stall_number,
        region_code=business.region_code if business else failed.region_code,
        product_name=failed.product_name,
        item_name=failed.item_name,
        quantity=failed.quantity,
        unit=failed.unit,
        task_number=failed.task_number,
        state=VisitState.SCHEDULED,
        scheduled_at=failed.blown_at,
    )


async def _count_anew(session: AsyncSession, visit: Visit, *, counts: bool) -> None:
    """Replace what the visit adds to the rate."""
    changes = [_change(visit, -1)] if visit.counted_on else []
    visit.uncount()
    if counts:
        visit.count(now())
        changes.append(_change(visit, 1))
    await session.flush()
    await record(session, changes)


def _change(visit: Visit, sign: int) -> Change:
    assert visit.counted_on is not None
    return Change(FIGURE_IN_TIME, visit.region_code, visit.counted_on, sign * visit.on_time, sign)


async def _tell(session: AsyncSession, visit: Visit, kind: TimelineKind, actor_id: UUID | None) -> None:
    if visit.business_id is None:
        return
    summary = f"{kind.label}：{visit.product_name} {visit.item_name}"
    if visit.outcome is not None:
        summary = f"{summary}，{visit.outcome.label}"
    session.add(
        TimelineEntry(
            business_id=visit.business_id,
            kind=kind,
            summary=summary,
            details={"visit_id": str(visit.id), "whistle_id": str(visit.whistle_id)},
            actor_id=actor_id,
            link=f"/v1/visits/{visit.id}",
        )
    )
    await session.flush()


def _facts(visit: Visit) -> dict[str, Any]:
    shared = {name: getattr(visit, name) for name in VisitFacts.model_fields if name != "visit_id"}
    return shared | {"visit_id": visit.id}


def _mistimed(message: str) -> InvalidRequest:
    error = FieldError(pointer="/visited_at", message=message, code="visited_at")
    return InvalidRequest("有 1 处需要改正", errors=[error])
