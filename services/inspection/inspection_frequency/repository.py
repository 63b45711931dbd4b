"""Every query of the frequency planner."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.inspection_frequency.codes import PlanningRule
from services.inspection.inspection_frequency.models import InspectionPlan, PlannedInspection, PlanningRuleRow
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.models import RegionAncestor
from shared.regions.scope import within_scope


async def rules_on(session: AsyncSession, day: date) -> dict[PlanningRule, PlanningRuleRow]:
    """The row of each rule that is in force on a day."""
    statement = (
        select(PlanningRuleRow)
        .where(PlanningRuleRow.valid_from <= day)
        .ext(distinct_on(PlanningRuleRow.code))
        .order_by(PlanningRuleRow.code, PlanningRuleRow.valid_from.desc())
    )
    return {row.code: row for row in await session.scalars(statement)}


async def all_rules(session: AsyncSession) -> Sequence[PlanningRuleRow]:
    """Every row, by rule and day."""
    statement = select(PlanningRuleRow).order_by(PlanningRuleRow.code, PlanningRuleRow.valid_from)
    return (await session.scalars(statement)).all()


async def rule_from(session: AsyncSession, code: PlanningRule, valid_from: date) -> PlanningRuleRow | None:
    """The row of a rule that begins on that day."""
    return await session.scalar(select(PlanningRuleRow).filter_by(code=code, valid_from=valid_from))


async def nearest_teams(session: AsyncSession, regions: Collection[str], teams: Collection[str]) -> dict[str, str]:
    """For each region the nearest one at or above it that has a team; who has none is not there."""
    statement = (
        select(RegionAncestor)
        .where(RegionAncestor.code.in_(regions), RegionAncestor.ancestor_code.in_(teams))
        .ext(distinct_on(RegionAncestor.code))
        .order_by(RegionAncestor.code, RegionAncestor.depth)
    )
    return {row.code: row.ancestor_code for row in await session.scalars(statement)}


async def add_inspections(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Store planned inspections."""
    if rows:
        await session.execute(insert(PlannedInspection), rows)


async def visible_plan(session: AsyncSession, actor: Actor, plan_id: UUID) -> InspectionPlan | None:
    """One plan, if it lies in the actor's regions."""
    statement = within_scope(select(InspectionPlan), InspectionPlan.region_code, actor)
    return await session.scalar(statement.where(InspectionPlan.id == plan_id))


async def list_plans(session: AsyncSession, actor: Actor, page: PageRequest) -> tuple[list[InspectionPlan], str | None]:
    """One page of the plans in the actor's regions, the newest first."""
    statement = within_scope(select(InspectionPlan), InspectionPlan.region_code, actor)
    return await paginate(session, statement, page, order_by=[InspectionPlan.id], descending=True)


async def list_inspections(
    session: AsyncSession,
    plan_id: UUID,
    page: PageRequest,
    *,
    month: date | None,
    team: str | None,
    business_id: UUID | None,
) -> tuple[list[PlannedInspection], str | None]:
    """One page of a plan's inspections, month by month."""
    statement = select(PlannedInspection).where(PlannedInspection.plan_id == plan_id)
    if month is not None:
        statement = statement.where(PlannedInspection.month == month)
    if team is not None:
        statement = statement.where(PlannedInspection.team == team)
    if business_id is not None:
        statement = statement.where(PlannedInspection.business_id == business_id)
    order: list[Any] = [PlannedInspection.month, PlannedInspection.business_id]
    return await paginate(session, statement, page, order_by=order)
