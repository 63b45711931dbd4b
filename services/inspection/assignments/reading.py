"""Quarters of assignments as callers see them."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.assignments import repository
from services.inspection.assignments.rules import standing, visits_in
from services.inspection.assignments.schemas import QuarterRead
from shared.contracts.figures import Period
from shared.http.auth import Actor
from shared.http.pagination import Page, PageRequest
from shared.times import day_of, now


async def show_quarter(
    session: AsyncSession, actor: Actor, page: PageRequest, quarter: Period, *, region: str | None, missing: bool
) -> Page[QuarterRead]:
    """One page of the assignments that owe visits in a quarter; with `missing`, those of the page without them."""
    rows, following = await repository.list_assignments(
        session, actor, page, region=region, held_in=(quarter.first, quarter.end)
    )
    days, today = await repository.days_visited(session, [row.id for row in rows]), day_of(now())
    items = []
    for row in rows:
        visits = visits_in(quarter, days.get(row.id, []))
        met = standing(quarter, visits, row.visits_per_quarter, today)
        if missing and met:
            continue
        items.append(
            QuarterRead(
                assignment_id=row.id,
                business_id=row.business_id,
                business_name=row.business_name,
                level=row.level,
                leader_name=row.leader_name,
                quarter=str(quarter),
                visits=visits,
                required=row.visits_per_quarter,
                met=met,
            )
        )
    return Page(items=items, next_cursor=following)
