"""Entering what caterers were rated."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.repository import get_business
from services.inspection.businesses.timeline.service import tell
from services.inspection.catering_ratings import repository
from services.inspection.catering_ratings.codes import RATED_KINDS
from services.inspection.catering_ratings.counting import count_ratings
from services.inspection.catering_ratings.models import CateringRating
from services.inspection.catering_ratings.problems import UnknownRating
from services.inspection.catering_ratings.rules import grade_of
from services.inspection.catering_ratings.schemas import RatingCreate
from services.inspection.grid.cells.problems import wrong
from services.inspection.grid.dated_rules.contents import RatingBands, Subject
from services.inspection.grid.dated_rules.service import rule_for
from shared.contracts.inspection import TimelineKind
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.ids import uuid7
from shared.regions.scope import ensure_in_scope
from shared.times import day_of, now, start_of_day

RULE_CODE = "catering"


async def enter(session: AsyncSession, actor: Actor, body: RatingCreate) -> CateringRating:
    """Enter a rating. Raises `InvalidRequest` for a business that is none or is not rated, and for a score that means
    another grade; `NoRuleInForce` where nobody has said what a score means.
    """
    business = await get_business(session, body.business_id, for_update=True)
    if business is None or not business.counts:
        raise wrong("/business_id", "没有这个主体，或已注销，请核对编号", "business")
    await ensure_in_scope(session, actor, business.region_code)
    if business.kind not in RATED_KINDS:
        asked = "、".join(kind.label for kind in RATED_KINDS)
        raise wrong("/business_id", f"量化分级只评{asked}，这一户是{business.kind.label}", "kind")
    if body.rated_on > day_of(now()):
        raise wrong("/rated_on", f"{body.rated_on} 在今天以后，请在评定以后登记", "date")
    rating = CateringRating(
        id=uuid7(),
        version=1,
        region_code=business.region_code,
        rule_id=await _checked(session, business.region_code, body),
        recorded_by=actor.id,
        recorded_by_name=actor.name,
        withdrawal_reason="",
        **dict(body),
    )
    session.add(rating)
    await session.flush()
    await _settle(session, rating, actor, f"{rating.grade.label}，{rating.basis}")
    await session.refresh(rating)
    return rating


async def withdraw(session: AsyncSession, actor: Actor, rating_id: UUID, reason: str, expected: int) -> CateringRating:
    """It should not have been entered. Raises `UnknownRating`, `RatingWithdrawn`."""
    rating = await repository.visible_rating(session, rating_id, actor)
    if rating is None:
        raise UnknownRating("请核对编号；只能办理辖区内的")
    ensure_version(rating, expected)
    rating.withdraw(reason)
    await session.flush()
    await _settle(session, rating, actor, f"撤销 {rating.grade.label}，{reason}")
    return rating


async def _checked(session: AsyncSession, region_code: str, body: RatingCreate) -> UUID | None:
    """The rule by which the score means the grade; None without a score."""
    if body.score is None:
        return None
    rule = await rule_for(session, Subject.CATERING_RATING, RULE_CODE, region_code, body.rated_on)
    bands = rule.says(RatingBands).least
    means = grade_of(body.score, [(band.grade, band.score) for band in bands])
    if means is not body.grade:
        said = means.label if means else "不评级，先整改"
        raise wrong("/grade", f"{body.score} 分按“{rule.title}”是{said}，现为{body.grade.label}；请核对", "grade")
    return rule.id


async def _settle(session: AsyncSession, rating: CateringRating, actor: Actor, summary: str) -> None:
    await count_ratings(session, [rating.business_id])
    withdrawn = rating.withdrawn_at
    await tell(
        session,
        kind=TimelineKind.RATED,
        source=f"catering_rating/{rating.id}" + ("/withdrawn" if withdrawn else ""),
        business_id=rating.business_id,
        summary=f"餐饮量化分级：{summary}",
        details={"catering_rating_id": str(rating.id), "grade": rating.grade.value},
        happened_at=withdrawn or start_of_day(rating.rated_on),
        link=f"/v1/catering-ratings?business={rating.business_id}",
        actor_id=actor.id,
    )
