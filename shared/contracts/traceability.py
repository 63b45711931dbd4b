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


class RecallLevel(StrEnum):
    """How grave what is called back is (召回等级): the graver, the sooner."""

    ONE = "1"
    TWO = "2"
    THREE = "3"

    @property
    def label(self) -> str:
        return {"1": "一级召回", "2": "二级召回", "3": "三级召回"}[self]


class RecallState(StrEnum):
    """Where a recall stands."""

    OPEN = "open"
    NOTIFIED = "notified"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return {"open": "已立项，待通知", "notified": "召回中", "closed": "已完成", "withdrawn": "已撤销"}[self]


class RecallFacts(EventData):
    """What every event about a recall says. Rehearsals are not told."""

    recall_id: UUID
    version: int = Field(description="召回记录的版本，用于丢弃迟到的旧消息")
    level: RecallLevel | None = Field(description="尚未定级为 null")
    code: str = Field(description="所召回的码或批号")
    lots: list[str] = Field(description="召回范围内各批次的标识，至多列 200 个")
    product_name: str
    reason: str
    region_code: RegionCode
    request_id: UUID | None = Field(description="由核查处置要求召回的，该请求的编号")
    case_id: UUID | None = Field(description="提出该请求的核查处置案件")
    business_ids: list[UUID] = Field(description="涉及的主体，至多列 200 个")


class RecallOpened(RecallFacts):
    """A lot is being called back. Told again, with a greater version, when its scope has grown."""

    type: ClassVar[str] = "traceability.recall.opened.v1"

    opened_at: datetime


class RecallClosed(RecallFacts):
    """A recall has ended: completed, or withdrawn because its ground fell away."""

    type: ClassVar[str] = "traceability.recall.closed.v1"

    state: RecallState
    holders: int = Field(description="召回范围内有几家")
    acknowledged: int = Field(description="其中几家确认收到通知")
    closed_at: datetime


class DoubtRaised(EventData):
    """A consumer doubts what is told of a scanned code. Who it is nobody knows."""

    type: ClassVar[str] = "traceability.doubt.raised.v1"

    doubt_id: UUID = Field(description="线索用同一个编号")
    code: str
    product_name: str
    business_id: UUID | None = Field(description="码发给了哪个主体")
    region_code: RegionCode
    what: str
    place: str = Field(description="在哪里买到；没有写为空")
    raised_at: datetime


STEP_LABELS = {
    "commissioning": "产出",
    "creating_class_instance": "加工",
    "repackaging": "分装",
    "killing": "屠宰",
    "encoding": "赋码",
    "inspecting": "检验",
    "shipping": "发货",
    "void_shipping": "发货作废",
    "receiving": "收货",
    "accepting": "验收",
    "storing": "入库",
    "packing": "装箱",
    "unpacking": "拆箱",
    "loading": "装车",
    "unloading": "卸车",
    "transporting": "运输",
    "retail_selling": "零售",
    "dispensing": "出餐",
    "destroying": "销毁",
    "sensor_reporting": "测温",
    "holding": "封存",
    "sampling": "抽样",
}
"""What the business steps of events are called, by their short words; a sender's own step has none."""

UNIT_LABELS = {"KGM": "公斤", "LTR": "升", "C62": "件"}
"""What units are called, by their UN/CEFACT codes."""
