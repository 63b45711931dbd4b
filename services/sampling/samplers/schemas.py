"""What callers send and get about samplers."""

from datetime import date
from typing import Self
from uuid import UUID

from pydantic import Field, model_validator

from services.sampling.samplers.models import Sampler
from shared.contracts.regions import RegionCode
from shared.contracts.schema import Schema


class LeaveDays(Schema):
    """Days on which a sampler is away, the first and the last included."""

    first_day: date = Field(examples=["2026-08-03"])
    last_day: date = Field(examples=["2026-08-07"])

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if self.last_day < self.first_day:
            raise ValueError("请假的止日不能早于起日")
        return self


class SamplerWrite(Schema):
    """A sampler as the register is to hold him; his id, in the path, is his user id at the gateway."""

    name: str = Field(min_length=1, max_length=60, examples=["演示·抽样人员甲"])
    organisation_id: UUID = Field(description="所属机构在网关登记的组织编号")
    organisation_name: str = Field(min_length=1, max_length=200, examples=["演示抽样队（虚构）"])
    region_code: RegionCode
    valid_from: date = Field(description="抽样资格自何日起", examples=["2026-01-01"])
    valid_to: date = Field(description="抽样资格至何日止", examples=["2027-12-31"])
    leaves: list[LeaveDays] = Field(default=[], max_length=200, description="请假的日子，首尾两日都算")
    active: bool = Field(default=True, description="false 为停用，不再抽取", examples=[True])

    @model_validator(mode="after")
    def _validity_runs_forward(self) -> Self:
        if self.valid_to < self.valid_from:
            raise ValueError("资格有效期的止日不能早于起日")
        return self


class SamplerRead(Schema):
    id: UUID
    version: int
    name: str = Field(examples=["演示·抽样人员甲"])
    organisation_id: UUID
    organisation_name: str = Field(examples=["演示抽样队（虚构）"])
    region_code: str = Field(examples=["330203000000"])
    valid_from: date
    valid_to: date
    leaves: list[LeaveDays]
    active: bool

    @classmethod
    def of(cls, sampler: Sampler) -> Self:
        return cls.model_validate(sampler)
