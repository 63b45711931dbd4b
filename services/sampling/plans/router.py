"""抽检计划: drawing up, issuing, closing."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from services.sampling.plans import repository, service
from services.sampling.plans.codes import PlanState
from services.sampling.plans.coverage.repository import PlaceFilter, list_places
from services.sampling.plans.coverage.schemas import PlaceRead
from services.sampling.plans.models import SamplingPlan
from services.sampling.plans.progress.reading import show_progress
from services.sampling.plans.progress.schemas import PlanProgress
from services.sampling.plans.reading import show_plan
from services.sampling.plans.repository import PlanFilter
from services.sampling.plans.schemas import PlanCreate, PlanRead, PlanSummary, PlanUpdate
from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.regions import RegionCode
from shared.contracts.statutory_sampling import Stream
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.etags import IfMatch, set_etag
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router
from shared.times import day_of, now

CanReadPlans = Annotated[Actor, Depends(Allow(*OFFICIALS, Role.EXTERNAL_SYSTEM, Role.ADMINISTRATOR))]
CanKeepPlans = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE, Role.ADMINISTRATOR))]

router = Router(prefix="/v1/sampling-plans", tag="抽检计划")


@router.get("")
async def list_sampling_plans(
    actor: CanReadPlans,
    session: Session,
    page: PageParameters,
    year: Annotated[int | None, Query(ge=2000, le=2100, description="年度")] = None,
    region: Annotated[RegionCode | None, Query(description="只列此区划及其下级组织的")] = None,
    stream: Annotated[Stream | None, Query(description="抽检性质")] = None,
    state: Annotated[PlanState | None, Query(description="状态")] = None,
) -> Page[PlanSummary]:
    """抽检计划一览，最近的在前。"""
    wanted = PlanFilter(year=year, region=region, stream=stream, state=state)
    plans, following = await repository.list_plans(session, wanted, actor, page)
    return Page(items=[PlanSummary.model_validate(plan) for plan in plans], next_cursor=following)


@router.post("", status_code=201)
async def draw_up_sampling_plan(
    body: PlanCreate, actor: CanKeepPlans, session: Session, response: Response, _: Idempotent
) -> PlanRead:
    """拟定抽检计划；一份计划只有一种抽检性质。"""
    plan = await service.draw_up(session, body, actor)
    response.headers["Location"] = f"/v1/sampling-plans/{plan.id}"
    return await _answer(session, response, plan)


@router.get("/{plan_id}")
async def read_sampling_plan(plan_id: UUID, actor: CanReadPlans, session: Session, response: Response) -> PlanRead:
    """一份抽检计划：目标折算成整数批次，附计算过程。"""
    return await _answer(session, response, await service.plan_for(session, plan_id, actor))


@router.put("/{plan_id}")
async def change_sampling_plan(
    plan_id: UUID, body: PlanUpdate, actor: CanKeepPlans, version: IfMatch, session: Session, response: Response
) -> PlanRead:
    """更改拟定中的计划；目标与全覆盖要求整体替换。"""
    return await _answer(session, response, await service.redraw(session, plan_id, body, version, actor))


@router.post("/{plan_id}/issue")
async def issue_sampling_plan(
    plan_id: UUID, actor: CanKeepPlans, version: IfMatch, session: Session, response: Response
) -> PlanRead:
    """下达：固定目标所用人口，按登记册列出全覆盖名单。"""
    return await _answer(session, response, await service.issue(session, plan_id, version, actor))


@router.post("/{plan_id}/closure")
async def close_sampling_plan(
    plan_id: UUID, actor: CanKeepPlans, version: IfMatch, session: Session, response: Response
) -> PlanRead:
    """结束：不再分配和下达任务。"""
    return await _answer(session, response, await service.close(session, plan_id, version, actor))


@router.get("/{plan_id}/progress")
async def read_plan_progress(
    plan_id: UUID,
    actor: CanReadPlans,
    session: Session,
    as_of: Annotated[date | None, Query(description="截至哪一天；不填为今天")] = None,
    weeks: Annotated[int, Query(ge=4, le=26, description="按最近几周预测")] = 8,
) -> PlanProgress:
    """进度：对目标、对时间、年终预测，谁落后，覆盖到哪里。"""
    plan = await service.plan_for(session, plan_id, actor)
    return await show_progress(session, plan, as_of or day_of(now()), weeks)


@router.get("/{plan_id}/coverage")
async def list_coverage_places(
    plan_id: UUID,
    actor: CanReadPlans,
    session: Session,
    page: PageParameters,
    covered: Annotated[bool | None, Query(description="false 只列还没有抽够次数的")] = None,
    region: Annotated[RegionCode | None, Query(description="只列此区划及其下级的")] = None,
    duty_id: Annotated[UUID | None, Query(description="只列这一条要求的")] = None,
) -> Page[PlaceRead]:
    """全覆盖名单：谁已经抽过，谁还没有。"""
    plan = await service.plan_for(session, plan_id, actor)
    wanted = PlaceFilter(covered=covered, region=region, duty_id=duty_id)
    places, following = await list_places(session, plan.id, wanted, page)
    return Page(items=[PlaceRead.model_validate(place) for place in places], next_cursor=following)


async def _answer(session: Session, response: Response, plan: SamplingPlan) -> PlanRead:
    set_etag(response, plan)
    return await show_plan(session, plan)
