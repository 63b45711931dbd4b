"""Every query of the inspectors' roster."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.grid.posts.models import GridPost
from services.inspection.random_draws.inspectors.models import DrawInspector, InspectorRecusal
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.repository import codes_within
from shared.regions.scope import within_scope


async def inspector_of_account(session: AsyncSession, user_id: UUID, *, lock: bool = False) -> DrawInspector | None:
    statement = select(DrawInspector).where(DrawInspector.user_id == user_id)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def visible_inspector(session: AsyncSession, inspector_id: UUID, actor: Actor) -> DrawInspector | None:
    statement = within_scope(select(DrawInspector), DrawInspector.region_code, actor)
    return await session.scalar(statement.where(DrawInspector.id == inspector_id))


async def list_inspectors(
    session: AsyncSession, actor: Actor, page: PageRequest
) -> tuple[list[DrawInspector], str | None]:
    """One page of the roster of the actor's regions."""
    statement = within_scope(select(DrawInspector), DrawInspector.region_code, actor)
    return await paginate(session, statement, page, order_by=[DrawInspector.id])


async def list_recusals(
    session: AsyncSession, inspector_id: UUID, page: PageRequest
) -> tuple[list[InspectorRecusal], str | None]:
    """One page of where somebody may not go, the latest first."""
    statement = select(InspectorRecusal).where(InspectorRecusal.inspector_id == inspector_id)
    return await paginate(session, statement, page, order_by=[InspectorRecusal.id], descending=True)


async def roster_of(session: AsyncSession, region_code: str, departments: Collection[str]) -> Sequence[DrawInspector]:
    """Everybody of these departments in a region and below."""
    statement = select(DrawInspector).where(
        DrawInspector.region_code.in_(codes_within([region_code])), DrawInspector.department.in_(departments)
    )
    return (await session.scalars(statement.order_by(DrawInspector.id))).all()


async def accounts_of(session: AsyncSession, inspectors: Collection[UUID]) -> dict[UUID, UUID]:
    """The account of each of these inspectors."""
    statement = select(DrawInspector.id, DrawInspector.user_id).where(DrawInspector.id.in_(inspectors))
    return {row.id: row.user_id for row in await session.execute(statement)}


async def recusals_on(session: AsyncSession, inspectors: Collection[UUID], day: date) -> Sequence[InspectorRecusal]:
    """The recusals of these inspectors that hold on a day."""
    statement = select(InspectorRecusal).where(
        InspectorRecusal.inspector_id.in_(inspectors),
        InspectorRecusal.since <= day,
        or_(InspectorRecusal.until.is_(None), InspectorRecusal.until > day),
    )
    return (await session.scalars(statement)).all()


async def cells_held_on(session: AsyncSession, users: Collection[UUID], day: date) -> Sequence[tuple[UUID, str]]:
    """Account and cell of every post that is held on a day."""
    statement = select(GridPost.user_id, GridPost.cell_code).where(
        GridPost.user_id.in_(users),
        GridPost.since <= day,
        or_(GridPost.until.is_(None), GridPost.until > day),
    )
    return [(row.user_id, row.cell_code) for row in await session.execute(statement)]
