"""What the routes of statements and scores take and give."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, model_validator

from services.scoring.evaluation.inputs import EvaluationInput, Given, Site
from services.scoring.evaluation.results import EvaluationResult, State
from services.scoring.evaluation_scores.models import StatementKind
from services.scoring.scheme_language.codes import NodeClass
from services.scoring.scheme_language.rule_kinds import Code, Exact, Label, Name, Points
from shared.contracts.evaluations import Stage
from shared.contracts.figures import Number
from shared.contracts.schema import Schema


class MarkGiven(Schema):
    """A mark; who gives it is the caller."""

    points: Points = Field(examples=["4.5"])
    level: Label | None = None
    reason: str = Field(default="", max_length=2000, examples=["（演示）台账缺两个月"])


class Statements(Schema):
    """What is stated at the open stage, all at once. Null takes back what was stated at this stage before."""

    values: Annotated[dict[Name, Given], Field(max_length=2000)] = Field(
        default_factory=dict, examples=[{"satisfaction": "82.4"}]
    )
    peers: Annotated[dict[Name, Annotated[tuple[Exact, ...], Field(max_length=5000)] | None], Field(max_length=200)] = (
        Field(default_factory=dict)
    )
    marks: Annotated[dict[Code, MarkGiven | None], Field(max_length=2000)] = Field(
        default_factory=dict, examples=[{"D01": {"points": "5", "reason": "（演示）"}}]
    )
    faults: Annotated[dict[Code, dict[Code, bool | None] | None], Field(max_length=2000)] = Field(default_factory=dict)
    sites: Annotated[tuple[Site, ...], Field(max_length=1000)] = ()
    reason: str = Field(default="", max_length=2000, description="依据；改正取得的指标时必填")

    @model_validator(mode="after")
    def _something(self) -> "Statements":
        if not (self.values or self.peers or self.marks or self.faults or self.sites):
            raise ValueError("没有填任何内容")
        return self


class StatementRead(Schema):
    """One thing stated."""

    id: UUID
    number: int
    stage: Stage
    kind: StatementKind
    code: str
    content: dict[str, Any] | None
    reason: str
    stated_at: datetime
    stated_by_name: str
    seconded_at: datetime | None
    seconded_by_name: str | None


class ScoringSummary(Schema):
    """What a run came to at a stage."""

    id: UUID
    number: int
    stage: Stage
    on: date
    calculated_at: datetime
    calculated_by_name: str
    snapshot_id: UUID | None
    input_sha256: str
    low: Number
    high: Number
    maximum: Number
    shown: str
    verdict: str
    grade: str | None


class ScoringRead(ScoringSummary):
    """A scoring whole: what it was made from, and every step."""

    input: EvaluationInput
    result: EvaluationResult


class StageScore(Schema):
    """One clause at one stage."""

    stage: Stage
    state: State
    low: Number
    high: Number
    maximum: Number


class ClauseScores(Schema):
    """One clause or group, its scores side by side, the last scoring of each stage."""

    code: str
    title: str
    node_class: NodeClass
    parent: str | None
    stages: list[StageScore]


class ScoreTable(Schema):
    """The stages beside each other."""

    scorings: list[ScoringSummary]
    clauses: list[ClauseScores]
