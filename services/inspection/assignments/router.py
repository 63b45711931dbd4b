"""Routes of supervision assignments (包保)."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response
from pydantic import AfterValidator

from services.inspection.assignments import reading, repository, service
from services.inspection.assignments.codes import AssignmentLevel
from services.inspection.assignments.schemas import (
    AssignmentCreate,
    AssignmentEnd,
    AssignmentRead,
    QuarterRead,
    SupervisionVisitCreate,
    SupervisionVisitRead,
)
from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.figures import Period
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.etags import IfMatch, set_etag
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

CanReadAssignments = Annotated[Actor, Depends(Allow(*OFFICIALS))]
CanAssign = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE))]
CanVisit = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE, Role.LEADER))]
Region = Annotated[RegionCode | None, Query(description="区划代码，含其下级")]
Quarter = Annotated[
    str,
    Query(pattern=r"^\d{4}-Q[1-4]$", description="季度", examples=["2026-Q3"]),
    AfterValidator(lambda text: str(Period.parse(text))),
]

router = Router(prefix="/v1", tag="包保督导")


@router.get("/supervision-assignments")
async def list_supervision_assignments(
    session: Session,
    actor: CanReadAssignments,
    page: PageParameters,
    region: Region = None,
    level: AssignmentLevel | None = None,
    business: Annotated[UUID | None, Query(description="主体编号")] = None,
    leader: Annotated[UUID | None, Query(description="包保干部的平台账号")] = None,
    on: Annotated[date | None, Query(description="只列这一天有效的")] = None,
) -> Page[AssignmentRead]:
    """包保一览。"""
    rows, following = await repository.list_assignments(
        session, actor, page, region=region, level=level, business_id=business, leader_id=leader, on=on
    )
    return Page(items=[AssignmentRead.model_validate(row) for row in rows], next_cursor=following)


@router.post("/supervision-assignments", status_code=201)
async def assign_supervision(
    session: Session, actor: CanAssign, _: Idempotent, body: AssignmentCreate, response: Response
) -> AssignmentRead:
    """登记包保：哪位干部包保哪一户；一户同一时间一位。"""
    assignment = await service.assign(session, actor, body)
    set_etag(response, assignment)
    return AssignmentRead.model_validate(assignment)


@router.get("/supervision-assignments/{assignment_id}")
async def read_supervision_assignment(
    session: Session, actor: CanReadAssignments, assignment_id: UUID, response: Response
) -> AssignmentRead:
    """一项包保。"""
    assignment = await service.assignment_for(session, assignment_id, actor)
    set_etag(response, assignment)
    return AssignmentRead.model_validate(assignment)


@router.post("/supervision-assignments/{assignment_id}/end")
async def end_supervision_assignment(
    session: Session,
    actor: CanAssign,
    assignment_id: UUID,
    body: AssignmentEnd,
    version: IfMatch,
    response: Response,
) -> AssignmentRead:
    """结束包保；结束的那个季度不计。"""
    assignment = await service.end(session, actor, assignment_id, body, version)
    set_etag(response, assignment)
    return AssignmentRead.model_validate(assignment)


@router.get("/supervision-assignments/{assignment_id}/visits")
async def list_supervision_visits(
    session: Session, actor: CanReadAssignments, assignment_id: UUID
) -> list[SupervisionVisitRead]:
    """一项包保的督导记录，最近的在前。"""
    assignment = await service.assignment_for(session, assignment_id, actor)
    return [SupervisionVisitRead.model_validate(row) for row in await repository.visits_of(session, assignment.id)]


@router.post("/supervision-assignments/{assignment_id}/visits", status_code=201)
async def record_supervision_visit(
    session: Session, actor: CanVisit, _: Idempotent, assignment_id: UUID, body: SupervisionVisitCreate
) -> SupervisionVisitRead:
    """登记一次督导。"""
    return SupervisionVisitRead.model_validate(await service.record_visit(session, actor, assignment_id, body))


@router.get("/supervision-quarters")
async def list_supervision_quarters(
    session: Session,
    actor: CanReadAssignments,
    page: PageParameters,
    quarter: Quarter,
    region: Region = None,
    missing: Annotated[bool, Query(description="只列本页中还没有督导够的")] = False,
) -> Page[QuarterRead]:
    """一个季度应督导的包保，哪些还缺。"""
    period = Period.parse(quarter)
    return await reading.show_quarter(session, actor, page, period, region=region, missing=missing)
