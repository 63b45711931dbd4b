"""What of a business's file is masked everywhere else: its telephone, its persons' numbers, its workers' names."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.personal_data import repository
from services.inspection.businesses.persons.models import BusinessPerson
from services.inspection.businesses.service import read_business
from shared.http.auth import Actor
from shared.personal_data.schemas import DisclosedField, DisclosureRead
from shared.personal_data.service import disclose, told


async def disclose_business(session: AsyncSession, actor: Actor, business_id: UUID, purpose: str) -> DisclosureRead:
    """Everything at once: whoever calls the shop needs the numbers, not one of them. Raises as `read_business`."""
    business = await read_business(session, actor, business_id)
    fields = told("/phone", "电话", business.phone)
    for person in await repository.all_persons(session, business_id):
        fields += _of(person)
    return await disclose(session, actor, f"/v1/businesses/{business_id}", purpose, fields)


def _of(person: BusinessPerson) -> list[DisclosedField]:
    at, who = f"/persons/{person.id}", person.role.label
    return [
        *told(f"{at}/name", who, person.name),
        *told(f"{at}/phone", f"{person.name}的电话", person.phone),
        *told(f"{at}/certificate_number", f"{person.name}的健康证明编号", person.certificate_number),
    ]
