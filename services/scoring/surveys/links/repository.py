"""Every query of links."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.surveys.links.models import SurveyLink
from services.scoring.surveys.models import Survey, SurveyAnswer


async def link_of(session: AsyncSession, digest: str, *, lock: bool = False) -> tuple[SurveyLink, Survey] | None:
    """The link of a token and its survey; `lock` holds both, so that answers are counted one after the other."""
    statement = select(SurveyLink, Survey).join(Survey, Survey.id == SurveyLink.survey_id)
    statement = statement.where(SurveyLink.token_sha256 == digest)
    found = (await session.execute(statement.with_for_update() if lock else statement)).one_or_none()
    return None if found is None else (found[0], found[1])


async def links_of(session: AsyncSession, survey_id: UUID) -> Sequence[tuple[SurveyLink, int]]:
    """The links of a survey with how many answers came by each."""
    statement = (
        select(SurveyLink, func.count(SurveyAnswer.id))
        .outerjoin(SurveyAnswer, SurveyAnswer.link_id == SurveyLink.id)
        .where(SurveyLink.survey_id == survey_id)
        .group_by(SurveyLink.id)
        .order_by(SurveyLink.id)
    )
    return [(link, number) for link, number in await session.execute(statement)]


async def answers_by(session: AsyncSession, link_id: UUID) -> int:
    statement = select(func.count()).select_from(SurveyAnswer).where(SurveyAnswer.link_id == link_id)
    return int(await session.scalar(statement) or 0)
