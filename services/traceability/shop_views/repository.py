"""Every query of what a shop sees of itself."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from services.traceability.lots.models import Lot, LotHold
from shared.contracts.traceability import HoldState
from shared.http.pagination import PageRequest, paginate


async def holds_of(
    session: AsyncSession, holder_keys: Collection[str], page: PageRequest
) -> tuple[list[LotHold], str | None]:
    """The holds in force on lots of this holder, under whichever of his names they were entered; the latest first."""
    statement = (
        select(LotHold)
        .join(LotHold.lot)
        .where(Lot.holder_key.in_(holder_keys), LotHold.state == HoldState.IN_FORCE)
        .options(selectinload(LotHold.lot))
    )
    return await paginate(session, statement, page, order_by=[LotHold.id], descending=True)
