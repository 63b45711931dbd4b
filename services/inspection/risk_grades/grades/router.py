"""风险等级: proposals, their confirmation, and what a business may know of its own grade."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from services.inspection.risk_grades.codes import Grade, ProposalState
from services.inspection.risk_grades.grades import repository, service
from services.inspection.risk_grades.grades.models import RiskProposal
from services.inspection.risk_grades.grades.schemas import (
    AssessmentRead,
    BusinessGrades,
    Confirmation,
    ProjectionRead,
    ProposalRead,
    ProposalRequest,
    ProposalRun,
    ProposalSummary,
    Refusal,
)
from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.etags import IfMatch, set_etag
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

router = Router(prefix="/v1", tag="风险等级")

CanReadGrades = Annotated[Actor, Depends(Allow(*OFFICIALS, Role.BUSINESS))]
CanReadProposals = Annotated[Actor, Depends(Allow(*OFFICIALS))]
CanProposeGrades = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE, Role.INSPECTOR))]
CanConfirmGrades = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE))]


@router.get("/risk-grades/{business_id}")
async def read_risk_grade(session: Session, actor: CanReadGrades, business_id: UUID) -> BusinessGrades:
    """一户现行的风险等级与历次等级；经营者只能看自己的"""
    return await service.grades_of(session, actor, business_id)


@router.get("/risk-grades/{business_id}/explanation")
async def explain_risk_grade(
    session: Session, actor: CanReadGrades, business_id: UUID, response: Response
) -> ProposalRead:
    """现行等级的依据，逐项逐分"""
    return _shown(await service.explanation_of(session, actor, business_id), response)


@router.get("/risk-grades/{business_id}/assessment")
async def assess_business(session: Session, actor: CanReadProposals, business_id: UUID) -> AssessmentRead:
    """以今天已知的全部事实试算；不保存，不改变现行等级"""
    return await service.assessment_of(session, actor, business_id)


@router.get("/risk-grades/{business_id}/projection")
async def project_risk_grade(session: Session, actor: CanReadGrades, business_id: UUID) -> ProjectionRead:
    """怎样才能提高等级：最少的改变"""
    return await service.projection_of(session, actor, business_id)


@router.post("/risk-proposals", status_code=201)
async def propose_risk_grades(
    body: ProposalRequest, session: Session, actor: CanProposeGrades, _: Idempotent
) -> ProposalRun:
    """为一个区划的在档主体提出等级建议；确认以前现行等级不变"""
    return await service.propose(session, actor, body)


@router.get("/risk-proposals")
async def list_risk_proposals(
    session: Session,
    actor: CanReadProposals,
    page: PageParameters,
    region: Annotated[RegionCode | None, Query(description="区划代码，含其下级")] = None,
    business: Annotated[UUID | None, Query(description="主体编号")] = None,
    state: ProposalState | None = None,
    grade: Grade | None = None,
    differing: Annotated[bool, Query(description="只看与现行等级不同的")] = False,
) -> Page[ProposalSummary]:
    """等级建议一览，最近的在前"""
    rows, following = await repository.list_proposals(
        session,
        actor,
        page,
        region_code=region,
        business_id=business,
        state=state,
        grade=grade,
        differing=differing,
    )
    return Page(items=[ProposalSummary.model_validate(row) for row in rows], next_cursor=following)


@router.get("/risk-proposals/{proposal_id}")
async def read_risk_proposal(
    session: Session, actor: CanReadProposals, proposal_id: UUID, response: Response
) -> ProposalRead:
    """一份等级建议与逐项依据"""
    return _shown(await service.proposal_for(session, actor, proposal_id), response)


@router.post("/risk-proposals/{proposal_id}/confirmation")
async def confirm_risk_proposal(
    body: Confirmation,
    session: Session,
    actor: CanConfirmGrades,
    proposal_id: UUID,
    version: IfMatch,
    response: Response,
) -> ProposalRead:
    """确认等级，写明理由；可以与建议不同。依据有变化的须重新提出"""
    return _shown(await service.confirm(session, actor, proposal_id, body, version), response)


@router.post("/risk-proposals/{proposal_id}/refusal")
async def refuse_risk_proposal(
    body: Refusal,
    session: Session,
    actor: CanConfirmGrades,
    proposal_id: UUID,
    version: IfMatch,
    response: Response,
) -> ProposalRead:
    """不予采纳，写明理由；现行等级不变"""
    return _shown(await service.refuse(session, actor, proposal_id, body.reason, version), response)


def _shown(proposal: RiskProposal, response: Response) -> ProposalRead:
    set_etag(response, proposal)
    return ProposalRead.model_validate(proposal)
