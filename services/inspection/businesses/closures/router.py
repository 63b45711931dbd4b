"""Routes of closures: 停业, 歇业, 注销 and reopening."""

from uuid import UUID

from fastapi import Response

from services.inspection.businesses.closures import repository, service
from services.inspection.businesses.closures.schemas import ClosureCreate, ClosureRead, Reopening
from services.inspection.businesses.router import CanKeepBusinesses, CanReadBusinesses
from services.inspection.businesses.schemas import BusinessRead
from services.inspection.businesses.service import read_business
from shared.database import Session
from shared.http.etags import IfMatch, set_etag
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

router = Router(prefix="/v1/businesses/{business_id}", tag="停业、歇业、注销")


@router.get("/closures", summary="停业、歇业、注销与恢复，最近的在前")
async def list_business_closures(
    session: Session, actor: CanReadBusinesses, business_id: UUID, page: PageParameters
) -> Page[ClosureRead]:
    await read_business(session, actor, business_id)
    rows, next_cursor = await repository.list_closures(session, business_id, page)
    return Page(items=[ClosureRead.model_validate(row) for row in rows], next_cursor=next_cursor)


@router.post("/closures", status_code=201, summary="登记停业、歇业或注销，写明日期和原因")
async def close_business(
    session: Session,
    actor: CanKeepBusinesses,
    _: Idempotent,
    business_id: UUID,
    version: IfMatch,
    body: ClosureCreate,
    response: Response,
) -> BusinessRead:
    business = await service.close(session, actor, business_id, version, body)
    set_etag(response, business)
    return BusinessRead.model_validate(business)


@router.post("/reopening", summary="登记恢复经营")
async def reopen_business(
    session: Session,
    actor: CanKeepBusinesses,
    _: Idempotent,
    business_id: UUID,
    version: IfMatch,
    body: Reopening,
    response: Response,
) -> BusinessRead:
    business = await service.reopen(session, actor, business_id, version, body)
    set_etag(response, business)
    return BusinessRead.model_validate(business)
