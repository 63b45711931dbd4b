"""What the routes of dated rules take and give."""

from datetime import date, datetime
from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from services.inspection.grid.dated_rules.contents import Code, Content, Subject
from shared.contracts.regions import RegionCode
from shared.contracts.schema import Schema
from shared.contracts.words import Words

_EXAMPLE: JsonDict = {
    "code": "inspector",
    "region_code": "330203000000",
    "valid_from": "2026-01-01",
    "valid_to": None,
    "title": "监管人员年度培训学时（演示）",
    "content": {"subject": "training_hours", "hours": "60"},
    "source": "区级文件（演示）",
    "verified": True,
}


class DatedRuleCreate(Schema):
    """A new version. The version it corrects stays: records name the version they were made under."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE | {"reason": "按新文件更正（演示）"}]})

    code: Code
    region_code: RegionCode | None = Field(description="适用的区划，含其下级；null 为全国")
    valid_from: date
    valid_to: date | None = Field(description="适用的最后一天；null 为未定")
    title: Words = Field(min_length=2, max_length=200)
    content: Content
    source: Words = Field(min_length=2, max_length=300, description="依据的文件，写到能查得到")
    verified: bool = Field(description="是否已与原文核对")
    reason: Words = Field(min_length=2, max_length=500, description="为什么改")


class DatedRuleRead(Schema):
    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    id: UUID
    subject: Subject
    code: str
    region_code: str | None
    valid_from: date
    valid_to: date | None
    number: int = Field(description="同一地区、同一生效日的第几版；最大的有效")
    title: str
    content: Content
    source: str
    verified: bool
    origin: str
    reason: str
    recorded_at: datetime
