"""Every query of closures."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.closures.models import BusinessClosure
from shared.http.pagination import PageRequest, paginate


async def open_closure(session: AsyncSession, business_id: UUID) -> BusinessClosure | None:
    """Return the closure that has not ended."""
    statement = select(BusinessClosure).where(
        BusinessClosure.business_id == business_id, BusinessClosure.ended_at.is_(None)
    )
    return (await session.scalars(statement)).first()


async def list_closures(
    session: AsyncSession, business_id: UUID, page: PageRequest
) -> tuple[list[BusinessClosure], str | None]:
    """Return one page of a business's closures, the latest first."""
    statement = select(BusinessClosure).where(BusinessClosure.business_id == business_id)
    return await paginate(session, statement, page, order_by=[BusinessClosure.id], descending=True)
