"""Grammars and readings as they cross the boundary."""

from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from services.traceability.identifiers.grammars import Characters, Check, Part, ensure_readable
from shared.contracts.schema import Schema
from shared.dated_rules.schemas import DatedRuleCreate, DatedRuleRead

Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]


class GrammarPart(Schema):
    name: Word = Field(examples=["operator"])
    label: Text = Field(examples=["经营者主体码"])
    characters: Characters = Field(examples=["digits"])
    least: int = Field(ge=1, le=200, description="最短几位", examples=[13])
    most: int = Field(ge=1, le=200, description="最长几位", examples=[13])


class _Grammar(Schema):
    code: Word = Field(examples=["sbt_10680"])
    name: Text = Field(examples=["肉类蔬菜流通追溯码（SB/T 10680）"])
    parts: list[GrammarPart] = Field(max_length=30, description="各段；空表示规则文本不在手头，暂不解读")


class GrammarCreate(_Grammar, DatedRuleCreate):
    """A grammar, or the correction of one, from a day on."""

    check_character: Check = Field(default=Check.NONE)

    @model_validator(mode="after")
    def _can_be_read(self) -> "GrammarCreate":
        if self.parts:
            ensure_readable([Part(**part.model_dump()) for part in self.parts])
        return self


class GrammarRead(_Grammar, DatedRuleRead):
    """A grammar as it held, or holds, from a day on."""

    check_character: Check


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
