"""Entering and changing the persons of a business. Each change stands on its timeline, without telephone numbers."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.completeness.service import count_anew
from services.inspection.businesses.models import Business, TimelineEntry
from services.inspection.businesses.persons import repository
from services.inspection.businesses.persons.models import BusinessPerson
from services.inspection.businesses.persons.schemas import PersonWrite, name_shown
from services.inspection.businesses.service import changeable_business
from shared.contracts.inspection import TimelineKind
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.http.problems import Conflict, PreconditionRequired
from shared.personal_data.masking import masked_name, masked_number
from shared.personal_data.writing import restored

PRIVATE = frozenset({"name", "phone", "certificate_number"})


class PersonOfAnotherBusiness(Conflict):
    """The id belongs to a person of another business."""

    slug, title = "person-of-another-business", "这个人员编号属于另一主体"


async def put_person(
    session: AsyncSession, actor: Actor, business_id: UUID, person_id: UUID, expected: int | None, body: PersonWrite
) -> tuple[BusinessPerson, bool]:
    """Enter a person under the caller's id, or change what is kept; the flag says whether he is new.

    The same content again changes nothing. A change needs the version it was made from.
    """
    business = await changeable_business(session, actor, business_id)
    person = await repository.get_person(session, person_id)
    _restore(body, person if person and person.business_id == business.id else None)
    if person is None:
        person = BusinessPerson(id=person_id, business_id=business.id, version=1, **body.model_dump())
        session.add(person)
        await _tell(session, actor, business, person, {"role": person.role.value}, "新增")
        return person, True
    if person.business_id != business.id:
        raise PersonOfAnotherBusiness("请为新的人员新编一个 UUID")
    differences = {
        name: [getattr(person, name), value]
        for name, value in body.model_dump().items()
        if getattr(person, name) != value
    }
    if not differences:
        return person, False
    if expected is None:
        raise PreconditionRequired("这个编号已经登记且内容不同；要变更请先读取，把答复中的 ETag 放进 If-Match")
    ensure_version(person, expected)
    for name, (_, value) in differences.items():
        setattr(person, name, value)
    person.advance()
    told = {
        name: "已变更" if name in PRIVATE else [None if value is None else str(value) for value in pair]
        for name, pair in differences.items()
    }
    await _tell(session, actor, business, person, told, "变更")
    return person, False


def _restore(body: PersonWrite, kept: BusinessPerson | None) -> None:
    """What came back masked is what is kept."""
    body.name = restored(body.name, kept.name if kept else None, masked_name, "/name") or body.name
    for part in ("phone", "certificate_number"):
        value = restored(getattr(body, part), getattr(kept, part, None), masked_number, f"/{part}")
        setattr(body, part, value)


async def _tell(
    session: AsyncSession, actor: Actor, business: Business, person: BusinessPerson, details: dict[str, Any], word: str
) -> None:
    session.add(
        TimelineEntry(
            business_id=business.id,
            kind=TimelineKind.PERSON_CHANGED,
            summary=f"{word}{person.role.label}：{name_shown(person.role, person.name)}",
            details={"person_id": str(person.id)} | details,
            actor_id=actor.id,
            link=f"/v1/businesses/{business.id}/persons",
        )
    )
    await session.flush()
    await count_anew(session, [business.id])
