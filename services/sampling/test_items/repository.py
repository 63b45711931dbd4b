"""Every query on the item catalogue."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.test_items.models import Item, ItemAlias, Threshold
from services.sampling.test_items.rules import Catalogue, CatalogueItem, Limit
from shared.http.pagination import PageRequest, paginate


async def get_item(session: AsyncSession, code: str, *, lock: bool = False) -> Item | None:
    """One item with its names and thresholds as they are now."""
    statement = select(Item).where(Item.code == code).execution_options(populate_existing=True)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def list_items(session: AsyncSession, page: PageRequest) -> tuple[list[Item], str | None]:
    """One page of the catalogue by code."""
    return await paginate(session, select(Item), page, order_by=[Item.code])


async def owners_of(session: AsyncSession, names: Collection[str]) -> dict[str, str]:
    """Plain name → code of the item that has it, for the names already given."""
    rows = await session.execute(select(ItemAlias.name, ItemAlias.item_code).where(ItemAlias.name.in_(names)))
    return dict(rows.all())


async def load_catalogue(session: AsyncSession) -> Catalogue:
    """All active items with their names and thresholds, in two small reads."""
    items = (await session.scalars(select(Item).where(Item.active))).all()
    return Catalogue(
        items={item.code: _with_limits(item) for item in items},
        codes_by_name={alias.name: item.code for item in items for alias in item.aliases},
    )


async def add_missing(
    session: AsyncSession,
    items: list[dict[str, object]],
    aliases: list[dict[str, object]],
    rows: list[dict[str, object]],
) -> None:
    """Insert shipped items with names and thresholds where they are not there yet; what is there stays as it is."""
    await session.execute(insert(Item).values(items).on_conflict_do_nothing())
    await session.execute(insert(ItemAlias).values(aliases).on_conflict_do_nothing())
    await session.execute(insert(Threshold).values(rows).on_conflict_do_nothing())


def _with_limits(item: Item) -> CatalogueItem:
    limits = tuple(
        Limit(
            id=row.id,
            method=row.method,
            food_category=row.food_category,
            limit_form=row.limit_form,
            value=row.value,
            unit=row.unit,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            verified=row.verified,
            recorded_at=row.recorded_at,
        )
        for row in item.thresholds
    )
    return CatalogueItem(item.code, item.name, item.banned, limits)
