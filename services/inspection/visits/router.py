"""Routes of follow-up visits."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from services.inspection.visits import repository, service
from services.inspection.visits.repository import VisitFilter
from services.inspection.visits.schemas import VisitCompletion, VisitRead
from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.inspection import VisitState
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.etags import set_etag
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

router = Router(prefix="/v1/visits", tag="跟进检查")

CanReadVisits = Annotated[Actor, Depends(Allow(*OFFICIALS))]
CanMakeVisits = Annotated[Actor, Depends(Allow(Role.INSPECTOR, Role.GRID_OFFICER))]


@router.get("", summary="跟进检查清单，最先到期的在前")
async def list_visits(
    session: Session,
    actor: CanReadVisits,
    page: PageParameters,
    region: Annotated[RegionCode | None, Query(description="区划代码，含其下级")] = None,
    state: VisitState | None = None,
    business: Annotated[UUID | None, Query(description="主体编号")] = None,
    whistle_id: Annotated[UUID | None, Query(description="引起检查的快检吹哨")] = None,
    overdue: Annotated[bool, Query(description="只看超期未完成的")] = False,
) -> Page[VisitRead]:
    wanted = VisitFilter(region_code=region, state=state, business_id=business, whistle_id=whistle_id, overdue=overdue)
    rows, next_cursor = await repository.list_visits(session, actor, wanted, page)
    return Page(items=[VisitRead.model_validate(row) for row in rows], next_cursor=next_cursor)


@router.get("/{visit_id}", summary="一次跟进检查")
async def get_visit(session: Session, actor: CanReadVisits, visit_id: UUID, response: Response) -> VisitRead:
    visit = await service.read_visit(session, actor, visit_id)
    set_etag(response, visit)
    return VisitRead.model_validate(visit)


@router.post("/{visit_id}/completion", status_code=201, summary="完成跟进检查：写明所见")
async def complete_visit(
    session: Session, actor: CanMakeVisits, _: Idempotent, visit_id: UUID, body: VisitCompletion, response: Response
) -> VisitRead:
    visit = await service.complete(session, actor, visit_id, body)
    set_etag(response, visit)
    return VisitRead.model_validate(visit)
