"""Certificates as they cross the boundary."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, model_validator

from services.traceability.certificates.rules import FIELDS, Basis, CertificateKind, IssuerRole
from services.traceability.tickets.schemas import Counted, LotText, TookPlaceAt
from shared.contracts.figures import Number
from shared.contracts.schema import Schema
from shared.contracts.words import Words
from shared.dated_rules.schemas import DatedRuleCreate, DatedRuleRead, each_once_of


class SourceWrite(Schema):
    """A certificate that came with goods which were mixed or repacked."""

    id: UUID | None = Field(default=None, description="本平台的证，其编号", examples=[None])
    number: Words = Field(min_length=1, max_length=60, examples=["DEMO-HGZ-001"])
    producer_name: Words | None = Field(default=None, max_length=100, examples=["演示合作社（虚构）"])


class CertificateWrite(Counted):
    kind: CertificateKind = CertificateKind.COMMITMENT
    role: IssuerRole | None = Field(default=None, description="承诺达标合格证：producer 生产者，purchaser 收购者")
    business_id: UUID | None = Field(default=None, description="谁开具或登记；不填即调用者自己的主体")
    number: Words | None = Field(
        default=None, min_length=1, max_length=60, description="证号；承诺达标合格证不填，由平台编号", examples=[None]
    )
    issuer_name: Words | None = Field(
        default=None, max_length=100, description="别处出具的证：出具单位", examples=[None]
    )
    product_name: Words = Field(min_length=1, max_length=100, examples=["青菜"])
    origin: Words | None = Field(default=None, max_length=100, description="产地", examples=["演示镇演示村（虚构）"])
    lot: LotText = Field(description="批号、追溯码或 lot_key", examples=["DEMO-L1"])
    lot_owner_id: UUID | None = Field(default=None, description="批号是哪个主体编的；不填即本主体")
    basis: list[Basis] = Field(default_factory=list, max_length=4, description="承诺依据")
    production_id: UUID | None = Field(default=None, description="由哪次混合、分装而来")
    sources: list[SourceWrite] = Field(default_factory=list, max_length=200, description="收购者重开：原来的证")
    issued_at: TookPlaceAt = Field(examples=["2026-07-24T05:00:00+08:00"])

    @model_validator(mode="after")
    def _fits_its_kind(self) -> "CertificateWrite":
        if self.kind is CertificateKind.COMMITMENT:
            if self.role is None:
                raise ValueError("承诺达标合格证要写 role：producer 或 purchaser")
            if self.number is not None or self.issuer_name is not None:
                raise ValueError("承诺达标合格证由本主体开具、平台编号，不写 number 与 issuer_name")
            if not self.basis:
                raise ValueError("要写承诺依据 basis")
            if (self.role is IssuerRole.PURCHASER) != bool(self.sources):
                raise ValueError("收购者重开的证要写原来的证 sources；生产者的证不写")
        elif self.role is not None or self.sources or self.basis:
            raise ValueError("role、sources、basis 只用于承诺达标合格证")
        elif self.number is None or self.issuer_name is None:
            raise ValueError("别处出具的证要写 number 与 issuer_name")
        return self


class CertificateVoiding(Schema):
    reason: Words = Field(min_length=2, max_length=200, examples=["数量写错，重新开具"])


class SourceRead(Schema):
    id: UUID | None
    number: str = Field(examples=["DEMO-HGZ-001"])
    producer_name: str | None


class CertificateRead(Schema):
    id: UUID
    kind: CertificateKind
    label: str = Field(examples=["承诺达标合格证"])
    role: IssuerRole | None
    number: str = Field(examples=["HGZ202607245D4E3F2A"])
    business_id: UUID
    region_code: str = Field(examples=["330203001000"])
    issuer_name: str = Field(examples=["演示合作社（虚构）"])
    contact: str | None
    product_name: str = Field(examples=["青菜"])
    quantity: Number = Field(examples=["50"])
    unit: str = Field(examples=["kg"])
    origin: str | None
    lot_key: str
    lot_code: str = Field(examples=["DEMO-L1"])
    basis: list[Basis]
    commitment: str | None
    production_id: UUID | None
    number_verified: bool | None = Field(description="证号是否核验；编号规则尚未核对原文的为 null")
    issued_at: datetime
    voided_at: datetime | None
    void_reason: str | None
    version: int


class CertificateDetail(CertificateRead):
    sources: list[SourceRead] = Field(description="由哪些证重开")
    origins: list[SourceRead] = Field(description="一层层追到头，最初的那些证")
    warnings: list[str] = Field(description="开证以后才报来的使用记录表明，开证时间隔期未满", examples=[[]])


class _Form(Schema):
    role: IssuerRole
    commitment: Words = Field(min_length=2, max_length=1_000, description="承诺的文字", examples=["我承诺……（演示）"])
    keep_months: int = Field(ge=1, le=1_200, description="至少保存几个月", examples=[6])


class FormCreate(_Form, DatedRuleCreate):
    """What a commitment certificate must hold, from a day on."""

    fields: Annotated[list[str], each_once_of(FIELDS)] = Field(
        min_length=1, description="必填项", examples=[["product_name", "quantity"]]
    )


class FormRead(_Form, DatedRuleRead):
    fields: list[str] = Field(examples=[["产品名称", "数量（重量）"]])


class CompletenessRead(Schema):
    """How many trades in agricultural goods have all three: 一证一票一码."""

    business_id: UUID = Field(description="卖方")
    business_name: str = Field(examples=["演示批发部（虚构）"])
    trades: int = Field(description="食用农产品、畜禽肉的销售行数", examples=[40])
    with_certificate: int = Field(description="有证", examples=[36])
    with_ticket: int = Field(description="有票：买方已扫码收货，双方各有记录", examples=[30])
    with_code: int = Field(description="有码：货上有批号或追溯码", examples=[38])
    complete: int = Field(description="三样都有", examples=[28])
    share: Number = Field(description="齐全率，%", examples=["70"])
