"""What callers send and get about lists."""

from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field, field_validator, model_validator

from services.scoring.lists.content import ListRules, Removal
from services.scoring.lists.models import ListingState
from services.scoring.scheme_language.rule_kinds import Code, Exact
from shared.contracts.figures import Period
from shared.contracts.regions import RegionCode
from shared.contracts.schema import Schema
from shared.contracts.words import Words
from shared.dated_rules.schemas import DatedRuleCreate, DatedRuleRead

Note = Annotated[Words, Field(min_length=2, max_length=500)]

_RULES = {
    "title": "农贸市场红黑榜（演示）",
    "appeal_days": 7,
    "entries": [
        {
            "code": "red",
            "label": "红榜",
            "favourable": True,
            "basis": {"kind": "rank", "end": "first", "count": 3},
            "term_months": 3,
        }
    ],
}


class ListRuleCreate(DatedRuleCreate):
    code: Code = Field(description="榜单代码", examples=["market-red-black"])
    content: ListRules = Field(examples=[_RULES])


class ListRuleRead(DatedRuleRead):
    code: str
    content: ListRules


class CandidateCreate(Schema):
    """Somebody's result. Points from `low` to `high`; both null where nobody knows."""

    subject_id: UUID = Field(examples=["0199f3a0-c1d2-7c5e-8a7b-000000000004"])
    name: Annotated[Words, Field(min_length=1, max_length=200, examples=["演示农贸市场（虚构）"])]
    region_code: RegionCode = Field(examples=["330203001000"])
    low: Exact | None = Field(description="至少多少分；不知道为 null", examples=["92.5"])
    high: Exact | None = Field(description="至多多少分；确定的与 low 相同", examples=["92.5"])
    passed: bool | None = Field(description="评价结论；未定为 null", examples=[True])
    events: Annotated[list[Code], Field(max_length=20, description="查实的情形代码", examples=[[]])]
    evidence: Note = Field(description="凭什么，写到能查得到", examples=["第三方测评报告 演示-2026-1"])

    @model_validator(mode="after")
    def _is_a_range(self) -> "CandidateCreate":
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"至少 {self.low:f} 分大于至多 {self.high:f} 分，请改正")
        return self


class ListRoundCreate(Schema):
    code: Code = Field(description="榜单代码", examples=["market-red-black"])
    title: Annotated[Words, Field(min_length=2, max_length=200, examples=["2026 年第二季度（演示）"])]
    region_code: RegionCode = Field(examples=["330203000000"])
    held_on: date = Field(description="评定日期", examples=["2026-07-01"])
    candidates: Annotated[list[CandidateCreate], Field(min_length=1, max_length=2000)]


class ListRoundFromEvaluations(Schema):
    """A round whose candidates are the regions that were evaluated."""

    code: Code = Field(description="榜单代码", examples=["food-red-black"])
    title: Annotated[Words, Field(min_length=2, max_length=200, examples=["2026 年度（演示）"])]
    region_code: RegionCode = Field(examples=["330200000000"])
    held_on: date = Field(description="评定日期", examples=["2026-11-01"])
    scheme_code: Code = Field(description="按哪份细则的评价", examples=["guangdong-shape"])
    period: Annotated[str, Field(max_length=10, description="评价的是哪一段时间", examples=["2026"])]

    @field_validator("period")
    @classmethod
    def _a_period(cls, text: str) -> str:
        return str(Period.parse(text))


class OutcomeRead(Schema):
    subject_id: UUID
    name: str
    low: Decimal | None
    high: Decimal | None
    best_place: int = Field(description="可能的最好名次；并列占同一名次，如 1、2、2、4")
    worst_place: int = Field(description="可能的最差名次；与最好名次不同的为未定")
    entry: str | None = Field(description="列入哪一档；null 为不列入")
    why: str


class ListRoundSummary(Schema):
    id: UUID
    code: str
    rule_id: UUID
    title: str
    region_code: str
    held_on: date
    subjects: int = Field(description="评了多少个")
    proposed: int = Field(description="其中拟列入的")


class ListRoundRead(ListRoundSummary):
    outcomes: list[OutcomeRead]


class ListingRead(Schema):
    id: UUID
    round_id: UUID
    code: str
    subject_id: UUID
    subject_name: str
    region_code: str
    entry: str
    entry_label: str
    favourable: bool
    evidence: str
    state: ListingState
    appeal_until: date = Field(description="申诉的最后一天")
    appeal: str | None
    appeal_answer: str | None
    starts_on: date | None
    ends_on: date | None = Field(description="自哪一天起期满；该日已不在榜")
    left_on: date | None
    left_why: str | None
    locked_until: date | None = Field(description="哪一天之前不得再评")
    version: int


class Appeal(Schema):
    words: Note = Field(description="申诉的理由", examples=["测评当日停业装修（演示）"])


class AppealAnswer(Schema):
    upheld: bool = Field(description="申诉是否成立", examples=[False])
    words: Note = Field(description="答复", examples=["经复核，当日正常营业（演示）"])


class ListingRemoval(Schema):
    removal: Removal = Field(description="降级，或摘牌", examples=["revoked"])
    why: Note = Field(examples=["经查实销售病死畜禽（演示）"])


class ListingRepair(Schema):
    why: Note = Field(description="改正的情况和凭据", examples=["已整改并复查合格（演示）"])
