"""What callers send and get about corrections."""

from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints, model_validator

from services.inspection.corrections.kinds import (
    DEADLINE_UNITS,
    CorrectionEnd,
    CorrectionState,
    CorrectionStep,
    Origin,
    RecheckResult,
)
from shared.clocks.schemas import ClockRead
from shared.contracts.clocks import LengthUnit
from shared.contracts.regions import RegionCode
from shared.contracts.schema import Schema
from shared.contracts.words import Words

DIGEST = "3b" * 32
FileName = Annotated[
    str, StringConstraints(pattern=r"^[0-9a-f]{64}$"), Field(description="附件的 SHA-256，小写十六进制")
]
Photos = Annotated[list[FileName], Field(max_length=50, examples=[[DIGEST]])]
Reason = Annotated[Words, Field(min_length=2, max_length=2000, examples=["说明（演示）"])]
DocumentNumber = Annotated[Words, Field(min_length=1, max_length=100, examples=["演示责改〔2026〕1号"])]


class Step(Schema):
    """What every step carries: when it counts, and words."""

    at: AwareDatetime | None = Field(default=None, description="何时发生；不填为现在，不能在将来", examples=[None])
    note: Words = Field(default="", max_length=2000, description="说明", examples=["现场核实（演示）"])


class ReasonStep(Step):
    note: Reason = Field(description="理由或说明")


class CorrectionCreate(Schema):
    """A finding entered by hand, or from a complaint or case."""

    origin: Origin = Field(default=Origin.HAND, description="来源；监督检查发现的由检查记录自动登记", examples=["hand"])
    source_number: Words = Field(default="", max_length=100, description="投诉举报、案件的编号", examples=[""])
    business_id: UUID | None = Field(
        default=None, description="一户一档的主体；没有登记的写名称和区划", examples=[None]
    )
    party_name: Words | None = Field(
        default=None, min_length=1, max_length=200, description="当事人；已登记的不填", examples=["演示小吃店（虚构）"]
    )
    region_code: RegionCode | None = Field(default=None, description="区划；已登记的不填", examples=["330203009000"])
    requirement: Words = Field(default="", max_length=1000, description="所违反的要求", examples=["食品离地离墙存放"])
    problem: Words = Field(min_length=2, max_length=2000, description="问题", examples=["原料直接放在地面（演示）"])
    is_key: bool | None = Field(default=None, description="是否重点项目；不知道的不填", examples=[False])
    affects_safety: bool | None = Field(
        default=None, description="是否影响食品安全；还没有判断的不填", examples=[False]
    )
    evidence_before: Photos = Field(default=[], description="发现时的照片")
    found_at: AwareDatetime | None = Field(default=None, description="发现时间；不填为现在", examples=[None])

    @model_validator(mode="after")
    def _names_a_party(self) -> Self:
        if self.origin is Origin.VISIT:
            raise ValueError("监督检查发现的问题由检查记录登记，请选其他来源")
        if self.origin is not Origin.HAND and not self.source_number:
            raise ValueError("请写明投诉举报或案件的编号（source_number）")
        by_name = self.party_name is not None and self.region_code is not None
        if (self.business_id is None) != by_name or (self.business_id and (self.party_name or self.region_code)):
            raise ValueError("填主体编号（business_id），或者填当事人名称和区划，二者选一")
        return self


class Assessment(ReasonStep):
    affects_safety: bool = Field(description="是否影响食品安全", examples=[False])


class SpotCorrection(Step):
    """Put right before the officers' eyes: both sides are shown at once."""

    evidence_before: Photos = Field(min_length=1, description="整改前的照片")
    evidence_after: Photos = Field(min_length=1, description="整改后的照片")


class Order(Step):
    """What the document says. One of `last_day`, or `length` with `unit`."""

    document_number: DocumentNumber = Field(description="责令整改文书的文号")
    demand: Reason = Field(description="整改要求")
    last_day: date | None = Field(default=None, description="文书写明的最后一日", examples=[None])
    length: int | None = Field(default=None, ge=1, le=366, description="文书写明的天数", examples=[10])
    unit: LengthUnit | None = Field(
        default=None, description="天数的单位：working_day 工作日，calendar_day 自然日", examples=["working_day"]
    )

    @model_validator(mode="after")
    def _states_one_limit(self) -> Self:
        if (self.length is None) != (self.unit is None) or (self.last_day is None) == (self.length is None):
            raise ValueError("整改时限按文书填：最后一日（last_day），或者天数和单位（length、unit），二者选一")
        if self.unit is not None and self.unit not in DEADLINE_UNITS:
            raise ValueError("单位（unit）应为 working_day 或 calendar_day")
        return self


class Extension(ReasonStep):
    length: int = Field(ge=1, le=366, description="延长多少，单位同原期限", examples=[5])
    document_number: DocumentNumber = Field(description="书面延期的文号")


class CompletionReport(Step):
    note: Reason = Field(description="整改情况")
    evidence_after: Photos = Field(min_length=1, description="整改后的照片")


class Recheck(ReasonStep):
    result: RecheckResult = Field(description="passed 合格，failed 不合格，not_reached 未能复查", examples=["passed"])
    evidence_after: Photos = Field(default=[], description="复查时的照片；合格、不合格的至少一张")

    @model_validator(mode="after")
    def _shows_what_was_seen(self) -> Self:
        if self.result is not RecheckResult.NOT_REACHED and not self.evidence_after:
            raise ValueError("复查合格或不合格的，请附复查时的照片（evidence_after）")
        return self


class CaseFiling(Step):
    """A penalty case was opened, or not, with the reason."""

    filing_number: Words | None = Field(
        default=None,
        min_length=2,
        max_length=100,
        description="立案号；不予立案的不填",
        examples=["演示立案〔2026〕1号"],
    )

    @model_validator(mode="after")
    def _number_or_reason(self) -> Self:
        if self.filing_number is None and not self.note:
            raise ValueError("请填写立案号；不予立案的，在说明（note）中写明书面理由")
        return self


class LimitCreate(Schema):
    region_code: RegionCode = Field(description="在哪个区划及其下级适用", examples=["330203000000"])
    length: int | None = Field(ge=1, le=366, description="整改时限最长多少；null 为不再限制", examples=[30])
    unit: LengthUnit = Field(examples=["calendar_day"])
    valid_from: date = Field(description="自哪一天起", examples=["2027-01-01"])
    source: Words = Field(min_length=1, max_length=500, description="依据", examples=["本区监督检查工作规程（演示）"])
    verified: bool = Field(description="是否已与原文核对", examples=[True])

    @model_validator(mode="after")
    def _counts_days(self) -> Self:
        if self.unit not in DEADLINE_UNITS:
            raise ValueError("单位（unit）应为 working_day 或 calendar_day")
        return self


class LimitRead(LimitCreate):
    id: UUID
    recorded_at: datetime


class OrderRead(Schema):
    id: UUID
    number: int
    document_number: str
    demand: str
    length: int
    unit: LengthUnit
    ordered_at: datetime
    clock: ClockRead | None


class EntryRead(Schema):
    number: int
    kind: CorrectionStep
    label: str = Field(examples=["责令限期整改"])
    at: datetime
    recorded_at: datetime
    actor_name: str = Field(examples=["系统"])
    note: str
    evidence: list[str]
    details: dict[str, Any]


class CorrectionSummary(Schema):
    id: UUID
    version: int
    origin: Origin
    visit_id: UUID | None
    item_number: str | None = Field(examples=["3.2"])
    source_number: str
    business_id: UUID | None
    party_name: str = Field(examples=["演示小吃店（虚构）"])
    region_code: str = Field(examples=["330203009000"])
    requirement: str
    problem: str
    is_key: bool | None
    affects_safety: bool | None = Field(description="null 表示还没有判断")
    found_at: datetime
    state: CorrectionState
    state_label: str = Field(examples=["限期整改中"])
    evidence_before: list[str]
    evidence_after: list[str]
    done_at: datetime | None = Field(description="整改完成时间，经复查确认")
    case_requested_at: datetime | None
    filing_number: str | None
    case_declined_because: str | None
    ended_because: CorrectionEnd | None
    closed_at: datetime | None


class CorrectionListed(CorrectionSummary):
    clock: ClockRead | None = Field(description="现在的整改期限；没有为 null")


class CorrectionRead(CorrectionSummary):
    missing: list[str] = Field(description="办结还缺什么；已办结的为空")
    orders: list[OrderRead]
    case_clock: ClockRead | None = Field(description="决定是否立案的期限")
    entries: list[EntryRead]
