"""The query by which the register is gone through."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.models import Business


async def files_after(session: AsyncSession, after: UUID | None, limit: int) -> Sequence[Business]:
    """The next files by id, open and closed ones."""
    statement = select(Business).order_by(Business.id).limit(limit)
    return (await session.scalars(statement.where(Business.id > after) if after else statement)).all()
