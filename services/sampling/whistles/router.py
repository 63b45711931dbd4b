"""快检吹哨: whistles, every step of one, and the statutory sampling tasks."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from services.sampling.whistles import repository, service
from services.sampling.whistles.models import Whistle
from services.sampling.whistles.reading import show_summary, show_whistle
from services.sampling.whistles.repository import WhistleFilter
from services.sampling.whistles.rules import OFFICERS
from services.sampling.whistles.schemas import (
    DisposalStep,
    NoticeStep,
    ObjectionStep,
    OutcomeStep,
    RepeatStep,
    SampleStep,
    Step,
    WhistleRead,
    WhistleSummary,
)
from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.regions import RegionCode
from shared.contracts.sampling import WhistleState
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.etags import IfMatch, set_etag
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

CanReadWhistles = Annotated[
    Actor,
    Depends(
        Allow(*OFFICIALS, Role.SAMPLER, Role.MARKET_OPERATOR, Role.BUSINESS, Role.EXTERNAL_SYSTEM, Role.ADMINISTRATOR)
    ),
]
CanWorkOnSite = Annotated[Actor, Depends(Allow(*OFFICERS, Role.GRID_OFFICER, Role.SAMPLER, Role.MARKET_OPERATOR))]
CanObject = Annotated[Actor, Depends(Allow(*OFFICERS, Role.MARKET_OPERATOR, Role.BUSINESS))]
CanSample = Annotated[Actor, Depends(Allow(*OFFICERS, Role.SAMPLER))]
CanDecide = Annotated[Actor, Depends(Allow(*OFFICERS))]

router = Router(prefix="/v1/whistles", tag="快检吹哨")


@router.get("")
async def list_whistles(
    actor: CanReadWhistles,
    session: Session,
    page: PageParameters,
    state: Annotated[WhistleState | None, Query(description="办理状态")] = None,
    region: Annotated[RegionCode | None, Query(description="只列此区划及其下级的")] = None,
    site_id: Annotated[UUID | None, Query(description="只列此检测点的")] = None,
) -> Page[WhistleSummary]:
    """快检吹哨一览，最近的在前。"""
    wanted = WhistleFilter(state=state, region=region, site_id=site_id)
    whistles, following = await repository.list_whistles(session, wanted, actor, page)
    return Page(items=[show_summary(whistle) for whistle in whistles], next_cursor=following)


@router.get("/{whistle_id}")
async def read_whistle(whistle_id: UUID, actor: CanReadWhistles, session: Session, response: Response) -> WhistleRead:
    """一次快检吹哨：停售、期限、任务、全部经过。"""
    whistle = await service.whistle_for(session, whistle_id, actor)
    return await _answer(session, response, whistle, actor)


@router.post("/{whistle_id}/notice")
async def tell_seller(
    whistle_id: UUID, body: NoticeStep, actor: CanWorkOnSite, version: IfMatch, session: Session, response: Response
) -> WhistleRead:
    """登记告知销售者；申请复检的 4 小时自此起算。只登记一次，有误的由检查、办案或食安办人员更正。"""
    whistle = await service.tell_seller(session, whistle_id, body, version, actor)
    return await _answer(session, response, whistle, actor)


@router.post("/{whistle_id}/objection")
async def object_to_result(
    whistle_id: UUID, body: ObjectionStep, actor: CanObject, version: IfMatch, session: Session, response: Response
) -> WhistleRead:
    """销售者申请复检，以登记时为准；逾期的记录在案，不予受理。"""
    return await _answer(
        session, response, await service.object_to_result(session, whistle_id, body, version, actor), actor
    )


@router.post("/{whistle_id}/repeats")
async def record_repeat(
    whistle_id: UUID, body: RepeatStep, actor: CanWorkOnSite, version: IfMatch, session: Session, response: Response
) -> WhistleRead:
    """登记快检复测；只作线索，不改变结论。"""
    return await _answer(
        session, response, await service.record_repeat(session, whistle_id, body, version, actor), actor
    )


@router.post("/{whistle_id}/statutory-sample")
async def link_sample(
    whistle_id: UUID, body: SampleStep, actor: CanSample, version: IfMatch, session: Session, response: Response
) -> WhistleRead:
    """登记监督抽检的样品：同批，或同一销售者的同种产品（非同批）。"""
    whistle = await service.link_sample(session, whistle_id, body, version, actor)
    return await _answer(session, response, whistle, actor)


@router.post("/{whistle_id}/outcome")
async def conclude_whistle(
    whistle_id: UUID, body: OutcomeStep, actor: CanDecide, version: IfMatch, session: Session, response: Response
) -> WhistleRead:
    """作出结论：确证不合格、未获确证、无法复核。"""
    whistle = await service.conclude(session, whistle_id, body, version, actor)
    return await _answer(session, response, whistle, actor)


@router.post("/{whistle_id}/disposals")
async def record_disposal(
    whistle_id: UUID, body: DisposalStep, actor: CanWorkOnSite, version: IfMatch, session: Session, response: Response
) -> WhistleRead:
    """登记无害化处置，可分次；累计不超过停售数量。"""
    return await _answer(
        session, response, await service.record_disposal(session, whistle_id, body, version, actor), actor
    )


@router.post("/{whistle_id}/stop-sale-release")
async def lift_stop_sale(
    whistle_id: UUID, body: Step, actor: CanDecide, version: IfMatch, session: Session, response: Response
) -> WhistleRead:
    """解除停售；只限同批检验合格的。"""
    return await _answer(
        session, response, await service.lift_stop_sale(session, whistle_id, body, version, actor), actor
    )


@router.post("/{whistle_id}/closure")
async def close_whistle(
    whistle_id: UUID, body: Step, actor: CanDecide, version: IfMatch, session: Session, response: Response
) -> WhistleRead:
    """办结。"""
    whistle = await service.close(session, whistle_id, body, version, actor)
    return await _answer(session, response, whistle, actor)


async def _answer(session: Session, response: Response, whistle: Whistle, actor: Actor) -> WhistleRead:
    set_etag(response, whistle)
    return await show_whistle(session, whistle, actor)
