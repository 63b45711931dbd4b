"""Recall requests as they cross the boundary."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from services.traceability.lots.schemas import HoldRead
from shared.contracts.schema import Schema
from shared.contracts.statutory_sampling import Link, Stream
from shared.contracts.traceability import RecallRequestState
from shared.contracts.words import Words


class RecallRequestRead(Schema):
    id: UUID
    case_id: UUID = Field(description="提出请求的核查处置案件")
    sample_id: UUID
    sample_number: str | None = Field(description="抽样单编号", examples=["XBJ26330203000001"])
    stream: Stream
    link: Link
    region_code: str = Field(description="抽样地点的区划", examples=["330203001000"])
    food_name: str = Field(examples=["草鱼"])
    category_code: str | None
    sampled_on: date
    business_id: UUID | None
    sampled_party_name: str = Field(examples=["演示水产摊（虚构）"])
    sampled_party_uscc: str | None
    producer_name: str | None
    producer_uscc: str | None
    lot_code: str | None = Field(description="未写明批号为 null：没有批次可锁", examples=["DEMO-L-001"])
    production_date: date | None
    reason: str = Field(examples=["监督抽检不合格：孔雀石绿"])
    requested_at: datetime
    state: RecallRequestState
    decided_at: datetime | None
    decided_by_name: str = Field(examples=[""])
    decision_note: str = Field(examples=[""])
    overturned_at: datetime | None = Field(description="结论改为合格的时间；结论仍然成立为 null")
    overturned_because: str = Field(description="为何撤回；已立案的，在此提示结论已改", examples=[""])
    hold: HoldRead | None = Field(description="因这件请求作出的批次锁定")
    version: int


class Acceptance(Schema):
    note: Words = Field(default="", max_length=1000, description="说明", examples=["已通知生产者启动召回（演示）"])


class Decline(Schema):
    """Why no recall is run. The lot stays on hold: declining does not prove it safe."""

    reason: Words = Field(
        min_length=2, max_length=1000, description="不予受理的书面理由", examples=["该批次已全部封存，未流出（演示）"]
    )
