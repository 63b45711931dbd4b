"""What callers send and get about the bounds of sampling days."""

from pydantic import Field

from shared.contracts.words import Words
from shared.dated_rules.schemas import DatedRuleCreate, DatedRuleRead


class SamplingDayBoundCreate(DatedRuleCreate):
    years_back: int = Field(
        ge=0, le=30, description="录入抽样单，抽样日期最早到几年前的 1 月 1 日；0 为当年", examples=[3]
    )
    reason: Words = Field(min_length=1, max_length=500, description="为何更正", examples=["补录历年纸质抽样单"])


class SamplingDayBoundRead(DatedRuleRead):
    years_back: int
    reason: str
