"""Words and events of supervision (监督检查) that other units and screens read."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts.event import EventData
from shared.contracts.regions import RegionCode


class BusinessKind(StrEnum):
    """What a food business does; one file (一户一档) has one main kind."""

    PRODUCTION = "production"
    WORKSHOP = "workshop"
    SALES = "sales"
    CATERING = "catering"
    SMALL_CATERING = "small_catering"
    STALL = "stall"
    CANTEEN = "canteen"
    MARKET = "market"
    FARM = "farm"
    SLAUGHTERHOUSE = "slaughterhouse"

    @property
    def label(self) -> str:
        return _KIND_LABELS[self]


_KIND_LABELS = {
    BusinessKind.PRODUCTION: "食品生产",
    BusinessKind.WORKSHOP: "小作坊",
    BusinessKind.SALES: "食品销售",
    BusinessKind.CATERING: "餐饮服务",
    BusinessKind.SMALL_CATERING: "小餐饮",
    BusinessKind.STALL: "食品摊贩",
    BusinessKind.CANTEEN: "单位食堂",
    BusinessKind.MARKET: "集中交易市场开办者",
    BusinessKind.FARM: "种植养殖",
    BusinessKind.SLAUGHTERHOUSE: "屠宰",
}

WITHOUT_USCC = frozenset(
    {
        BusinessKind.STALL,
        BusinessKind.SMALL_CATERING,
        BusinessKind.WORKSHOP,
        BusinessKind.CANTEEN,
        BusinessKind.FARM,
    }
)
"""Kinds that are often registered or filed without a business licence."""


class BusinessStatus(StrEnum):
    """Whether a business trades. A closed one is no longer on file for figures; its file stays."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        return {"active": "在营", "suspended": "停业", "closed": "注销"}[self]


class LicenceKind(StrEnum):
    """What a permit is."""

    SC = "sc"
    JY = "jy"
    REGISTRATION = "registration"

    @property
    def label(self) -> str:
        return {"sc": "食品生产许可证", "jy": "食品经营许可证", "registration": "登记或备案凭证"}[self]


class CoordinateSystem(StrEnum):
    """Which system a position is in; the two differ by up to some hundred metres, so it is always stated."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"

    @property
    def label(self) -> str:
        return {"wgs84": "WGS-84", "gcj02": "GCJ-02（国测局坐标）"}[self]


class VisitState(StrEnum):
    """Where a follow-up visit stands."""

    SCHEDULED = "scheduled"
    COMPLETED = "completed"

    @property
    def label(self) -> str:
        return {"scheduled": "待回访", "completed": "已回访"}[self]


class VisitOutcome(StrEnum):
    """What the officers found. Not reached means that nobody knows; it is never a pass."""

    IN_ORDER = "in_order"
    CORRECTED = "corrected"
    VIOLATION = "violation"
    NOT_REACHED = "not_reached"

    @property
    def label(self) -> str:
        return {
            "in_order": "未发现问题",
            "corrected": "已当场改正",
            "violation": "发现违法线索，移交办案",
            "not_reached": "未能核查（关门、搬离等）",
        }[self]


class CaseRequestState(StrEnum):
    """Where a suspected violation that a disposal handed over stands."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    DECLINED = "declined"

    @property
    def label(self) -> str:
        return {"pending": "待决定是否立案", "accepted": "已立案", "declined": "不予立案"}[self]


class TimelineKind(StrEnum):
    """What may happen to a business, as its timeline tells it."""

    REGISTERED = "registered"
    CHANGED = "changed"
    VISIT_SCHEDULED = "visit_scheduled"
    VISIT_COMPLETED = "visit_completed"
    CASE_REQUESTED = "case_requested"
    CASE_DECIDED = "case_decided"
    INSPECTED = "inspected"

    @property
    def label(self) -> str:
        """The entry's Chinese heading."""
        return {
            "registered": "登记建档",
            "changed": "变更登记",
            "visit_scheduled": "安排回访",
            "visit_completed": "完成回访",
            "case_requested": "收到移送的案件线索",
            "case_decided": "决定是否立案",
            "inspected": "监督检查",
        }[self]


class ImportState(StrEnum):
    """How far a bulk import has come."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        return {
            "queued": "等待处理",
            "running": "处理中",
            "finished": "已完成",
            "failed": "未能完成",
            "cancelled": "已取消",
        }[self]


class BusinessFacts(EventData):
    """The few fields of a business that other units keep. Of two events about one business the greater `version` is
    later.
    """

    business_id: UUID
    version: int
    uscc: str | None = Field(description="统一社会信用代码；摊贩等没有的为 null")
    name: str
    kind: BusinessKind
    status: BusinessStatus
    region_code: RegionCode
    site_id: UUID | None = Field(description="所在市场（抽检快检服务的快检点）")
    stall_number: str | None


class BusinessRegistered(BusinessFacts):
    """A business was entered in the register (一户一档)."""

    type: ClassVar[str] = "inspection.business.registered.v1"


class BusinessChanged(BusinessFacts):
    """The file of a business was changed; carries the whole state after the change."""

    type: ClassVar[str] = "inspection.business.changed.v1"


class VisitFacts(EventData):
    """What every event about a follow-up visit says."""

    visit_id: UUID
    version: int
    business_id: UUID | None = Field(description="对不上登记主体时为 null，此时看市场与摊位")
    site_id: UUID | None
    site_name: str | None
    stall_number: str | None
    region_code: RegionCode
    whistle_id: UUID = Field(description="引起回访的快检吹哨")
    due_at: datetime


class VisitScheduled(VisitFacts):
    """A follow-up visit after a suspect positive was scheduled."""

    type: ClassVar[str] = "inspection.visit.scheduled.v1"


class VisitCompleted(VisitFacts):
    """A follow-up visit was made, with what was found."""

    type: ClassVar[str] = "inspection.visit.completed.v1"

    outcome: VisitOutcome
    completed_at: datetime
    on_time: bool
