"""What the routes of trainings take and give."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field, model_validator

from services.inspection.trainings.codes import TraineeGroup
from shared.contracts.regions import RegionCode
from shared.contracts.schema import Schema
from shared.contracts.words import Words

Hours = Annotated[Decimal, Field(max_digits=6, decimal_places=2, description="学时", examples=["4"])]


class TraineeCreate(Schema):
    """Somebody comes on the roster."""

    role_group: TraineeGroup
    name: Words = Field(min_length=1, max_length=60, examples=["演示人员甲（虚构）"])
    region_code: RegionCode
    user_id: UUID | None = Field(default=None, description="平台账号", examples=[None])
    business_id: UUID | None = Field(default=None, description="企业人员填所在主体", examples=[None])
    since: date = Field(description="自何日起在册")

    @model_validator(mode="after")
    def _business(self) -> "TraineeCreate":
        if (self.role_group is TraineeGroup.ENTERPRISE) is (self.business_id is None):
            raise ValueError("企业人员须填所在主体 business_id，其他人员不填")
        return self


class TraineeEnd(Schema):
    on: date = Field(description="自这一天起不在册")


class TraineeRead(Schema):
    id: UUID
    version: int
    role_group: TraineeGroup
    name: str = Field(examples=["演示人员甲（虚构）"])
    region_code: str
    user_id: UUID | None
    business_id: UUID | None
    since: date
    until: date | None


class TrainingCreate(Schema):
    title: Words = Field(min_length=2, max_length=200, examples=["食品安全法规培训（演示）"])
    topic: Words = Field(default="", max_length=200, examples=["监督检查管理办法"])
    organiser: Words = Field(min_length=2, max_length=200, examples=["演示区市场监管局（虚构）"])
    region_code: RegionCode
    held_on: date
    hours: Hours = Field(gt=0, le=100)


class TrainingRead(TrainingCreate):
    id: UUID
    recorded_at: datetime


class AttendanceWrite(Schema):
    trainee_id: UUID
    hours: Hours = Field(ge=0, le=100)


class AttendancesWrite(Schema):
    """Who attended how many hours. Somebody already entered is corrected, which needs a reason."""

    attendances: list[AttendanceWrite] = Field(min_length=1, max_length=500)
    reason: Words = Field(default="", max_length=500, description="更正的理由", examples=[""])

    @model_validator(mode="after")
    def _once(self) -> "AttendancesWrite":
        if len({one.trainee_id for one in self.attendances}) < len(self.attendances):
            raise ValueError("同一个人写了两次，请合并")
        return self


class AttendanceRead(Schema):
    trainee_id: UUID
    number: int
    hours: Hours
    reason: str = Field(examples=[""])
    recorded_at: datetime


class TraineeYear(Schema):
    """A person's hours in a year against the rule in force."""

    trainee_id: UUID
    name: str = Field(examples=["演示人员甲（虚构）"])
    role_group: TraineeGroup
    region_code: str
    required: Hours | None = Field(description="应达到的学时；没有规则的为 null")
    rule_id: UUID | None = Field(description="所依据的规则；是否核对过见规则")
    hours: Hours
    met: bool | None = Field(description="是否达标；没有要求的为 null")
    missing: Hours = Field(description="还差多少")


class RosterRates(Schema):
    """The rates of a roster in percent; null where there is nobody to divide by."""

    persons: int = Field(examples=[339])
    trained_persons: int = Field(description="当年有学时的人数", examples=[339])
    examined_persons: int = Field(examples=[339])
    passed_persons: int = Field(examples=[339])
    trained: Decimal | None = Field(description="培训率 %", examples=["100.00"])
    examined: Decimal | None = Field(description="考试率 %", examples=["100.00"])
    passed: Decimal | None = Field(description="合格率（合格/参考）%", examples=["100.00"])
