"""Bringing plans in, reading what was reached, and saying where each target stands."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.assessments.problems import refused_at
from services.scoring.assessments.targets import repository
from services.scoring.assessments.targets.models import PlanTarget, TargetPlan, TargetReading
from services.scoring.assessments.targets.rules import Reading, prospect
from services.scoring.assessments.targets.schemas import (
    TargetPlanCreate,
    TargetPlanRead,
    TargetPlanSummary,
    TargetRead,
    TargetReadingCreate,
    TargetReadingRead,
)
from services.scoring.evaluation.bounds import SHARE, beyond
from shared.http.auth import Actor
from shared.http.problems import Conflict, NotFound
from shared.ids import uuid7
from shared.regions.scope import ensure_in_scope
from shared.times import day_of, now


class UnknownTarget(NotFound):
    slug, title = "unknown-target", "没有这个规划或目标"


class TargetPlanKnown(Conflict):
    slug, title = "target-plan-known", "这个地区已有同名的规划"


async def bring_in(session: AsyncSession, body: TargetPlanCreate, actor: Actor) -> TargetPlan:
    """Keep a plan whole. Raises OutsideRegion, TargetPlanKnown."""
    await ensure_in_scope(session, actor, body.region_code)
    if await repository.is_known(session, body.region_code, body.title):
        raise TargetPlanKnown("请在原规划中登记完成情况，或换一个名称")
    targets = [
        PlanTarget(id=uuid7(), position=place, readings=[], **one.model_dump())
        for place, one in enumerate(body.targets, 1)
    ]
    plan = TargetPlan(id=uuid7(), recorded_by=actor.id, targets=targets, **body.model_dump(exclude={"targets"}))
    session.add(plan)
    await session.flush()
    return plan


async def plan_for(session: AsyncSession, plan_id: UUID, actor: Actor) -> TargetPlan:
    plan = await repository.get_plan(session, plan_id, actor)
    if plan is None:
        raise UnknownTarget
    return plan


async def take_reading(
    session: AsyncSession, plan_id: UUID, code: str, body: TargetReadingCreate, actor: Actor
) -> TargetPlan:
    """Add what was read on a day; said again of the same day it outweighs what was said before."""
    plan = await plan_for(session, plan_id, actor)
    target = next((one for one in plan.targets if one.code == code), None)
    if target is None:
        raise UnknownTarget(f"规划里没有目标 {code}")
    if body.on > day_of(now()):
        raise refused_at("/on", f"{body.on} 还没有到，请改为已经过去的日期", "future")
    if why := beyond(target.unit, body.value):
        raise refused_at("/value", f"“{target.title}”的{why}", "beyond")
    session.add(TargetReading(target_id=target.id, recorded_by=actor.id, **body.model_dump()))
    await session.flush()
    return await plan_for(session, plan_id, actor)


def show_plan(plan: TargetPlan) -> TargetPlanRead:
    """A plan as it stands today (targets and readings must be loaded)."""
    return TargetPlanRead(
        **TargetPlanSummary.model_validate(plan).model_dump(), targets=[_target(one) for one in plan.targets]
    )


def _target(target: PlanTarget) -> TargetRead:
    by_day = {one.on: one for one in target.readings}
    rows = [TargetReadingRead.model_validate(by_day[day]) for day in sorted(by_day)]
    found = prospect(
        target.aim,
        target.target,
        target.due_on,
        [Reading(one.on, one.value) for one in rows],
        day_of(now()),
        is_share=target.unit == SHARE,
    )
    latest = None if found.latest is None else next(one for one in rows if one.on == found.latest.on)
    return TargetRead(
        code=target.code,
        title=target.title,
        unit=target.unit,
        aim=target.aim,
        target=target.target,
        base=target.base,
        due_on=target.due_on,
        note=target.note,
        outlook=found.outlook,
        outlook_label=found.outlook.label,
        latest=latest,
        forecast=found.forecast,
        readings=rows,
    )
