"""Every query of site checks."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from services.scoring.site_checks.models import SitePlan, SiteScoring, SiteVisit
from shared.regions.models import RegionAncestor, RegionRow
from shared.regions.repository import codes_within, in_use

TOWN = 4
"""The level of towns and streets in the division tree."""


async def towns_within(session: AsyncSession, region_code: str) -> Sequence[RegionRow]:
    """Every town and street of a region that is in use, by code."""
    within = RegionRow.code.in_(codes_within([region_code]))
    statement = select(RegionRow).where(within, RegionRow.level == TOWN, in_use()).order_by(RegionRow.code)
    return (await session.scalars(statement)).all()


async def towns_of(session: AsyncSession, codes: Collection[str], towns: Collection[str]) -> dict[str, str]:
    """The town each of these regions is or lies in; what lies in none of them is left out."""
    statement = select(RegionAncestor.code, RegionAncestor.ancestor_code).where(
        RegionAncestor.code.in_(codes), RegionAncestor.ancestor_code.in_(towns)
    )
    return dict((await session.execute(statement)).all())


async def plan_of(session: AsyncSession, evaluation_id: UUID) -> SitePlan | None:
    """The draw of an evaluation with its visits."""
    statement = select(SitePlan).filter_by(evaluation_id=evaluation_id).options(selectinload(SitePlan.visits))
    return await session.scalar(statement.execution_options(populate_existing=True))


async def hold_plan(session: AsyncSession, plan: SitePlan) -> None:
    """No result comes in while the plan is being closed, nor the other way round."""
    await session.refresh(plan, ["closed_at", "version"], with_for_update=True)


async def visit_and_plan(session: AsyncSession, visit_id: UUID) -> tuple[SiteVisit, SitePlan] | None:
    """One visit and its plan, nobody being asked whether he may see it."""
    statement = select(SiteVisit, SitePlan).join(SitePlan, SitePlan.id == SiteVisit.plan_id)
    found = (await session.execute(statement.where(SiteVisit.id == visit_id))).one_or_none()
    return None if found is None else (found[0], found[1])


async def held_visit(session: AsyncSession, visit_id: UUID) -> SiteVisit:
    statement = select(SiteVisit).filter_by(id=visit_id).with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(statement)).one()


async def get_scoring(session: AsyncSession, scoring_id: UUID) -> SiteScoring | None:
    return await session.get(SiteScoring, scoring_id)


async def scorings_of(session: AsyncSession, visit_id: UUID) -> Sequence[SiteScoring]:
    """All that was ever said of a visit, the first first."""
    statement = select(SiteScoring).filter_by(visit_id=visit_id).order_by(SiteScoring.recorded_at, SiteScoring.id)
    return (await session.scalars(statement)).all()


async def scorings_named(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, SiteScoring]:
    found = await session.scalars(select(SiteScoring).where(SiteScoring.id.in_(ids)))
    return {one.id: one for one in found}
