"""Codes as they cross the boundary."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from services.traceability.codes.rules import LARGEST_BATCH, CodeKind, CodeScheme, CodeState, CodeStep, Numbers
from shared.contracts.regions import RegionCode
from shared.contracts.schema import Schema

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=200)]
Digits = Annotated[str, StringConstraints(pattern=r"^[0-9]{8,18}$")]
Value = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20)]


class CodeBatchCreate(Schema):
    """Codes wanted. A kind of thing takes one GS1 code; items and logistic units take as many as there are."""

    kind: CodeKind = Field(examples=["item"])
    scheme: CodeScheme = Field(description="gs1 用企业自己的 GS1 号码；own 由平台编号", examples=["gs1"])
    name: Name = Field(description="印在码旁的名称：店名、品名", examples=["演示鲜牛奶（虚构）"])
    business_id: UUID | None = Field(default=None, description="码属于哪个主体；企业账号缺省为本主体")
    region_code: RegionCode
    quantity: int = Field(default=1, ge=1, le=LARGEST_BATCH, examples=[3])
    gtin: Digits | None = Field(default=None, description="商品条码，8、12、13 或 14 位", examples=["9520123456788"])
    gln: Digits | None = Field(default=None, description="店铺、市场的全球位置码，13 位", examples=[None])
    extension: Value | None = Field(default=None, description="摊位在该位置内的编号", examples=[None])
    lot: Value | None = Field(
        default=None,
        description="批号；平台编号的批次码、单品码也可以写，只写了批号的检测凭它认出是这一批",
        examples=["20260724A"],
    )
    first_sscc: Digits | None = Field(default=None, description="第一个物流单元的 SSCC，18 位", examples=[None])
    activate: bool = Field(default=False, description="发放即启用；缺省为贴标后再启用")
    note: str = Field(default="", max_length=200)

    def numbers(self) -> Numbers:
        return Numbers(self.gtin, self.gln, self.extension, self.lot, self.first_sscc)

    def has_gs1_numbers(self) -> bool:
        """Whether anything is told that only a code of GS1 is made of; a lot has its number under any code."""
        return self.numbers() != Numbers(lot=self.lot)


class CodeStepBody(Schema):
    reason: Reason = Field(examples=["标签已贴"])


class CodeVerification(Schema):
    """Whose product number it is, as seen on the licence of the company prefix."""

    business_id: UUID = Field(description="商品条码属于哪个主体；可以不是登记的那个")
    name: Name = Field(description="印在码旁的名称", examples=["演示鲜牛奶（虚构）"])
    region_code: RegionCode
    reason: Reason = Field(description="凭什么", examples=["核对了厂商识别代码证书（演示）"])


class CodeBatchRead(Schema):
    id: UUID
    kind: CodeKind
    scheme: CodeScheme
    name: str = Field(examples=["演示鲜牛奶（虚构）"])
    business_id: UUID | None
    issuer_business_id: UUID | None
    region_code: str = Field(examples=["330203000000"])
    quantity: int
    lot: str | None = Field(description="生产者自己的批号；没有写明为 null", examples=["20260724A"])
    note: str = Field(examples=[""])
    issued_at: datetime


class CodeBatchOutcome(CodeBatchRead):
    """What became of the codes of a batch."""

    changed: int = Field(description="这一次有多少个码变了状态", examples=[3])


class CodeRead(Schema):
    id: UUID
    batch_id: UUID
    key: str = Field(
        description="统一的标识，事件与扫码都按它查", examples=["https://id.gs1.org/01/09520123456788/21/X7"]
    )
    text: str = Field(description="印在码下的文字", examples=["(01)09520123456788(21)X7"])
    kind: CodeKind
    name: str = Field(examples=["演示鲜牛奶（虚构）"])
    business_id: UUID | None
    region_code: str = Field(examples=["330203000000"])
    state: CodeState
    issued_at: datetime
    activated_at: datetime | None
    sold_at: datetime | None
    voided_at: datetime | None
    verified_at: datetime | None = Field(description="监管部门何时核对了商品条码的归属；没有核对为 null")
    version: int


class CodeEntryRead(Schema):
    step: CodeStep
    at: datetime
    count: int = Field(description="整批办理时涉及多少个码")
    reason: str = Field(examples=["标签已贴"])
    actor_name: str = Field(examples=["演示人员"])


class CodeDetail(CodeRead):
    uri: str = Field(description="印成二维码的网址", examples=["https://example.cn/01/09520123456788/21/X7"])
    signed_uri: str = Field(
        description="同上，带本平台的签名，可离线验真", examples=["https://example.cn/01/09520123456788/21/X7?sig=…"]
    )
    history: list[CodeEntryRead]


class CodeKey(Schema):
    """A public key with which signatures of codes are verified (RFC 8037)."""

    kty: str = Field(examples=["OKP"])
    crv: str = Field(examples=["Ed25519"])
    kid: str = Field(description="签名里点号前的部分", examples=["Zk3vQm1p"])
    x: str = Field(examples=["11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"])


class CodeKeySet(Schema):
    keys: list[CodeKey]
