"""纸质检查: inspections that were made without a terminal, entered afterwards."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from services.inspection.paper_checks import repository, service
from services.inspection.paper_checks.models import PaperCheck
from services.inspection.paper_checks.schemas import PaperCheckCreate, PaperCheckRead, PaperCheckWithdrawal
from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.etags import IfMatch, set_etag
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

CanReadPaperChecks = Annotated[Actor, Depends(Allow(*OFFICIALS))]
CanEnterPaperChecks = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE))]

router = Router(prefix="/v1/paper-checks", tag="纸质检查")


@router.get("")
async def list_paper_checks(
    session: Session,
    actor: CanReadPaperChecks,
    page: PageParameters,
    region: Annotated[RegionCode | None, Query(description="区划代码，含其下级")] = None,
    business: Annotated[UUID | None, Query(description="主体编号")] = None,
) -> Page[PaperCheckRead]:
    """没有用终端、事后登记的检查，最近登记的在前；撤销的也列出"""
    rows, following = await repository.list_checks(session, actor, page, region=region, business_id=business)
    return Page(items=[PaperCheckRead.model_validate(row) for row in rows], next_cursor=following)


@router.post("", status_code=201)
async def enter_paper_check(
    session: Session, actor: CanEnterPaperChecks, _: Idempotent, body: PaperCheckCreate, response: Response
) -> PaperCheckRead:
    """照纸质笔录登记一次检查：计入移动终端使用率的分母，不形成检查结果"""
    return _answer(response, await service.enter(session, actor, body))


@router.get("/{check_id}")
async def read_paper_check(
    session: Session, actor: CanReadPaperChecks, check_id: UUID, response: Response
) -> PaperCheckRead:
    """一次纸质检查"""
    return _answer(response, await service.check_for(session, check_id, actor))


@router.post("/{check_id}/withdrawal")
async def withdraw_paper_check(
    session: Session,
    actor: CanEnterPaperChecks,
    check_id: UUID,
    body: PaperCheckWithdrawal,
    version: IfMatch,
    response: Response,
) -> PaperCheckRead:
    """撤销登记错的一条；原来的登记留着"""
    return _answer(response, await service.withdraw(session, actor, check_id, body.reason, version))


def _answer(response: Response, check: PaperCheck) -> PaperCheckRead:
    set_etag(response, check)
    return PaperCheckRead.model_validate(check)
