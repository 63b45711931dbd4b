"""What the routes of supervision assignments take and give."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.inspection.assignments.codes import AssignmentLevel
from services.inspection.grid.evidence import EXAMPLE_HASH, Evidence
from shared.contracts.schema import Schema
from shared.contracts.words import Words


class AssignmentCreate(Schema):
    business_id: UUID
    level: AssignmentLevel
    leader_id: UUID | None = Field(default=None, description="平台账号；没有账号不填", examples=[None])
    leader_name: Words = Field(min_length=1, max_length=60, examples=["演示干部甲（虚构）"])
    leader_post: Words = Field(min_length=2, max_length=100, description="职务", examples=["演示街道副主任（虚构）"])
    since: date


class AssignmentEnd(Schema):
    on: date = Field(description="自这一天起不再包保")
    reason: Words = Field(min_length=2, max_length=300, examples=["职务调整（演示）"])


class AssignmentRead(Schema):
    id: UUID
    version: int
    business_id: UUID
    business_name: str = Field(examples=["演示食品店（虚构）"])
    region_code: str
    level: AssignmentLevel
    leader_id: UUID | None
    leader_name: str = Field(examples=["演示干部甲（虚构）"])
    leader_post: str = Field(examples=["演示街道副主任（虚构）"])
    since: date
    until: date | None
    ending_reason: str = Field(examples=[""])
    rule_id: UUID = Field(description="督导频次所依据的规则；是否核对过见规则")
    visits_per_quarter: int = Field(examples=[1])


class SupervisionVisitCreate(Schema):
    visited_on: date
    found: Words = Field(
        min_length=2, max_length=4000, description="督导情况", examples=["日管控、周排查记录齐全（演示）"]
    )
    problems: list[Annotated[Words, Field(min_length=1, max_length=500)]] = Field(
        default=[], max_length=50, description="发现的问题", examples=[["留样不足 125 克（演示）"]]
    )
    evidence: Evidence = Field(default=[], examples=[[EXAMPLE_HASH]])


class SupervisionVisitRead(SupervisionVisitCreate):
    id: UUID
    assignment_id: UUID
    recorded_at: datetime


class QuarterRead(Schema):
    """A quarter in which visits are owed."""

    assignment_id: UUID
    business_id: UUID
    business_name: str = Field(examples=["演示食品店（虚构）"])
    level: AssignmentLevel
    leader_name: str = Field(examples=["演示干部甲（虚构）"])
    quarter: str = Field(examples=["2026-Q3"])
    visits: int = Field(examples=[0])
    required: int = Field(examples=[1])
    met: bool | None = Field(description="true 已督导，false 季末仍缺，null 本季还可以督导")
