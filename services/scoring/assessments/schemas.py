"""What callers send and get about assessments."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, field_validator

from services.scoring.assessments.models import SubjectKind
from services.scoring.evaluation.inputs import EvaluationInput
from services.scoring.evaluation.results import EvaluationResult
from services.scoring.scheme_language.rule_kinds import Code, Label, Share
from shared.contracts.figures import Number, Period, PeriodKind
from shared.contracts.regions import RegionCode
from shared.contracts.schema import Schema
from shared.contracts.words import Words
from shared.dated_rules.schemas import DatedRuleCreate, DatedRuleRead

Why = Annotated[Words, Field(min_length=2, max_length=1000)]


class AssessmentRuleCreate(DatedRuleCreate):
    weight_at_least: Share = Field(description="食品安全在年度综合考核中所占权重不低于，0 到 1", examples=["0.03"])
    talk_after: Annotated[tuple[Label, ...], Field(max_length=10, description="哪些等级要约谈", examples=[["C", "D"]])]


class AssessmentRuleRead(DatedRuleRead):
    weight_at_least: Number
    talk_after: list[str]


class AssessmentCreate(Schema):
    title: Annotated[Words, Field(min_length=2, max_length=200, examples=["2026 年 7 月镇街考核（演示）"])]
    region_code: RegionCode = Field(examples=["330203000000"])
    subject_kind: SubjectKind = Field(examples=["town"])
    period: Annotated[str, Field(max_length=10, description="月或季", examples=["2026-07"])]
    scheme_code: Code = Field(examples=["assessment-abcd"])
    scheme_number: Annotated[int, Field(ge=1, le=10_000, examples=[1])]
    weight: Share = Field(description="食品安全在年度综合考核中所占权重，0 到 1", examples=["0.03"])

    @field_validator("period")
    @classmethod
    def _month_or_quarter(cls, text: str) -> str:
        period = Period.parse(text)
        if period.kind not in (PeriodKind.MONTH, PeriodKind.QUARTER):
            raise ValueError("按月或按季考核，写作 2026-07 或 2026-Q3")
        return str(period)


class AssessedPut(Schema):
    """What is known of one town or department, by the codes of the scheme."""

    name: Annotated[Words, Field(min_length=2, max_length=100, examples=["演示街道（虚构）"])]
    input: EvaluationInput = Field(
        examples=[
            {"on": "2026-07-31", "values": {"pass_rate": "98.5"}, "marks": {"G1": {"points": "36", "evidence": 1}}}
        ]
    )
    vetoes: Annotated[tuple[Why, ...], Field(max_length=20, description="一票否决的情形，没有的为空")] = ()


class Talk(Schema):
    """约谈: names of people are not kept."""

    held_on: date = Field(examples=["2026-08-10"])
    demands: Why = Field(examples=["（演示）8 月底前补齐包保台账"])
    until: date = Field(description="限期整改到哪一天", examples=["2026-08-31"])


class AssessedRead(Schema):
    """One assessed. Places are from best to worst possible; equal when certain."""

    code: str
    name: str
    low: Number
    high: Number
    maximum: Number
    grade: str | None
    vetoed: bool
    vetoes: list[str]
    best_place: int
    worst_place: int
    place_before: int | None = Field(description="上一期名次；没有上一期、未定的为 null")
    talk: bool = Field(description="须约谈；通报以后才定")
    talk_held_on: date | None
    talk_demands: str | None
    talk_until: date | None


class AssessmentSummary(Schema):
    id: UUID
    title: str
    region_code: str
    subject_kind: SubjectKind
    period: str
    scheme_code: str
    scheme_number: int
    official: bool = Field(description="所用细则是否照正式文件全文录入")
    weight: Number
    published_at: datetime | None
    version: int


class AssessmentRead(AssessmentSummary):
    subjects: list[AssessedRead]


class AssessedWhole(Schema):
    """One assessed with every step of its score."""

    code: str
    name: str
    vetoes: list[str]
    input: EvaluationInput
    input_sha256: str
    result: EvaluationResult


class QuarterPlace(Schema):
    code: str
    name: str
    low: Number
    high: Number
    vetoed: bool
    best_place: int
    worst_place: int


class QuarterRead(Schema):
    """Three months together; `missing` are those that have not been published."""

    period: str
    missing: list[str]
    subjects: list[QuarterPlace]
