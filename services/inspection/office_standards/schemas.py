"""What the routes of the records of town offices take and give."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from pydantic import Field, model_validator

from services.inspection.grid.dated_rules.contents import Code
from services.inspection.grid.evidence import EXAMPLE_HASH, Evidence
from shared.contracts.regions import RegionCode
from shared.contracts.schema import Schema
from shared.contracts.words import Words


class OfficeVerdict(Schema):
    """What was found of one item. What is met is shown: it needs at least one file of evidence."""

    item: Code = Field(examples=["have-1"])
    met: bool | None = Field(description="true 达到，false 未达到，null 未评", examples=[True])
    note: Words = Field(default="", max_length=1000, examples=["三定方案（演示）"])
    evidence: Evidence = Field(default=[], examples=[[EXAMPLE_HASH]])

    @model_validator(mode="after")
    def _shown(self) -> "OfficeVerdict":
        if self.met and not self.evidence:
            raise ValueError("评为达到的，请附至少一份证据")
        return self


class OfficeRecordCreate(Schema):
    region_code: RegionCode = Field(description="乡镇（街道）")
    standard: Code = Field(default="eight-six", description="标准的代码", examples=["eight-six"])
    judged_on: date
    items: list[OfficeVerdict] = Field(min_length=1, max_length=200)
    note: Words = Field(default="", max_length=2000, examples=[""])

    @model_validator(mode="after")
    def _once(self) -> "OfficeRecordCreate":
        if len({item.item for item in self.items}) < len(self.items):
            raise ValueError("同一条目写了两次，请合并")
        return self


class OfficeRecordSummary(Schema):
    id: UUID
    region_code: str
    judged_on: date
    rule_id: UUID = Field(description="所依据的标准的那一版")
    points: Decimal = Field(description="得分", examples=["13"])
    judged: Decimal = Field(description="已评条目的满分", examples=["14"])
    possible: Decimal = Field(description="全部条目的满分", examples=["14"])
    percent: Decimal | None = Field(description="得分占已评满分的 %；一条也没有评为 null", examples=["92.86"])
    complete: bool = Field(description="是否全部条目都评了")
    recorded_at: datetime
    recorded_by_name: str = Field(examples=["演示食安办（虚构）"])


class OfficeRecordRead(OfficeRecordSummary):
    items: list[OfficeVerdict]
    note: str = Field(examples=[""])
