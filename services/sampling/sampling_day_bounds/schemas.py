"""What callers send and get about the bounds of sampling days."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from shared.contracts.schema import Schema
from shared.contracts.words import Words


class SamplingDayBoundCreate(Schema):
    years_back: int = Field(
        ge=0, le=30, description="录入抽样单，抽样日期最早到几年前的 1 月 1 日；0 为当年", examples=[3]
    )
    valid_from: date = Field(description="自哪一天起", examples=["2027-01-01"])
    source: Words = Field(min_length=1, max_length=500, description="依据", examples=["本区抽检工作规程（演示）"])
    verified: bool = Field(description="是否已与原文核对", examples=[True])
    reason: Words = Field(min_length=1, max_length=500, description="为何更正", examples=["补录历年纸质抽样单"])


class SamplingDayBoundRead(Schema):
    id: UUID
    years_back: int
    valid_from: date
    source: str
    verified: bool
    reason: str
    recorded_at: datetime
