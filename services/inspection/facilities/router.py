"""Routes of facilities (明厨亮灶、阳光车间 …)."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from services.inspection.facilities import repository, service
from services.inspection.facilities.codes import FacilityKind
from services.inspection.facilities.schemas import FacilityCreate, FacilityEnd, FacilityRead
from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.etags import IfMatch, set_etag
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

CanReadFacilities = Annotated[Actor, Depends(Allow(*OFFICIALS))]
CanEnterFacilities = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE, Role.INSPECTOR))]

router = Router(prefix="/v1/facilities", tag="设施登记")


@router.get("")
async def list_facilities(
    session: Session,
    actor: CanReadFacilities,
    page: PageParameters,
    region: Annotated[RegionCode | None, Query(description="区划代码，含其下级")] = None,
    kind: FacilityKind | None = None,
    business: Annotated[UUID | None, Query(description="主体编号")] = None,
    standing: Annotated[bool, Query(description="只列现在有的")] = True,
) -> Page[FacilityRead]:
    """明厨亮灶、阳光车间、油水分离器等的登记，最近登记的在前。"""
    rows, following = await repository.list_facilities(
        session, actor, page, region=region, kind=kind, business_id=business, standing=standing
    )
    return Page(items=[FacilityRead.model_validate(row) for row in rows], next_cursor=following)


@router.post("", status_code=201)
async def enter_facility(
    session: Session, actor: CanEnterFacilities, _: Idempotent, body: FacilityCreate, response: Response
) -> FacilityRead:
    """登记一户有什么设施；一县第一次登记某种设施，即开始计算它的覆盖率。"""
    facility = await service.enter(session, actor, body)
    set_etag(response, facility)
    return FacilityRead.model_validate(facility)


@router.post("/{facility_id}/end")
async def end_facility(
    session: Session,
    actor: CanEnterFacilities,
    facility_id: UUID,
    body: FacilityEnd,
    version: IfMatch,
    response: Response,
) -> FacilityRead:
    """设施没有了；先前的登记留着。"""
    facility = await service.end(session, actor, facility_id, body, version)
    set_etag(response, facility)
    return FacilityRead.model_validate(facility)
