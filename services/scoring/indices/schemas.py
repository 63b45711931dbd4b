"""What callers send and get about indices."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, field_validator, model_validator

from services.scoring.indices.content import IndexRules
from services.scoring.scheme_language.rule_kinds import Code, Exact
from shared.contracts.evaluations import ReadingState
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
    """Values by place and indicator; null (or left out) is unknown, never zero.

    `live`: indicators of which the rule names a figure are read from the services, for every place directly below the
    region; what is posted counts before what was read, and is marked.
    """

    code: Code = Field(examples=["food-safety"])
    region_code: RegionCode = Field(examples=["330203000000"])
    period: Annotated[str, Field(max_length=10, description="季度", examples=["2026-Q3"])]
    source: Annotated[Words, Field(min_length=2, max_length=500)] = Field(examples=["各部门季报（演示）"])
    live: bool = Field(default=False, description="办法写明指标的，从各服务取")
    values: Annotated[dict[RegionCode, dict[Code, Exact | None]], Field(max_length=500)] = Field(
        default_factory=dict,
        description="另填的值；现取的，以另填的为准并标明",
        examples=[{"330203001000": {"pass_rate": "98.6"}, "330203002000": {"pass_rate": "97.9"}}],
    )

    @field_validator("period")
    @classmethod
    def _a_quarter(cls, text: str) -> str:
        period = Period.parse(text)
        if period.kind is not PeriodKind.QUARTER:
            raise ValueError("按季度计算，写作 2026-Q3")
        return str(period)

    @model_validator(mode="after")
    def _from_somewhere(self) -> "IndexRunCreate":
        if not self.live and not self.values:
            raise ValueError("要么写 values，要么 live 写 true，从各服务现取")
        return self


class IndexReading(Schema):
    """One indicator of one place as a service told it; without a value never zero."""

    reference: str = Field(examples=["sampling.completion_rate"])
    service: str
    period: str
    state: ReadingState
    value: Number | None
    definition_version: int | None
    as_of: datetime | None
    rows: str | None = Field(description="数字背后的记录，经网关的地址")
    reason: str = Field(description="没有值的原因，或怎样折算的")


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
    posted: dict[str, dict[str, Number | None]] = Field(description="其中另填的，不是各服务取来的")
    readings: dict[str, dict[str, IndexReading]] = Field(description="各服务取来的，连同状态和截至时间")
    readings_sha256: str | None = Field(description="全部读数的哈希；null 为没有取数")
    results: list[PlaceResult]
    scenarios: list[ScenarioRead]
