"""What the routes of facts and profiles take and give."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field
from pydantic.config import JsonDict

from services.inspection.checklists.content import Code
from services.inspection.risk_grades.codes import FactKind, FactState
from services.inspection.risk_grades.inputs import Answer
from shared.contracts.schema import Schema
from shared.contracts.words import Words

EXAMPLE_FACT: JsonDict = {
    "business_id": "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1b",
    "kind": "certified",
    "occurred_on": "2026-03-01",
    "summary": "通过危害分析与关键控制点体系认证（演示）",
    "evidence": "认证证书 演示-0001，有效期至 2029-02-28",
}


def _told_by_officers(kind: FactKind) -> FactKind:
    if kind.told_by_service:
        raise ValueError(f"「{kind.label}」由业务记录自动得出，不能手工登记")
    return kind


class FactCreate(Schema):
    """A fact that an officer has established, with what shows it."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_FACT]})

    business_id: UUID
    kind: Annotated[FactKind, AfterValidator(_told_by_officers)]
    occurred_on: date = Field(description="发生之日，不能在将来")
    summary: Words = Field(min_length=2, max_length=500)
    evidence: Words = Field(min_length=2, max_length=1000, description="决定书、通报、证书等的名称与编号")


class FactCorrection(Schema):
    """What became of an established fact."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"state": "dismissed", "evidence": "行政复议撤销（演示）"}]}
    )

    state: FactState
    evidence: Words = Field(min_length=2, max_length=1000)


class FactRead(Schema):
    """One fact as it stands now. `source_id` is the record it follows from."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                EXAMPLE_FACT
                | {
                    "source_id": "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1c",
                    "business_name": "演示食品店（虚构）",
                    "region_code": "330203009000",
                    "state": "confirmed",
                    "recorded_at": "2026-03-02T09:30:00+08:00",
                    "recorded_by": "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1d",
                    "source_version": 1,
                }
            ]
        }
    )

    kind: FactKind
    source_id: UUID
    source_version: int
    business_id: UUID | None = Field(description="未对上登记主体的为 null，不影响任何一户的等级")
    business_name: str
    region_code: str
    state: FactState
    occurred_on: date
    summary: str
    evidence: str
    recorded_at: datetime
    recorded_by: UUID | None = Field(description="由业务记录得出的为 null")


class ProfileWrite(Schema):
    """What is known of the factors of a business. What is left out is unknown and counts as the riskiest."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"variant": None, "answers": {"area": "180", "suppliers": "35", "let_counters": ["none"]}}]
        }
    )

    variant: Code | None = Field(default=None, description="按专门方案分级的类别，如 health_food；一般的为 null")
    answers: Mapping[Code, Answer] = Field(
        max_length=200, description="因素代码 → 数值（文本）或选项代码（一个以上的取风险最高的）"
    )


class ProfileRead(Schema):
    """The profile that holds."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "business_id": "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1b",
                    "variant": None,
                    "answers": {"area": "180"},
                    "recorded_at": "2026-03-02T09:30:00+08:00",
                    "recorded_by": "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1d",
                    "number": 1,
                }
            ]
        }
    )

    business_id: UUID
    number: int
    variant: str | None
    answers: Mapping[str, Answer]
    recorded_at: datetime
    recorded_by: UUID | None
