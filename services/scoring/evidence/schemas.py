"""What the routes of evidence take and give."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from services.scoring.scheme_language.rule_kinds import Code
from shared.contracts.evaluations import ClaimState, EvidenceState, Stage
from shared.contracts.schema import Schema


class EvidenceRead(Schema):
    """A file behind a clause."""

    id: UUID
    clause_code: str
    requirement: str | None = Field(description="条款要求的哪一份材料；不对应某一份的为 null")
    stage: Stage
    name: str
    sha256: str
    size: int = Field(description="字节")
    media_type: str
    submitted_at: datetime
    submitted_by_name: str
    state: EvidenceState
    reviewed_at: datetime | None
    reviewed_by_name: str | None
    review_reason: str
    version: int


class EvidenceReview(Schema):
    """Whether a file proves what it is to prove."""

    accepted: bool
    reason: Annotated[str, Field(max_length=2000, examples=["（演示）缺签发页"])] = ""


class ClaimCreate(Schema):
    """Why a clause does not apply here."""

    clause_code: Code = Field(examples=["D01"])
    reason: Annotated[str, Field(min_length=2, max_length=200, examples=["辖区没有政策性粮库（演示）"])]


class ClaimDecision(Schema):
    """Whether the clause is left out."""

    approved: bool
    reason: Annotated[str, Field(max_length=2000)] = ""


class ClaimRead(Schema):
    """合理缺项 and what became of it."""

    id: UUID
    clause_code: str
    effect: Literal["exclude", "full_points"] = Field(description="批准后：不计入应得分，或得满分")
    reason: str
    claimed_at: datetime
    claimed_by_name: str
    state: ClaimState
    decided_at: datetime | None
    decided_by_name: str | None
    decision_reason: str
    version: int
