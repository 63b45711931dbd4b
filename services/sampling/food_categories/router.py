"""食品类别."""

from typing import Annotated

from fastapi import Depends, Query, Response

from services.sampling.food_categories import repository, service
from services.sampling.food_categories.schemas import CategoryCreate, CategoryRead, CategoryUpdate
from shared.contracts.codes import Role
from shared.database import Session
from shared.http.auth import Actor, AnyActor
from shared.http.etags import IfMatch, set_etag
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router
from shared.regions.common_rules import keeper_of_common_rules

CanKeepCategories = Annotated[Actor, Depends(keeper_of_common_rules(Role.FOOD_SAFETY_OFFICE, Role.ADMINISTRATOR))]

router = Router(prefix="/v1/food-categories", tag="食品类别")


@router.get("")
async def list_food_categories(
    _: AnyActor,
    session: Session,
    page: PageParameters,
    parent: Annotated[str | None, Query(max_length=32, description="只列这个类别的下一级")] = None,
) -> Page[CategoryRead]:
    """食品类别一览：大类、亚类、次亚类、细类，按代码。"""
    items, following = await repository.list_categories(session, parent, page)
    return Page(items=[CategoryRead.model_validate(item) for item in items], next_cursor=following)


@router.post("", status_code=201)
async def create_food_category(
    body: CategoryCreate, actor: CanKeepCategories, session: Session, response: Response, _: Idempotent
) -> CategoryRead:
    """新增食品类别；级别由上级推出，最多四级。"""
    category = await service.add_category(session, body, actor)
    set_etag(response, category)
    response.headers["Location"] = f"/v1/food-categories/{category.code}"
    return CategoryRead.model_validate(category)


@router.get("/{code}")
async def read_food_category(code: str, _: AnyActor, session: Session, response: Response) -> CategoryRead:
    """一个食品类别。"""
    category = await service.category_for(session, code)
    set_etag(response, category)
    return CategoryRead.model_validate(category)


@router.put("/{code}")
async def change_food_category(
    code: str, body: CategoryUpdate, actor: CanKeepCategories, version: IfMatch, session: Session, response: Response
) -> CategoryRead:
    """更改名称、写法、除外与选用标准版本的日期；已作出的判定不变。"""
    category = await service.change_category(session, code, body, version, actor)
    set_etag(response, category)
    return CategoryRead.model_validate(category)
