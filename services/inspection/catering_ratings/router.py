"""餐饮量化分级: what caterers and canteens were rated."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from services.inspection.catering_ratings import repository, service
from services.inspection.catering_ratings.codes import RatingGrade
from services.inspection.catering_ratings.models import CateringRating
from services.inspection.catering_ratings.schemas import RatingCreate, RatingRead, RatingWithdrawal
from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.etags import IfMatch, set_etag
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

CanReadRatings = Annotated[Actor, Depends(Allow(*OFFICIALS))]
CanRate = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE, Role.INSPECTOR))]

router = Router(prefix="/v1/catering-ratings", tag="餐饮量化分级")


@router.get("")
async def list_ratings(
    session: Session,
    actor: CanReadRatings,
    page: PageParameters,
    region: Annotated[RegionCode | None, Query(description="区划代码，含其下级")] = None,
    business: Annotated[UUID | None, Query(description="主体编号")] = None,
    grade: RatingGrade | None = None,
) -> Page[RatingRead]:
    """餐饮服务单位、小餐饮、单位食堂的量化分级，最近登记的在前；撤销的也列出"""
    rows, following = await repository.list_ratings(
        session, actor, page, region=region, business_id=business, grade=grade
    )
    return Page(items=[RatingRead.model_validate(row) for row in rows], next_cursor=following)


@router.post("", status_code=201)
async def enter_rating(
    session: Session, actor: CanRate, _: Idempotent, body: RatingCreate, response: Response
) -> RatingRead:
    """登记一次量化分级；评定之日最晚的一次为现行等级"""
    return _answer(response, await service.enter(session, actor, body))


@router.post("/{rating_id}/withdrawal")
async def withdraw_rating(
    session: Session,
    actor: CanRate,
    rating_id: UUID,
    body: RatingWithdrawal,
    version: IfMatch,
    response: Response,
) -> RatingRead:
    """撤销登记错的一次，先前的一次恢复为现行等级"""
    return _answer(response, await service.withdraw(session, actor, rating_id, body.reason, version))


def _answer(response: Response, rating: CateringRating) -> RatingRead:
    set_etag(response, rating)
    return RatingRead.model_validate(rating)
