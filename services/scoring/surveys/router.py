"""满意度调查 over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Response

from services.scoring.surveys import repository, service
from services.scoring.surveys.models import SurveyLine
from services.scoring.surveys.schemas import (
    AnswerPut,
    AnswerRead,
    SurveyCreate,
    SurveyLineCreate,
    SurveyLineRead,
    SurveyRead,
    SurveyResultRead,
)
from shared.contracts.codes import OFFICIALS, Role
from shared.database import Session
from shared.dated_rules.access import CanStateRules
from shared.dated_rules.repository import history
from shared.dated_rules.service import state_rule
from shared.http.auth import Actor, Allow
from shared.http.etags import IfMatch, set_etag
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

router = Router(prefix="/v1", tag="满意度调查")

CanReadSurveys = Annotated[Actor, Depends(Allow(*OFFICIALS, Role.REVIEWER))]
CanRunSurveys = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE))]
CanTakeAnswers = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE, Role.REVIEWER, Role.EXTERNAL_SYSTEM))]


@router.get("/survey-lines")
async def list_survey_lines(_: CanReadSurveys, session: Session) -> list[SurveyLineRead]:
    """满意度、知晓率、支持率应达到的比例；只增不改。"""
    return [SurveyLineRead.model_validate(row) for row in await history(session, SurveyLine)]


@router.post("/survey-lines", status_code=201)
async def state_survey_line(
    body: SurveyLineCreate, actor: CanStateRules, session: Session, response: Response, _: Idempotent
) -> SurveyLineRead:
    """自某日起应达到的比例；已开始的调查不受以后日期的影响。"""
    row = await state_rule(session, SurveyLine(**body.model_dump()), actor)
    response.headers["Location"] = "/v1/survey-lines"
    return SurveyLineRead.model_validate(row)


@router.get("/surveys")
async def list_surveys(session: Session, actor: CanReadSurveys, page: PageParameters) -> Page[SurveyRead]:
    """各次调查，最近的在前。"""
    rows, cursor = await repository.list_surveys(session, actor, page)
    return Page(items=[SurveyRead.model_validate(row) for row in rows], next_cursor=cursor)


@router.post("/surveys", status_code=201)
async def open_survey(
    body: SurveyCreate, actor: CanRunSurveys, session: Session, response: Response, _: Idempotent
) -> SurveyRead:
    """开始一次调查；问卷、分层和配额此后不变。"""
    survey = await service.open_survey(session, body, actor)
    set_etag(response, survey)
    response.headers["Location"] = f"/v1/surveys/{survey.id}"
    return SurveyRead.model_validate(survey)


@router.get("/surveys/{survey_id}")
async def read_survey(session: Session, actor: CanReadSurveys, survey_id: UUID, response: Response) -> SurveyRead:
    """一次调查和它的问卷。"""
    survey = await service.read_survey(session, actor, survey_id)
    set_etag(response, survey)
    return SurveyRead.model_validate(survey)


@router.post("/surveys/{survey_id}/closing")
async def close_survey(
    survey_id: UUID, actor: CanRunSurveys, session: Session, response: Response, version: IfMatch
) -> SurveyRead:
    """结束调查，不再收答卷。"""
    survey = await service.close_survey(session, actor, survey_id, version)
    set_etag(response, survey)
    return SurveyRead.model_validate(survey)


@router.put("/surveys/{survey_id}/answers/{answer_id}")
async def put_survey_answer(
    survey_id: UUID, answer_id: UUID, body: AnswerPut, actor: CanTakeAnswers, session: Session
) -> AnswerRead:
    """收一份答卷；编号由采集一方给出，断网后可以重发。不合格的也留存，写明为什么不计入。"""
    return AnswerRead.model_validate(await service.take_answer(session, actor, survey_id, answer_id, body))


@router.get("/surveys/{survey_id}/result")
async def read_survey_result(session: Session, actor: CanReadSurveys, survey_id: UUID) -> SurveyResultRead:
    """按人口加权的结果、抽样误差和是否达到。"""
    return await service.result(session, actor, survey_id)
