"""Routes of the register of food businesses (一户一档)."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response
from pydantic import AwareDatetime

from services.inspection.businesses import repository, service
from services.inspection.businesses.repository import BusinessFilter, TimelineFilter
from services.inspection.businesses.schemas import (
    BusinessRead,
    BusinessWrite,
    LicenceRecordRead,
    TimelineEntryRead,
)
from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.inspection import BusinessKind, BusinessStatus, TimelineKind
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.etags import IfMatchWhenPresent, set_etag
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router
from shared.ids import uuid7

router = Router(prefix="/v1/businesses", tag="一户一档")

CanReadBusinesses = Annotated[Actor, Depends(Allow(*OFFICIALS, Role.SAMPLER))]
CanKeepBusinesses = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE, Role.INSPECTOR, Role.GRID_OFFICER))]


@router.post("", status_code=201, summary="登记建档")
async def register_business(
    session: Session, actor: CanKeepBusinesses, _: Idempotent, body: BusinessWrite, response: Response
) -> BusinessRead:
    business = await service.register(session, actor, uuid7(), body)
    set_etag(response, business)
    return BusinessRead.model_validate(business)


@router.put("/{business_id}", summary="以终端自编的编号建档，或变更登记")
async def put_business(
    session: Session,
    actor: CanKeepBusinesses,
    business_id: UUID,
    version: IfMatchWhenPresent,
    body: BusinessWrite,
    response: Response,
) -> BusinessRead:
    business, created = await service.put(session, actor, business_id, version, body)
    response.status_code = 201 if created else 200
    set_etag(response, business)
    return BusinessRead.model_validate(business)


@router.get("", summary="主体名录")
async def list_businesses(
    session: Session,
    actor: CanReadBusinesses,
    page: PageParameters,
    region: Annotated[RegionCode | None, Query(description="区划代码，含其下级")] = None,
    kind: BusinessKind | None = None,
    status: BusinessStatus | None = None,
    uscc: Annotated[str | None, Query(max_length=18, description="统一社会信用代码")] = None,
    q: Annotated[str | None, Query(min_length=1, max_length=60, description="名称的一部分")] = None,
    site: Annotated[UUID | None, Query(description="所在市场")] = None,
    merged: Annotated[bool, Query(description="连已并入别的档案的也列")] = False,
) -> Page[BusinessRead]:
    wanted = BusinessFilter(
        region_code=region, kind=kind, status=status, uscc=uscc, words=q, site_id=site, merged=merged
    )
    rows, next_cursor = await repository.list_businesses(session, actor, wanted, page)
    return Page(items=[BusinessRead.model_validate(row) for row in rows], next_cursor=next_cursor)


@router.get(
    "/{business_id}",
    summary="一个主体的档案；已并入另一份的仍可读，merged_into 与 Link 头指向并入后的那一份",
)
async def get_business(
    session: Session, actor: CanReadBusinesses, business_id: UUID, response: Response
) -> BusinessRead:
    business = await service.read_business(session, actor, business_id)
    set_etag(response, business)
    if business.merged_into is not None:
        response.headers["Link"] = f'</v1/businesses/{business.merged_into}>; rel="successor-version"'
    return BusinessRead.model_validate(business)


@router.get("/{business_id}/licences", summary="许可的全部记录，含被代替的，最近的在前")
async def list_business_licences(
    session: Session, actor: CanReadBusinesses, business_id: UUID, page: PageParameters
) -> Page[LicenceRecordRead]:
    await service.read_business(session, actor, business_id)
    rows, next_cursor = await repository.licence_records(session, business_id, page)
    return Page(items=[LicenceRecordRead.model_validate(row) for row in rows], next_cursor=next_cursor)


@router.get("/{business_id}/timeline", summary="各服务所知的这个主体的经历，最近的在前")
async def list_business_timeline(
    session: Session,
    actor: CanReadBusinesses,
    business_id: UUID,
    page: PageParameters,
    kind: Annotated[list[TimelineKind] | None, Query(description="只列这些事，可重复")] = None,
    since: Annotated[AwareDatetime | None, Query(description="自这一刻起")] = None,
    before: Annotated[AwareDatetime | None, Query(description="到这一刻之前")] = None,
) -> Page[TimelineEntryRead]:
    business = await service.read_business(session, actor, business_id)
    wanted = TimelineFilter(kinds=kind or (), since=since, before=before)
    rows, next_cursor = await repository.timeline_of(session, business, wanted, page)
    return Page(items=[TimelineEntryRead.model_validate(row) for row in rows], next_cursor=next_cursor)
