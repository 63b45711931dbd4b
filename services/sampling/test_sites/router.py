"""检测点: markets and other rooms that test, and their stalls."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from services.sampling.test_sites import repository, service
from services.sampling.test_sites.repository import SiteFilter
from services.sampling.test_sites.schemas import (
    SiteCreate,
    SiteRead,
    SiteUpdate,
    StallEntries,
    StallOutcomes,
    StallRead,
)
from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.regions import RegionCode
from shared.contracts.sampling import SiteKind
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.etags import IfMatch, set_etag
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

CanReadSites = Annotated[
    Actor,
    Depends(Allow(*OFFICIALS, Role.SAMPLER, Role.MARKET_OPERATOR, Role.EXTERNAL_SYSTEM, Role.ADMINISTRATOR)),
]
CanKeepSites = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE, Role.INSPECTOR, Role.ADMINISTRATOR))]
CanKeepStalls = Annotated[
    Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE, Role.INSPECTOR, Role.MARKET_OPERATOR, Role.ADMINISTRATOR))
]

router = Router(prefix="/v1/test-sites", tag="检测点")


@router.get("")
async def list_test_sites(
    actor: CanReadSites,
    session: Session,
    page: PageParameters,
    region: Annotated[RegionCode | None, Query(description="只列此区划及其下级的检测点")] = None,
    kind: Annotated[SiteKind | None, Query(description="种类")] = None,
    q: Annotated[str | None, Query(max_length=100, description="名称中的字，或编号的开头")] = None,
    active: Annotated[bool | None, Query(description="只列在用的（true）或停用的（false）")] = None,
) -> Page[SiteRead]:
    """检测点一览。"""
    wanted = SiteFilter(region=region, kind=kind, words=q, active=active)
    sites, following = await repository.list_sites(session, wanted, actor, page)
    return Page(items=[SiteRead.model_validate(site) for site in sites], next_cursor=following)


@router.post("", status_code=201)
async def create_test_site(
    body: SiteCreate, actor: CanKeepSites, session: Session, response: Response, _: Idempotent
) -> SiteRead:
    """登记检测点。"""
    site = await service.register_site(session, body, actor)
    set_etag(response, site)
    response.headers["Location"] = f"/v1/test-sites/{site.id}"
    return SiteRead.model_validate(site)


@router.get("/{site_id}")
async def read_test_site(site_id: UUID, actor: CanReadSites, session: Session, response: Response) -> SiteRead:
    """一个检测点。"""
    site = await service.site_for(session, site_id, actor)
    set_etag(response, site)
    return SiteRead.model_validate(site)


@router.put("/{site_id}")
async def change_test_site(
    site_id: UUID, body: SiteUpdate, actor: CanKeepSites, version: IfMatch, session: Session, response: Response
) -> SiteRead:
    """更改检测点。"""
    site = await service.change_site(session, site_id, body, version, actor)
    set_etag(response, site)
    return SiteRead.model_validate(site)


@router.get("/{site_id}/stalls")
async def list_stalls(
    site_id: UUID,
    actor: CanReadSites,
    session: Session,
    page: PageParameters,
    on: Annotated[date | None, Query(description="只列这一天有效的；不填则连同历史")] = None,
) -> Page[StallRead]:
    """检测点的摊位与销售者。"""
    site = await service.site_for(session, site_id, actor)
    stalls, following = await repository.stalls_of(session, site.id, on, page)
    return Page(items=[StallRead.model_validate(stall) for stall in stalls], next_cursor=following)


@router.post("/{site_id}/stalls")
async def enter_stalls(
    site_id: UUID, body: StallEntries, actor: CanKeepStalls, session: Session, _: Idempotent
) -> StallOutcomes:
    """批量登记摊位与销售者：换人即新增一段，不改写历史；逐条答复。"""
    return StallOutcomes(items=await service.enter_stalls(session, site_id, body.stalls, actor))
