"""Every query on food categories."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.food_categories.models import FoodCategory
from services.sampling.food_categories.rules import Category, CategoryTree
from shared.http.pagination import PageRequest, paginate


async def get_category(session: AsyncSession, code: str, *, lock: bool = False) -> FoodCategory | None:
    statement = select(FoodCategory).where(FoodCategory.code == code).execution_options(populate_existing=True)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def known_codes(session: AsyncSession, codes: Collection[str]) -> set[str]:
    """Which of these codes are categories."""
    return set(await session.scalars(select(FoodCategory.code).where(FoodCategory.code.in_(codes))))


async def list_categories(
    session: AsyncSession, parent_code: str | None, page: PageRequest
) -> tuple[list[FoodCategory], str | None]:
    """One page by code, of all or of those right below one."""
    statement = select(FoodCategory)
    if parent_code is not None:
        statement = statement.where(FoodCategory.parent_code == parent_code)
    return await paginate(session, statement, page, order_by=[FoodCategory.code])


async def load_tree(session: AsyncSession) -> CategoryTree:
    """All categories, in one read."""
    rows = await session.scalars(select(FoodCategory))
    return CategoryTree({row.code: as_rule(row) for row in rows})


async def add_missing(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Insert shipped categories that are not there yet, parents first; what is there stays."""
    await session.execute(insert(FoodCategory).values(list(rows)).on_conflict_do_nothing())


def as_rule(row: FoodCategory) -> Category:
    return Category(
        code=row.code,
        parent_code=row.parent_code,
        level=row.level,
        name=row.name,
        aliases=tuple(row.aliases),
        excluded_codes=frozenset(row.excluded_codes),
        date_basis=row.date_basis,
        verified=row.verified,
    )
