"""整改: findings, every step of one, and the local rule on time limits."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Query, Response

from services.inspection.corrections import limits, opening, repository, service, steps
from services.inspection.corrections.kinds import CorrectionState
from services.inspection.corrections.models import Correction
from services.inspection.corrections.reading import show_correction, show_listed
from services.inspection.corrections.repository import CorrectionFilter
from services.inspection.corrections.schemas import (
    Assessment,
    CaseFiling,
    CompletionReport,
    CorrectionCreate,
    CorrectionListed,
    CorrectionRead,
    Extension,
    LimitCreate,
    LimitRead,
    Order,
    ReasonStep,
    Recheck,
    SpotCorrection,
    Step,
)
from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.etags import IfMatch, set_etag
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

OFFICERS = (Role.INSPECTOR, Role.GRID_OFFICER, Role.FOOD_SAFETY_OFFICE)

CanReadCorrections = Annotated[Actor, Depends(Allow(*OFFICIALS, Role.BUSINESS))]
CanHandleCorrections = Annotated[Actor, Depends(Allow(*OFFICERS))]
CanReportCompletion = Annotated[Actor, Depends(Allow(*OFFICERS, Role.BUSINESS))]
CanOrderCorrections = Annotated[Actor, Depends(Allow(Role.INSPECTOR, Role.FOOD_SAFETY_OFFICE))]
CanDecideCases = Annotated[Actor, Depends(Allow(Role.INSPECTOR, Role.CASE_HANDLER))]
CanReadLimits = Annotated[Actor, Depends(Allow(*OFFICIALS))]
CanSetLimits = Annotated[Actor, Depends(Allow(Role.LEADER, Role.FOOD_SAFETY_OFFICE))]

router = Router(prefix="/v1", tag="整改")


@router.get("/corrections")
async def list_corrections(
    actor: CanReadCorrections,
    session: Session,
    page: PageParameters,
    state: Annotated[CorrectionState | None, Query(description="办理状态")] = None,
    region: Annotated[RegionCode | None, Query(description="区划代码，含其下级")] = None,
    business: Annotated[UUID | None, Query(description="主体编号")] = None,
    visit: Annotated[UUID | None, Query(description="检查记录编号")] = None,
    order_id: Annotated[UUID | None, Query(description="同一次责令的；期限记在它名下")] = None,
    overdue: Annotated[bool, Query(description="只看整改期限已过的")] = False,
    order: Annotated[Literal["newest", "due"], Query(description="最近的在前，或最先到期的在前")] = "newest",
) -> Page[CorrectionListed]:
    """整改一览，各带现在的期限；食品生产经营者只见自己的。"""
    wanted = CorrectionFilter(
        state=state, region=region, business_id=business, visit_id=visit, order_id=order_id, overdue=overdue
    )
    listing = repository.list_by_due if order == "due" else repository.list_corrections
    rows, following = await listing(session, wanted, actor, page)
    return Page(items=await show_listed(session, rows, actor), next_cursor=following)


@router.post("/corrections", status_code=201)
async def create_correction(
    body: CorrectionCreate, actor: CanHandleCorrections, session: Session, response: Response, _: Idempotent
) -> CorrectionRead:
    """人工登记一个问题，或登记投诉举报、案件中的问题；检查发现的自动登记。"""
    correction = await opening.open_by_hand(session, body, actor)
    response.headers["Location"] = f"/v1/corrections/{correction.id}"
    return await _answer(session, response, await service.correction_for(session, correction.id, actor), actor)


@router.get("/corrections/{correction_id}")
async def read_correction(
    correction_id: UUID, actor: CanReadCorrections, session: Session, response: Response
) -> CorrectionRead:
    """一件整改：期限、全部经过，以及办结还缺什么。"""
    return await _answer(session, response, await service.correction_for(session, correction_id, actor), actor)


@router.post("/corrections/{correction_id}/assessment")
async def assess_correction(
    correction_id: UUID,
    body: Assessment,
    actor: CanHandleCorrections,
    version: IfMatch,
    session: Session,
    response: Response,
) -> CorrectionRead:
    """判断是否影响食品安全；影响的应当调查处理，不能当场整改了结。"""
    return await _answer(session, response, await steps.assess(session, correction_id, body, version, actor), actor)


@router.post("/corrections/{correction_id}/spot-correction")
async def correct_on_the_spot(
    correction_id: UUID,
    body: SpotCorrection,
    actor: CanHandleCorrections,
    version: IfMatch,
    session: Session,
    response: Response,
) -> CorrectionRead:
    """当场整改：整改前后的照片一并登记，随即办结。"""
    correction = await steps.correct_on_the_spot(session, correction_id, body, version, actor)
    return await _answer(session, response, correction, actor)


@router.post("/corrections/{correction_id}/orders")
async def order_correction(
    correction_id: UUID, body: Order, actor: CanOrderCorrections, version: IfMatch, session: Session, response: Response
) -> CorrectionRead:
    """责令限期整改：时限以文书写明的为准；逾期或复查不合格的可以再次限期。"""
    return await _answer(session, response, await steps.order(session, correction_id, body, version, actor), actor)


@router.post("/corrections/{correction_id}/extension")
async def extend_correction(
    correction_id: UUID,
    body: Extension,
    actor: CanOrderCorrections,
    version: IfMatch,
    session: Session,
    response: Response,
) -> CorrectionRead:
    """书面延期，须在届满之前，写明理由。"""
    return await _answer(session, response, await steps.extend(session, correction_id, body, version, actor), actor)


@router.post("/corrections/{correction_id}/completion-report")
async def report_completion(
    correction_id: UUID,
    body: CompletionReport,
    actor: CanReportCompletion,
    version: IfMatch,
    session: Session,
    response: Response,
) -> CorrectionRead:
    """报告整改完成，等待复查；等待期间不计时。"""
    return await _answer(session, response, await steps.report(session, correction_id, body, version, actor), actor)


@router.post("/corrections/{correction_id}/rechecks")
async def recheck_correction(
    correction_id: UUID,
    body: Recheck,
    actor: CanHandleCorrections,
    version: IfMatch,
    session: Session,
    response: Response,
) -> CorrectionRead:
    """复查：合格、不合格，或未能复查（不算合格）。"""
    return await _answer(session, response, await steps.recheck(session, correction_id, body, version, actor), actor)


@router.post("/corrections/{correction_id}/case-request")
async def request_case(
    correction_id: UUID,
    body: ReasonStep,
    actor: CanHandleCorrections,
    version: IfMatch,
    session: Session,
    response: Response,
) -> CorrectionRead:
    """移送立案：影响食品安全、逾期未改或复查不合格的。"""
    correction = await steps.request_case(session, correction_id, body, version, actor)
    return await _answer(session, response, correction, actor)


@router.post("/corrections/{correction_id}/case-decision")
async def decide_case(
    correction_id: UUID, body: CaseFiling, actor: CanDecideCases, version: IfMatch, session: Session, response: Response
) -> CorrectionRead:
    """登记立案号，或不予立案的书面理由；不予立案后又立案的可再登记。"""
    correction = await steps.decide_case(session, correction_id, body, version, actor)
    return await _answer(session, response, correction, actor)


@router.post("/corrections/{correction_id}/closure")
async def close_correction(
    correction_id: UUID, body: Step, actor: CanHandleCorrections, version: IfMatch, session: Session, response: Response
) -> CorrectionRead:
    """办结；应具备的各项见 missing，为空才能办结。"""
    return await _answer(session, response, await steps.close(session, correction_id, body, version, actor), actor)


@router.post("/corrections/{correction_id}/withdrawal")
async def withdraw_correction(
    correction_id: UUID,
    body: ReasonStep,
    actor: CanOrderCorrections,
    version: IfMatch,
    session: Session,
    response: Response,
) -> CorrectionRead:
    """撤销登记有误的，写明理由。"""
    return await _answer(session, response, await steps.withdraw(session, correction_id, body, version, actor), actor)


@router.get("/correction-limits")
async def list_correction_limits(actor: CanReadLimits, session: Session) -> list[LimitRead]:
    """本地对整改时限的规定，每个区划最近的在前；法律没有规定天数，出厂没有任何一条。"""
    return [LimitRead.model_validate(_fields(row)) for row in await repository.list_limits(session, actor)]


@router.post("/correction-limits", status_code=201)
async def add_correction_limit(
    body: LimitCreate, actor: CanSetLimits, session: Session, response: Response, _: Idempotent
) -> LimitRead:
    """自某日起，本地的整改时限最长多少；只增不改。"""
    row = await limits.add_limit(session, body, actor)
    response.headers["Location"] = "/v1/correction-limits"
    return LimitRead.model_validate(_fields(row))


def _fields(row: object) -> dict[str, object]:
    return {name: getattr(row, name) for name in LimitRead.model_fields}


async def _answer(session: Session, response: Response, correction: Correction, actor: Actor) -> CorrectionRead:
    set_etag(response, correction)
    return await show_correction(session, correction, actor)
