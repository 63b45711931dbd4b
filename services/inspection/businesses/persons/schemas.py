"""What the routes of persons take and give."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints, model_validator
from pydantic.config import JsonDict

from services.inspection.businesses.persons.models import BusinessPerson
from services.inspection.businesses.schemas import Phone
from shared.contracts.inspection import PersonRole
from shared.contracts.moments import PrintedDay
from shared.contracts.schema import Schema
from shared.personal_data.masking import MaskedNumber, masked_name

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
    "name": "演*",
    "phone": "138****0000",
    "certificate_number": "演******",
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
    """A person, with what is private about him masked."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_READ]})

    id: UUID
    business_id: UUID
    name: str = Field(description="从业人员只有姓；要看全名须写明为什么（disclosures）", examples=["演*"])
    phone: MaskedNumber | None = Field(description="只有首尾几位")
    valid_from: date | None
    valid_to: date | None
    certificate_number: MaskedNumber | None = Field(description="健康证明编号，只有首尾几位")
    certificate_valid_to: date | None
    version: int

    @classmethod
    def of(cls, person: BusinessPerson) -> Self:
        """Who answers for a business by law (法定代表人、食品安全管理人员) is named; who works there is not."""
        read = cls.model_validate(person)
        read.name = name_shown(person.role, person.name)
        return read


def name_shown(role: PersonRole, name: str) -> str:
    """A person's name where nobody has said why he needs it."""
    return masked_name(name) if role is PersonRole.FOOD_HANDLER else name
