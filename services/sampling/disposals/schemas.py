"""What callers send and get about disposal cases."""

from datetime import datetime
from decimal import Decimal
from typing import Any, Self
from uuid import UUID

from pydantic import Field, model_validator

from services.sampling.whistles.schemas import Step
from shared.clocks.schemas import ClockRead
from shared.contracts.clocks import Authority
from shared.contracts.disposals import CaseEnd, CaseState, CaseStep, Handling, Recipient, ServiceMethod, Topic
from shared.contracts.sampling import StopSaleState
from shared.contracts.schema import Schema
from shared.contracts.statutory_sampling import CaseSide, Conclusion, ReportClass, UnqualifiedItem
from shared.contracts.traceability import RecallLevel, RecallState
from shared.contracts.words import Words
from shared.dated_rules.schemas import DatedRuleCreate, DatedRuleRead


class StopSaleStep(Step):
    quantity: Decimal | None = Field(
        default=None,
        ge=0,
        max_digits=14,
        decimal_places=4,
        description="停售或封存的数量；已无存货为 0；不清楚的不填，不当作零",
        examples=["120"],
    )
    unit: Words | None = Field(default=None, min_length=1, max_length=20, description="单位", examples=["kg"])
    sealed: bool = Field(default=False, description="是否封存、扣押（否则为责令停售）", examples=[True])

    @model_validator(mode="after")
    def _quantity_has_a_unit(self) -> Self:
        if (self.quantity is None) != (self.unit is None):
            raise ValueError("数量和单位要么都填，要么都不填（数量不清楚）")
        return self


class RecallStep(Step):
    needed: bool = Field(default=True, description="是否要求召回；不需召回的在说明中写明理由", examples=[True])
    note: Words = Field(
        min_length=1, max_length=2000, description="召回的范围和理由，或不需召回的理由", examples=["该批次全部召回"]
    )


class WordStep(Step):
    note: Words = Field(min_length=1, max_length=2000, description="说明", examples=["进货查验不严（演示）"])


class FilingStep(Step):
    number: Words | None = Field(
        default=None,
        min_length=1,
        max_length=100,
        description="立案号；不予立案的不填",
        examples=["演示立案〔2026〕1号"],
    )
    note: Words = Field(
        default="", max_length=2000, description="不予立案的书面理由；立案的可不填", examples=["不予立案审批表 演示-1"]
    )

    @model_validator(mode="after")
    def _number_or_reason(self) -> Self:
        if self.number is None and not self.note:
            raise ValueError("请填写立案号；不予立案的，在说明（note）中写明书面理由")
        return self


class PenaltyStep(Step):
    number: Words = Field(
        min_length=1, max_length=100, description="行政处罚（或不予处罚）决定书文号", examples=["演示罚〔2026〕1号"]
    )


class RegionNoticeStep(Step):
    to: Words = Field(min_length=1, max_length=200, description="通报给哪个机关", examples=["某市某区市场监督管理局"])
    channel: Words = Field(min_length=1, max_length=200, description="以什么方式通报", examples=["国家抽检信息系统"])


class ExtensionStep(Step):
    days: int = Field(ge=1, le=366, description="延长多少日", examples=[30])
    note: Words = Field(min_length=1, max_length=2000, description="延长的理由", examples=["案情复杂（演示）"])
    evidence: list[Words] = Field(
        min_length=1, max_length=20, description="书面批准的文书号", examples=[["延期审批表 演示-1"]]
    )


class ClosureStep(Step):
    evidence: list[Words] = Field(
        min_length=1, max_length=20, description="办结的证据：报告、审批表的编号", examples=[["核查处置报告 演示-1"]]
    )


class RecipientCreate(Step):
    recipient: Recipient = Field(description="送达对象", examples=["market_opener"])
    name: Words = Field(min_length=1, max_length=200, description="名称", examples=["演示农贸市场（虚构）"])


class ServiceStep(Step):
    """The result reached its recipient; `at` is when. His windows run from then."""

    method: ServiceMethod = Field(description="送达方式", examples=["in_person"])
    evidence: list[Words] = Field(
        min_length=1, max_length=20, description="送达回证、快递单号、照片编号", examples=[["送达回证 演示-1"]]
    )


class ServiceConfirmation(WordStep):
    """Somebody other than who wrote it down vouches for a day of service that was written down later."""

    note: Words = Field(
        min_length=1,
        max_length=2000,
        description="凭什么确认补记的送达日期属实",
        examples=["已核对送达回证原件上的签收日期（演示）"],
    )


class RequirementCreate(DatedRuleCreate):
    side: CaseSide
    handling: Handling = Handling.OWN
    topic: Topic = Field(examples=["recall"])
    required: bool = Field(description="办结是否必须具备", examples=[True])
    only_if_filed: bool = Field(default=False, description="是否只在立案的情况下必须具备", examples=[False])


class RequirementRead(DatedRuleRead):
    side: CaseSide
    handling: Handling
    topic: Topic
    label: str = Field(examples=["要求召回，或不需召回的书面理由"])
    required: bool
    only_if_filed: bool


class DisposalEntryRead(Schema):
    number: int
    kind: CaseStep
    label: str = Field(examples=["启动核查处置"])
    at: datetime
    recorded_at: datetime
    actor_name: str = Field(examples=["系统"])
    note: str = Field(examples=[""])
    evidence: list[str]
    quantity: Decimal | None
    unit: str | None
    details: dict[str, Any]


class ResultNoticeRead(Schema):
    id: UUID
    recipient: Recipient
    label: str = Field(examples=["被抽样单位"])
    name: str
    served_at: datetime | None
    method: ServiceMethod | None
    proof: list[str]
    recorded_at: datetime | None = Field(description="送达是何时登记的")
    is_late_record: bool = Field(description="送达当日没有登记，是以后补记的；公布时期限从登记之日另行计算，除非经确认")
    confirmed_at: datetime | None = Field(description="另一人何时确认了补记的送达；null：没有确认")
    clocks: list[ClockRead] = Field(description="送达期限；送达后另有他自己的复检、异议申请期限")


class CaseSummary(Schema):
    id: UUID
    version: int
    sample_id: UUID
    side: CaseSide
    handling: Handling
    authority: Authority
    region_code: str = Field(examples=["330203000000"])
    food_name: str = Field(examples=["鲫鱼"])
    lot_code: str | None
    party_name: str
    party_uscc: str | None
    report_number: str
    report_class: ReportClass
    conclusion: Conclusion
    unqualified_items: list[UnqualifiedItem]
    received_at: datetime
    state: CaseState
    stop_sale: StopSaleState | None = Field(description="null 表示没有登记过停售")
    recall_requested_at: datetime | None
    case_requested_at: datetime | None
    filing_number: str | None
    not_filed_because: str | None
    ended_because: CaseEnd | None
    closed_at: datetime | None


class CaseListed(CaseSummary):
    next_duty: ClockRead | None = Field(
        description="本机关最先到期的期限：启动、送达、完成；没有未办的，或本人是当事人，为 null"
    )


class CaseRecallRead(Schema):
    """Where the recall stands that the case asked for."""

    recall_id: UUID = Field(description="追溯服务中的召回")
    state: RecallState
    level: RecallLevel | None = Field(description="立项时尚未定级为 null")
    holders: int | None = Field(description="召回范围内有几家；结束前为 null")
    acknowledged: int | None = Field(description="其中几家确认收到通知；结束前为 null")
    at: datetime = Field(description="立项或结束的时间")


class CaseRead(CaseSummary):
    missing: list[Topic] = Field(description="办结还缺什么；已办结的为空")
    recall: CaseRecallRead | None = Field(description="所要求的召回办到哪里；没有要求，或尚未立项，为 null")
    clocks: list[ClockRead]
    notices: list[ResultNoticeRead]
    entries: list[DisposalEntryRead]
