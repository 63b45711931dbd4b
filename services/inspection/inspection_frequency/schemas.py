"""What the routes of the frequency planner take and give."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints, model_validator
from pydantic.config import JsonDict

from services.inspection.inspection_frequency.codes import PlanningRule
from services.inspection.visit_records.faults import LEAST_INSPECTORS
from shared.contracts.inspection import BusinessKind
from shared.contracts.moments import PLAUSIBLE_YEARS
from shared.contracts.regions import RegionCode
from shared.contracts.schema import Schema
from shared.contracts.words import Words

MOST_BUSINESSES = 10_000
MOST_OFFICERS = 500

EXAMPLE_ID = "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1b"
EXAMPLE_OFFICER: JsonDict = {
    "id": "demo-01",
    "name": "演示人员甲（虚构）",
    "region_code": "330203009000",
    "visits_a_month": 20,
}


class OfficerWrite(Schema):
    """Who inspects in a region and below, and how many inspections a month."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_OFFICER]})

    id: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)] = Field(
        description="人员编号，同一份计划里不能重复"
    )
    name: Words = Field(min_length=1, max_length=60)
    region_code: RegionCode = Field(description="负责的区划；主体由最近的上级区划的人员检查")
    visits_a_month: Annotated[int, Field(ge=0, le=200)]


class PlanRequest(Schema):
    """Whom to plan for, for how long, and with whom."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "region_code": "330203009",
                    "start": "2027-01-01",
                    "months": 24,
                    "kinds": [],
                    "officers": [EXAMPLE_OFFICER, EXAMPLE_OFFICER | {"id": "demo-02", "name": "演示人员乙（虚构）"}],
                }
            ]
        }
    )

    region_code: RegionCode
    start: date = Field(description="首月的 1 日")
    months: Annotated[int, Field(ge=1, le=36)] = 24
    kinds: Annotated[list[BusinessKind], Field(max_length=40)] = Field(default=[], description="不填为全部业态")
    officers: Annotated[list[OfficerWrite], Field(max_length=MOST_OFFICERS)]

    @model_validator(mode="after")
    def _plausible(self) -> Self:
        if self.start.day != 1 or self.start.year not in PLAUSIBLE_YEARS:
            raise ValueError("start 应为某月 1 日，请核对年份")
        ids = [officer.id for officer in self.officers]
        if twice := sorted({one for one in ids if ids.count(one) > 1}):
            raise ValueError(f"人员编号重复：{'、'.join(twice)}")
        return self


class MonthRead(Schema):
    month: date
    capacity: int = Field(description="人力能检查的次数")
    planned: int
    undone: int = Field(description="按频次应查、到月底还没有排上的")
    officers: dict[str, int] = Field(description="人员编号 → 参加的检查次数")


class ShortageRead(Schema):
    coverage: bool = Field(description="true：两年全项目覆盖做不到；false：等级的频次做不到")
    until: date = Field(description="到这一天为止")
    due: int
    possible: int
    more_visits_a_month: int = Field(description="每月至少再多查几次就够")
    words: str


class TeamRead(Schema):
    team: str = Field(description="人员所在区划；没有人负责的为空")
    businesses: int
    inspections: int
    missed: list[UUID] = Field(description="两年内安排不上全项目检查的主体")
    overdue: list[UUID] = Field(description="计划开始前已经超过两年的主体，排在最前")
    months: list[MonthRead]
    shortages: list[ShortageRead]


class PlanResult(Schema):
    """The plan in numbers, with the proof of coverage."""

    businesses: int
    inspections: int
    covered: int = Field(description="计划期内两年覆盖始终不中断的主体数")
    proof: str
    teams: list[TeamRead]
    rules: list[str] = Field(description="依据的规则与是否核实")


EXAMPLE_RESULT: JsonDict = {
    "businesses": 1,
    "inspections": 1,
    "covered": 1,
    "proof": "在档 1 户，计划期内每一户都在两年内有一次全项目检查",
    "teams": [
        {
            "team": "330203009000",
            "businesses": 1,
            "inspections": 1,
            "missed": [],
            "overdue": [],
            "months": [{"month": "2027-01-01", "capacity": 20, "planned": 1, "undone": 0, "officers": {"demo-01": 1}}],
            "shortages": [],
        }
    ],
    "rules": ["每次检查至少几名检查人员：2（食品生产经营监督检查管理办法第二十三条）"],
}
EXAMPLE_PLAN: JsonDict = {
    "id": EXAMPLE_ID,
    "region_code": "330203009000",
    "start": "2027-01-01",
    "months": 24,
    "inputs_sha256": "0" * 64,
    "created_at": "2026-12-01T09:30:00+08:00",
}


class PlanSummary(Schema):
    """A plan run without its result."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_PLAN]})

    id: UUID
    region_code: str
    start: date
    months: int
    inputs_sha256: str = Field(description="主体、人员、规则与日期的 SHA-256；依据相同则计划相同")
    created_at: datetime


class PlanRead(PlanSummary):
    """A plan run with its result."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_PLAN | {"result": EXAMPLE_RESULT}]})

    result: PlanResult


class InspectionRead(Schema):
    """One planned inspection."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "business_id": EXAMPLE_ID,
                    "team": "330203009000",
                    "month": "2027-01-01",
                    "by": "2027-01-31",
                    "for_coverage": True,
                    "late": 0,
                }
            ]
        }
    )

    business_id: UUID
    team: str
    month: date
    by: date = Field(description="最迟日期")
    for_coverage: bool = Field(description="靠这一次保住两年覆盖")
    late: int = Field(description="比等级的频次晚几个月")


class PlanningRuleWrite(Schema):
    """A number from a day on."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "code": "months_without_grade",
                    "value": 12,
                    "valid_from": "2027-01-01",
                    "source": "演示",
                    "verified": False,
                }
            ]
        }
    )

    code: PlanningRule
    value: Annotated[int, Field(ge=1, le=120)]
    valid_from: date
    source: Words = Field(min_length=2, max_length=500, description="依据；本地设定的写明本地设定")
    verified: bool = Field(description="是否与正式文本核对过")

    @model_validator(mode="after")
    def _no_visit_by_one(self) -> Self:
        if self.code is PlanningRule.OFFICERS_A_VISIT and self.value < LEAST_INSPECTORS:
            raise ValueError(f"检查人员不少于 {LEAST_INSPECTORS} 人，少于此数的检查记录不能完整")
        return self


class PlanningRuleRead(PlanningRuleWrite):
    """A dated row."""

    recorded_at: datetime
