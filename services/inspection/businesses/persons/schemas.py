"""What the routes of persons take and give."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints, model_validator
from pydantic.config import JsonDict

from services.inspection.businesses.persons.models import BusinessPerson
from services.inspection.businesses.rules import masked_phone
from services.inspection.businesses.schemas import SEE_PHONES, Phone
from shared.contracts.inspection import PersonRole
from shared.contracts.moments import PrintedDay
from shared.contracts.schema import Schema
from shared.http.auth import Actor

EXAMPLE_WRITE: JsonDict = {
    "role": "food_handler",
    "name": "演示甲（虚构）",
    "phone": "13800000000",
    "valid_from": "2026-01-01",
    "valid_to": None,
    "certificate_number": "演示-0001",
    "certificate_valid_to": "2027-03-01",
}
EXAMPLE_READ: JsonDict = EXAMPLE_WRITE | {
    "id": "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1b",
    "business_id": "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1c",
    "version": 1,
}


class PersonWrite(Schema):
    """A person in one role. Identity numbers are refused, as are all other particulars."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_WRITE]})

    role: PersonRole
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
    phone: Phone | None = None
    valid_from: date | None = Field(default=None, description="任职或到岗之日")
    valid_to: date | None = Field(default=None, description="离任或离岗之日；在岗为 null")
    certificate_number: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)] | None = (
        Field(default=None, description="健康证明编号")
    )
    certificate_valid_to: PrintedDay | None = Field(default=None, description="健康证明有效期止")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValueError("离岗之日早于到岗之日，请核对")
        return self


class PersonRead(PersonWrite):
    """A person as this caller may see him."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_READ]})

    id: UUID
    business_id: UUID
    phone: str | None = Field(description="不保管档案的角色只看到首尾几位")
    valid_from: date | None
    valid_to: date | None
    certificate_number: str | None
    certificate_valid_to: date | None
    version: int


def shown(person: BusinessPerson, actor: Actor) -> PersonRead:
    """The person as this caller may see him."""
    read = PersonRead.model_validate(person)
    if read.phone is not None and not actor.has(*SEE_PHONES):
        read.phone = masked_phone(read.phone)
    return read
