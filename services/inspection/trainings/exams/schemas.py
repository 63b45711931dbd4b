"""What the routes of exams take and give."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field, model_validator

from services.inspection.trainings.codes import TraineeGroup
from shared.contracts.regions import RegionCode
from shared.contracts.schema import Schema
from shared.contracts.words import Words

Mark = Annotated[Decimal, Field(ge=0, max_digits=6, decimal_places=2, examples=["60"])]


class ExamCreate(Schema):
    title: Words = Field(min_length=2, max_length=200, examples=["网格员年度考试（演示）"])
    role_group: TraineeGroup
    region_code: RegionCode
    held_on: date
    pass_mark: Mark = Field(gt=0, description="合格分")
    full_mark: Mark = Field(gt=0, description="满分", examples=["100"])

    @model_validator(mode="after")
    def _within(self) -> "ExamCreate":
        if self.pass_mark > self.full_mark:
            raise ValueError("合格分不能高于满分")
        return self


class ExamRead(ExamCreate):
    id: UUID
    recorded_at: datetime


class ResultWrite(Schema):
    trainee_id: UUID
    sat_on: date = Field(description="参加考试或补考的日期")
    score: Mark


class ResultsWrite(Schema):
    results: list[ResultWrite] = Field(min_length=1, max_length=500)

    @model_validator(mode="after")
    def _once(self) -> "ResultsWrite":
        if len({one.trainee_id for one in self.results}) < len(self.results):
            raise ValueError("同一个人写了两次；补考请另行登记")
        return self


class ResultRead(Schema):
    trainee_id: UUID
    attempt: int = Field(description="1 为首考，以后为补考")
    sat_on: date
    score: Mark
    passed: bool
    recorded_at: datetime
