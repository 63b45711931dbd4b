"""Grammars and readings as they cross the boundary."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from services.traceability.identifiers.grammars import Characters, Check, Part, ensure_readable
from shared.contracts.schema import Schema

Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]


class GrammarPart(Schema):
    name: Word = Field(examples=["operator"])
    label: Text = Field(examples=["经营者主体码"])
    characters: Characters = Field(examples=["digits"])
    least: int = Field(ge=1, le=200, description="最短几位", examples=[13])
    most: int = Field(ge=1, le=200, description="最长几位", examples=[13])


class GrammarCreate(Schema):
    """A grammar, or the correction of one, from a day on."""

    code: Word = Field(examples=["sbt_10680"])
    name: Text = Field(examples=["肉类蔬菜流通追溯码（SB/T 10680）"])
    parts: list[GrammarPart] = Field(max_length=30, description="各段；空表示规则文本不在手头，暂不解读")
    check_character: Check = Field(default=Check.NONE)
    valid_from: date
    source: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=300)] = Field(
        examples=["SB/T 10680-2012 第 5 章（演示）"]
    )
    verified: bool = Field(description="是否与原文核对过", examples=[True])

    @model_validator(mode="after")
    def _can_be_read(self) -> "GrammarCreate":
        if self.parts:
            ensure_readable([Part(**part.model_dump()) for part in self.parts])
        return self


class GrammarRead(Schema):
    id: UUID
    code: str = Field(examples=["sbt_10680"])
    name: str = Field(examples=["肉类蔬菜流通追溯码（SB/T 10680）"])
    parts: list[GrammarPart]
    check_character: Check
    valid_from: date
    source: str = Field(examples=["通行说法，尚未与标准原文核对"])
    verified: bool
    recorded_at: datetime


class ReadPart(Schema):
    name: str = Field(examples=["operator"])
    label: str = Field(examples=["经营者主体码"])
    value: str = Field(examples=["3302030000001"])


class Reading(Schema):
    """One way to read a code. Several grammars may fit; the reader judges by what is verified."""

    grammar: str = Field(examples=["sbt_10680"])
    name: str = Field(examples=["肉类蔬菜流通追溯码（SB/T 10680）"])
    parts: list[ReadPart]
    key: str | None = Field(description="本平台存取用的标识；外来的编码没有", examples=[None])
    source: str = Field(examples=["通行说法，尚未与标准原文核对"])
    verified: bool
