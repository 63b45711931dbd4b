"""检查次序: in which order to visit, why, and how it was measured."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query

from services.inspection.businesses.models import Business
from services.inspection.visit_priority import repository, service
from services.inspection.visit_priority.models import PriorityPlace, PriorityRun
from services.inspection.visit_priority.schemas import (
    InspectorRead,
    LineRead,
    PlaceRead,
    RunRead,
    RunRequest,
    RunSummary,
)
from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

CanReadOrder = Annotated[Actor, Depends(Allow(*OFFICIALS))]
CanWorkOutOrder = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE))]
CanReadLeniency = Annotated[Actor, Depends(Allow(Role.LEADER, Role.AUDITOR))]

router = Router(prefix="/v1", tag="检查次序")


@router.post("/priority-runs", status_code=201)
async def work_out_order(body: RunRequest, session: Session, actor: CanWorkOutOrder, _: Idempotent) -> RunRead:
    """从本辖区的历次检查学一个先后次序并衡量；不比实际好的不用，照规则排"""
    return _run(await service.work_out(session, actor, body))


@router.get("/priority-runs")
async def list_orders(session: Session, actor: CanReadOrder, page: PageParameters) -> Page[RunSummary]:
    """排过的次序，最近的在前"""
    rows, following = await repository.list_runs(session, actor, page)
    return Page(items=[RunSummary.model_validate(_head(row)) for row in rows], next_cursor=following)


@router.get("/priority-runs/{run_id}")
async def read_order(session: Session, actor: CanReadOrder, run_id: UUID) -> RunRead:
    """一份次序怎样学来、怎样衡量"""
    return _run(await service.run_for(session, actor, run_id))


@router.get("/priority-runs/{run_id}/inspectors")
async def read_leniency(session: Session, actor: CanReadLeniency, run_id: UUID) -> list[InspectorRead]:
    """检查人员的宽严：对照他去的那些地方预期的次数；只供复核，不影响次序"""
    run = await service.run_for(session, actor, run_id)
    return [InspectorRead(**row) for row in run.inspectors]


@router.get("/visit-priorities")
async def list_priorities(
    session: Session,
    actor: CanReadOrder,
    page: PageParameters,
    region: Annotated[RegionCode, Query(description="哪个区划的主体")],
) -> Page[PlaceRead]:
    """接下来先去哪里，每一户写明为什么；依据最近排的一份次序"""
    run = await service.order_for(session, actor, region)
    rows, following = await repository.list_places(session, run.id, region, actor, page)
    return Page(items=[_place(row.PriorityPlace, row.Business) for row in rows], next_cursor=following)


def _head(run: PriorityRun) -> dict[str, object]:
    names = ("id", "region_code", "as_of", "method", "why", "businesses", "created_at")
    return {name: getattr(run, name) for name in names} | {"method_label": run.method.label}


def _run(run: PriorityRun) -> RunRead:
    return RunRead.model_validate(_head(run) | {"training": run.training})


def _place(place: PriorityPlace, business: Business) -> PlaceRead:
    return PlaceRead(
        run_id=place.run_id,
        place=place.place,
        business_id=business.id,
        business_name=business.name,
        kind=business.kind,
        region_code=business.region_code,
        score=place.score,
        lines=[LineRead(**line) for line in place.lines],
    )
