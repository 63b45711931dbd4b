"""冷链 over HTTP: first station, temperatures, excursions."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.cold_chain import repository, service
from services.traceability.cold_chain.models import ColdConsignment, TemperatureLimit
from services.traceability.cold_chain.schemas import (
    ConsignmentDetail,
    ConsignmentRead,
    ConsignmentWrite,
    ContradictionRead,
    ExcursionRead,
    ReadingsWrite,
    TemperatureLimitCreate,
    TemperatureLimitRead,
)
from services.traceability.subjects.router import CanReadChains, CanWriteChains
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.dated_rules.access import CanStateRules
from shared.dated_rules.repository import history
from shared.dated_rules.service import state_rule
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

router = Router(prefix="/v1", tag="冷链")


@router.put("/cold-consignments/{consignment_id}")
async def put_consignment(
    consignment_id: UUID, body: ConsignmentWrite, actor: CanWriteChains, session: Session
) -> ConsignmentDetail:
    """首站赋码：登记入境凭证、批次和数量；此后每一站用票据扫码进出。"""
    return await _detail(session, await service.put_consignment(session, consignment_id, body, actor))


@router.put("/cold-consignments/{consignment_id}/readings")
async def take_readings(
    consignment_id: UUID, body: ReadingsWrite, actor: CanWriteChains, session: Session
) -> ConsignmentDetail:
    """报温度：由当时持货的一方上传，重复上传不会重复；超出界限的时段随即列出。

    同一设备对同一时刻报了不同的读数，都留着并列为矛盾；有一个超出界限，这一刻就算超限。
    """
    await service.take_readings(session, consignment_id, body, actor)
    return await _detail(session, await service.consignment_for(session, consignment_id, actor))


@router.get("/cold-consignments/{consignment_id}")
async def read_consignment(consignment_id: UUID, actor: CanReadChains, session: Session) -> ConsignmentDetail:
    """一批冷链货物：凭证、批次、温度超限的时段。"""
    return await _detail(session, await service.consignment_for(session, consignment_id, actor))


@router.get("/cold-consignments")
async def list_consignments(
    actor: CanReadChains,
    session: Session,
    page: PageParameters,
    region: Annotated[RegionCode | None, Query(description="首站所在区划，含下级")] = None,
    lot_key: Annotated[str | None, Query(max_length=400, description="批次标识")] = None,
) -> Page[ConsignmentRead]:
    """冷链货物一览，近的在前。"""
    found, following = await repository.list_consignments(session, actor, page, region_code=region, lot_key=lot_key)
    return Page(items=[ConsignmentRead.model_validate(one) for one in found], next_cursor=following)


@router.get("/temperature-limits")
async def list_temperature_limits(_: CanReadChains, session: Session) -> list[TemperatureLimitRead]:
    """各种贮存要求的温度界限，连同出处和历次更正，每种最近的在前。"""
    return [TemperatureLimitRead.model_validate(limit) for limit in await history(session, TemperatureLimit)]


@router.post("/temperature-limits", status_code=201)
async def state_temperature_limit(
    body: TemperatureLimitCreate, actor: CanStateRules, session: Session, _: Idempotent
) -> TemperatureLimitRead:
    """核定一种贮存要求的温度界限，自某日起用；从前的保留。"""
    limit = await state_rule(session, TemperatureLimit(**body.model_dump()), actor)
    return TemperatureLimitRead.model_validate(limit)


async def _detail(session: AsyncSession, consignment: ColdConsignment) -> ConsignmentDetail:
    judged = await service.judged(session, consignment)
    return ConsignmentDetail(
        **ConsignmentRead.model_validate(consignment).model_dump(),
        readings=judged.readings,
        excursions=[
            ExcursionRead(
                business_id=business_id,
                device=device,
                started_at=span.started_at,
                ended_at=span.ended_at,
                minutes=int(span.lasted.total_seconds() // 60),
                lowest=span.lowest,
                highest=span.highest,
                readings=span.readings,
            )
            for business_id, device, span in judged.excursions
        ],
        contradictions=[
            ContradictionRead(business_id=business_id, device=device, at=one.at, values=list(one.values))
            for business_id, device, one in judged.contradictions
        ],
        limit_verified=None if judged.limit is None else judged.limit.verified,
    )
