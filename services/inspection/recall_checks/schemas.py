"""Recall checks as they cross the boundary."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from shared.contracts.inspection import RecallCheckOutcome, RecallCheckState
from shared.contracts.moments import PlausibleMoment
from shared.contracts.schema import Schema
from shared.contracts.traceability import RecallLevel
from shared.contracts.words import Words


class RecallCheckRead(Schema):
    id: UUID
    recall_id: UUID = Field(description="追溯服务中的召回")
    business_id: UUID
    business_name: str = Field(examples=["演示熟食店（虚构）"])
    region_code: str = Field(examples=["330203001000"])
    product_name: str = Field(examples=["演示酱鸭（虚构）"])
    code: str = Field(description="所召回的码或批号", examples=["DEMO-JY-1"])
    reason: str = Field(examples=["监督抽检不合格：防腐剂超标（演示）"])
    level: RecallLevel | None = Field(description="召回等级；立项时尚未定级为 null")
    state: RecallCheckState
    scheduled_at: datetime
    checked_at: datetime | None
    checked_by_name: str = Field(examples=[""])
    outcome: RecallCheckOutcome | None
    note: str = Field(examples=[""])
    version: int


class RecallCheckCompletion(Schema):
    """What an officer found of the goods that are called back."""

    checked_at: PlausibleMoment = Field(description="到场时间，可早于提交时间", examples=["2026-07-25T10:20:00+08:00"])
    outcome: RecallCheckOutcome = Field(
        description="all_withdrawn 全部下架封存或退回，none_found 未见该批次，still_on_sale 在售，not_reached 未能核查"
    )
    note: Words = Field(min_length=2, max_length=2000, examples=["冷柜、货架均无该批次，退货单齐全（演示）"])
