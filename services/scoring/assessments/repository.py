"""Every query of assessments."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from services.scoring.assessments.models import AssessmentRound, AssessmentRule, SubjectKind
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.models import RegionAncestor
from shared.regions.repository import codes_within


@dataclass(frozen=True, slots=True)
class RoundFilter:
    subject_kind: SubjectKind | None = None
    region: str | None = None


def _visible(statement: Select[AssessmentRound], actor: Actor) -> Select[AssessmentRound]:
    """Rounds of the actor's own regions; of those above him what was published: the assessed read their result."""
    above = select(RegionAncestor.ancestor_code).where(RegionAncestor.code.in_(actor.regions))
    published = and_(AssessmentRound.published_at.is_not(None), AssessmentRound.region_code.in_(above))
    return statement.where(or_(AssessmentRound.region_code.in_(codes_within(actor.regions)), published))


async def get_round(
    session: AsyncSession, round_id: UUID, actor: Actor, *, lock: bool = False
) -> AssessmentRound | None:
    """One round with everybody in it; `lock` holds it for a change."""
    statement = _visible(select(AssessmentRound).where(AssessmentRound.id == round_id), actor)
    statement = statement.options(selectinload(AssessmentRound.subjects)).execution_options(populate_existing=True)
    return await session.scalar(statement.with_for_update(of=AssessmentRound) if lock else statement)


async def list_rounds(
    session: AsyncSession, wanted: RoundFilter, actor: Actor, page: PageRequest
) -> tuple[list[AssessmentRound], str | None]:
    statement = _visible(select(AssessmentRound), actor)
    if wanted.subject_kind is not None:
        statement = statement.where(AssessmentRound.subject_kind == wanted.subject_kind)
    if wanted.region is not None:
        statement = statement.where(AssessmentRound.region_code.in_(codes_within([wanted.region])))
    return await paginate(session, statement, page, order_by=[AssessmentRound.id], descending=True)


async def is_opened(session: AsyncSession, region: str, scheme: str, kind: SubjectKind, period: str) -> bool:
    statement = select(AssessmentRound.id).filter_by(
        region_code=region, scheme_code=scheme, subject_kind=kind, period=period
    )
    return await session.scalar(statement) is not None


async def published_rounds(
    session: AsyncSession, like: AssessmentRound, periods: Collection[str]
) -> Sequence[AssessmentRound]:
    """Published rounds of the same region, scheme and subjects over these periods, with everybody in them."""
    statement = (
        select(AssessmentRound)
        .filter_by(region_code=like.region_code, scheme_code=like.scheme_code, subject_kind=like.subject_kind)
        .where(AssessmentRound.period.in_(periods), AssessmentRound.published_at.is_not(None))
        .options(selectinload(AssessmentRound.subjects))
        .order_by(AssessmentRound.period)
    )
    return (await session.scalars(statement)).all()


async def rule_of(session: AsyncSession, round_: AssessmentRound) -> AssessmentRule:
    return await session.get_one(AssessmentRule, round_.rule_id)
