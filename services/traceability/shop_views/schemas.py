"""What a shop must see of itself at once, as it crosses the boundary."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from shared.contracts.schema import Schema


class OwnHoldRead(Schema):
    """A lot of the caller's that may not be sold now."""

    hold_id: UUID
    lot_code: str = Field(description="货上的批号", examples=["DEMO-L1"])
    lot_key: str = Field(description="批次的标识或批号，如锁定时所写")
    product_name: str = Field(examples=["韭菜"])
    reason: str = Field(examples=["快检疑似阳性：有机磷和氨基甲酸酯类农药残留"])
    held_at: datetime
