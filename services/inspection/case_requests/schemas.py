"""What the routes of case requests take and give."""

from datetime import date, datetime
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts.inspection import CaseRequestState
from shared.contracts.schema import Schema
from shared.contracts.statutory_sampling import CaseSide, Link, Stream, UnqualifiedItem
from shared.contracts.words import Words


class CaseRequestRead(Schema):
    id: UUID
    case_id: UUID = Field(description="移送线索的核查处置案件")
    side: CaseSide
    party_name: str = Field(description="当事人", examples=["演示水产摊（虚构）"])
    party_uscc: str | None
    business_id: UUID | None = Field(description="登记主体；未对上为 null")
    region_code: str = Field(description="当事人所在区划；未对上登记主体的为抽样地点", examples=["330203001000"])
    sample_id: UUID
    sample_number: str | None = Field(description="抽样单编号", examples=["XBJ26330203000001"])
    stream: Stream
    link: Link
    food_name: str = Field(examples=["草鱼"])
    lot_code: str | None
    production_date: date | None
    sampled_on: date
    sampled_party_name: str = Field(examples=["演示水产摊（虚构）"])
    producer_name: str | None
    reason: str = Field(examples=["监督抽检检出禁用药物"])
    unqualified_items: list[UnqualifiedItem]
    requested_at: datetime
    clock_id: UUID = Field(description="决定是否立案的期限")
    state: CaseRequestState
    filing_number: str | None = Field(description="立案号", examples=["甬海市监立〔2026〕演示1号"])
    decided_at: datetime | None
    decided_by_name: str = Field(examples=[""])
    decision_note: str = Field(examples=[""])
    overturned_at: datetime | None = Field(description="结论改为合格的时间；结论仍然成立为 null")
    overturned_because: str = Field(description="为何撤回；已立案的，在此提示结论已改", examples=[""])
    version: int


class Filing(Schema):
    """A penalty case was opened."""

    filing_number: Words = Field(
        min_length=2, max_length=100, description="立案号", examples=["甬海市监立〔2026〕演示1号"]
    )
    filed_at: AwareDatetime | None = Field(
        default=None, description="立案时间；不填为现在，不早于移送，不能在将来", examples=[None]
    )
    note: Words = Field(default="", max_length=1000, description="说明", examples=[""])


class Decline(Schema):
    """It was decided to open no penalty case."""

    reason: Words = Field(
        min_length=2, max_length=1000, description="不予立案的书面理由", examples=["违法行为轻微并已改正（演示）"]
    )
    decided_at: AwareDatetime | None = Field(
        default=None, description="决定时间；不填为现在，不早于移送，不能在将来", examples=[None]
    )
