"""Credit signals as they leave the service."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from shared.contracts.schema import Schema
from shared.contracts.scoring import SignalKind, SignalState


class SignalRead(Schema):
    id: UUID
    kind: SignalKind
    source_id: UUID = Field(description="来源记录的编号，如快检吹哨")
    business_id: UUID | None = Field(description="主体编号；来源未写明或未对上为 null")
    business_uscc: str | None = Field(examples=["91110000600037341L"])
    business_name: str | None = Field(examples=["演示蔬菜摊"])
    region_code: str = Field(examples=["330203001000"])
    summary: str = Field(examples=["菠菜 · 有机磷和氨基甲酸酯类农药残留 疑似阳性"])
    severe: bool = Field(description="涉及禁用物质")
    occurred_at: datetime
    recorded_at: datetime
    state: SignalState
    settled_at: datetime | None
    version: int
