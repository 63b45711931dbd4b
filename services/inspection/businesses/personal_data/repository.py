"""All persons of a file at once."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.persons.models import BusinessPerson
from services.inspection.businesses.repository import family_of


async def all_persons(session: AsyncSession, business_id: UUID) -> Sequence[BusinessPerson]:
    """The persons of a business, those of files merged into it among them."""
    statement = select(BusinessPerson).where(BusinessPerson.business_id.in_(family_of(business_id)))
    return (await session.scalars(statement.order_by(BusinessPerson.id))).all()
