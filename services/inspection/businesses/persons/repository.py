"""Every query of the persons of businesses."""

from datetime import date
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.persons.models import BusinessPerson
from services.inspection.businesses.repository import family_of
from shared.contracts.inspection import PersonRole
from shared.http.pagination import PageRequest, paginate


async def get_person(session: AsyncSession, person_id: UUID) -> BusinessPerson | None:
    """Return one person, held for a change."""
    return await session.get(BusinessPerson, person_id, with_for_update=True)


async def list_persons(
    session: AsyncSession, business_id: UUID, page: PageRequest, *, role: PersonRole | None, on: date | None
) -> tuple[list[BusinessPerson], str | None]:
    """Return one page of a business's persons, those of files merged into it among them."""
    statement = select(BusinessPerson).where(BusinessPerson.business_id.in_(family_of(business_id)))
    if role is not None:
        statement = statement.where(BusinessPerson.role == role)
    if on is not None:
        statement = statement.where(
            or_(BusinessPerson.valid_from.is_(None), BusinessPerson.valid_from <= on),
            or_(BusinessPerson.valid_to.is_(None), BusinessPerson.valid_to >= on),
        )
    return await paginate(session, statement, page, order_by=[BusinessPerson.id])
