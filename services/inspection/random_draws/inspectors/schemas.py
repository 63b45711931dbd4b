"""What the routes of the inspectors' roster take and give."""

from datetime import date
from typing import Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from shared.contracts.inspection import BusinessKind
from shared.contracts.regions import RegionCode
from shared.contracts.schema import Schema
from shared.contracts.words import Words

_EXAMPLE: JsonDict = {
    "name": "演示·检查人员甲（虚构）",
    "department": "市场监管",
    "region_code": "330203000000",
    "skills": ["catering", "sales"],
    "certificate_until": "2028-12-31",
    "active": True,
    "leaves": [{"first_day": "2026-10-01", "last_day": "2026-10-05"}],
}


class Leave(Schema):
    """Days on which he cannot be drawn, both counted; not why."""

    first_day: date
    last_day: date

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last_day < self.first_day:
            raise ValueError("止日不能早于起日")
        return self


class InspectorWrite(Schema):
    """An inspector of the roster, entered by his account and put right whole."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    name: Words = Field(min_length=1, max_length=60, description="姓名；抽取公布时公开")
    department: Words = Field(min_length=1, max_length=60, description="派员单位，联合抽查按它分组")
    region_code: RegionCode = Field(description="所在区划")
    skills: list[BusinessKind] = Field(min_length=1, max_length=20, description="能检查的类别")
    certificate_until: date | None = Field(description="执法证件有效期的最后一天；不知道的为 null，不因此排除")
    active: bool = Field(description="是否在名录")
    leaves: list[Leave] = Field(default=[], max_length=100, description="不能参加抽取的日子，不写缘由")


class InspectorRead(Schema):
    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    id: UUID
    user_id: UUID
    name: str
    department: str
    region_code: str
    skills: list[BusinessKind]
    certificate_until: date | None
    active: bool
    leaves: list[Leave]
    version: int


class RecusalCreate(Schema):
    business_id: UUID
    reason: Words = Field(min_length=2, max_length=200, description="回避的缘由；不公开", examples=["近亲属（演示）"])
    since: date
    until: date | None = Field(default=None, description="自哪天起不再回避；null 为未定", examples=[None])

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.until is not None and self.until <= self.since:
            raise ValueError("结束日应晚于开始日")
        return self


class RecusalRead(Schema):
    id: UUID
    inspector_id: UUID
    business_id: UUID
    reason: str = Field(examples=["近亲属（演示）"])
    since: date
    until: date | None
