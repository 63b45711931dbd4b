"""待核的上传: what terminals delivered and somebody has to look at first."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from services.inspection.quarantine import repository, service
from services.inspection.quarantine.models import QuarantineState
from services.inspection.quarantine.repository import QuarantineFilter
from services.inspection.quarantine.schemas import Decision, QuarantinedDetail, QuarantinedRead
from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.etags import IfMatch, set_etag
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

CanReadQuarantine = Annotated[Actor, Depends(Allow(*OFFICIALS))]
CanDecide = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE))]

router = Router(prefix="/v1/quarantined-deliveries", tag="待核的上传")


@router.get("")
async def list_quarantined(
    actor: CanReadQuarantine,
    session: Session,
    page: PageParameters,
    state: Annotated[QuarantineState | None, Query(description="状态，缺省为待核的")] = QuarantineState.OPEN,
    region: Annotated[RegionCode | None, Query(description="只列此区划及其下级的")] = None,
    record_id: Annotated[UUID | None, Query(description="检查记录编号")] = None,
) -> Page[QuarantinedRead]:
    """待核的上传，等得最久的在前"""
    wanted = QuarantineFilter(state=state, region=region, record_id=record_id)
    found, following = await repository.list_kept(session, wanted, actor, page)
    return Page(items=[service.show(kept) for kept in found], next_cursor=following)


@router.get("/{delivery_id}")
async def read_quarantined(
    delivery_id: UUID, actor: CanReadQuarantine, session: Session, response: Response
) -> QuarantinedDetail:
    """一份待核的上传，附全部内容"""
    kept = await service.delivery_for(session, delivery_id, actor)
    set_etag(response, kept)
    return await service.show_in_full(session, kept)


@router.post("/{delivery_id}/release")
async def release_quarantined(
    delivery_id: UUID, body: Decision, actor: CanDecide, version: IfMatch, session: Session, response: Response
) -> QuarantinedRead:
    """核实后采用，与按时到达的一样并入记录"""
    kept = await service.release(session, delivery_id, body.reason, version, actor)
    set_etag(response, kept)
    return service.show(kept)


@router.post("/{delivery_id}/filing")
async def file_quarantined(
    delivery_id: UUID, body: Decision, actor: CanDecide, version: IfMatch, session: Session, response: Response
) -> QuarantinedRead:
    """核实后不采用，写明原因；内容永久保存"""
    kept = await service.file(session, delivery_id, body.reason, version, actor)
    set_etag(response, kept)
    return service.show(kept)
