"""What callers send and get about items without a re-test."""

from pydantic import Field

from shared.contracts.words import Words
from shared.dated_rules.schemas import DatedRuleCreate, DatedRuleRead


class NoRetestItemCreate(DatedRuleCreate):
    name: Words = Field(
        min_length=2, max_length=100, description="检验项目；名称中含有这几个字的都算", examples=["菌落总数"]
    )
    excluded: bool = Field(default=False, description="true：自这一天起不再算微生物项目，可以复检", examples=[False])
    reason: Words = Field(min_length=1, max_length=500, description="为何更正", examples=["按原文补入"])


class NoRetestItemRead(DatedRuleRead):
    name: str
    excluded: bool
    reason: str
