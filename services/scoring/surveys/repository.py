"""Every query of surveys."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from services.scoring.surveys.content import Mode
from services.scoring.surveys.models import Survey, SurveyAnswer
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.scope import within_scope


async def get_survey(
    session: AsyncSession, actor: Actor, survey_id: UUID, *, for_update: bool = False
) -> Survey | None:
    statement = within_scope(select(Survey), Survey.region_code, actor).where(Survey.id == survey_id)
    found: Survey | None = await session.scalar(statement.with_for_update() if for_update else statement)
    return found


async def list_surveys(session: AsyncSession, actor: Actor, page: PageRequest) -> tuple[list[Survey], str | None]:
    statement = within_scope(select(Survey), Survey.region_code, actor)
    return await paginate(session, statement, page, order_by=[Survey.id], descending=True)


async def keep_answer(session: AsyncSession, values: dict[str, Any]) -> SurveyAnswer:
    """The answer of that id: this one, unless it was sent before."""
    await session.execute(insert(SurveyAnswer).values(values).on_conflict_do_nothing(index_elements=["id"]))
    return await session.get_one(SurveyAnswer, values["id"])


async def counts_of(session: AsyncSession, survey_id: UUID, question: str) -> Mapping[tuple[str, str], int]:
    """How many of each stratum gave each option, of the answers that count."""
    option = SurveyAnswer.answers[question].astext
    statement = (
        select(SurveyAnswer.stratum, option, func.count())
        .where(SurveyAnswer.survey_id == survey_id, SurveyAnswer.screened_out.is_(None))
        .group_by(SurveyAnswer.stratum, option)
    )
    return {(stratum, given): number for stratum, given, number in await session.execute(statement)}


async def counted_by_stratum(session: AsyncSession, survey_id: UUID) -> dict[str, int]:
    return await _numbers(session, survey_id, SurveyAnswer.stratum, SurveyAnswer.screened_out.is_(None))


async def counted_by_mode(session: AsyncSession, survey_id: UUID) -> dict[Mode, int]:
    return await _numbers(session, survey_id, SurveyAnswer.mode, SurveyAnswer.screened_out.is_(None))


async def screened_out(session: AsyncSession, survey_id: UUID) -> dict[str, int]:
    """The reasons why answers do not count, with how many."""
    return await _numbers(session, survey_id, SurveyAnswer.screened_out, SurveyAnswer.screened_out.is_not(None))


async def _numbers(
    session: AsyncSession, survey_id: UUID, by: InstrumentedAttribute[Any], where: ColumnElement[bool]
) -> dict[Any, int]:
    statement = select(by, func.count()).where(SurveyAnswer.survey_id == survey_id, where).group_by(by).order_by(by)
    return dict((await session.execute(statement)).all())
