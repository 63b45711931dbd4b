"""Personal data as it crosses the boundary: the purpose in, the data out, and the list of looks."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from shared.contracts.schema import Schema
from shared.contracts.words import Words

Purpose = Annotated[
    Words,
    StringConstraints(strip_whitespace=True, min_length=4, max_length=200),
    Field(description="为什么要看，写明办的是哪件事", examples=["（演示）联系负责人约定复查时间"]),
]


class DisclosureRequest(Schema):
    """Why somebody needs to see it."""

    purpose: Purpose


class DisclosedField(Schema):
    """One thing that is masked elsewhere, whole."""

    pointer: str = Field(description="它在那条记录里的位置", examples=["/phone"])
    label: str = Field(examples=["电话"])
    value: str = Field(examples=["0574-00000000"])


class DisclosureRead(Schema):
    """What was shown; that it was shown, to whom and why, is on record under `id`."""

    id: UUID
    at: datetime
    target: str = Field(description="哪条记录", examples=["/v1/businesses/0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1b"])
    fields: list[DisclosedField]


class DisclosureRecordRead(Schema):
    """One look, for auditors; without what was seen."""

    id: UUID
    at: datetime
    actor_id: UUID
    actor_name: str = Field(examples=["演示检查人员（虚构）"])
    regions: list[str] = Field(description="查看人的管辖区域", examples=[["330203000000"]])
    target: str = Field(examples=["/v1/businesses/0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1b"])
    fields: list[str] = Field(description="看了哪几处", examples=[["/phone"]])
    purpose: Purpose
