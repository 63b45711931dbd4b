"""检查频次计划: plan runs, their inspections, the dated rules they follow."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query

from services.inspection.inspection_frequency import repository, service
from services.inspection.inspection_frequency.schemas import (
    InspectionRead,
    PlanningRuleRead,
    PlanningRuleWrite,
    PlanRead,
    PlanRequest,
    PlanSummary,
)
from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router
from shared.regions.common_rules import keeper_of_common_rules

router = Router(prefix="/v1", tag="检查频次计划")

CanReadPlans = Annotated[Actor, Depends(Allow(*OFFICIALS))]
CanPlanInspections = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE))]
CanReadPlanningRules = Annotated[Actor, Depends(Allow(*OFFICIALS, Role.ADMINISTRATOR))]
CanStatePlanningRules = Annotated[Actor, Depends(keeper_of_common_rules(Role.ADMINISTRATOR))]


@router.post("/inspection-plans", status_code=201)
async def plan_inspections(body: PlanRequest, session: Session, actor: CanPlanInspections, _: Idempotent) -> PlanRead:
    """排一份检查计划：两年覆盖在前，等级频次在后；做不到的写明缺多少"""
    return PlanRead.model_validate(await service.run(session, actor, body))


@router.get("/inspection-plans")
async def list_inspection_plans(session: Session, actor: CanReadPlans, page: PageParameters) -> Page[PlanSummary]:
    """检查计划一览，最近的在前"""
    rows, following = await repository.list_plans(session, actor, page)
    return Page(items=[PlanSummary.model_validate(row) for row in rows], next_cursor=following)


@router.get("/inspection-plans/{plan_id}")
async def read_inspection_plan(session: Session, actor: CanReadPlans, plan_id: UUID) -> PlanRead:
    """一份检查计划：覆盖的证明、各月工作量、缺口"""
    return PlanRead.model_validate(await service.plan_for(session, actor, plan_id))


@router.get("/inspection-plans/{plan_id}/inspections")
async def list_planned_inspections(
    session: Session,
    actor: CanReadPlans,
    plan_id: UUID,
    page: PageParameters,
    month: Annotated[date | None, Query(description="某月 1 日")] = None,
    team: Annotated[RegionCode | None, Query(description="人员所在区划")] = None,
    business: Annotated[UUID | None, Query(description="主体编号")] = None,
) -> Page[InspectionRead]:
    """一份计划安排的检查，按月份"""
    plan = await service.plan_for(session, actor, plan_id)
    rows, following = await repository.list_inspections(
        session, plan.id, page, month=month, team=team, business_id=business
    )
    return Page(items=[InspectionRead.model_validate(row) for row in rows], next_cursor=following)


@router.get("/planning-rules")
async def list_planning_rules(session: Session, _: CanReadPlanningRules) -> list[PlanningRuleRead]:
    """计划所依据的数值，按起用日期"""
    return [PlanningRuleRead.model_validate(row) for row in await repository.all_rules(session)]


@router.post("/planning-rules", status_code=201)
async def state_planning_rule(
    body: PlanningRuleWrite, session: Session, actor: CanStatePlanningRules, _: Idempotent
) -> PlanningRuleRead:
    """写明一个数值自哪一天起用"""
    return PlanningRuleRead.model_validate(await service.state_rule(session, actor, body))
