"""Every query on ratings."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.models import Business
from services.inspection.businesses.repository import of_business
from services.inspection.catering_ratings.codes import RatingGrade
from services.inspection.catering_ratings.models import CateringRating
from services.inspection.grid.counts.models import GridCount
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.repository import codes_within
from shared.regions.scope import within_scope


async def visible_rating(session: AsyncSession, rating_id: UUID, actor: Actor) -> CateringRating | None:
    """One rating of the actor's regions, held for a change."""
    statement = within_scope(
        select(CateringRating).where(CateringRating.id == rating_id), CateringRating.region_code, actor
    )
    return await session.scalar(statement.with_for_update().execution_options(populate_existing=True))


async def list_ratings(
    session: AsyncSession,
    actor: Actor,
    page: PageRequest,
    *,
    region: str | None,
    business_id: UUID | None,
    grade: RatingGrade | None,
) -> tuple[list[CateringRating], str | None]:
    """One page of the ratings of the actor's regions, withdrawn ones too, the latest entered first."""
    statement = within_scope(select(CateringRating), CateringRating.region_code, actor)
    if region is not None:
        statement = statement.where(CateringRating.region_code.in_(codes_within([region])))
    if business_id is not None:
        statement = statement.where(of_business(CateringRating.business_id, business_id))
    if grade is not None:
        statement = statement.where(CateringRating.grade == grade)
    return await paginate(session, statement, page, order_by=[CateringRating.id], descending=True)


async def standing_grades(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, RatingGrade]:
    """File that goes on → the grade that stands of its business, under whichever of its files it was entered."""
    file = func.coalesce(Business.merged_into, Business.id).label("file")
    statement = (
        select(file, CateringRating.grade)
        .join(CateringRating, CateringRating.business_id == Business.id)
        .where(CateringRating.withdrawn_at.is_(None), or_(Business.id.in_(ids), Business.merged_into.in_(ids)))
        .ext(distinct_on(file))
        .order_by(file, CateringRating.rated_on.desc(), CateringRating.id.desc())
    )
    return {row.file: row.grade for row in await session.execute(statement)}


async def ever_counted(session: AsyncSession, figures: Collection[str], ids: Collection[UUID]) -> set[UUID]:
    """Those of the files that one of the figures has counted before."""
    subjects = [str(business_id) for business_id in ids]
    statement = select(GridCount.subject).where(GridCount.figure.in_(figures), GridCount.subject.in_(subjects))
    return {UUID(subject) for subject in await session.scalars(statement.distinct())}


async def files(session: AsyncSession, ids: Collection[UUID]) -> Sequence[Business]:
    return (await session.scalars(select(Business).where(Business.id.in_(ids)).order_by(Business.id))).all()
