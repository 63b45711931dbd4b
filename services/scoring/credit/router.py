"""Credit signals over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from services.scoring.credit import repository, service
from services.scoring.credit.repository import SignalFilter
from services.scoring.credit.schemas import SignalRead
from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.regions import RegionCode
from shared.contracts.scoring import SignalState
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.etags import set_etag
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

router = Router(prefix="/v1/credit-signals", tag="信用信号")

CanReadSignals = Annotated[Actor, Depends(Allow(*OFFICIALS, Role.REVIEWER, Role.BUSINESS, Role.EXTERNAL_SYSTEM))]


@router.get("", summary="信用信号列表")
async def list_credit_signals(
    session: Session,
    actor: CanReadSignals,
    page: PageParameters,
    region: Annotated[RegionCode | None, Query(description="区划代码，含下级")] = None,
    business_id: Annotated[UUID | None, Query(description="主体编号")] = None,
    source_id: Annotated[UUID | None, Query(description="来源记录的编号，如快检吹哨")] = None,
    state: Annotated[SignalState | None, Query(description="处理状态")] = None,
) -> Page[SignalRead]:
    wanted = SignalFilter(region, business_id, source_id, state)
    rows, cursor = await repository.list_signals(session, actor, wanted, page)
    return Page(items=[SignalRead.model_validate(row) for row in rows], next_cursor=cursor)


@router.get("/{signal_id}", summary="一条信用信号")
async def read_credit_signal(
    session: Session, actor: CanReadSignals, signal_id: UUID, response: Response
) -> SignalRead:
    signal = await service.read_signal(session, actor, signal_id)
    set_etag(response, signal)
    return SignalRead.model_validate(signal)
