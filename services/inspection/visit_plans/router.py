"""一周安排: the week's visits, what each does at once, and what falls."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends

from services.inspection.visit_plans import repository, service
from services.inspection.visit_plans.schemas import WeekRead, WeekRequest, WeekSummary
from shared.contracts.codes import OFFICIALS, Role
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

CanReadWeeks = Annotated[Actor, Depends(Allow(*OFFICIALS))]
CanPlanWeeks = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE))]

router = Router(prefix="/v1/visit-plans", tag="一周安排")


@router.post("", status_code=201)
async def plan_week(body: WeekRequest, session: Session, actor: CanPlanWeeks, _: Idempotent) -> WeekRead:
    """排一周的检查：同一户的事并成一次，做不到的写明缺什么、哪些事落空"""
    return WeekRead.model_validate(await service.plan(session, actor, body))


@router.get("")
async def list_week_plans(session: Session, actor: CanReadWeeks, page: PageParameters) -> Page[WeekSummary]:
    """排过的一周安排，最近的在前"""
    rows, following = await repository.list_plans(session, actor, page)
    return Page(items=[WeekSummary.model_validate(row) for row in rows], next_cursor=following)


@router.get("/{plan_id}")
async def read_week_plan(session: Session, actor: CanReadWeeks, plan_id: UUID) -> WeekRead:
    """一份一周安排"""
    return WeekRead.model_validate(await service.plan_for(session, actor, plan_id))
