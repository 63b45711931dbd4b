"""抽样分配: computed from a plan, reproducible by anybody, dispatched as tasks; and the caps of a quarter."""

from uuid import UUID

from fastapi import Response

from services.sampling.allocation import repository, service
from services.sampling.allocation.models import SamplingCap
from services.sampling.allocation.schemas import (
    AllocationCreate,
    AllocationRead,
    AllocationSummary,
    CapRead,
    CapWrite,
    DispatchRead,
    Verification,
)
from services.sampling.plans.router import CanKeepPlans, CanReadPlans
from services.sampling.plans.service import plan_for
from shared.database import Session
from shared.dated_rules.access import CanStateRules
from shared.dated_rules.service import state_rule
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

router = Router(tag="抽检计划")


@router.post("/v1/sampling-plans/{plan_id}/allocations", status_code=201)
async def allocate_samples(
    plan_id: UUID, body: AllocationCreate, actor: CanKeepPlans, session: Session, response: Response, _: Idempotent
) -> AllocationRead:
    """分配批次：评价性按层最优，监督先全覆盖再按风险；输入、种子、算法一并保存。"""
    allocation = await service.allocate(session, plan_id, body, actor)
    response.headers["Location"] = f"/v1/sampling-plans/{plan_id}/allocations/{allocation.id}"
    return AllocationRead.model_validate(allocation)


@router.get("/v1/sampling-plans/{plan_id}/allocations")
async def list_allocations(
    plan_id: UUID, actor: CanReadPlans, session: Session, page: PageParameters
) -> Page[AllocationSummary]:
    """一份计划的分配方案，最近的在前。"""
    plan = await plan_for(session, plan_id, actor)
    rows, following = await repository.list_allocations(session, plan.id, page)
    return Page(items=[AllocationSummary.model_validate(row) for row in rows], next_cursor=following)


@router.get("/v1/sampling-plans/{plan_id}/allocations/{allocation_id}")
async def read_allocation(plan_id: UUID, allocation_id: UUID, actor: CanReadPlans, session: Session) -> AllocationRead:
    """一份分配方案：全部输入与结果，可据以重算。"""
    return AllocationRead.model_validate(await service.allocation_for(session, plan_id, allocation_id, actor))


@router.get("/v1/sampling-plans/{plan_id}/allocations/{allocation_id}/verification")
async def verify_allocation(plan_id: UUID, allocation_id: UUID, actor: CanReadPlans, session: Session) -> Verification:
    """按保存的输入重算，看结果是否一致。"""
    return await service.verify(session, plan_id, allocation_id, actor)


@router.post("/v1/sampling-plans/{plan_id}/allocations/{allocation_id}/dispatch", status_code=201)
async def dispatch_allocation(
    plan_id: UUID, allocation_id: UUID, actor: CanKeepPlans, session: Session, response: Response, _: Idempotent
) -> DispatchRead:
    """按分配方案下达抽样任务，一份方案只下达一次。"""
    tasks = await service.dispatch(session, plan_id, allocation_id, actor)
    response.headers["Location"] = f"/v1/sampling-tasks?plan_id={plan_id}"
    quantity = sum(task.quantity for task in tasks)
    return DispatchRead(allocation_id=allocation_id, tasks=len(tasks), quantity=quantity)


@router.get("/v1/sampling-caps")
async def list_sampling_caps(_: CanReadPlans, session: Session, page: PageParameters) -> Page[CapRead]:
    """每季度抽样频次上限，连同历史；没有核对过依据的标明。"""
    caps, following = await repository.list_caps(session, page)
    return Page(items=[_show_cap(cap) for cap in caps], next_cursor=following)


@router.post("/v1/sampling-caps", status_code=201)
async def record_sampling_cap(body: CapWrite, actor: CanStateRules, session: Session, _: Idempotent) -> CapRead:
    """登记自某一天起的频次上限；只增不改，同一天起的以后登记的为准。"""
    return _show_cap(await state_rule(session, SamplingCap(**body.model_dump()), actor))


def _show_cap(cap: SamplingCap) -> CapRead:
    fields = {name: getattr(cap, name) for name in CapRead.model_fields if name != "label"}
    return CapRead(**fields, label=cap.kind.label)
