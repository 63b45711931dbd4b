"""Every query of what other services told about businesses."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.models import Business, TimelineEntry
from services.inspection.businesses.repository import get_survivor
from shared.contracts.inspection import BusinessStatus


async def concerned(session: AsyncSession, business_id: UUID | None, uscc: str | None) -> UUID | None:
    """Return the one file an event can only be about: by id, or the only open file under its USCC."""
    if business_id is not None and (business := await get_survivor(session, business_id)) is not None:
        return business.id
    if not uscc:
        return None
    found = await session.scalars(
        select(Business.id).where(Business.uscc == uscc, Business.status != BusinessStatus.CLOSED).limit(2)
    )
    ids: Sequence[UUID] = found.all()
    return ids[0] if len(ids) == 1 else None


async def add_once(session: AsyncSession, entry: Mapping[str, Any]) -> None:
    """Write an entry unless its source has told it before."""
    await session.execute(
        insert(TimelineEntry)
        .values(dict(entry))
        .on_conflict_do_nothing(index_elements=[TimelineEntry.source], index_where=TimelineEntry.source.is_not(None))
    )
