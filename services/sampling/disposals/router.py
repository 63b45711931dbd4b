"""核查处置: cases, every step of one, the results served, and what a closure must show."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Query, Response

from services.sampling.disposals import notices, repository, service, steps
from services.sampling.disposals.due import list_cases_by_due
from services.sampling.disposals.models import ClosureRequirement, DisposalCase
from services.sampling.disposals.reading import show_case, show_listed, show_requirement
from services.sampling.disposals.repository import CaseFilter, is_official
from services.sampling.disposals.schemas import (
    CaseListed,
    CaseRead,
    ClosureStep,
    ExtensionStep,
    FilingStep,
    PenaltyStep,
    RecallStep,
    RecipientCreate,
    RegionNoticeStep,
    RequirementCreate,
    RequirementRead,
    ServiceConfirmation,
    ServiceStep,
    StopSaleStep,
    WordStep,
)
from services.sampling.whistles.rules import OFFICERS
from services.sampling.whistles.schemas import Step
from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.disposals import CaseState
from shared.contracts.regions import RegionCode
from shared.contracts.statutory_sampling import CaseSide
from shared.database import Session
from shared.dated_rules.repository import history
from shared.dated_rules.service import state_rule
from shared.http.auth import Actor, Allow
from shared.http.etags import IfMatch, set_etag
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router
from shared.regions.common_rules import keeper_of_common_rules

CanReadCases = Annotated[Actor, Depends(Allow(*OFFICIALS, Role.BUSINESS))]
CanHandleCases = Annotated[Actor, Depends(Allow(*OFFICERS))]
CanConfirmService = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE))]
"""Who may publish. The second of two: never who wrote the service down."""
CanExtendCases = Annotated[Actor, Depends(Allow(Role.LEADER))]
CanReadRequirements = Annotated[Actor, Depends(Allow(*OFFICIALS))]
CanSetRequirements = Annotated[Actor, Depends(keeper_of_common_rules(Role.LEADER, Role.FOOD_SAFETY_OFFICE))]

router = Router(prefix="/v1", tag="核查处置")


@router.get("/disposal-cases")
async def list_disposal_cases(
    actor: CanReadCases,
    session: Session,
    page: PageParameters,
    state: Annotated[CaseState | None, Query(description="办理状态")] = None,
    side: Annotated[CaseSide | None, Query(description="生产环节或经营环节")] = None,
    region: Annotated[RegionCode | None, Query(description="只列此区划及其下级的")] = None,
    sample_id: Annotated[UUID | None, Query(description="只列此样品的")] = None,
    notice_id: Annotated[UUID | None, Query(description="只列有这个送达对象的")] = None,
    order: Annotated[Literal["newest", "due"], Query(description="最近的在前，或最先到期的在前")] = "newest",
) -> Page[CaseListed]:
    """核查处置一览，各带最先到期的期限；食品生产经营者只见已送达自己的。"""
    wanted = CaseFilter(state=state, side=side, region=region, sample_id=sample_id, notice_id=notice_id)
    listing = list_cases_by_due if order == "due" and is_official(actor) else repository.list_cases
    cases, following = await listing(session, wanted, actor, page)
    return Page(items=await show_listed(session, cases, actor), next_cursor=following)


@router.get("/disposal-cases/{case_id}")
async def read_disposal_case(case_id: UUID, actor: CanReadCases, session: Session, response: Response) -> CaseRead:
    """一件核查处置：期限、送达、全部经过，以及办结还缺什么。"""
    return await _answer(session, response, await service.case_for(session, case_id, actor), actor)


@router.post("/disposal-cases/{case_id}/start")
async def start_disposal(
    case_id: UUID, body: Step, actor: CanHandleCases, version: IfMatch, session: Session, response: Response
) -> CaseRead:
    """启动核查处置。"""
    return await _answer(session, response, await steps.start(session, case_id, body, version, actor), actor)


@router.post("/disposal-cases/{case_id}/stop-sales")
async def stop_sale_of_lot(
    case_id: UUID, body: StopSaleStep, actor: CanHandleCases, version: IfMatch, session: Session, response: Response
) -> CaseRead:
    """登记停售或封存及其数量，可分次；已无存货登记 0。"""
    return await _answer(session, response, await steps.stop_sale(session, case_id, body, version, actor), actor)


@router.post("/disposal-cases/{case_id}/recall")
async def request_recall(
    case_id: UUID, body: RecallStep, actor: CanHandleCases, version: IfMatch, session: Session, response: Response
) -> CaseRead:
    """要求召回（通知追溯服务），或登记不需召回的理由。"""
    return await _answer(session, response, await steps.request_recall(session, case_id, body, version, actor), actor)


@router.post("/disposal-cases/{case_id}/causes")
async def find_cause(
    case_id: UUID, body: WordStep, actor: CanHandleCases, version: IfMatch, session: Session, response: Response
) -> CaseRead:
    """登记原因排查。"""
    return await _answer(session, response, await steps.find_cause(session, case_id, body, version, actor), actor)


@router.post("/disposal-cases/{case_id}/rectifications")
async def rectify(
    case_id: UUID, body: WordStep, actor: CanHandleCases, version: IfMatch, session: Session, response: Response
) -> CaseRead:
    """登记整改。"""
    return await _answer(session, response, await steps.rectify(session, case_id, body, version, actor), actor)


@router.post("/disposal-cases/{case_id}/case-request")
async def request_case(
    case_id: UUID, body: WordStep, actor: CanHandleCases, version: IfMatch, session: Session, response: Response
) -> CaseRead:
    """移送案件线索（通知监督检查服务）。"""
    return await _answer(session, response, await steps.request_case(session, case_id, body, version, actor), actor)


@router.post("/disposal-cases/{case_id}/filing")
async def record_filing(
    case_id: UUID, body: FilingStep, actor: CanHandleCases, version: IfMatch, session: Session, response: Response
) -> CaseRead:
    """登记立案号，或不予立案的书面理由；不予立案后又立案的可再登记。"""
    return await _answer(session, response, await steps.record_filing(session, case_id, body, version, actor), actor)


@router.post("/disposal-cases/{case_id}/penalties")
async def record_penalty(
    case_id: UUID, body: PenaltyStep, actor: CanHandleCases, version: IfMatch, session: Session, response: Response
) -> CaseRead:
    """登记行政处罚（或不予处罚）决定书文号。"""
    return await _answer(session, response, await steps.record_penalty(session, case_id, body, version, actor), actor)


@router.post("/disposal-cases/{case_id}/region-notice")
async def notify_region(
    case_id: UUID, body: RegionNoticeStep, actor: CanHandleCases, version: IfMatch, session: Session, response: Response
) -> CaseRead:
    """跨区域通报：通报给生产者所在地的哪个机关、何时、以什么方式；此后由其办理。"""
    return await _answer(session, response, await steps.notify_region(session, case_id, body, version, actor), actor)


@router.post("/disposal-cases/{case_id}/takeover")
async def take_over(
    case_id: UUID, body: WordStep, actor: CanHandleCases, version: IfMatch, session: Session, response: Response
) -> CaseRead:
    """改由本机关办理：生产者其实在本辖区，或通报被退回；90 日仍自收到结论起算。"""
    return await _answer(session, response, await steps.take_over(session, case_id, body, version, actor), actor)


@router.post("/disposal-cases/{case_id}/extension")
async def extend_disposal(
    case_id: UUID, body: ExtensionStep, actor: CanExtendCases, version: IfMatch, session: Session, response: Response
) -> CaseRead:
    """承办机关负责人书面批准延长，须在届满之前。"""
    return await _answer(session, response, await steps.extend(session, case_id, body, version, actor), actor)


@router.post("/disposal-cases/{case_id}/closure")
async def close_disposal(
    case_id: UUID, body: ClosureStep, actor: CanHandleCases, version: IfMatch, session: Session, response: Response
) -> CaseRead:
    """办结；应具备的各项见 missing，为空才能办结。"""
    return await _answer(session, response, await steps.close(session, case_id, body, version, actor), actor)


@router.post("/disposal-cases/{case_id}/result-notices")
async def add_recipient(
    case_id: UUID, body: RecipientCreate, actor: CanHandleCases, version: IfMatch, session: Session, response: Response
) -> CaseRead:
    """增加送达对象：市场开办者、网络平台等；各自计算送达期限。"""
    return await _answer(session, response, await notices.add_recipient(session, case_id, body, version, actor), actor)


@router.post("/disposal-cases/{case_id}/result-notices/{notice_id}/service")
async def serve_result(
    case_id: UUID,
    notice_id: UUID,
    body: ServiceStep,
    actor: CanHandleCases,
    version: IfMatch,
    session: Session,
    response: Response,
) -> CaseRead:
    """登记送达；收件人申请复检、提出异议的期限自此起算。有误的写明理由更正，直到收件人已用过期限。"""
    return await _answer(
        session, response, await notices.serve(session, case_id, notice_id, body, version, actor), actor
    )


@router.post("/disposal-cases/{case_id}/result-notices/{notice_id}/confirmation")
async def confirm_service(
    case_id: UUID,
    notice_id: UUID,
    body: ServiceConfirmation,
    actor: CanConfirmService,
    version: IfMatch,
    session: Session,
    response: Response,
) -> CaseRead:
    """另一人确认补记的送达日期属实，写明理由；此后公布不再从登记之日另算期限。更正送达后须重新确认。"""
    return await _answer(
        session, response, await notices.confirm(session, case_id, notice_id, body, version, actor), actor
    )


@router.get("/disposal-closure-requirements")
async def list_closure_requirements(_: CanReadRequirements, session: Session) -> list[RequirementRead]:
    """办结应具备的各项，每项最近的在前；只增不改。"""
    return [show_requirement(row) for row in await history(session, ClosureRequirement)]


@router.post("/disposal-closure-requirements", status_code=201)
async def add_closure_requirement(
    body: RequirementCreate, actor: CanSetRequirements, session: Session, response: Response, _: Idempotent
) -> RequirementRead:
    """自某日起办结应（或不再必须）具备某项。"""
    row = await state_rule(session, ClosureRequirement(**body.model_dump()), actor)
    response.headers["Location"] = "/v1/disposal-closure-requirements"
    return show_requirement(row)


async def _answer(session: Session, response: Response, case: DisposalCase, actor: Actor) -> CaseRead:
    set_etag(response, case)
    return await show_case(session, case, actor)
