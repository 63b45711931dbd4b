"""What callers send and get about items without a re-test."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from shared.contracts.schema import Schema
from shared.contracts.words import Words


class NoRetestItemCreate(Schema):
    name: Words = Field(
        min_length=2, max_length=100, description="检验项目；名称中含有这几个字的都算", examples=["菌落总数"]
    )
    excluded: bool = Field(default=False, description="true：自这一天起不再算微生物项目，可以复检", examples=[False])
    valid_from: date = Field(description="自哪一天起", examples=["2027-01-01"])
    source: Words = Field(min_length=1, max_length=500, description="依据", examples=["抽样检验管理办法（已核对原文）"])
    verified: bool = Field(description="是否已与原文核对", examples=[True])
    reason: Words = Field(min_length=1, max_length=500, description="为何更正", examples=["按原文补入"])


class NoRetestItemRead(Schema):
    id: UUID
    name: str
    excluded: bool
    valid_from: date
    source: str
    verified: bool
    reason: str
    recorded_at: datetime
