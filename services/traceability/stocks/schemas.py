"""Stock as it is read."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from services.traceability.stocks.models import StockReason
from shared.contracts.figures import Number
from shared.contracts.schema import Schema


class StockRead(Schema):
    """What a business has of a lot by its own records. Below zero, more was sold than came in."""

    business_id: UUID
    lot_key: str = Field(examples=["urn:shian:lot:0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1b:DEMO-01"])
    lot_code: str = Field(examples=["DEMO-01"])
    product_name: str = Field(examples=["青菜"])
    quantity: Number = Field(examples=["32.5"])
    unit: str = Field(examples=["kg"])
    came_in: Number = Field(description="累计进入", examples=["50"])
    last_at: datetime


class StockEntryRead(Schema):
    id: UUID
    act_id: UUID = Field(description="哪张票据、哪次生产")
    quantity: Number = Field(description="负数为出", examples=["-17.5"])
    unit: str = Field(examples=["kg"])
    reason: StockReason
    at: datetime
    recorded_at: datetime


class OversoldRead(Schema):
    """A lot of which more went out than came in."""

    lot_key: str = Field(examples=["urn:shian:lot:0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1b:DEMO-01"])
    unit: str = Field(examples=["kg"])
    missing: Number = Field(description="超出的数量", examples=["12"])
