"""Every query of targets."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from services.scoring.assessments.targets.models import PlanTarget, TargetPlan
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.scope import within_scope


async def get_plan(session: AsyncSession, plan_id: UUID, actor: Actor) -> TargetPlan | None:
    """One plan with its targets and everything read of them."""
    statement = within_scope(select(TargetPlan).where(TargetPlan.id == plan_id), TargetPlan.region_code, actor)
    load = selectinload(TargetPlan.targets).selectinload(PlanTarget.readings)
    return await session.scalar(statement.options(load).execution_options(populate_existing=True))


async def list_plans(session: AsyncSession, actor: Actor, page: PageRequest) -> tuple[list[TargetPlan], str | None]:
    statement = within_scope(select(TargetPlan), TargetPlan.region_code, actor)
    return await paginate(session, statement, page, order_by=[TargetPlan.id], descending=True)


async def is_known(session: AsyncSession, region_code: str, title: str) -> bool:
    statement = select(TargetPlan.id).filter_by(region_code=region_code, title=title)
    return await session.scalar(statement) is not None
