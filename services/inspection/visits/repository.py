"""Every query of follow-up visits."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.repository import of_business
from services.inspection.visits.models import Visit
from shared.contracts.inspection import VisitState
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.repository import codes_within
from shared.regions.scope import within_scope
from shared.times import now


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitFilter:
    """What a list of visits is narrowed to; None leaves a side open."""

    region_code: str | None
    state: VisitState | None
    business_id: UUID | None
    whistle_id: UUID | None
    overdue: bool


async def get_visit(session: AsyncSession, visit_id: UUID, *, for_update: bool = False) -> Visit | None:
    """Return one visit."""
    return await session.get(Visit, visit_id, with_for_update=for_update or None)


async def visit_of_whistle(session: AsyncSession, whistle_id: UUID) -> Visit | None:
    """Return the visit that a whistle caused. Later calls with the same whistle wait for this transaction to end."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(str(whistle_id), 0))))
    found: Visit | None = await session.scalar(select(Visit).where(Visit.whistle_id == whistle_id))
    return found


async def list_visits(
    session: AsyncSession, actor: Actor, wanted: VisitFilter, page: PageRequest
) -> tuple[list[Visit], str | None]:
    """Return one page of the actor's visits, the one due first at the head."""
    statement = within_scope(select(Visit), Visit.region_code, actor)
    if wanted.region_code is not None:
        statement = statement.where(Visit.region_code.in_(codes_within([wanted.region_code])))
    if wanted.state is not None:
        statement = statement.where(Visit.state == wanted.state)
    if wanted.business_id is not None:
        statement = statement.where(of_business(Visit.business_id, wanted.business_id))
    if wanted.whistle_id is not None:
        statement = statement.where(Visit.whistle_id == wanted.whistle_id)
    if wanted.overdue:
        statement = statement.where(Visit.state == VisitState.SCHEDULED, Visit.due_at < now())
    order: list[Any] = [Visit.due_at, Visit.id]
    return await paginate(session, statement, page, order_by=order)
