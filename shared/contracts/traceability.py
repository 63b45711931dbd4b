"""Words and events of traceability (追溯) that other units and screens read."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts.event import EventData
from shared.contracts.regions import RegionCode


class HoldState(StrEnum):
    """Whether a lot may be sold on."""

    IN_FORCE = "in_force"
    RELEASED = "released"

    @property
    def label(self) -> str:
        return {"in_force": "锁定中", "released": "已解除"}[self]


class RecallRequestState(StrEnum):
    """Where a disposal's request for a recall stands."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return {"pending": "待受理", "accepted": "已受理", "declined": "不予受理", "withdrawn": "已撤回"}[self]


class LotHoldFacts(EventData):
    """What every event about a hold says of the lot."""

    hold_id: UUID
    lot_id: UUID
    lot_code: str
    product_name: str
    holder_business_id: UUID | None
    holder_name: str | None
    region_code: RegionCode
    whistle_id: UUID | None = Field(description="由快检吹哨锁定时，该吹哨的编号")


class LotHeld(LotHoldFacts):
    """A lot may no longer be sold."""

    type: ClassVar[str] = "traceability.lot.held.v1"

    reason: str
    quantity: Decimal | None = Field(description="所涉数量；未知为 null，不当作零")
    unit: str | None
    held_at: datetime


class LotReleased(LotHoldFacts):
    """A lot may be sold again."""

    type: ClassVar[str] = "traceability.lot.released.v1"

    reason: str
    released_at: datetime
