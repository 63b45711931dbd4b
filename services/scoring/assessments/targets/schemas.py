"""What callers send and get about targets."""

from collections import Counter
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field, model_validator

from services.scoring.assessments.targets.rules import Aim, Outlook
from services.scoring.evaluation.bounds import beyond
from services.scoring.scheme_language.rule_kinds import Code, Exact
from shared.contracts.figures import Number
from shared.contracts.regions import RegionCode
from shared.contracts.schema import Schema
from shared.contracts.words import Words

Title = Annotated[Words, Field(min_length=2, max_length=200)]


class TargetCreate(Schema):
    code: Code = Field(examples=["34"])
    title: Title = Field(examples=["群众对食品安全总体满意度"])
    unit: Annotated[Words, Field(min_length=1, max_length=40)] = Field(examples=["%"])
    aim: Aim = Field(examples=["at_least"])
    target: Exact | None = Field(default=None, examples=["85"])
    base: Exact | None = Field(default=None, description="起点数", examples=[None])
    due_on: date | None = Field(default=None, examples=["2025-12-31"])
    note: Annotated[Words, Field(max_length=500)] = ""

    @model_validator(mode="after")
    def _promises_something(self) -> "TargetCreate":
        if (self.aim is Aim.FACT) != (self.target is None):
            raise ValueError("目标要写 target；只是起点数（fact）的不写")
        if why := beyond(self.unit, *(one for one in (self.target, self.base) if one is not None)):
            raise ValueError(f"“{self.title}”的{why}")
        return self


class TargetPlanCreate(Schema):
    title: Title = Field(examples=["食品安全“十四五”规划（演示）"])
    region_code: RegionCode = Field(examples=["330203000000"])
    source: Annotated[Words, Field(min_length=2, max_length=300)] = Field(examples=["演示文件 1 号"])
    targets: Annotated[tuple[TargetCreate, ...], Field(min_length=1, max_length=500)]

    @model_validator(mode="after")
    def _each_once(self) -> "TargetPlanCreate":
        if twice := [code for code, number in Counter(one.code for one in self.targets).items() if number > 1]:
            raise ValueError(f"目标代码写了两次：{'、'.join(twice)}")
        return self


class TargetReadingCreate(Schema):
    on: date = Field(examples=["2025-06-30"])
    value: Exact = Field(examples=["83.5"])
    source: Annotated[Words, Field(min_length=2, max_length=300)] = Field(examples=["满意度调查（演示）"])


class TargetReadingRead(Schema):
    on: date
    value: Number
    source: str


class TargetRead(Schema):
    """One target as it stands today. `forecast`: where a straight course leads on the due day."""

    code: str
    title: str
    unit: str
    aim: Aim
    target: Number | None
    base: Number | None
    due_on: date | None
    note: str
    outlook: Outlook
    outlook_label: str
    latest: TargetReadingRead | None
    forecast: Number | None
    readings: list[TargetReadingRead]


class TargetPlanSummary(Schema):
    id: UUID
    title: str
    region_code: str
    source: str


class TargetPlanRead(TargetPlanSummary):
    targets: list[TargetRead]
