"""What officers send and get about where a sample is tested."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, Field

from services.sampling.laboratories.schemas import ItemName
from services.sampling.laboratory_assignments.models import LaboratoryAssignment
from shared.contracts.schema import Schema
from shared.contracts.words import Words

Items = Annotated[
    list[ItemName],
    Field(max_length=500, description="检验项目，检验机构看得到", examples=[["孔雀石绿", "恩诺沙星"]]),
    AfterValidator(lambda items: list(dict.fromkeys(items))),
]


class LaboratoryChoice(Schema):
    """An officer names the laboratory himself, instead of a draw."""

    laboratory_id: UUID
    items: Items
    reason: Words = Field(
        min_length=1, max_length=2000, description="为何不随机抽取", examples=["仅此一家有该项目资质"]
    )


class LaboratoryAssignmentRead(Schema):
    number: int = Field(examples=[1])
    laboratory_id: UUID
    items: list[str]
    draw_id: UUID | None = Field(description="由哪次随机抽取确定；null 为人工指定")
    reason: str = Field(examples=[""])
    assigned_at: datetime
    assigned_by_name: str = Field(examples=["演示·食安办"])
    current: bool = Field(description="是否现行；此前的留存")

    @classmethod
    def of(cls, assignment: LaboratoryAssignment) -> Self:
        fields = {name: getattr(assignment, name) for name in cls.model_fields}
        return cls.model_validate(fields)


class LaboratoryAssignments(Schema):
    """All assignments of a sample, the first one first."""

    items: list[LaboratoryAssignmentRead]
