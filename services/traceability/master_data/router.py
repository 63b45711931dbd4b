"""Master data over HTTP: what is said about places, parties and products, now and before."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from services.traceability.epcis_events.keys import key_of
from services.traceability.master_data import repository, service
from services.traceability.master_data.schemas import MasterDataCreate, MasterDataRead
from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.moments import PlausibleMoment
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

router = Router(tag="追溯主数据")

CanReadMasterData = Annotated[
    Actor, Depends(Allow(*OFFICIALS, Role.BUSINESS, Role.MARKET_OPERATOR, Role.EXTERNAL_SYSTEM))
]
CanStateMasterData = Annotated[
    Actor,
    Depends(Allow(Role.FOOD_SAFETY_OFFICE, Role.INSPECTOR, Role.BUSINESS, Role.MARKET_OPERATOR, Role.EXTERNAL_SYSTEM)),
]


@router.get("/v1/master-data", summary="主数据：现行的、某一时刻的，或连同历史")
async def list_master_data(
    session: Session,
    actor: CanReadMasterData,
    page: PageParameters,
    identifier: Annotated[str | None, Query(max_length=300, description="标识符，任何写法")] = None,
    vocabulary: Annotated[str | None, Query(max_length=300, description="词汇类型")] = None,
    at: Annotated[PlausibleMoment | None, Query(description="当时的记录是怎样的")] = None,
    history: Annotated[bool, Query(description="连同已被更正的")] = False,
) -> Page[MasterDataRead]:
    key = key_of(identifier) if identifier else None
    rows, cursor = await repository.list_elements(
        session, actor, page, key=key, vocabulary=vocabulary, at=at, history=history
    )
    return Page(items=[MasterDataRead.model_validate(row) for row in rows], next_cursor=cursor)


@router.get("/v1/master-data/{element_id}", summary="一条主数据")
async def read_master_data(session: Session, actor: CanReadMasterData, element_id: UUID) -> MasterDataRead:
    return MasterDataRead.model_validate(await service.read(session, element_id, actor))


@router.post("/v1/master-data", status_code=201, summary="登记或更正一条主数据，原来的留作历史")
async def state_master_data(
    session: Session, actor: CanStateMasterData, wanted: MasterDataCreate, response: Response, _: Idempotent
) -> MasterDataRead:
    element = await service.correct(session, wanted, actor)
    response.headers["Location"] = f"/v1/master-data/{element.id}"
    return MasterDataRead.model_validate(element)
