"""What callers send and get about objections."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from services.sampling.whistles.schemas import Step
from shared.clocks.schemas import ClockRead
from shared.contracts.clocks import Authority
from shared.contracts.disposals import ObjectionGround, ObjectionKind, ObjectionState, ObjectionStep
from shared.contracts.schema import Schema
from shared.contracts.statutory_sampling import CaseSide
from shared.contracts.words import Words

ResultKind = Literal[ObjectionKind.INSPECTION_PROCESS, ObjectionKind.RESULT, ObjectionKind.AUTHENTICITY]


class SamplingObjectionCreate(Step):
    at: AwareDatetime | None = Field(
        default=None,
        description="以登记时为准，不填；只有检查、办案、食安办人员补记更早递交的书面申请时填，并附证据",
        examples=[None],
    )
    note: Words = Field(
        min_length=1, max_length=2000, description="异议的内容和理由", examples=["封样时未签字（演示）"]
    )


class ResultObjectionCreate(SamplingObjectionCreate):
    kind: ResultKind = Field(description="对什么提出异议", examples=["authenticity"])
    note: Words = Field(min_length=1, max_length=2000, description="异议的内容和理由", examples=["非本厂产品（演示）"])


class ReasonStep(Step):
    note: Words = Field(min_length=1, max_length=2000, description="说明", examples=["请补充购销凭证（演示）"])


class ObjectionRefusal(ReasonStep):
    ground: ObjectionGround = Field(description="不予受理的理由", examples=["outside_scope"])


class DecisionStep(ReasonStep):
    upheld: bool = Field(description="异议是否成立", examples=[False])
    ends: list[CaseSide] = Field(
        default=[],
        max_length=2,
        description="异议成立的，哪几个环节的核查处置因此终结；如真实性异议成立，终结生产环节",
        examples=[["producer"]],
    )
    evidence: list[Words] = Field(
        min_length=1, max_length=20, description="处理意见书等的编号", examples=[["异议处理意见 演示-1"]]
    )


class ObjectionEntryRead(Schema):
    number: int
    kind: ObjectionStep
    label: str = Field(examples=["受理"])
    at: datetime
    recorded_at: datetime
    actor_name: str = Field(examples=["系统"])
    note: str = Field(examples=[""])
    evidence: list[str]
    details: dict[str, Any]


class ObjectionSummary(Schema):
    id: UUID
    version: int
    sample_id: UUID
    case_id: UUID | None
    kind: ObjectionKind
    authority: Authority
    region_code: str = Field(examples=["330203000000"])
    food_name: str = Field(examples=["粉丝"])
    applicant_name: str
    filed_at: datetime
    is_late: bool
    state: ObjectionState
    ground: ObjectionGround | None
    accepted_at: datetime | None
    ended_at: datetime | None


class ObjectionRead(ObjectionSummary):
    clocks: list[ClockRead]
    entries: list[ObjectionEntryRead]
