"""What callers send and get about re-tests."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, Field

from services.sampling.whistles.schemas import Step
from shared.clocks.schemas import ClockRead
from shared.contracts.clocks import Authority
from shared.contracts.disposals import Payer, RetestGround, RetestState, RetestStep
from shared.contracts.schema import Schema
from shared.contracts.statutory_sampling import Conclusion, ItemVerdict
from shared.contracts.words import Words


class RetestApplication(Step):
    at: AwareDatetime | None = Field(
        default=None,
        description="以登记时为准，不填；只有检查、办案、食安办人员补记更早递交的书面申请时填，并附证据",
        examples=[None],
    )
    note: Words = Field(
        min_length=1, max_length=2000, description="申请复检的理由", examples=["对检验结果有异议（演示）"]
    )
    items: list[Words] = Field(
        default=[],
        max_length=100,
        description="申请复检的不合格项目；不填为全部可以复检的",
        examples=[["铅（以 Pb 计）"]],
    )


class BackupCheck(Step):
    backup_intact: bool = Field(description="备份样品封条完好，数量和状态能够复检", examples=[True])
    backup_expires_on: date | None = Field(
        default=None, description="备份样品保质期的最后一日；没有标注的不填", examples=["2027-01-31"]
    )


class RefusalStep(Step):
    ground: RetestGround = Field(description="不予受理的情形", examples=["backup_expired"])
    note: Words = Field(min_length=1, max_length=2000, description="具体事实和依据", examples=["保质期至 1 月 31 日"])
    backup_expires_on: date | None = Field(default=None, description="备份样品保质期的最后一日", examples=[None])


class DrawStep(Step):
    note: Words = Field(
        default="", max_length=2000, description="再次抽取的理由；第一次可不填", examples=["上次抽中的机构书面拒绝"]
    )


class LaboratoryReply(Step):
    undertakes: bool = Field(description="承接，还是书面拒绝（说明理由）", examples=[True])


class TransferStep(Step):
    seals_intact: bool = Field(description="移交时封条是否完好", examples=[True])
    evidence: list[Words] = Field(
        min_length=1, max_length=20, description="封条照片、交接单的编号", examples=[["封条照片 演示-1"]]
    )


class RetestExtension(Step):
    length: int = Field(ge=1, le=366, description="延长几个工作日", examples=[5])
    note: Words = Field(min_length=1, max_length=2000, description="理由", examples=["名录内机构正在轮换（演示）"])
    evidence: list[Words] = Field(min_length=1, max_length=20, description="书面批准或约定", examples=[["演示-批-1"]])


class RetestedItem(Schema):
    item: Words = Field(min_length=1, max_length=200, description="复检项目，与申请的一致", examples=["铅（以 Pb 计）"])
    result: Words = Field(min_length=1, max_length=200, description="结果，照报告写", examples=["0.15"])
    unit: Words = Field(default="", max_length=50, description="单位", examples=["mg/kg"])
    requirement: Words = Field(
        default="", max_length=200, description="标准限值，照报告写；应与初检所依据的一致", examples=["≤0.2"]
    )
    requirement_unit: Words = Field(default="", max_length=50, description="限值的单位", examples=["mg/kg"])
    method: Words = Field(default="", max_length=200, description="检验方法", examples=["GB 5009.12"])
    verdict: ItemVerdict = Field(description="复检报告的判定", examples=["qualified"])
    because: Words = Field(
        default="", max_length=1000, description="数值不能由系统判定时，写明复检机构判定的依据", examples=[""]
    )
    requirement_because: Words = Field(
        default="", max_length=1000, description="标准限值与初检不一致时的书面理由；该项只能是待判定", examples=[""]
    )
    standard_change: Words = Field(
        default="", max_length=500, description="标准限值与初检不一致时，标准的修改单或新版号", examples=[""]
    )


class ResultStep(Step):
    report_number: Words = Field(
        min_length=1, max_length=100, description="复检报告编号", examples=["演示复检报告 1 号"]
    )
    items: list[RetestedItem] = Field(min_length=1, max_length=100)


class RetestEntryRead(Schema):
    number: int
    kind: RetestStep
    label: str = Field(examples=["受理复检申请"])
    at: datetime
    recorded_at: datetime
    actor_name: str = Field(examples=["系统"])
    note: str = Field(examples=[""])
    evidence: list[str]
    details: dict[str, Any]


class RetestSummary(Schema):
    id: UUID
    version: int
    sample_id: UUID
    case_id: UUID
    authority: Authority
    region_code: str = Field(examples=["330203000000"])
    food_name: str = Field(examples=["粉丝"])
    applicant_name: str
    items: list[str]
    applied_at: datetime
    is_late: bool
    state: RetestState
    ground: RetestGround | None
    accepted_at: datetime | None
    laboratory_id: UUID | None
    report_number: str | None
    conclusion: Conclusion | None
    overturned: bool | None = Field(description="样品是否因此改为合格；没有结论为 null")
    payer: Payer | None = Field(description="复检费用最终由谁承担；申请人先行支付")
    ended_at: datetime | None


class RetestRead(RetestSummary):
    results: list[dict[str, Any]]
    clocks: list[ClockRead]
    entries: list[RetestEntryRead]
