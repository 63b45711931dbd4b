"""Lots and holds over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from services.traceability.lots import repository, service
from services.traceability.lots.models import Lot
from services.traceability.lots.repository import LotFilter
from services.traceability.lots.rules import MAX_CODE, normalise_code
from services.traceability.lots.schemas import HoldCreate, HoldRead, HoldRelease, LotCreate, LotDetail, LotRead
from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.regions import RegionCode
from shared.contracts.traceability import HoldState
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.etags import IfMatch, set_etag
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

router = Router(tag="批次与锁定")

CanReadLots = Annotated[Actor, Depends(Allow(*OFFICIALS, Role.BUSINESS, Role.MARKET_OPERATOR, Role.EXTERNAL_SYSTEM))]
CanRegisterLots = Annotated[Actor, Depends(Allow(Role.INSPECTOR, Role.FOOD_SAFETY_OFFICE, Role.BUSINESS))]
CanReadHolds = Annotated[Actor, Depends(Allow(*OFFICIALS, Role.EXTERNAL_SYSTEM))]
CanOrderHolds = Annotated[Actor, Depends(Allow(Role.INSPECTOR, Role.CASE_HANDLER, Role.FOOD_SAFETY_OFFICE))]


def _detail(lot: Lot) -> LotDetail:
    holds = [HoldRead.model_validate(hold) for hold in lot.holds]
    may_be_sold = all(hold.state is HoldState.RELEASED for hold in lot.holds)
    return LotDetail(**LotRead.model_validate(lot).model_dump(), may_be_sold=may_be_sold, holds=holds)


@router.post("/v1/lots", status_code=201, summary="登记一个批次")
async def register_lot(
    session: Session, actor: CanRegisterLots, wanted: LotCreate, response: Response, _: Idempotent
) -> LotRead:
    lot = await service.register_lot(session, actor, wanted)
    response.headers["Location"] = f"/v1/lots/{lot.id}"
    set_etag(response, lot)
    return LotRead.model_validate(lot)


@router.get("/v1/lots", summary="批次列表")
async def list_lots(
    session: Session,
    actor: CanReadLots,
    page: PageParameters,
    code: Annotated[str | None, Query(max_length=MAX_CODE, description="批号或追溯码")] = None,
    region: Annotated[RegionCode | None, Query(description="区划代码，含下级")] = None,
    business_id: Annotated[UUID | None, Query(description="持有人的主体编号")] = None,
) -> Page[LotRead]:
    wanted = LotFilter(normalise_code(code) if code else None, region, business_id)
    rows, cursor = await repository.list_lots(session, actor, wanted, page)
    return Page(items=[LotRead.model_validate(row) for row in rows], next_cursor=cursor)


@router.get("/v1/lots/{lot_id}", summary="一个批次及其全部锁定")
async def read_lot(session: Session, actor: CanReadLots, lot_id: UUID, response: Response) -> LotDetail:
    lot = await service.read_lot(session, actor, lot_id)
    set_etag(response, lot)
    return _detail(lot)


@router.post("/v1/lots/{lot_id}/holds", status_code=201, summary="锁定一个批次，停止销售")
async def order_hold(
    session: Session, actor: CanOrderHolds, lot_id: UUID, wanted: HoldCreate, response: Response, _: Idempotent
) -> HoldRead:
    hold = await service.order_hold(session, actor, lot_id, wanted)
    set_etag(response, hold)
    return HoldRead.model_validate(hold)


@router.get("/v1/lot-holds", summary="锁定列表")
async def list_holds(
    session: Session,
    actor: CanReadHolds,
    page: PageParameters,
    state: Annotated[HoldState | None, Query(description="in_force 锁定中，released 已解除")] = None,
    region: Annotated[RegionCode | None, Query(description="区划代码，含下级")] = None,
    whistle_id: Annotated[UUID | None, Query(description="由哪次快检吹哨锁定")] = None,
) -> Page[HoldRead]:
    rows, cursor = await repository.list_holds(
        session, actor, page, state=state, region_code=region, whistle_id=whistle_id
    )
    return Page(items=[HoldRead.model_validate(row) for row in rows], next_cursor=cursor)


@router.post("/v1/lot-holds/{hold_id}/release", summary="解除锁定")
async def release_hold(
    session: Session, actor: CanOrderHolds, hold_id: UUID, wanted: HoldRelease, version: IfMatch, response: Response
) -> HoldRead:
    hold = await service.release_hold(session, actor, hold_id, reason=wanted.reason, version=version)
    set_etag(response, hold)
    return HoldRead.model_validate(hold)
