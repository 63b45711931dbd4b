"""问卷链接 over HTTP: made by the office, answered by anybody who has the address."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Response

from services.scoring.surveys.links import service
from services.scoring.surveys.links.schemas import (
    PublicAnswerKept,
    PublicAnswerPut,
    PublicSurvey,
    SurveyLinkCreate,
    SurveyLinkMade,
    SurveyLinkRead,
)
from services.scoring.surveys.router import CanReadSurveys, CanRunSurveys
from shared.database import Session
from shared.http.auth import Anyone
from shared.http.idempotency import Idempotent
from shared.http.routing import Router

router = Router(prefix="/v1", tag="满意度调查")

Token = Annotated[str, Path(max_length=64, description="问卷地址里的一段")]


@router.get("/surveys/{survey_id}/links")
async def list_survey_links(survey_id: UUID, actor: CanReadSurveys, session: Session) -> list[SurveyLinkRead]:
    """问卷链接，各收了几份。"""
    return await service.links_shown(session, survey_id, actor)


@router.post("/surveys/{survey_id}/links", status_code=201)
async def make_survey_link(
    survey_id: UUID,
    body: SurveyLinkCreate,
    actor: CanRunSurveys,
    session: Session,
    response: Response,
    _: Idempotent,
) -> SurveyLinkMade:
    """做一个问卷链接，可印成二维码；token 只给出一次。"""
    response.headers["Location"] = f"/v1/surveys/{survey_id}/links"
    return await service.make_link(session, survey_id, body, actor)


@router.post("/surveys/{survey_id}/links/{link_id}/closing")
async def close_survey_link(survey_id: UUID, link_id: UUID, actor: CanRunSurveys, session: Session) -> SurveyLinkRead:
    """停用一个问卷链接，不再收答卷；已收的不变。"""
    return await service.close_link(session, survey_id, link_id, actor)


@router.get("/public-surveys/{token}")
async def read_public_survey(token: Token, _: Anyone, session: Session) -> PublicSurvey:
    """打开问卷，不用登录。"""
    return await service.show_questionnaire(session, token)


@router.put("/public-surveys/{token}/answers/{answer_id}")
async def put_public_answer(
    token: Token, answer_id: UUID, body: PublicAnswerPut, _: Anyone, session: Session
) -> PublicAnswerKept:
    """交一份答卷；编号在打开问卷时产生，同一编号再交是同一份。"""
    return PublicAnswerKept(id=(await service.take_public_answer(session, token, answer_id, body)).id)
