"""Routes of duplicates: pairs that may be one business, merging, and taking a merge back."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query

from services.inspection.business_merges import repository, service
from services.inspection.business_merges.rules import FULL, THRESHOLD
from services.inspection.business_merges.schemas import Distinction, MergeCreate, MergeRead, SuspectPair, Undoing
from services.inspection.business_merges.service import UnknownMerge
from shared.contracts.codes import Role
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

router = Router(tag="重复档案与合并")

CanMergeBusinesses = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE, Role.INSPECTOR))]


@router.get("/v1/business-duplicates", summary="疑似重复的档案，两两成对，最像的在前")
async def list_business_duplicates(
    session: Session,
    actor: CanMergeBusinesses,
    page: PageParameters,
    region: Annotated[RegionCode | None, Query(description="区划代码，含其下级；大区域请缩小范围")] = None,
    least: Annotated[int, Query(ge=1, le=FULL, description="至少多少分")] = THRESHOLD,
) -> Page[SuspectPair]:
    pairs, next_cursor = await service.suspects(session, actor, region, least, page)
    return Page(items=pairs, next_cursor=next_cursor)


@router.post("/v1/distinct-businesses", status_code=204, summary="核对过：是两个主体，不再列为疑似重复")
async def distinguish_businesses(session: Session, actor: CanMergeBusinesses, _: Idempotent, body: Distinction) -> None:
    await service.distinguish(session, actor, body)


@router.post("/v1/business-merges", status_code=201, summary="把一份重复的档案并入另一份")
async def merge_businesses(session: Session, actor: CanMergeBusinesses, _: Idempotent, body: MergeCreate) -> MergeRead:
    return MergeRead.model_validate(await service.merge(session, actor, body))


@router.get("/v1/business-merges", summary="合并与撤销的记录，最近的在前")
async def list_business_merges(
    session: Session,
    actor: CanMergeBusinesses,
    page: PageParameters,
    business: Annotated[UUID | None, Query(description="与这份档案有关的")] = None,
) -> Page[MergeRead]:
    rows, next_cursor = await repository.list_merges(session, actor, business, page)
    return Page(items=[MergeRead.model_validate(row) for row in rows], next_cursor=next_cursor)


@router.get("/v1/business-merges/{merge_id}", summary="一次合并")
async def get_business_merge(session: Session, actor: CanMergeBusinesses, merge_id: UUID) -> MergeRead:
    merged = await repository.get_merge(session, actor, merge_id)
    if merged is None:
        raise UnknownMerge("请核对编号；只能查看辖区内的")
    return MergeRead.model_validate(merged)


@router.post("/v1/business-merges/{merge_id}/undoing", summary="撤销一次合并；记录保留")
async def undo_business_merge(
    session: Session, actor: CanMergeBusinesses, _: Idempotent, merge_id: UUID, body: Undoing
) -> MergeRead:
    return MergeRead.model_validate(await service.undo(session, actor, merge_id, body))
