"""What the routes of the reward ledger take and give. No answer but one carries who reported."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from services.inspection.reward_ledger.codes import RewardEntryKind, RewardState
from shared.contracts.regions import RegionCode
from shared.contracts.schema import Schema
from shared.contracts.words import Words

Yuan = Annotated[Decimal, Field(max_digits=14, decimal_places=2, description="元", examples=["12345.67"])]
Fine = Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=2, description="罚没款，元；没有罚没款不填")]


class ReporterWrite(Schema):
    """Who reported. Whoever stays anonymous gives a word instead of a name."""

    name: Words = Field(default="", max_length=60, examples=["演示举报人（虚构）"])
    contact: Words = Field(default="", max_length=100, description="联系方式", examples=["匿名暗号 演示"])
    identity_number: Words = Field(default="", max_length=40, examples=[""])
    account: Words = Field(default="", max_length=100, description="收款账户", examples=[""])


class Basis(Schema):
    """What a reward is reckoned from."""

    tier: int = Field(ge=1, le=9, description="奖励等级", examples=[1])
    fine: Fine | None = Field(default=None, examples=["200000"])


class Trial(Basis):
    region_code: RegionCode
    case_closed_on: date = Field(description="按这一天适用的奖励标准计算")
    granted_in_case: Yuan = Field(default=Decimal(0), ge=0, description="本案已奖励，元", examples=["0"])


class RewardCreate(Basis):
    report_number: Words = Field(min_length=2, max_length=100, description="举报编号", examples=["演示举报〔2026〕1号"])
    case_number: Words = Field(
        min_length=2, max_length=100, description="立案号", examples=["甬海市监立〔2026〕演示1号"]
    )
    region_code: RegionCode
    case_closed_on: date
    reporter: ReporterWrite


class Recalculation(Basis):
    reason: Words = Field(min_length=2, max_length=500, examples=["罚没款经复议变更（演示）"])


class Decision(Schema):
    approved: bool
    note: Words = Field(min_length=2, max_length=1000, examples=["符合奖励条件（演示）"])
    finance_document: Words = Field(
        default="", max_length=200, description="会同财政部门的文件号；达到限额的必填", examples=[""]
    )


class Notification(Schema):
    at: AwareDatetime | None = Field(default=None, description="何时通知；不填为现在", examples=[None])
    note: Words = Field(default="", max_length=500, examples=["按约定方式通知（演示）"])


class Payment(Schema):
    at: AwareDatetime | None = Field(default=None, description="何时领取；不填为现在", examples=[None])
    voucher: Words = Field(min_length=1, max_length=100, description="支付凭证号", examples=["演示凭证 0001"])


class Lapse(Schema):
    note: Words = Field(min_length=2, max_length=500, examples=["逾期未领（演示）"])


class IdentityReading(Schema):
    reason: Words = Field(min_length=2, max_length=500, description="为什么要看", examples=["发放奖金核对账户（演示）"])


class StepRead(Schema):
    label: str = Field(examples=["按比例"])
    how: str = Field(examples=["罚没款 200000 元 × 5%，四舍五入到 0.01 元"])
    amount: Yuan


class ReckoningRead(Schema):
    amount: Yuan
    steps: list[StepRead]
    joint_approval: bool = Field(description="是否须会同财政部门")
    rule_id: UUID = Field(description="所依据的奖励标准；是否核对过见规则")


class RewardEntryRead(Schema):
    number: int
    kind: RewardEntryKind
    label: str = Field(examples=["批准"])
    at: datetime
    recorded_at: datetime
    actor_name: str = Field(examples=["演示处置人员（虚构）"])
    note: str = Field(examples=["符合奖励条件（演示）"])


class RewardSummary(Schema):
    """A reward without the least about who reported."""

    id: UUID
    version: int
    report_number: str = Field(examples=["演示举报〔2026〕1号"])
    case_number: str = Field(examples=["甬海市监立〔2026〕演示1号"])
    region_code: str
    case_closed_on: date
    tier: int
    fine: Yuan | None
    amount: Yuan
    joint_approval: bool
    rule_id: UUID
    state: RewardState
    decided_at: datetime | None
    notified_at: datetime | None
    notice_due_at: datetime | None = Field(description="最迟通知时间")
    claim_due_at: datetime | None = Field(description="最迟领取时间")
    paid_at: datetime | None
    voucher: str | None


class RewardRead(RewardSummary):
    steps: list[StepRead]
    entries: list[RewardEntryRead]


class ReporterRead(ReporterWrite):
    """Who reported. Given only to the ledger's role, and each time put on record."""
