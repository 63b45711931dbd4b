"""Routes of case requests."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from services.inspection.case_requests import repository, service
from services.inspection.case_requests.schemas import CaseRequestRead, Decline, Filing
from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.inspection import CaseRequestState
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.etags import IfMatch, set_etag
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

CanReadCaseRequests = Annotated[Actor, Depends(Allow(*OFFICIALS))]
CanDecideOnCases = Annotated[Actor, Depends(Allow(Role.INSPECTOR, Role.CASE_HANDLER))]

router = Router(prefix="/v1/case-requests", tag="移送的案件线索")


@router.get("")
async def list_case_requests(
    session: Session,
    actor: CanReadCaseRequests,
    page: PageParameters,
    state: Annotated[CaseRequestState | None, Query(description="办理状态")] = None,
    region: Annotated[RegionCode | None, Query(description="区划代码，含其下级")] = None,
    business: Annotated[UUID | None, Query(description="主体编号")] = None,
    sample_id: Annotated[UUID | None, Query(description="由哪份样品引起")] = None,
) -> Page[CaseRequestRead]:
    """核查处置移送的案件线索，最近的在前。"""
    rows, following = await repository.list_requests(
        session, actor, page, state=state, region_code=region, business_id=business, sample_id=sample_id
    )
    return Page(items=[CaseRequestRead.model_validate(row) for row in rows], next_cursor=following)


@router.get("/{request_id}")
async def read_case_request(
    session: Session, actor: CanReadCaseRequests, request_id: UUID, response: Response
) -> CaseRequestRead:
    """一件移送的案件线索。"""
    request = await service.request_for(session, request_id, actor)
    set_etag(response, request)
    return CaseRequestRead.model_validate(request)


@router.post("/{request_id}/acceptance")
async def accept_case_request(
    session: Session, actor: CanDecideOnCases, request_id: UUID, body: Filing, version: IfMatch, response: Response
) -> CaseRequestRead:
    """立案，写明立案号。"""
    request = await service.accept(session, request_id, body, version, actor)
    set_etag(response, request)
    return CaseRequestRead.model_validate(request)


@router.post("/{request_id}/decline")
async def decline_case_request(
    session: Session, actor: CanDecideOnCases, request_id: UUID, body: Decline, version: IfMatch, response: Response
) -> CaseRequestRead:
    """不予立案，写明理由。"""
    request = await service.decline(session, request_id, body, version, actor)
    set_etag(response, request)
    return CaseRequestRead.model_validate(request)
