"""Traces as they cross the boundary."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.traceability.traces.findings import FindingKind
from services.traceability.traces.limits import Limit
from services.traceability.traces.rules import Cut, Direction
from shared.contracts.figures import Number
from shared.contracts.schema import Schema
from shared.dated_rules.schemas import DatedRuleCreate, DatedRuleRead


class NodeKind(StrEnum):
    THING = "thing"
    CARRIER = "carrier"
    TRANSFORMATION = "transformation"

    @property
    def label(self) -> str:
        return {"thing": "货物", "carrier": "箱托", "transformation": "加工"}[self]


class NodeRead(Schema):
    key: str = Field(description="标识的统一写法", examples=["https://id.gs1.org/01/09520123456788/10/L1"])
    kind: NodeKind = Field(description="thing 货物；carrier 只因装过所追的货物而列出；transformation 一次加工")
    name: str | None = Field(description="登记的名称", examples=["演示酱鸭（虚构）"])
    direction: Direction | None = Field(description="back 来源、forward 去向；所追的码为 null")
    depth: int = Field(description="离所追的码几层", examples=[1])


class EdgeRead(Schema):
    source: str
    target: str
    kind: str = Field(
        description="transformed 加工；aggregated、associated 装入；disaggregated、dissociated 取出；observed 见到在内",
        examples=["transformed"],
    )
    at: datetime
    event_id: str


class HolderRead(Schema):
    key: str = Field(examples=["place:6901234000016"])
    name: str = Field(examples=["演示熟食店（虚构）"])
    business_id: UUID | None
    region_code: str | None = Field(examples=["330203000000"])


class TraceEventRead(Schema):
    event_id: str
    hash_id: str = Field(description="按 CBV 算得的散列编号")
    type: str = Field(examples=["ObjectEvent"])
    step: str = Field(description="业务步骤", examples=["receiving"])
    disposition: str | None
    at: datetime
    recorded_at: datetime
    place: str | None
    holder: HolderRead | None
    keys: list[str] = Field(description="事件中属于本次追溯的货物")
    others: int = Field(description="事件中其他货物的个数", examples=[0])
    sources: list[str]
    destinations: list[str]
    certificates: list[str] = Field(description="所引的证明、检验报告")
    partial: bool = Field(description="true 表示只看得到与本方有关的部分")


class BalanceRead(Schema):
    key: str
    name: str | None
    holder: HolderRead
    unit: str = Field(description="UN/CEFACT 代码；C62 为件", examples=["KGM"])
    produced: Number = Field(examples=["0"])
    received: Number = Field(examples=["100"])
    shipped: Number = Field(examples=["0"])
    sold: Number = Field(examples=["60"])
    consumed: Number = Field(examples=["30"])
    lost: Number = Field(examples=["2"])
    remaining: Number | None = Field(description="账面结存；有一笔没写数量则为 null", examples=["8"])
    untold: int = Field(description="没写数量的有几笔", examples=[0])


class YieldRead(Schema):
    node: str
    event_id: str
    at: datetime
    holder: HolderRead | None
    unit: str = Field(examples=["KGM"])
    put_in: Number = Field(examples=["100"])
    came_out: Number = Field(examples=["68"])
    ratio: Number = Field(examples=["0.68"])


class TraceFindingRead(Schema):
    kind: FindingKind
    label: str = Field(examples=["发出后没有人登记收货"])
    is_gap: bool = Field(description="是不是有人该记没记")
    says: str
    at: datetime
    keys: list[str]
    holder_key: str | None
    event_ids: list[str]


class TraceRead(Schema):
    """A trace. `complete` is false where it does not go to the end; `cut` says why."""

    code: str
    key: str
    direction: Direction
    as_of: datetime
    known_at: datetime | None = Field(description="只算到那时已登记的；null 表示现在已登记的都算")
    complete: bool
    cut: list[Cut]
    cut_says: list[str] = Field(examples=[["已到节点上限，后面还有"]])
    events_complete: bool = Field(description="false 表示事件太多，时间线与核算只含图上的事件")
    nodes: list[NodeRead]
    edges: list[EdgeRead]
    timeline: list[TraceEventRead]
    event_ids: list[str] = Field(description="所依据的全部事件，按发生先后")
    holders: list[HolderRead]
    balances: list[BalanceRead]
    yields: list[YieldRead]
    findings: list[TraceFindingRead]


class ReachedHolder(HolderRead):
    events: int = Field(description="有几件登记；0 表示只有供货方登记了发给他，他自己没有登记收货")
    first_at: datetime
    last_at: datetime


class ReachRead(Schema):
    """How far a thing has spread."""

    key: str
    as_of: datetime
    complete: bool = Field(description="false 表示没有追到底，或有的经手者不在您可查看的范围内")
    things: int = Field(description="涉及多少种批次、单品、物流单元", examples=[3])
    holder_count: int = Field(examples=[10000])
    silent_count: int = Field(description="其中多少家是发给了他、他自己没有登记的", examples=[12])
    region_count: int = Field(description="涉及多少个县（市、区）", examples=[4])
    unplaced_events: int = Field(description="看不出是谁的事件数", examples=[0])
    holders: list[ReachedHolder] = Field(description="最早到的在前；最多列 1,000 家，总数见 holder_count")


class TraceTable(StrEnum):
    EVENTS = "events"
    THINGS = "things"
    BALANCES = "balances"
    FINDINGS = "findings"


class LimitCreate(DatedRuleCreate):
    name: Limit
    product: str = Field(
        default="", max_length=200, description="只对这个商品；不填对全部", examples=["(01)09520123456788"]
    )
    value: Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=4)] = Field(examples=["0.25"])


class LimitRead(DatedRuleRead):
    name: Limit
    label: str = Field(examples=["登记的损耗、销毁占购进多少以上即可疑"])
    unit: str = Field(examples=["比"])
    product_key: str
    value: Number = Field(examples=["0.15"])
