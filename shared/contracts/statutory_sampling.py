"""Words and events of statutory sampling (食品安全抽样检验): plans, samples, reports, disposal, objections."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts.event import EventData
from shared.contracts.regions import RegionCode
from shared.contracts.schema import Schema


class Stream(StrEnum):
    """Why a sample is taken. Streams are never mixed in one plan or one rate."""

    SUPERVISION = "supervision"
    ASSESSMENT = "assessment"
    RISK_MONITORING = "risk_monitoring"
    SPECIAL = "special"

    @property
    def label(self) -> str:
        return {
            "supervision": "监督抽检",
            "assessment": "评价性抽检",
            "risk_monitoring": "风险监测",
            "special": "专项抽检",
        }[self]


class Link(StrEnum):
    """Where in the chain a sample is taken."""

    PRODUCTION = "production"
    CIRCULATION = "circulation"
    CATERING = "catering"

    @property
    def label(self) -> str:
        return {"production": "生产", "circulation": "流通", "catering": "餐饮"}[self]


class SampleState(StrEnum):
    """Where a sample stands."""

    DRAFT = "draft"
    TAKEN = "taken"
    RECEIVED = "received"
    REJECTED = "rejected"
    REPORTED = "reported"
    CONCLUDED = "concluded"
    REFUSED = "refused"
    VOIDED = "voided"

    @property
    def label(self) -> str:
        return {
            "draft": "暂存",
            "taken": "已抽样，待送检",
            "received": "检验机构已接收",
            "rejected": "检验机构拒收",
            "reported": "已出检验报告",
            "concluded": "已有结论",
            "refused": "被抽样单位拒绝抽样",
            "voided": "已作废",
        }[self]


class Duty(StrEnum):
    """What somebody does for a sample. The three are different persons and organisations (抽检分离、背靠背)."""

    SAMPLER = "sampler"
    LABORATORY = "laboratory"
    CASE_HANDLER = "case_handler"

    @property
    def label(self) -> str:
        return {"sampler": "抽样", "laboratory": "检验", "case_handler": "核查处置"}[self]


class ItemVerdict(StrEnum):
    """What one tested item says. Only `qualified` is a pass."""

    QUALIFIED = "qualified"
    UNQUALIFIED = "unqualified"
    PROBLEM = "problem"
    UNDETERMINED = "undetermined"
    NOT_TESTED = "not_tested"

    @property
    def label(self) -> str:
        return {
            "qualified": "合格项",
            "unqualified": "不合格项",
            "problem": "问题项",
            "undetermined": "待判定",
            "not_tested": "未检验",
        }[self]


class Conclusion(StrEnum):
    """What all judged items of a sample say together. Only `qualified` is a pass."""

    QUALIFIED = "qualified"
    UNQUALIFIED = "unqualified"
    PROBLEM = "problem"
    UNDETERMINED = "undetermined"

    @property
    def label(self) -> str:
        return {"qualified": "合格", "unqualified": "不合格", "problem": "问题样品", "undetermined": "待判定"}[self]


class ReportClass(StrEnum):
    """How fast a report must be told."""

    SERIOUS = "serious"
    UNQUALIFIED = "unqualified"
    QUALIFIED = "qualified"

    @property
    def label(self) -> str:
        return {"serious": "24小时限时报告", "unqualified": "一般不合格（问题）报告", "qualified": "合格报告"}[self]


class LodKind(StrEnum):
    """What kind of lower bound of a method a stated value is."""

    DETECTION = "detection"
    QUANTITATION = "quantitation"
    DETERMINATION = "determination"

    @property
    def label(self) -> str:
        return {"detection": "检出限", "quantitation": "定量限", "determination": "测定低限"}[self]


class CaseSide(StrEnum):
    """Whose disposal case it is; producer and seller run beside each other."""

    PRODUCER = "producer"
    SELLER = "seller"

    @property
    def label(self) -> str:
        return {"producer": "生产环节", "seller": "经营环节"}[self]


class UnqualifiedItem(Schema):
    """One item that failed, as the report words it."""

    item: str = Field(examples=["孔雀石绿"])
    result: str = Field(examples=["2.35 μg/kg"])
    requirement: str = Field(examples=["不得检出"])


class SampleFacts(EventData):
    """What every event about a sample says of it. Of two about one sample the greater `version` is later."""

    sample_id: UUID
    version: int
    number: str | None = Field(description="抽样单编号")
    stream: Stream
    link: Link
    region_code: RegionCode = Field(description="抽样地点的区划")
    food_name: str
    category_code: str | None
    sampled_on: date
    business_id: UUID | None = Field(description="被抽样单位在监督检查服务登记的主体；未对上为 null")
    sampled_party_name: str
    sampled_party_uscc: str | None
    producer_name: str | None
    producer_uscc: str | None
    lot_code: str | None
    production_date: date | None


class SampleConcluded(SampleFacts):
    """The bureau has a report with a conclusion. A later one about the same sample replaces it."""

    type: ClassVar[str] = "sampling.sample.concluded.v1"

    conclusion: Conclusion
    report_class: ReportClass
    report_number: str
    unqualified_items: list[UnqualifiedItem]
    concluded_at: datetime


class RecallRequested(SampleFacts):
    """A disposal asks the recall of the lot: traceability finds where it went."""

    type: ClassVar[str] = "sampling.recall.requested.v1"

    case_id: UUID
    reason: str
    requested_at: datetime


class CaseRequested(SampleFacts):
    """A disposal hands a suspected violation over to investigation."""

    type: ClassVar[str] = "sampling.case.requested.v1"

    case_id: UUID
    side: CaseSide
    party_name: str
    party_uscc: str | None
    reason: str
    unqualified_items: list[UnqualifiedItem]
    requested_at: datetime


class DisposalClosed(SampleFacts):
    """A disposal case is closed with evidence."""

    type: ClassVar[str] = "sampling.disposal.closed.v1"

    case_id: UUID
    side: CaseSide
    conclusion: Conclusion
    closed_at: datetime
