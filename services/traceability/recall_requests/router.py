"""Recall requests over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from services.traceability.recall_requests import repository, service
from services.traceability.recall_requests.schemas import Acceptance, Decline, RecallRequestRead
from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.regions import RegionCode
from shared.contracts.traceability import RecallRequestState
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.etags import IfMatch, set_etag
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

CanReadRecallRequests = Annotated[Actor, Depends(Allow(*OFFICIALS))]
CanDecideOnRecalls = Annotated[Actor, Depends(Allow(Role.INSPECTOR, Role.CASE_HANDLER, Role.FOOD_SAFETY_OFFICE))]

router = Router(prefix="/v1/recall-requests", tag="召回请求")


@router.get("")
async def list_recall_requests(
    session: Session,
    actor: CanReadRecallRequests,
    page: PageParameters,
    state: Annotated[RecallRequestState | None, Query(description="办理状态")] = None,
    region: Annotated[RegionCode | None, Query(description="区划代码，含下级")] = None,
    sample_id: Annotated[UUID | None, Query(description="由哪份样品引起")] = None,
) -> Page[RecallRequestRead]:
    """核查处置要求的召回，最近的在前。"""
    rows, following = await repository.list_requests(
        session, actor, page, state=state, region_code=region, sample_id=sample_id
    )
    return Page(items=[RecallRequestRead.model_validate(row) for row in rows], next_cursor=following)


@router.get("/{request_id}")
async def read_recall_request(
    session: Session, actor: CanReadRecallRequests, request_id: UUID, response: Response
) -> RecallRequestRead:
    """一件召回请求及因它作出的批次锁定。"""
    request = await service.request_for(session, request_id, actor)
    set_etag(response, request)
    return RecallRequestRead.model_validate(request)


@router.post("/{request_id}/acceptance")
async def accept_recall_request(
    session: Session,
    actor: CanDecideOnRecalls,
    request_id: UUID,
    body: Acceptance,
    version: IfMatch,
    response: Response,
) -> RecallRequestRead:
    """受理召回请求。"""
    request = await service.accept(session, request_id, body.note, version, actor)
    set_etag(response, request)
    return RecallRequestRead.model_validate(request)


@router.post("/{request_id}/decline")
async def decline_recall_request(
    session: Session, actor: CanDecideOnRecalls, request_id: UUID, body: Decline, version: IfMatch, response: Response
) -> RecallRequestRead:
    """不予受理，写明理由；批次锁定不因此解除。"""
    request = await service.decline(session, request_id, body.reason, version, actor)
    set_etag(response, request)
    return RecallRequestRead.model_validate(request)
