"""What the routes of evaluations take and give."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field, field_validator, model_validator

from services.scoring.evaluations.rules import ImpossiblePlan, ensure_plan
from services.scoring.scheme_language.rule_kinds import Code
from shared.clocks.schemas import ClockRead
from shared.contracts.evaluations import RunState, Stage
from shared.contracts.figures import Period
from shared.contracts.regions import RegionCode
from shared.contracts.schema import Schema

Note = Annotated[str, Field(max_length=2000)]
Reason = Annotated[str, Field(min_length=2, max_length=2000)]


class StagePlan(Schema):
    """A stage and how many days it is given."""

    stage: Stage
    days: Annotated[int, Field(ge=1, le=730, description="这一阶段给多少日（自然日），由评价方案写明")]


class EvaluationCreate(Schema):
    """A run of a published version of a scheme."""

    scheme_code: Code = Field(examples=["guangdong-shape"])
    scheme_number: Annotated[int, Field(ge=1, le=10_000)] = Field(examples=[1])
    title: Annotated[str, Field(min_length=2, max_length=200, examples=["海曙区 2026 年评价（演示）"])]
    region_code: RegionCode
    organiser_region_code: RegionCode | None = Field(
        default=None,
        description="组织评价的食安办所在区划，为被评价地区或其上级；缺省为被评价地区自己",
        examples=[None],
    )
    period: Annotated[str, Field(max_length=10, description="评价哪一段时间的工作", examples=["2026"])]
    stages: Annotated[
        tuple[StagePlan, ...],
        Field(
            min_length=2,
            max_length=6,
            examples=[[{"stage": "self", "days": 60}, {"stage": "desk", "days": 30}, {"stage": "panel", "days": 15}]],
        ),
    ]

    @field_validator("period")
    @classmethod
    def _a_period(cls, text: str) -> str:
        return str(Period.parse(text))

    @model_validator(mode="after")
    def _a_plan(self) -> "EvaluationCreate":
        try:
            ensure_plan([one.stage for one in self.stages])
        except ImpossiblePlan as impossible:
            raise ValueError(str(impossible)) from None
        return self


class StageRead(Schema):
    """A stage as it stands."""

    stage: Stage
    label: str
    days: int
    opened_at: datetime | None
    closed_at: datetime | None


class EntryRead(Schema):
    """One line of the history."""

    number: int
    kind: str
    stage: Stage | None
    at: datetime
    recorded_at: datetime
    actor_name: str
    note: str


class EvaluationSummary(Schema):
    """A run in a list."""

    id: UUID
    title: str
    scheme_code: str
    scheme_number: int
    official: bool = Field(description="所用细则是否照正式文件全文录入")
    region_code: str
    organiser_region_code: str
    period: str
    state: RunState
    stage: Stage | None
    begun_at: datetime
    ended_at: datetime | None
    passed: bool | None
    version: int


class EvaluationRead(EvaluationSummary):
    """A run with stages, clocks and history."""

    scheme_sha256: str
    publicised_at: datetime | None
    publicised_where: str | None
    decision_reason: str
    stages: list[StageRead]
    clocks: list[ClockRead]
    entries: list[EntryRead]


class Publicity(Schema):
    """The self-assessment was put before the public."""

    where: Annotated[str, Field(min_length=2, max_length=400, examples=["区政府网站公示栏（演示）"])]
    at: AwareDatetime | None = Field(default=None, description="公示之时；缺省为现在", examples=[None])


class StageClosure(Schema):
    """The stage is done."""

    note: Note = ""


class Decision(Schema):
    """What the panel decides."""

    passed: bool
    reason: Note = Field(default="", examples=["综合评审会议纪要 演示-1"])


class Abandonment(Schema):
    """Why the run ends without a decision."""

    reason: Annotated[Reason, Field(examples=["（演示）本年度不再参评"])]


class OpinionCreate(Schema):
    """What somebody said in the publicity; without names."""

    channel: Annotated[str, Field(min_length=2, max_length=100, examples=["电话"])]
    content: Annotated[str, Field(min_length=2, max_length=4000, examples=["（演示）某市场周边还有流动摊贩"])]
    received_at: AwareDatetime | None = None


class OpinionAnswer(Schema):
    """What was done about it."""

    answer: Annotated[str, Field(min_length=2, max_length=4000, examples=["（演示）已会同城管整治"])]


class OpinionRead(Schema):
    id: UUID
    received_at: datetime
    channel: str
    content: str
    answer: str | None
    answered_at: datetime | None
