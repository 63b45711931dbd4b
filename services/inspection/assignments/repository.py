"""Every query on supervision assignments."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.assignments.codes import AssignmentLevel
from services.inspection.assignments.models import Assignment, SupervisionVisit
from services.inspection.businesses.repository import of_business
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.repository import codes_within
from shared.regions.scope import within_scope


async def visible_assignment(
    session: AsyncSession, assignment_id: UUID, actor: Actor, *, lock: bool = False
) -> Assignment | None:
    """One assignment of the actor's regions, or his own."""
    statement = select(Assignment).where(
        Assignment.id == assignment_id,
        or_(Assignment.region_code.in_(codes_within(actor.regions)), Assignment.leader_id == actor.id),
    )
    statement = statement.execution_options(populate_existing=True)
    return await session.scalar(statement.with_for_update(of=Assignment) if lock else statement)


async def assignments_of_business(session: AsyncSession, business_id: UUID) -> Sequence[Assignment]:
    statement = select(Assignment).where(of_business(Assignment.business_id, business_id)).order_by(Assignment.since)
    return (await session.scalars(statement)).all()


async def list_assignments(
    session: AsyncSession,
    actor: Actor,
    page: PageRequest,
    *,
    region: str | None = None,
    level: AssignmentLevel | None = None,
    business_id: UUID | None = None,
    leader_id: UUID | None = None,
    on: date | None = None,
    held_in: tuple[date, date] | None = None,
) -> tuple[list[Assignment], str | None]:
    """One page of assignments; `held_in` keeps those in force on every day from the first to before the last."""
    statement = within_scope(select(Assignment), Assignment.region_code, actor)
    if region is not None:
        statement = statement.where(Assignment.region_code.in_(codes_within([region])))
    if level is not None:
        statement = statement.where(Assignment.level == level)
    if business_id is not None:
        statement = statement.where(of_business(Assignment.business_id, business_id))
    if leader_id is not None:
        statement = statement.where(Assignment.leader_id == leader_id)
    if on is not None:
        statement = statement.where(Assignment.since <= on, or_(Assignment.until.is_(None), Assignment.until > on))
    if held_in is not None:
        first, end = held_in
        statement = statement.where(Assignment.since <= first, or_(Assignment.until.is_(None), Assignment.until >= end))
    return await paginate(session, statement, page, order_by=[Assignment.id])


async def assignments_after(session: AsyncSession, after: UUID | None, limit: int) -> Sequence[Assignment]:
    """The next assignments in the order of their ids, held for counting."""
    statement = select(Assignment).order_by(Assignment.id).limit(limit).with_for_update()
    if after is not None:
        statement = statement.where(Assignment.id > after)
    return (await session.scalars(statement)).all()


async def visits_of(session: AsyncSession, assignment_id: UUID) -> Sequence[SupervisionVisit]:
    """The visits of an assignment, the latest first."""
    statement = select(SupervisionVisit).where(SupervisionVisit.assignment_id == assignment_id)
    return (await session.scalars(statement.order_by(SupervisionVisit.visited_on.desc(), SupervisionVisit.id))).all()


async def days_visited(session: AsyncSession, assignment_ids: Collection[UUID]) -> dict[UUID, list[date]]:
    """Assignment → the days of its visits."""
    statement = select(SupervisionVisit.assignment_id, SupervisionVisit.visited_on).where(
        SupervisionVisit.assignment_id.in_(assignment_ids)
    )
    found: dict[UUID, list[date]] = {}
    for assignment_id, day in await session.execute(statement):
        found.setdefault(assignment_id, []).append(day)
    return found
