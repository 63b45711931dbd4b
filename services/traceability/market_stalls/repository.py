"""Every query on stalls in markets."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.market_stalls.models import MarketStall


async def keep(session: AsyncSession, stall: Mapping[str, Any]) -> None:
    """Store a relation as the register tells it, unless a later version is known."""
    statement = insert(MarketStall).values(**stall)
    changed = {name: statement.excluded[name] for name in stall if name != "relation_id"}
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[MarketStall.relation_id],
            set_=changed,
            where=MarketStall.version < statement.excluded.version,
        )
    )


def stalls_of(market_business_id: UUID, on: date) -> Select[UUID]:
    """The businesses that are stalls of the market on a day."""
    return select(MarketStall.business_id).where(
        MarketStall.market_business_id == market_business_id,
        MarketStall.valid_from <= on,
        or_(MarketStall.valid_to.is_(None), MarketStall.valid_to > on),
    )
