"""风险事实与风险档案: what grades depend on."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from services.inspection.risk_grades.codes import FactKind, FactState
from services.inspection.risk_grades.facts import repository, service
from services.inspection.risk_grades.facts.schemas import (
    FactCorrection,
    FactCreate,
    FactRead,
    ProfileRead,
    ProfileWrite,
)
from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.etags import IfMatch, IfMatchWhenPresent
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

router = Router(prefix="/v1", tag="风险事实与档案")

CanReadRiskFacts = Annotated[Actor, Depends(Allow(*OFFICIALS))]
CanRecordRiskFacts = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE, Role.INSPECTOR, Role.CASE_HANDLER))]
CanWriteProfiles = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE, Role.INSPECTOR, Role.GRID_OFFICER))]


@router.get("/risk-facts")
async def list_risk_facts(
    session: Session,
    actor: CanReadRiskFacts,
    page: PageParameters,
    region: Annotated[RegionCode | None, Query(description="区划代码，含其下级")] = None,
    business: Annotated[UUID | None, Query(description="主体编号")] = None,
    kind: FactKind | None = None,
    state: FactState | None = None,
    unmatched: Annotated[bool, Query(description="只看未对上登记主体的")] = False,
) -> Page[FactRead]:
    """风险事实一览，最近得知的在前"""
    rows, following = await repository.list_facts(
        session,
        actor,
        page,
        region_code=region,
        business_id=business,
        kind=kind,
        state=state,
        unmatched=unmatched,
    )
    return Page(items=[FactRead.model_validate(row) for row in rows], next_cursor=following)


@router.post("/risk-facts", status_code=201)
async def establish_risk_fact(
    body: FactCreate, session: Session, actor: CanRecordRiskFacts, _: Idempotent, response: Response
) -> FactRead:
    """登记一条查实的风险事实，附证据"""
    fact = await service.establish(session, actor, body)
    response.headers["ETag"] = f'"{fact.source_version}"'
    return FactRead.model_validate(fact)


@router.post("/risk-facts/{kind}/{source_id}/corrections")
async def correct_risk_fact(
    body: FactCorrection,
    session: Session,
    actor: CanRecordRiskFacts,
    kind: FactKind,
    source_id: UUID,
    version: IfMatch,
    response: Response,
) -> FactRead:
    """更正一条手工登记的事实：撤销、查无此事、重新查实；原来的记录保留"""
    fact = await service.correct(session, actor, kind, source_id, body, version)
    response.headers["ETag"] = f'"{fact.source_version}"'
    return FactRead.model_validate(fact)


@router.get("/risk-profiles/{business_id}")
async def read_risk_profile(
    session: Session, actor: CanReadRiskFacts, business_id: UUID, response: Response
) -> ProfileRead:
    """一户的风险档案：各因素的情形；还没有的为第 0 份"""
    profile = await service.profile_of(session, actor, business_id)
    response.headers["ETag"] = f'"{profile.number}"'
    return ProfileRead.model_validate(profile)


@router.put("/risk-profiles/{business_id}")
async def write_risk_profile(
    body: ProfileWrite,
    session: Session,
    actor: CanWriteProfiles,
    business_id: UUID,
    version: IfMatchWhenPresent,
    response: Response,
) -> ProfileRead:
    """填写风险档案；没有填的因素是未知，按最高风险计"""
    profile = await service.write_profile(session, actor, business_id, body, version)
    response.headers["ETag"] = f'"{profile.number}"'
    return ProfileRead.model_validate(profile)
