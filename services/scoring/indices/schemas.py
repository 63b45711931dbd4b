"""What callers send and get about indices."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, field_validator

from services.scoring.indices.content import IndexRules
from services.scoring.scheme_language.rule_kinds import Code, Exact
from shared.contracts.figures import Number, Period, PeriodKind
from shared.contracts.regions import RegionCode
from shared.contracts.schema import Schema
from shared.contracts.words import Words
from shared.dated_rules.schemas import DatedRuleCreate, DatedRuleRead

_RULES = {
    "title": "食品安全指数（演示）",
    "mean": "arithmetic",
    "minimum_data": "0.7",
    "indicators": [
        {
            "code": "pass",
            "title": "评价性抽检合格率",
            "group": "食品安全状况",
            "unit": "%",
            "worst": "90",
            "best": "100",
            "weight": "0.6",
        },
        {
            "code": "overdue",
            "title": "核查处置超期率",
            "group": "监管",
            "unit": "%",
            "worst": "10",
            "best": "0",
            "weight": "0.4",
        },
    ],
}


class IndexRuleCreate(DatedRuleCreate):
    code: Code = Field(examples=["food-safety"])
    content: IndexRules = Field(examples=[_RULES])


class IndexRuleRead(DatedRuleRead):
    code: str
    content: IndexRules


class IndexRunCreate(Schema):
    """Values by place and indicator; null (or left out) is unknown, never zero."""

    code: Code = Field(examples=["food-safety"])
    region_code: RegionCode = Field(examples=["330203000000"])
    period: Annotated[str, Field(max_length=10, description="季度", examples=["2026-Q3"])]
    source: Annotated[Words, Field(min_length=2, max_length=500)] = Field(examples=["各部门季报（演示）"])
    values: Annotated[dict[RegionCode, dict[Code, Exact | None]], Field(min_length=1, max_length=500)] = Field(
        examples=[{"330203001000": {"pass_rate": "98.6"}, "330203002000": {"pass_rate": "97.9"}}]
    )

    @field_validator("period")
    @classmethod
    def _a_quarter(cls, text: str) -> str:
        period = Period.parse(text)
        if period.kind is not PeriodKind.QUARTER:
            raise ValueError("按季度计算，写作 2026-Q3")
        return str(period)


class PlaceResult(Schema):
    """What one place came to. `place_at_best`, `place_at_worst`: how far its place hangs on weights and method."""

    region_code: str
    index: Number | None = Field(description="null 为已知的权重不够，不算指数")
    known: Number = Field(description="已知的权重占多少，0 到 1")
    normalised: dict[str, Number]
    place: int | None
    place_at_best: int | None
    place_at_worst: int | None
    index_before: Number | None = Field(description="上一季度的指数")


class ScenarioRead(Schema):
    name: str
    moved: int = Field(description="多少个地区的名次因此变动")
    places: dict[str, int]


class IndexRunSummary(Schema):
    id: UUID
    code: str
    region_code: str
    period: str
    number: int
    source: str
    calculated_at: datetime


class IndexRunRead(IndexRunSummary):
    rules: IndexRules
    verified: bool = Field(description="指标与权重是否已与正式文件核对")
    values: dict[str, dict[str, Number | None]]
    values_sha256: str
    results: list[PlaceResult]
    scenarios: list[ScenarioRead]
