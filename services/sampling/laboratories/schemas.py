"""What callers send and get about laboratories."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from services.sampling.laboratories.models import Laboratory
from shared.contracts.regions import RegionCode
from shared.contracts.schema import Schema
from shared.personal_data.masking import MaskedName, MaskedNumber

ItemName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
CategoryCode = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]


class ScopeEntry(Schema):
    """Part of what a laboratory may test."""

    category_code: CategoryCode | None = Field(
        description="食品分类代码，含其下各级；null 为各类食品", examples=["aquatic"]
    )
    items: Annotated[list[ItemName], Field(max_length=500), AfterValidator(lambda items: sorted(set(items)))] | None = (
        Field(description="检验项目；null 为全部项目", examples=[["孔雀石绿", "恩诺沙星"]])
    )


class LaboratoryWrite(Schema):
    """A laboratory as the register is to hold it; its id, in the path, is that of its organisation at the gateway."""

    name: str = Field(min_length=2, max_length=200, examples=["演示食品检验所（虚构）"])
    region_code: RegionCode
    cma_number: str = Field(
        min_length=1, max_length=64, description="资质认定（CMA）证书编号", examples=["演示-CMA-001"]
    )
    cma_valid_from: date = Field(examples=["2024-01-01"])
    cma_valid_to: date = Field(examples=["2029-12-31"])
    scope: list[ScopeEntry] = Field(max_length=500, description="承检范围；空则什么也不能承检")
    serves: list[RegionCode] = Field(
        max_length=200, description="承接哪些区域的检验任务，含其下级", examples=[["330203000000"]]
    )
    on_retest_roster: bool = Field(description="是否在复检机构名录内", examples=[False])
    contact_name: str = Field(default="", max_length=60, examples=["演示联系人"])
    contact_phone: str = Field(default="", max_length=40, examples=["0574-00000000"])
    active: bool = Field(default=True, description="false 为停用，不再抽取", examples=[True])

    @model_validator(mode="after")
    def _validity_runs_forward(self) -> Self:
        if self.cma_valid_to < self.cma_valid_from:
            raise ValueError("资质认定有效期的止日不能早于起日")
        return self


class LaboratoryRead(Schema):
    id: UUID
    version: int
    name: str = Field(examples=["演示食品检验所（虚构）"])
    region_code: str = Field(examples=["330203000000"])
    cma_number: str = Field(examples=["演示-CMA-001"])
    cma_valid_from: date
    cma_valid_to: date
    scope: list[ScopeEntry]
    serves: list[str]
    on_retest_roster: bool
    contact_name: MaskedName = Field(examples=["演*"])
    contact_phone: MaskedNumber = Field(examples=["057******0000"])
    active: bool

    @classmethod
    def of(cls, laboratory: Laboratory) -> Self:
        return cls.model_validate(laboratory)
