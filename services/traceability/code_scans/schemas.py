"""Scans, findings and what the public sees of a code."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from services.traceability.code_scans.rules import FindingKind, ScanPurpose, Threshold
from services.traceability.codes.rules import CodeKind, CodeState
from shared.contracts.figures import Number
from shared.contracts.schema import Schema
from shared.dated_rules.schemas import DatedRuleCreate, DatedRuleRead

Degrees = Annotated[Decimal, Field(max_digits=12, decimal_places=9)]
Scanned = Annotated[
    str,
    StringConstraints(min_length=1, max_length=1000),
    Field(description="扫到的内容：网址、URN 或平台编号", examples=["https://example.cn/01/09520123456788/21/X7"]),
]


class _Somewhere(Schema):
    latitude: Degrees | None = Field(default=None, ge=-90, le=90, description="纬度；只存到 0.1 度", examples=["29.87"])
    longitude: Degrees | None = Field(
        default=None, ge=-180, le=180, description="经度；只存到 0.1 度", examples=["121.54"]
    )

    @model_validator(mode="after")
    def _both_or_none(self) -> "_Somewhere":
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError("经度和纬度要么都写，要么都不写")
        return self


class PublicScan(_Somewhere):
    """A consumer's scan. The place may be left out; finer than ten kilometres it is not kept."""

    code: Scanned


class CodeScan(_Somewhere):
    """A scan in the course of trade or inspection."""

    code: Scanned
    purpose: ScanPurpose = Field(description="look 查看、receive 进货、sell 售出", examples=["receive"])


class PublicLevel(Schema):
    """What is registered at one level: the thing itself, its lot, its product."""

    kind: CodeKind
    label: str = Field(examples=["批次码"])
    name: str = Field(examples=["演示鲜牛奶（虚构）"])
    claimed: bool = Field(description="名称是登记的单位自己填的，监管部门还没有核对这个商品条码归它")
    text: str = Field(examples=["(01)09520123456788(10)L1"])
    state: CodeState
    state_label: str = Field(examples=["已启用"])
    issued_on: date
    activated_on: date | None
    sold_on: date | None
    voided_on: date | None


class Signature(StrEnum):
    GOOD = "good"
    BAD = "bad"
    NONE = "none"


class PublicCode(Schema):
    """What anybody may know of a code, and what is missing."""

    exact: bool = Field(description="扫到的这一个是否登记过；false 表示只登记了它的批次或商品")
    levels: list[PublicLevel]
    region: str | None = Field(description="登记所在的县（市、区）", examples=["海曙区"])
    signature: Signature = Field(description="good 本平台签名；bad 有签名但不是本平台的；none 没有签名")
    warnings: list[str] = Field(description="消费者该知道的", examples=[[]])
    missing: list[str] = Field(description="还不知道的", examples=[["检验报告", "进货来源"]])


class ScanOutcome(Schema):
    """What a scan brought to light."""

    code_id: UUID
    state: CodeState
    name: str = Field(examples=["演示鲜牛奶（虚构）"])
    warnings: list[str] = Field(examples=[[]])


class FindingRead(Schema):
    id: UUID
    code_id: UUID
    code_text: str = Field(examples=["(01)09520123456788(21)X7"])
    code_name: str = Field(examples=["演示鲜牛奶（虚构）"])
    region_code: str = Field(examples=["330203000000"])
    kind: FindingKind
    label: str = Field(examples=["短时间内在相距很远的地方扫到"])
    says: str = Field(description="凭什么这样说", examples=["2026年7月24日 09:30…"])
    times: int = Field(description="又见到几次", examples=[1])
    found_at: datetime
    last_at: datetime
    settled_at: datetime | None
    settled_by_name: str | None = Field(examples=[None])
    outcome: str | None = Field(examples=[None])
    note: str | None = Field(examples=[None])
    version: int


class FindingOutcome(StrEnum):
    COUNTERFEIT = "counterfeit"
    EXPLAINED = "explained"


class FindingSettlement(Schema):
    outcome: FindingOutcome = Field(description="counterfeit 确有复制、仿造；explained 有合理解释")
    note: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=500)] = Field(
        examples=["经营者贴标后忘记启用，已补办"]
    )


class ThresholdCreate(DatedRuleCreate):
    name: Threshold
    value: Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=2)] = Field(examples=["150"])


class ThresholdRead(DatedRuleRead):
    name: Threshold
    label: str = Field(examples=["两地之间快过每小时多少公里即可疑"])
    value: Number = Field(examples=["150"])
    unit: str = Field(examples=["km/h"])
