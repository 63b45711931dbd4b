"""Routes of completeness (建档完整率): what a whole file needs, and what files lack."""

from collections.abc import Iterable
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query

from services.inspection.businesses import repository as businesses
from services.inspection.businesses.completeness import repository, service
from services.inspection.businesses.completeness.rules import FileField
from services.inspection.businesses.completeness.schemas import (
    FileCompleteness,
    FileRequirements,
    MissingField,
    RequirementsUpdate,
)
from services.inspection.businesses.models import Business
from services.inspection.businesses.repository import BusinessFilter
from services.inspection.businesses.service import read_business
from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.inspection import BusinessKind
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router
from shared.regions.common_rules import keeper_of_common_rules

router = Router(tag="建档完整率")

CanReadCompleteness = Annotated[Actor, Depends(Allow(*OFFICIALS, Role.ADMINISTRATOR))]
CanDecideRequirements = Annotated[Actor, Depends(keeper_of_common_rules(Role.FOOD_SAFETY_OFFICE, Role.ADMINISTRATOR))]


@router.get("/v1/file-requirements", summary="每类主体的档案要齐备哪些项目")
async def list_file_requirements(session: Session, _: CanReadCompleteness) -> list[FileRequirements]:
    return await service.read_requirements(session)


@router.put("/v1/file-requirements/{kind}", summary="改定一类主体的档案要齐备哪些项目；完整率随后在后台重算")
async def put_file_requirements(
    session: Session, actor: CanDecideRequirements, kind: BusinessKind, body: RequirementsUpdate
) -> FileRequirements:
    return await service.decide_requirements(session, actor, kind, body)


@router.get("/v1/businesses/{business_id}/completeness", summary="一份档案齐备不齐备，各缺什么")
async def read_file_completeness(session: Session, actor: CanReadCompleteness, business_id: UUID) -> FileCompleteness:
    business = await read_business(session, actor, business_id)
    return _shown(business, (await repository.missing_of(session, [business.id])).get(business.id, ()))


@router.get("/v1/incomplete-files", summary="不齐备的档案与各缺什么")
async def list_incomplete_files(
    session: Session,
    actor: CanReadCompleteness,
    page: PageParameters,
    region: Annotated[RegionCode | None, Query(description="区划代码，含其下级")] = None,
    kind: BusinessKind | None = None,
) -> Page[FileCompleteness]:
    wanted = BusinessFilter(region_code=region, kind=kind, incomplete=True)
    rows, next_cursor = await businesses.list_businesses(session, actor, wanted, page)
    missing = await repository.missing_of(session, [row.id for row in rows])
    items = [_shown(row, missing.get(row.id, ())) for row in rows]
    return Page(items=items, next_cursor=next_cursor)


def _shown(business: Business, missing: Iterable[FileField]) -> FileCompleteness:
    lacking = [MissingField(field=field, label=field.label) for field in missing]
    return FileCompleteness(
        business_id=business.id,
        name=business.name,
        kind=business.kind,
        region_code=business.region_code,
        complete=not lacking,
        missing=lacking,
    )
