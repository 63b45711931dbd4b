"""Every query of the stock."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import quote
from uuid import UUID

from sqlalchemy import Row, Select, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.everyday_events.rules import lot_code
from services.traceability.lots.rules import normalise_code
from services.traceability.stocks.models import StockEntry
from services.traceability.subjects.scope import readable
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate, paginate_rows
from shared.regions.repository import codes_within


async def enter(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    await session.execute(insert(StockEntry).values(list(rows)).on_conflict_do_nothing(index_elements=["id"]))


async def balances(
    session: AsyncSession, business_id: UUID, lot_keys: Sequence[str]
) -> Sequence[Row[str, str, Decimal]]:
    """(lot_key, unit, quantity) of these lots at one business."""
    statement = (
        select(StockEntry.lot_key, StockEntry.unit, func.sum(StockEntry.quantity).label("quantity"))
        .where(StockEntry.business_id == business_id, StockEntry.lot_key.in_(set(lot_keys)))
        .group_by(StockEntry.lot_key, StockEntry.unit)
        .order_by(StockEntry.lot_key, StockEntry.unit)
    )
    return (await session.execute(statement)).all()


async def keys_labelled(session: AsyncSession, business_id: UUID, code: str) -> list[str]:
    """The lots that the business has or had under that number on their label, those that moved last first."""
    written = quote(normalise_code(code), safe="")
    statement = (
        select(StockEntry.lot_key)
        .where(StockEntry.business_id == business_id, func.upper(StockEntry.lot_key).endswith(written, autoescape=True))
        .group_by(StockEntry.lot_key)
        .order_by(func.max(StockEntry.at).desc(), StockEntry.lot_key)
    )
    keys = await session.scalars(statement)
    return [key for key in keys if normalise_code(lot_code(key)) == normalise_code(code)]


async def list_stocks(
    session: AsyncSession,
    actor: Actor,
    page: PageRequest,
    *,
    business_id: UUID | None,
    region_code: str | None,
    lot_key: str | None,
    oversold: bool | None,
) -> tuple[list[Any], str | None]:
    """One page of the stock, lot by lot."""
    total = func.sum(StockEntry.quantity)
    statement: Select[*tuple[Any, ...]] = (
        select(
            StockEntry.business_id,
            StockEntry.lot_key,
            StockEntry.unit,
            func.max(StockEntry.product_name).label("product_name"),
            total.label("quantity"),
            func.sum(StockEntry.quantity).filter(StockEntry.quantity > 0).label("came_in"),
            func.max(StockEntry.at).label("last_at"),
        )
        .where(readable(actor, StockEntry.business_id, StockEntry.region_code))
        .group_by(StockEntry.business_id, StockEntry.lot_key, StockEntry.unit)
    )
    if business_id is not None:
        statement = statement.where(StockEntry.business_id == business_id)
    if region_code is not None:
        statement = statement.where(StockEntry.region_code.in_(codes_within([region_code])))
    if lot_key is not None:
        statement = statement.where(StockEntry.lot_key == lot_key)
    if oversold is not None:
        statement = statement.having(total < 0 if oversold else total >= 0)
    order = [StockEntry.business_id, StockEntry.lot_key, StockEntry.unit]
    return await paginate_rows(session, statement, page, order_by=[column.expression for column in order])


async def list_entries(
    session: AsyncSession, actor: Actor, business_id: UUID, lot_key: str, page: PageRequest
) -> tuple[list[StockEntry], str | None]:
    """What moved one lot at one business, the latest first."""
    statement = select(StockEntry).where(
        StockEntry.business_id == business_id,
        StockEntry.lot_key == lot_key,
        readable(actor, StockEntry.business_id, StockEntry.region_code),
    )
    return await paginate(session, statement, page, order_by=[StockEntry.at, StockEntry.id], descending=True)
