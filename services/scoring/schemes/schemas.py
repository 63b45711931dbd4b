"""What the routes of schemes take and give."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from services.scoring.evaluation.inputs import EvaluationInput
from services.scoring.evaluation.results import EvaluationResult
from services.scoring.scheme_language.content import SchemeContent
from services.scoring.schemes.models import Origin, SchemeState
from shared.contracts.schema import Schema


class SchemeSummary(Schema):
    """One version in a list."""

    id: UUID
    code: str = Field(examples=["jiangsu-shape"])
    number: int = Field(examples=[1])
    title: str
    issuer: str
    official: bool = Field(description="是否照正式文件全文录入；随平台提供的都是示例")
    region_code: str | None
    valid_from: date
    valid_to: date | None
    state: SchemeState
    sha256: str
    origin: Origin
    written_at: datetime
    published_at: datetime | None
    withdrawn_at: datetime | None
    withdrawal_reason: str | None
    version: int


class SchemeRead(SchemeSummary):
    """One version, whole."""

    content: SchemeContent


class ReasonRead(Schema):
    """Why a version cannot be published, and where."""

    pointer: str = Field(examples=["/nodes/0/parts/1/rule/bands"])
    message: str


class CheckRead(Schema):
    """Whether a version can be published."""

    publishable: bool
    reasons: list[ReasonRead]


class Withdrawal(Schema):
    """Why no further evaluation is to use the version."""

    reason: Annotated[str, Field(min_length=2, max_length=400, examples=["新版细则已印发（演示）"])]


class DifferenceRead(Schema):
    """One change between two versions."""

    part: Literal["clause", "input", "parameter", "scheme"]
    code: str
    change: Literal["added", "removed", "changed", "moved"]
    field: str | None
    before: Any
    after: Any


class WhatIf(Schema):
    """What is known; `against`: another version (last year's) that is calculated on the same."""

    input: EvaluationInput
    against: Annotated[int | None, Field(ge=1, le=10_000, description="同时按这一版计算，以便对照")] = None


class WhatIfRead(Schema):
    """The result, and that of the other version."""

    result: EvaluationResult
    against: EvaluationResult | None
    strays: list[ReasonRead] = Field(description="输入里这一版用不上的；对照的一版照样试算")
