"""Words and events of supervision (监督检查) that other units and screens read."""

from datetime import date, datetime
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
    CENTRAL_KITCHEN = "central_kitchen"
    GROUP_MEAL_DELIVERY = "group_meal_delivery"
    CHAIN_HEADQUARTERS = "chain_headquarters"
    PLATFORM = "platform"
    LANDLORD = "landlord"

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
    BusinessKind.CENTRAL_KITCHEN: "中央厨房",
    BusinessKind.GROUP_MEAL_DELIVERY: "集体用餐配送单位",
    BusinessKind.CHAIN_HEADQUARTERS: "连锁企业总部",
    BusinessKind.PLATFORM: "网络食品交易第三方平台",
    BusinessKind.LANDLORD: "柜台出租者、展销会举办者",
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


class LicenceStatus(StrEnum):
    """What a permit is worth. Expired is never stored: the day says it."""

    VALID = "valid"
    EXPIRED = "expired"
    REVOKED = "revoked"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        return {"valid": "有效", "expired": "已过期", "revoked": "吊销或撤销", "cancelled": "注销"}[self]


class PersonRole(StrEnum):
    """What a person is to a food business (食品安全法第四十四、四十五条)."""

    LEGAL_REPRESENTATIVE = "legal_representative"
    SAFETY_DIRECTOR = "safety_director"
    SAFETY_OFFICER = "safety_officer"
    FOOD_HANDLER = "food_handler"

    @property
    def label(self) -> str:
        return {
            "legal_representative": "法定代表人（负责人）",
            "safety_director": "食品安全总监",
            "safety_officer": "食品安全员",
            "food_handler": "从业人员",
        }[self]


class RelationKind(StrEnum):
    """What one business is to another, said from the one that stands under it."""

    STALL_OF = "stall_of"
    RENTS_FROM = "rents_from"
    BRANCH_OF = "branch_of"
    SELLS_ON = "sells_on"

    @property
    def label(self) -> str:
        return {
            "stall_of": "在该市场场内经营",
            "rents_from": "承租该出租方的柜台或场地",
            "branch_of": "该连锁总部的门店",
            "sells_on": "该第三方平台的入网经营者",
        }[self]


class ClosureKind(StrEnum):
    """How a business stops trading."""

    SUSPENSION = "suspension"
    DORMANCY = "dormancy"
    DEREGISTRATION = "deregistration"

    @property
    def label(self) -> str:
        return {"suspension": "停业", "dormancy": "歇业", "deregistration": "注销"}[self]

    @property
    def status(self) -> BusinessStatus:
        """The state of a business while it is closed so."""
        return BusinessStatus.CLOSED if self is ClosureKind.DEREGISTRATION else BusinessStatus.SUSPENDED


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


class RecallCheckState(StrEnum):
    """Where the check of a recall at one business stands."""

    SCHEDULED = "scheduled"
    COMPLETED = "completed"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        return {"scheduled": "待核查", "completed": "已核查", "cancelled": "因召回撤销不再核查"}[self]


class RecallCheckOutcome(StrEnum):
    """What was found of goods that are called back. Not reached means that nobody knows; it is never a pass."""

    ALL_WITHDRAWN = "all_withdrawn"
    NONE_FOUND = "none_found"
    STILL_ON_SALE = "still_on_sale"
    NOT_REACHED = "not_reached"

    @property
    def label(self) -> str:
        return {
            "all_withdrawn": "已全部下架封存或退回",
            "none_found": "未见该批次",
            "still_on_sale": "仍在销售",
            "not_reached": "未能核查（关门、搬离等）",
        }[self]


class ClueState(StrEnum):
    """Where a clue stands."""

    RECEIVED = "received"
    REFERRED = "referred"
    ANSWERED = "answered"

    @property
    def label(self) -> str:
        return {"received": "待办理", "referred": "已转办", "answered": "已答复"}[self]


class ClueOutcome(StrEnum):
    """What came of a clue. Not reached means that nobody knows; it is never unsubstantiated."""

    SUBSTANTIATED = "substantiated"
    UNSUBSTANTIATED = "unsubstantiated"
    NOT_REACHED = "not_reached"

    @property
    def label(self) -> str:
        return {"substantiated": "属实", "unsubstantiated": "不属实", "not_reached": "未能核实"}[self]


class CaseRequestState(StrEnum):
    """Where a suspected violation that a disposal handed over stands."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return {
            "pending": "待决定是否立案",
            "accepted": "已立案",
            "declined": "不予立案",
            "withdrawn": "已撤回",
        }[self]


class TimelineKind(StrEnum):
    """What may happen to a business, as its timeline tells it."""

    REGISTERED = "registered"
    CHANGED = "changed"
    LICENCE_CHANGED = "licence_changed"
    PERSON_CHANGED = "person_changed"
    RELATION_CHANGED = "relation_changed"
    CLOSED = "closed"
    REOPENED = "reopened"
    MERGED = "merged"
    MERGE_UNDONE = "merge_undone"
    VISIT_SCHEDULED = "visit_scheduled"
    VISIT_COMPLETED = "visit_completed"
    CASE_REQUESTED = "case_requested"
    CASE_DECIDED = "case_decided"
    INSPECTED = "inspected"
    RAPID_TEST_FAILED = "rapid_test_failed"
    WHISTLE_CLOSED = "whistle_closed"
    SAMPLE_CONCLUDED = "sample_concluded"
    DISPOSAL_CLOSED = "disposal_closed"
    LOT_HELD = "lot_held"
    LOT_RELEASED = "lot_released"
    RECALL_OPENED = "recall_opened"
    RECALL_CLOSED = "recall_closed"
    RECALL_CHECKED = "recall_checked"
    RESULT_PUBLISHED = "result_published"
    CORRECTION_OPENED = "correction_opened"
    CORRECTION_MOVED = "correction_moved"
    CORRECTION_CLOSED = "correction_closed"
    CLUE_REPORTED = "clue_reported"
    CLUE_ANSWERED = "clue_answered"
    LEADER_VISITED = "leader_visited"
    RISK_GRADE_CONFIRMED = "risk_grade_confirmed"
    LETTER_ISSUED = "letter_issued"
    LETTER_REPLIED = "letter_replied"
    CREDIT_GRADE_CHANGED = "credit_grade_changed"
    RATED = "rated"

    @property
    def label(self) -> str:
        """The entry's Chinese heading."""
        return _TIMELINE_LABELS[self]


_TIMELINE_LABELS = {
    TimelineKind.REGISTERED: "登记建档",
    TimelineKind.CHANGED: "变更登记",
    TimelineKind.LICENCE_CHANGED: "许可变动",
    TimelineKind.PERSON_CHANGED: "人员变动",
    TimelineKind.RELATION_CHANGED: "市场、出租方、总部或平台变动",
    TimelineKind.CLOSED: "停业、歇业或注销",
    TimelineKind.REOPENED: "恢复经营",
    TimelineKind.MERGED: "合并重复档案",
    TimelineKind.MERGE_UNDONE: "撤销合并",
    TimelineKind.VISIT_SCHEDULED: "安排回访",
    TimelineKind.VISIT_COMPLETED: "完成回访",
    TimelineKind.CASE_REQUESTED: "收到移送的案件线索",
    TimelineKind.CASE_DECIDED: "决定是否立案",
    TimelineKind.INSPECTED: "监督检查",
    TimelineKind.RAPID_TEST_FAILED: "快检疑似阳性",
    TimelineKind.WHISTLE_CLOSED: "快检吹哨办结",
    TimelineKind.SAMPLE_CONCLUDED: "抽检结论",
    TimelineKind.DISPOSAL_CLOSED: "核查处置办结",
    TimelineKind.LOT_HELD: "批次锁定",
    TimelineKind.LOT_RELEASED: "批次解除锁定",
    TimelineKind.RECALL_OPENED: "召回立项",
    TimelineKind.RECALL_CLOSED: "召回结束",
    TimelineKind.RECALL_CHECKED: "召回现场核查",
    TimelineKind.RESULT_PUBLISHED: "公布检查结果",
    TimelineKind.CORRECTION_OPENED: "发现问题待整改",
    TimelineKind.CORRECTION_MOVED: "整改进展",
    TimelineKind.CORRECTION_CLOSED: "整改办结",
    TimelineKind.CLUE_REPORTED: "上报线索",
    TimelineKind.CLUE_ANSWERED: "线索办结",
    TimelineKind.LEADER_VISITED: "包保督导",
    TimelineKind.RISK_GRADE_CONFIRMED: "确认风险等级",
    TimelineKind.LETTER_ISSUED: "发出三书一函",
    TimelineKind.LETTER_REPLIED: "答复三书一函",
    TimelineKind.RATED: "餐饮量化分级",
    TimelineKind.CREDIT_GRADE_CHANGED: "信用等级变动",
}


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


class BusinessMerged(BusinessFacts):
    """A file turned out to be another's duplicate; whoever keeps its id follows it to `merged_into`.

    Told again, with a greater version, when that file is merged in its turn: `merged_into` is always the last one.
    """

    type: ClassVar[str] = "inspection.business.merged.v1"

    merged_into: UUID


class BusinessMergeUndone(BusinessFacts):
    """A merge was taken back: the file stands for itself again."""

    type: ClassVar[str] = "inspection.business.merge_undone.v1"


class BusinessRelated(EventData):
    """A business was put under another (a stall into its market …), or that ended. Of two events about one relation the
    greater `version` is later.
    """

    type: ClassVar[str] = "inspection.business.related.v1"

    relation_id: UUID
    version: int
    kind: RelationKind
    business_id: UUID = Field(description="下级一方：摊位、承租方、门店、入网经营者")
    other_id: UUID = Field(description="上级一方：市场、出租方、总部、平台")
    valid_from: date
    valid_to: date | None = Field(description="终止之日，当日起不再是；未终止的为 null")


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


class ConsumerClueChanged(EventData):
    """A clue that came from a consumer was handed on or answered; of two about one the greater `version` is later."""

    type: ClassVar[str] = "inspection.consumer_clue.changed.v1"

    clue_id: UUID = Field(description="与消费者疑问同一个编号")
    version: int
    state: ClueState
    outcome: ClueOutcome | None
    answer: str = Field(description="给消费者的答复；还没有为空")
    changed_at: datetime
