"""Keeping the tree of food categories."""

from collections.abc import Collection
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.food_categories import repository
from services.sampling.food_categories.models import FoodCategory
from services.sampling.food_categories.rules import DEEPEST, LEVEL_LABELS
from services.sampling.food_categories.schemas import CategoryCreate, CategoryFields, CategoryUpdate
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.http.problems import Conflict, FieldError, InvalidRequest, NotFound
from shared.times import now


class CategoryNotFound(NotFound):
    slug, title = "food-category-not-found", "没有找到这个食品类别"


class CategoryCodeTaken(Conflict):
    slug, title = "food-category-code-taken", "食品类别代码已被使用"


async def category_for(session: AsyncSession, code: str, *, lock: bool = False) -> FoodCategory:
    """The category. Raises `CategoryNotFound`."""
    category = await repository.get_category(session, code, lock=lock)
    if category is None:
        raise CategoryNotFound(f"没有代码为“{code}”的食品类别，请在食品类别一览中核对")
    return category


async def ensure_known(session: AsyncSession, codes: Collection[str], pointer: str) -> None:
    """Raise `InvalidRequest` when one of the codes is not a category."""
    unknown = sorted(set(codes) - await repository.known_codes(session, codes))
    if unknown:
        message = f"没有这些食品类别：{'、'.join(unknown)}，请先登记或更正代码"
        raise InvalidRequest(
            "有 1 处需要改正", errors=[FieldError(pointer=pointer, message=message, code="unknown_category")]
        )


async def add_category(session: AsyncSession, body: CategoryCreate, actor: Actor) -> FoodCategory:
    """Add a category below its parent. Raises `CategoryCodeTaken`, `InvalidRequest` (parent, level, exclusions)."""
    if await repository.get_category(session, body.code) is not None:
        raise CategoryCodeTaken(
            f"代码“{body.code}”已有类别使用",
            errors=[FieldError(pointer="/code", message="请换一个代码", code="taken")],
        )
    level = 1
    if body.parent_code is not None:
        await ensure_known(session, [body.parent_code], "/parent_code")
        parent = await category_for(session, body.parent_code)
        level = parent.level + 1
        if level > DEEPEST:
            message = f"“{parent.name}”已是{LEVEL_LABELS[DEEPEST]}，下面不再分类"
            raise InvalidRequest(
                "有 1 处需要改正", errors=[FieldError(pointer="/parent_code", message=message, code="too_deep")]
            )
    values = await _checked(session, body.code, body)
    category = FoodCategory(code=body.code, parent_code=body.parent_code, level=level, changed_by=actor.id, **values)
    session.add(category)
    await session.flush()
    return category


async def change_category(
    session: AsyncSession, code: str, body: CategoryUpdate, version: int, actor: Actor
) -> FoodCategory:
    """Replace names, exclusions and date rule; verdicts given before keep their snapshot. Raises as `add_category`."""
    category = await category_for(session, code, lock=True)
    ensure_version(category, version)
    for name, value in (await _checked(session, code, body)).items():
        setattr(category, name, value)
    category.changed_at, category.changed_by = now(), actor.id
    category.advance()
    await session.flush()
    return category


async def _checked(session: AsyncSession, code: str, body: CategoryFields) -> dict[str, Any]:
    if code in body.excluded_codes:
        message = "一个类别不能把自己除外"
        raise InvalidRequest(
            "有 1 处需要改正", errors=[FieldError(pointer="/excluded_codes", message=message, code="itself")]
        )
    await ensure_known(session, body.excluded_codes, "/excluded_codes")
    return {name: getattr(body, name) for name in CategoryFields.model_fields}
