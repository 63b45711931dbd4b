"""现场核查 over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Response

from services.scoring.evaluations.router import CanReadEvaluations, CanRunEvaluations
from services.scoring.site_checks import reading, service
from services.scoring.site_checks.access import plan_for
from services.scoring.site_checks.models import SiteTownRule
from services.scoring.site_checks.register import Register
from services.scoring.site_checks.schemas import (
    SitePlanCreate,
    SitePlanRead,
    SiteScoringPut,
    SiteScoringRead,
    SiteTownRuleCreate,
    SiteTownRuleRead,
    SiteVerification,
    SiteVisitWhole,
)
from shared.contracts.codes import Role
from shared.database import Session
from shared.dated_rules.access import CanStateRules
from shared.dated_rules.repository import history
from shared.dated_rules.service import state_rule
from shared.http.auth import Actor, Allow
from shared.http.etags import IfMatch, set_etag
from shared.http.idempotency import Idempotent
from shared.http.routing import Router

router = Router(prefix="/v1", tag="现场核查")

CanScoreSites = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE, Role.REVIEWER))]


@router.get("/site-town-rules")
async def list_site_town_rules(_: CanReadEvaluations, session: Session) -> list[SiteTownRuleRead]:
    """明查、暗访各抽多少乡镇（街道）；只增不改。"""
    return [SiteTownRuleRead.model_validate(row) for row in await history(session, SiteTownRule)]


@router.post("/site-town-rules", status_code=201)
async def state_site_town_rule(
    body: SiteTownRuleCreate, actor: CanStateRules, session: Session, response: Response, _: Idempotent
) -> SiteTownRuleRead:
    """自某日起的抽取数量；已经抽取的不受影响。"""
    row = await state_rule(session, SiteTownRule(**body.model_dump()), actor)
    response.headers["Location"] = "/v1/site-town-rules"
    return SiteTownRuleRead.model_validate(row)


@router.post("/evaluations/{evaluation_id}/site-plan", status_code=201)
async def draw_sites(
    evaluation_id: UUID,
    body: SitePlanCreate,
    actor: CanRunEvaluations,
    session: Session,
    register: Register,
    response: Response,
    _: Idempotent,
) -> SitePlanRead:
    """抽取乡镇（街道）和点位，一次评价只抽一次。

    名单先定下并取指纹，再产生种子；按公开的算法，任何人都能重算。
    单位可以取自一户一档：用您自己的令牌取这些业态在营的全部，取不全就不抽。
    """
    seen = await service.draw_sites(session, evaluation_id, body, register, actor)
    set_etag(response, seen.plan)
    response.headers["Location"] = f"/v1/evaluations/{evaluation_id}/site-plan"
    return await reading.show_plan(session, seen)


@router.get("/evaluations/{evaluation_id}/site-plan")
async def read_site_plan(
    evaluation_id: UUID, actor: CanReadEvaluations, session: Session, response: Response
) -> SitePlanRead:
    """抽取的结果。明查暗访阶段结束以前，被评价地区看不到暗访的点位、名单和种子，也看不到得分。"""
    seen = await plan_for(session, evaluation_id, actor)
    set_etag(response, seen.plan)
    return await reading.show_plan(session, seen)


@router.get("/evaluations/{evaluation_id}/site-plan/verification")
async def verify_site_plan(evaluation_id: UUID, actor: CanReadEvaluations, session: Session) -> SiteVerification:
    """用存下的名单和种子把抽取重算一遍，说明是否一致。"""
    return await reading.verify(session, evaluation_id, actor)


@router.post("/evaluations/{evaluation_id}/site-plan/closure")
async def close_site_plan(
    evaluation_id: UUID, actor: CanRunEvaluations, session: Session, response: Response, version: IfMatch
) -> SitePlanRead:
    """汇总：各点位得分填入明查暗访阶段，此后不再收结果。"""
    seen = await service.close_plan(session, evaluation_id, version, actor)
    set_etag(response, seen.plan)
    return await reading.show_plan(session, seen)


@router.get("/site-visits/{visit_id}")
async def read_site_visit(
    visit_id: UUID, actor: CanReadEvaluations, session: Session, response: Response
) -> SiteVisitWhole:
    """一个点位：检查表和历次结果。"""
    shown, visit = await reading.show_visit(session, visit_id, actor)
    set_etag(response, visit)
    return shown


@router.put("/site-visits/{visit_id}/scorings/{scoring_id}")
async def put_site_scoring(
    visit_id: UUID, scoring_id: UUID, body: SiteScoringPut, actor: CanScoreSites, session: Session
) -> SiteScoringRead:
    """一个点位的结果；编号由终端给出，断网以后可以重发。

    已有另一份结果的退回（409），两份都列出；以新的为准的，在 replaces 写明更正哪一份。
    """
    return reading.show_scoring(await service.score_visit(session, visit_id, scoring_id, body, actor))
