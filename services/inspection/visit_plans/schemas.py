"""What the routes of the week's visits take and give."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from services.inspection.visit_plans.codes import DutyKind, Undone
from shared.contracts.inspection import BusinessKind
from shared.contracts.regions import RegionCode
from shared.contracts.schema import Schema
from shared.contracts.words import Words

EXAMPLE_ID = "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1b"


class WeekRequest(Schema):
    """Which week to plan, for which region, with whose inspectors."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"region_code": "330203000000", "monday": "2026-11-23", "department": "市场监管"}]
        }
    )

    region_code: RegionCode
    monday: date = Field(description="哪一周：那一周的星期一")
    department: Words = Field(min_length=1, max_length=60, description="派员单位，同检查人员名录")
    visits_a_day: Annotated[int, Field(ge=1, le=20, description="每人每天最多去几户")] = 3
    look_ahead_days: Annotated[int, Field(ge=0, le=180, description="去了就一并办：这些天以内到期的事不再另去一次")] = (
        60
    )
    kinds: Annotated[list[BusinessKind], Field(max_length=40)] = Field(default=[], description="不填为全部业态")

    @model_validator(mode="after")
    def _a_monday(self) -> Self:
        if self.monday.weekday() != 0:
            raise ValueError("monday 应为星期一")
        return self


class DutyRead(Schema):
    kind: DutyKind
    label: str = Field(examples=["整改复查"])
    due: date | None = Field(description="最迟哪一天；抽查没有期限")
    source_id: str = Field(description="所办之事的编号；频次与覆盖是主体的编号")


class StopRead(Schema):
    """One place and all that is done there in one visit."""

    place_id: str
    business_id: UUID | None = Field(description="没有登记的摊位为 null")
    name: str
    town: str = Field(description="乡镇街道的区划代码")
    due: date | None
    duties: list[DutyRead]


class WeekVisitRead(StopRead):
    day: date
    officers: list[str] = Field(description="检查人员名录的编号")
    late: int = Field(description="比最早的期限晚几天")


class LeftOutRead(StopRead):
    why: Undone
    words: str = Field(examples=["能去的 2 名本周都排满了"])


class KeptAwayRead(Schema):
    """A routine inspection that must wait, because an authority above has just inspected."""

    business_id: UUID
    name: str
    checked_on: date
    free_on: date = Field(description="自这一天起可以检查")


class WeekOfficerRead(Schema):
    id: str
    name: str = Field(examples=["演示·检查人员甲（虚构）"])
    days: int = Field(description="本周在岗的工作日")
    visits: int


class WeekResult(Schema):
    """The week in numbers and in full."""

    days: list[date] = Field(description="本周的工作日")
    matters: int = Field(description="要办的事")
    visits: list[WeekVisitRead]
    left_out: list[LeftOutRead] = Field(description="本周去不成的，最急的在前")
    kept_away: list[KeptAwayRead]
    officers: list[WeekOfficerRead]
    possible: int = Field(description="这些人员本周最多能去几户")
    more_officers: int = Field(description="照每天的户数，至少再有几名能去的人员才够；不缺为 0")
    words: str
    rules: list[str] = Field(description="依据的规则与是否核实")


class WeekSummary(Schema):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": EXAMPLE_ID,
                    "region_code": "330203000000",
                    "monday": "2026-11-23",
                    "inputs_sha256": "0" * 64,
                    "created_at": "2026-11-22T09:30:00+08:00",
                }
            ]
        }
    )

    id: UUID
    region_code: str
    monday: date
    inputs_sha256: str = Field(description="要办的事、人员、规则与日期的 SHA-256；依据相同则安排相同")
    created_at: datetime


class WeekRead(WeekSummary):
    result: WeekResult
