"""规划目标 over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Response

from services.scoring.assessments.targets import repository, service
from services.scoring.assessments.targets.schemas import (
    TargetPlanCreate,
    TargetPlanRead,
    TargetPlanSummary,
    TargetReadingCreate,
)
from services.scoring.scheme_language.rule_kinds import Code
from shared.contracts.codes import OFFICIALS, Role
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

router = Router(prefix="/v1/target-plans", tag="规划目标")

CanReadTargets = Annotated[Actor, Depends(Allow(*OFFICIALS, Role.ADMINISTRATOR))]
CanKeepTargets = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE))]


@router.get("")
async def list_target_plans(actor: CanReadTargets, session: Session, page: PageParameters) -> Page[TargetPlanSummary]:
    """各规划，最近登记的在前。"""
    rows, cursor = await repository.list_plans(session, actor, page)
    return Page(items=[TargetPlanSummary.model_validate(row) for row in rows], next_cursor=cursor)


@router.post("", status_code=201)
async def bring_in_target_plan(
    body: TargetPlanCreate, actor: CanKeepTargets, session: Session, response: Response, _: Idempotent
) -> TargetPlanRead:
    """登记一份规划的全部目标；一次全收或全不收。"""
    plan = await service.bring_in(session, body, actor)
    response.headers["Location"] = f"/v1/target-plans/{plan.id}"
    return service.show_plan(plan)


@router.get("/{plan_id}")
async def read_target_plan(plan_id: UUID, actor: CanReadTargets, session: Session) -> TargetPlanRead:
    """各目标今天在哪里、照现在的走势到期时在哪里。"""
    return service.show_plan(await service.plan_for(session, plan_id, actor))


@router.post("/{plan_id}/targets/{code}/readings", status_code=201)
async def take_target_reading(
    plan_id: UUID,
    code: Annotated[Code, Path(description="目标代码")],
    body: TargetReadingCreate,
    actor: CanKeepTargets,
    session: Session,
    response: Response,
    _: Idempotent,
) -> TargetPlanRead:
    """登记某日的完成数；同一日再登记的，以后一次为准，先前的留着。"""
    plan = await service.take_reading(session, plan_id, code, body, actor)
    response.headers["Location"] = f"/v1/target-plans/{plan.id}"
    return service.show_plan(plan)
