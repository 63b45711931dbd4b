"""Making links, and taking what comes by them."""

import hashlib
import secrets
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.surveys.content import Mode
from services.scoring.surveys.links import repository
from services.scoring.surveys.links.models import SurveyLink
from services.scoring.surveys.links.schemas import (
    PublicAnswerPut,
    PublicOption,
    PublicQuestion,
    PublicSurvey,
    SurveyLinkCreate,
    SurveyLinkMade,
    SurveyLinkRead,
)
from services.scoring.surveys.models import Survey, SurveyAnswer
from services.scoring.surveys.problems import LinkUsedUp, UnknownSurvey, UnknownSurveyLink, refused_at
from services.scoring.surveys.schemas import AnswerPut
from services.scoring.surveys.service import keep, read_survey
from shared.http.auth import Actor
from shared.ids import made_at
from shared.times import now

TOKEN_BYTES = 16
LONGEST_SECONDS = 86_400


async def make_link(session: AsyncSession, survey_id: UUID, body: SurveyLinkCreate, actor: Actor) -> SurveyLinkMade:
    """Make an address of a questionnaire; its token is told once.

    Raises UnknownSurvey, SurveyClosed, InvalidRequest.
    """
    survey = await read_survey(session, actor, survey_id, for_update=True)
    survey.ensure_open()
    strata = [stratum.code for stratum in survey.content.strata]
    if body.stratum is not None and body.stratum not in strata:
        raise refused_at("/stratum", f"没有“{body.stratum}”这一层，可写的有：{'、'.join(strata)}", "unknown")
    if body.closes_at <= now():
        raise refused_at("/closes_at", "已经过去，请改为以后的时间", "past")
    token = secrets.token_urlsafe(TOKEN_BYTES)
    link = SurveyLink(survey_id=survey.id, token_sha256=_digest(token), made_by=actor.id, **body.model_dump())
    session.add(link)
    await session.flush()
    return SurveyLinkMade(**_read(link, 0).model_dump(), token=token)


async def links_shown(session: AsyncSession, survey_id: UUID, actor: Actor) -> list[SurveyLinkRead]:
    survey = await read_survey(session, actor, survey_id)
    return [_read(link, number) for link, number in await repository.links_of(session, survey.id)]


async def close_link(session: AsyncSession, survey_id: UUID, link_id: UUID, actor: Actor) -> SurveyLinkRead:
    """Take no more answers by an address; one that is closed stays. Raises UnknownSurvey, UnknownSurveyLink."""
    survey = await read_survey(session, actor, survey_id, for_update=True)
    found = next((one for one in await repository.links_of(session, survey.id) if one[0].id == link_id), None)
    if found is None:
        raise UnknownSurveyLink
    link, number = found
    link.closes_at = min(link.closes_at, now())
    await session.flush()
    return _read(link, number)


async def show_questionnaire(session: AsyncSession, token: str) -> PublicSurvey:
    """What whoever opens the address is asked. Raises UnknownSurvey."""
    link, survey = await _open(session, token)
    plan = survey.content
    return PublicSurvey(
        title=survey.title,
        questionnaire=plan.questionnaire,
        questions=[
            PublicQuestion(
                code=question.code,
                text=question.text,
                options=[PublicOption(code=one.code, label=one.label) for one in question.options],
            )
            for question in plan.questions
        ],
        strata=[] if link.stratum else [PublicOption(code=one.code, label=one.label) for one in plan.strata],
    )


async def take_public_answer(session: AsyncSession, token: str, answer_id: UUID, body: PublicAnswerPut) -> SurveyAnswer:
    """Keep what somebody filled in. How long it took is told by the id, which is made when the page is opened.

    Raises UnknownSurvey, LinkUsedUp, InvalidRequest, AnswerDiffers.
    """
    link, survey = await _open(session, token, lock=True)
    stratum = link.stratum or body.stratum
    if stratum is None:
        raise refused_at("/stratum", "请选一项", "missing")
    known = await session.get(SurveyAnswer, answer_id)
    if known is None and await repository.answers_by(session, link.id) >= link.most_answers:
        raise LinkUsedUp
    given = AnswerPut(
        mode=Mode.WEB,
        stratum=stratum,
        seconds=_seconds(answer_id) if known is None else known.seconds,
        **body.model_dump(exclude={"stratum"}),
    )
    return await keep(session, survey, answer_id, given, link.made_by, link_id=link.id)


async def _open(session: AsyncSession, token: str, *, lock: bool = False) -> tuple[SurveyLink, Survey]:
    found = await repository.link_of(session, _digest(token), lock=lock)
    if found is None or found[0].closes_at <= now() or found[1].closed_at is not None:
        raise UnknownSurvey("没有这份问卷，或已经结束")
    return found


def _seconds(answer_id: UUID) -> int:
    """From the making of the id until now; nothing for one that was not made so."""
    try:
        passed = (now() - made_at(answer_id)).total_seconds()
    except ValueError:
        return 0
    return int(min(max(passed, 0), LONGEST_SECONDS))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _read(link: SurveyLink, answers: int) -> SurveyLinkRead:
    return SurveyLinkRead(
        id=link.id,
        stratum=link.stratum,
        most_answers=link.most_answers,
        answers=answers,
        closes_at=link.closes_at,
        made_at=link.made_at,
    )
