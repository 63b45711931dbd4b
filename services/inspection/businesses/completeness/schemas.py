"""What the routes of completeness take and give."""

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints, field_validator

from services.inspection.businesses.completeness.rules import FileField
from shared.contracts.inspection import BusinessKind
from shared.contracts.schema import Schema


class RequirementsUpdate(Schema):
    """What a file of a kind needs from now on, and who says so."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"fields": ["phone", "licence"], "source": "本局建档要求（演示）", "verified": True}]
        }
    )

    fields: list[FileField] = Field(description="空列表表示只要名称、类别、区划、地址")
    source: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)] = Field(
        description="依据：文件名、文号、条款，或“本地设定”"
    )
    verified: bool = Field(description="是否核对过原文")

    @field_validator("fields")
    @classmethod
    def _each_once(cls, fields: list[FileField]) -> list[FileField]:
        return list(dict.fromkeys(fields))


class FileRequirements(Schema):
    """What a whole file of one kind needs, besides name, kind, region and address."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "stall",
                    "label": "食品摊贩",
                    "fields": ["licence", "phone"],
                    "source": "本地设定",
                    "verified": False,
                }
            ]
        }
    )

    kind: BusinessKind
    label: str
    fields: list[FileField]
    source: str | None = Field(description="没有要求时为 null")
    verified: bool


class MissingField(Schema):
    """A part that a file lacks."""

    field: FileField
    label: str


class FileCompleteness(Schema):
    """Whether one file is whole."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "business_id": "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1b",
                    "name": "演示食品店（虚构）",
                    "kind": "sales",
                    "region_code": "330203009000",
                    "complete": False,
                    "missing": [{"field": "phone", "label": "联系电话"}],
                }
            ]
        }
    )

    business_id: UUID
    name: str
    kind: BusinessKind
    region_code: str
    complete: bool
    missing: list[MissingField]
