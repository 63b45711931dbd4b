"""检查结果公示: what everybody may read without signing in. Cheap to answer: bounded, indexed, and cacheable."""

from datetime import date
from typing import Annotated, Any, cast

from fastapi import Depends, Header, Path, Query, Request, Response

from services.inspection.public_results import repository, service
from services.inspection.public_results.lives import MEDIA_TYPE
from services.inspection.public_results.reading import envelope, open_result
from services.inspection.public_results.schemas import OpenResults, PublicResults
from services.inspection.settings import Settings
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.http.auth import Anyone
from shared.http.pagination import PageParameters
from shared.http.routing import Router

MINUTES_5, HOUR = "public, max-age=300", "public, max-age=3600"
BUNDLE: dict[int | str, dict[str, Any]] = {
    200: {"content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}},
    304: {"description": "与手中的一份相同"},
}


def _settings(request: Request) -> Settings:
    return cast(Settings, request.app.state.settings)


CurrentSettings = Annotated[Settings, Depends(_settings)]

router = Router(prefix="/v1", tag="检查结果公示")


@router.get("/public-results/{business}")
async def read_public_results(
    business: Annotated[str, Path(max_length=36, description="主体编号或统一社会信用代码")],
    _: Anyone,
    session: Session,
    settings: CurrentSettings,
    response: Response,
) -> PublicResults:
    """一个主体最近四次已公布的检查结果，更正以前公布过的并列。任何人可读；一照多址的逐处列出"""
    found = await service.results_of(session, business)
    response.headers["Cache-Control"] = MINUTES_5
    return PublicResults(**envelope(settings), businesses=found)


@router.get("/open-data/inspection-results")
async def list_open_results(
    _: Anyone,
    session: Session,
    settings: CurrentSettings,
    page: PageParameters,
    response: Response,
    region: Annotated[RegionCode | None, Query(description="只列此区划及其下级的（检查时主体所在）")] = None,
    since: Annotated[date | None, Query(description="公布日不早于")] = None,
) -> OpenResults:
    """开放数据：已公布的检查结果，按公布的先后；更正的另成一行，旧的 current 为 false。任何人可读"""
    rows, following = await repository.list_publications(session, page, region=region, since=since)
    names = await repository.names_for(session, rows)
    response.headers["Cache-Control"] = MINUTES_5
    return OpenResults(**envelope(settings), items=[open_result(row, names) for row in rows], next_cursor=following)


@router.get("/open-data/lives/{county}", response_class=Response, responses=BUNDLE)
async def download_lives_bundle(
    county: RegionCode,
    _: Anyone,
    session: Session,
    settings: CurrentSettings,
    if_none_match: Annotated[str | None, Header(max_length=1000, description="手中一份的 ETag")] = None,
) -> Response:
    """开放数据：一个县（市、区）各主体最近四次结果的 LIVES 文件（ZIP，五张 CSV），至多每小时更新。任何人可读"""
    bundle = await service.bundle_for(session, county, settings)
    etag = f'"{bundle.sha256}"'
    headers = {
        "Cache-Control": HOUR,
        "ETag": etag,
        "Last-Modified": f"{bundle.as_of:%a, %d %b %Y %H:%M:%S GMT}",
        "Content-Disposition": f'attachment; filename="lives-{county}.zip"',
    }
    if if_none_match is not None and etag in if_none_match:
        return Response(status_code=304, headers=headers)
    return Response(await repository.content_of(session, bundle), media_type=MEDIA_TYPE, headers=headers)
