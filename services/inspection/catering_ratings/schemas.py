"""What the routes of ratings take and give."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from pydantic import Field

from services.inspection.catering_ratings.codes import RatingGrade
from shared.contracts.schema import Schema
from shared.contracts.words import Words


class RatingCreate(Schema):
    business_id: UUID
    grade: RatingGrade
    score: Decimal | None = Field(
        default=None, ge=0, le=100, decimal_places=1, description="标化分；填了的须与等级相符", examples=["92.5"]
    )
    rated_on: date = Field(description="评定之日；不晚于今天", examples=["2026-06-30"])
    basis: Words = Field(min_length=2, max_length=300, description="依据", examples=["年度等级评定表（演示）"])


class RatingWithdrawal(Schema):
    reason: Words = Field(min_length=2, max_length=500, examples=["登记错了一户（演示）"])


class RatingRead(Schema):
    id: UUID
    version: int
    business_id: UUID
    region_code: str
    grade: RatingGrade
    score: Decimal | None = Field(examples=["92.5"])
    rule_id: UUID | None = Field(description="分数与等级怎样对应，是哪一条分日期的规则；没有填分数为 null")
    rated_on: date
    basis: str = Field(examples=["年度等级评定表（演示）"])
    withdrawn_at: datetime | None
    withdrawal_reason: str = Field(examples=[""])
    recorded_at: datetime
    recorded_by_name: str = Field(examples=["演示检查员甲（虚构）"])
