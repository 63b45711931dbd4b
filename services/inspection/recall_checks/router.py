"""召回核查 over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from services.inspection.recall_checks import repository, service
from services.inspection.recall_checks.repository import CheckFilter
from services.inspection.recall_checks.schemas import RecallCheckCompletion, RecallCheckRead
from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.inspection import RecallCheckState
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.etags import IfMatch, set_etag
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

CanReadRecallChecks = Annotated[Actor, Depends(Allow(*OFFICIALS))]
CanMakeRecallChecks = Annotated[Actor, Depends(Allow(Role.INSPECTOR, Role.GRID_OFFICER))]

router = Router(prefix="/v1/recall-checks", tag="召回核查")


@router.get("")
async def list_recall_checks(
    session: Session,
    actor: CanReadRecallChecks,
    page: PageParameters,
    region: Annotated[RegionCode | None, Query(description="区划代码，含其下级")] = None,
    state: Annotated[RecallCheckState | None, Query(description="办理状态")] = None,
    business: Annotated[UUID | None, Query(description="主体编号")] = None,
    recall: Annotated[UUID | None, Query(description="哪次召回")] = None,
) -> Page[RecallCheckRead]:
    """召回核查清单，近的在前：召回范围内、在册的主体各一次。"""
    wanted = CheckFilter(region_code=region, state=state, business_id=business, recall_id=recall)
    rows, following = await repository.list_checks(session, actor, wanted, page)
    return Page(items=[RecallCheckRead.model_validate(row) for row in rows], next_cursor=following)


@router.get("/{check_id}")
async def read_recall_check(
    session: Session, actor: CanReadRecallChecks, check_id: UUID, response: Response
) -> RecallCheckRead:
    """一次召回核查。"""
    check = await service.check_for(session, check_id, actor)
    set_etag(response, check)
    return RecallCheckRead.model_validate(check)


@router.post("/{check_id}/completion")
async def complete_recall_check(
    session: Session,
    actor: CanMakeRecallChecks,
    check_id: UUID,
    body: RecallCheckCompletion,
    version: IfMatch,
    response: Response,
) -> RecallCheckRead:
    """完成召回核查：写明所见；未能核查的不算已下架。"""
    check = await service.complete(session, check_id, body, version, actor)
    set_etag(response, check)
    return RecallCheckRead.model_validate(check)
