"""评议考核 over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Query, Response

from services.scoring.assessments import reading, repository, service
from services.scoring.assessments.models import AssessmentRule, SubjectKind
from services.scoring.assessments.repository import RoundFilter
from services.scoring.assessments.schemas import (
    AssessedPut,
    AssessedWhole,
    AssessmentCreate,
    AssessmentRead,
    AssessmentRuleCreate,
    AssessmentRuleRead,
    AssessmentSummary,
    QuarterRead,
    Talk,
)
from services.scoring.scheme_language.rule_kinds import Code
from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.dated_rules.access import CanStateRules
from shared.dated_rules.repository import history
from shared.dated_rules.service import state_rule
from shared.http.auth import Actor, Allow
from shared.http.etags import IfMatch, set_etag
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

router = Router(prefix="/v1", tag="评议考核")

CanReadAssessments = Annotated[Actor, Depends(Allow(*OFFICIALS, Role.ADMINISTRATOR))]
CanAssess = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE))]
Subject = Annotated[Code, Path(description="乡镇（街道）写 12 位区划代码，部门写本级自定的代码")]


@router.get("/assessment-rules")
async def list_assessment_rules(_: CanReadAssessments, session: Session) -> list[AssessmentRuleRead]:
    """权重不低于多少、哪些等级要约谈；只增不改。"""
    return [AssessmentRuleRead.model_validate(row) for row in await history(session, AssessmentRule)]


@router.post("/assessment-rules", status_code=201)
async def state_assessment_rule(
    body: AssessmentRuleCreate, actor: CanStateRules, session: Session, response: Response, _: Idempotent
) -> AssessmentRuleRead:
    """自某日起的规定；已经开始的考核不受影响。"""
    row = await state_rule(session, AssessmentRule(**body.model_dump()), actor)
    response.headers["Location"] = "/v1/assessment-rules"
    return AssessmentRuleRead.model_validate(row)


@router.get("/assessments")
async def list_assessments(
    actor: CanReadAssessments,
    session: Session,
    page: PageParameters,
    subject_kind: Annotated[SubjectKind | None, Query(description="考核乡镇（街道）还是部门")] = None,
    region: Annotated[RegionCode | None, Query(description="只列此区划及其下级开展的")] = None,
) -> Page[AssessmentSummary]:
    """各期考核，最近的在前；上级的考核通报以后才列出。"""
    rows, cursor = await repository.list_rounds(session, RoundFilter(subject_kind, region), actor, page)
    return Page(items=[AssessmentSummary.model_validate(row) for row in rows], next_cursor=cursor)


@router.post("/assessments", status_code=201)
async def open_assessment(
    body: AssessmentCreate, actor: CanAssess, session: Session, response: Response, _: Idempotent
) -> AssessmentRead:
    """开始一期考核。"""
    opened = await service.open_round(session, body, actor)
    set_etag(response, opened)
    response.headers["Location"] = f"/v1/assessments/{opened.id}"
    return await reading.show_round(session, opened)


@router.get("/assessments/{round_id}")
async def read_assessment(
    round_id: UUID, actor: CanReadAssessments, session: Session, response: Response
) -> AssessmentRead:
    """一期考核的名次：并列 1、2、2、4；未定的给出最好和最差可能。"""
    found = await service.round_for(session, round_id, actor)
    set_etag(response, found)
    return await reading.show_round(session, found)


@router.get("/assessments/{round_id}/quarter")
async def read_assessment_quarter(round_id: UUID, actor: CanReadAssessments, session: Session) -> QuarterRead:
    """这个月所在季度的名次：三个月平均，没有通报的月份算未知。"""
    return await reading.show_quarter(session, round_id, actor)


@router.put("/assessments/{round_id}/subjects/{code}")
async def put_assessed(
    round_id: UUID, code: Subject, body: AssessedPut, actor: CanAssess, session: Session
) -> AssessedWhole:
    """给一个对象计分；通报以前可以重来。一票否决的，不论多少分都是最低等级、排在最后。"""
    return AssessedWhole.model_validate(await service.assess(session, round_id, code, body, actor))


@router.get("/assessments/{round_id}/subjects/{code}")
async def read_assessed(round_id: UUID, code: Subject, actor: CanReadAssessments, session: Session) -> AssessedWhole:
    """一个对象的每一条得分和算式。"""
    return await reading.show_subject(session, round_id, code, actor)


@router.post("/assessments/{round_id}/publication")
async def publish_assessment(
    round_id: UUID, actor: CanAssess, session: Session, response: Response, version: IfMatch
) -> AssessmentRead:
    """通报：名次和须约谈的从此不变。"""
    published = await service.publish_round(session, round_id, version, actor)
    set_etag(response, published)
    return await reading.show_round(session, published)


@router.post("/assessments/{round_id}/subjects/{code}/talk")
async def hold_assessment_talk(
    round_id: UUID,
    code: Subject,
    body: Talk,
    actor: CanAssess,
    session: Session,
    response: Response,
    version: IfMatch,
) -> AssessmentRead:
    """登记约谈和限期整改。"""
    held = await service.hold_talk(session, round_id, code, version, body, actor)
    set_etag(response, held)
    return await reading.show_round(session, held)
