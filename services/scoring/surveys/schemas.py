"""What callers send and get about surveys."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.scoring.scheme_language.rule_kinds import Code, Share
from services.scoring.surveys.content import Measure, Mode, Plan
from shared.contracts.regions import RegionCode
from shared.contracts.schema import Schema
from shared.contracts.words import Words
from shared.dated_rules.schemas import DatedRuleCreate, DatedRuleRead

_PLAN = {
    "questionnaire": "食品安全满意度问卷 2026 版（演示）",
    "age_at_least": 18,
    "months_resident_at_least": 6,
    "seconds_at_least": 60,
    "refuse_all_alike": False,
    "z": "1.96",
    "questions": [
        {
            "code": "overall",
            "text": "您对本地食品安全总体上满意吗？",
            "measure": "satisfaction",
            "options": [
                {"code": "yes", "label": "满意", "counts": True, "score": "100"},
                {"code": "no", "label": "不满意", "counts": False, "score": "0"},
            ],
        }
    ],
    "strata": [
        {"code": "urban", "label": "城镇", "share": "0.7", "quota": 700},
        {"code": "rural", "label": "农村", "share": "0.3", "quota": 300},
    ],
}


class SurveyLineCreate(DatedRuleCreate):
    measure: Measure = Field(examples=["satisfaction"])
    at_least: Share = Field(description="应达到的比例，0 到 1", examples=["0.70"])


class SurveyLineRead(DatedRuleRead):
    measure: Measure
    at_least: Decimal


class SurveyCreate(Schema):
    title: Annotated[Words, Field(min_length=2, max_length=200, examples=["2026 年上半年满意度调查（演示）"])]
    region_code: RegionCode = Field(examples=["330203000000"])
    plan: Plan = Field(examples=[_PLAN])


class SurveyRead(Schema):
    id: UUID
    title: str
    region_code: str
    plan: Plan
    opened_at: datetime
    closed_at: datetime | None
    version: int


class AnswerPut(Schema):
    """One person's answers; names and telephone numbers are not taken."""

    mode: Mode = Field(examples=["telephone"])
    stratum: Code = Field(examples=["urban"])
    age: Annotated[int, Field(ge=0, le=130, examples=[42])]
    months_resident: Annotated[int, Field(ge=0, le=1600, description="在本地居住的月数", examples=[120])]
    seconds: Annotated[int, Field(ge=0, le=86_400, description="答题用时，秒", examples=[180])]
    answers: Annotated[dict[Code, Code], Field(max_length=60, description="问题代码 → 选项代码")] = Field(
        examples=[{"overall": "yes"}]
    )


class AnswerRead(Schema):
    id: UUID
    mode: Mode
    stratum: str
    answers: dict[str, str]
    screened_out: str | None = Field(description="为什么不计入；null 为计入")
    recorded_at: datetime


class MeasureRead(Schema):
    measure: Measure
    answered: int = Field(description="表明态度的人数")
    low: Decimal = Field(description="按人口加权的比例，至少")
    high: Decimal = Field(description="至多；各层都有答卷时与 low 相同")
    margin: Decimal | None = Field(description="抽样误差（±）；还有层没有答卷时为 null")
    mean: Decimal | None = Field(description="加权平均得分，百分制；与比例是两回事")
    line: Decimal | None = Field(description="应达到的比例")
    reached: bool | None = Field(description="是否达到；没有结束、配额未满或还不能确定的为 null")


class SurveyResultRead(Schema):
    final: bool = Field(description="调查已经结束且各层配额已满")
    counted: int
    screened_out: dict[str, int] = Field(description="不计入的原因和份数")
    short_of_quota: dict[str, int] = Field(description="还没有满的层，各差几份")
    by_mode: dict[Mode, int]
    measures: list[MeasureRead]
