"""The national form of a sample (食品安全抽样单) in its blocks, with what the law wants recorded beside it.

A draft may leave anything out: every field is optional here, and `completeness` says what is missing when the sample is
taken. The national system writes `/` or a dash where there is nothing to say; such a cell is empty.
"""

import unicodedata
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints, field_validator

from services.sampling.samples.numbers import FormNumber, plain_mark
from shared.contracts.regions import RegionCode
from shared.contracts.schema import Schema, is_storable
from shared.contracts.statutory_sampling import Link, Stream

NOTHING_TO_SAY = frozenset({"", "/", "／", "\\", "-", "－", "—", "——", "--"})
SEPARATORS = "、,，;；/\n"
"""What stands between the names of several persons in one cell; no name holds one of these."""


def _clean(value: Any) -> Any:
    """Text as it is kept: without blanks around it and control characters in it; None where nothing is said."""
    if not isinstance(value, str):
        return value
    if not is_storable(value):
        raise ValueError("有无法保存的控制字符，请重新输入")
    lines = value.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    text = "\n".join("".join(_visible(sign) for sign in line) for line in lines).strip()
    return None if text in NOTHING_TO_SAY else text


def _visible(sign: str) -> str:
    return " " if unicodedata.category(sign) in ("Cc", "Zl", "Zp") else sign


def _one_line(text: str) -> str:
    return " ".join(text.split("\n"))


def _code(text: str) -> str:
    """A number that is a name, in half-width signs without spaces."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def _plain(number: Decimal) -> Decimal:
    """Without exponent, so that it reads the same everywhere: 1E+1 is 10."""
    return Decimal(format(number, "f"))


Line = Annotated[str, AfterValidator(_one_line), StringConstraints(max_length=200)]
Code = Annotated[str, AfterValidator(_code), StringConstraints(max_length=200)]
SealNumber = Annotated[str, AfterValidator(plain_mark), StringConstraints(max_length=200)]
Text = Annotated[str, StringConstraints(max_length=2000)]
Number = Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=4), AfterValidator(_plain)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$"), Field(description="文件的 SHA-256，小写十六进制")]


class Block(Schema):
    """A part of the form. An empty text is a field that was not filled in."""

    @field_validator("*", mode="before")
    @classmethod
    def _said(cls, value: Any) -> Any:
        if isinstance(value, list):
            return [text for text in map(_clean, value) if text is not None]
        return _clean(value)


class PickedBy(StrEnum):
    """Who chose and took the sample from the stock; the operator may not (抽样检验管理办法)."""

    SAMPLERS = "samplers"
    OPERATOR = "operator"

    @property
    def label(self) -> str:
        return {"samplers": "抽样人员", "operator": "被抽样单位"}[self]


class Delivery(StrEnum):
    """How the sample gets to the laboratory; the operator may not bring it."""

    SAMPLERS = "samplers"
    COURIER = "courier"
    OPERATOR = "operator"

    @property
    def label(self) -> str:
        return {"samplers": "抽样人员送检", "courier": "委托物流寄送", "operator": "被抽样单位送检"}[self]


class AttachmentKind(StrEnum):
    """What a photo, film or document shows."""

    SITE = "site"
    LICENCE = "licence"
    SAMPLE = "sample"
    LABEL = "label"
    TEST_SEAL = "test_seal"
    BACKUP_SEAL = "backup_seal"
    RECEIPT = "receipt"
    NOTICE = "notice"
    REFUSAL = "refusal"
    ONLINE_PAGE = "online_page"
    ONLINE_ORDER = "online_order"
    ONLINE_PAYMENT = "online_payment"
    UNPACKING_FILM = "unpacking_film"
    OTHER = "other"

    @property
    def label(self) -> str:
        return _ATTACHMENT_LABELS[self]


_ATTACHMENT_LABELS = {
    AttachmentKind.SITE: "抽样场所照片",
    AttachmentKind.LICENCE: "证照照片",
    AttachmentKind.SAMPLE: "样品照片",
    AttachmentKind.LABEL: "标签照片",
    AttachmentKind.TEST_SEAL: "检验样品封样照片",
    AttachmentKind.BACKUP_SEAL: "备份样品封样照片",
    AttachmentKind.RECEIPT: "购样票据",
    AttachmentKind.NOTICE: "抽样检验告知书",
    AttachmentKind.REFUSAL: "拒绝抽样的证据",
    AttachmentKind.ONLINE_PAGE: "网页截图",
    AttachmentKind.ONLINE_ORDER: "订单截图",
    AttachmentKind.ONLINE_PAYMENT: "支付凭证",
    AttachmentKind.UNPACKING_FILM: "收货拆包录像",
    AttachmentKind.OTHER: "其他",
}


class Basics(Block):
    """抽样基础信息."""

    number: FormNumber | None = Field(default=None, description="抽样单编号；不填由平台编号", examples=[None])
    stream: Stream | None = Field(default=None, description="任务类型；有抽样任务的与任务一致")
    link: Link | None = Field(default=None, description="抽样环节；有抽样任务的与任务一致")
    task_source: Line | None = Field(default=None, description="任务来源", examples=["（演示）区级监督抽检"])
    place: Line | None = Field(default=None, description="抽样地点", examples=["农贸市场"])
    region_code: RegionCode | None = Field(default=None, description="抽样地点的区划；不填以任务的为准")
    is_resample: bool | None = Field(default=None, description="是否补样")
    is_through_train: bool | None = Field(default=None, description="是否直通车")
    sampled_on: date | None = Field(default=None, description="抽样日期", examples=["2026-07-24"])
    send_by: date | None = Field(default=None, description="寄送样品截止日期")
    picked_by: PickedBy | None = Field(default=None, description="样品由谁从库存中抽取", examples=["samplers"])
    delivery: Delivery | None = Field(default=None, description="怎样送到检验机构", examples=["samplers"])
    same_lot_as_held: bool | None = Field(default=None, description="快检吹哨的任务：是否取自停售的同一批")


class Sampler(Block):
    """抽样人. `user_id` is his account: by it sampling, testing and disposal are kept apart."""

    user_id: UUID | None = Field(default=None, description="抽样人员的平台账号")
    name: Line | None = Field(default=None, examples=["演示抽样员甲（虚构）"])
    phone: Line | None = Field(default=None, description="联系电话")
    signature: Sha256 | None = Field(default=None, description="签名图片")

    @field_validator("name", "phone")
    @classmethod
    def _is_one_person(cls, value: str | None) -> str | None:
        if value and (found := [sign for sign in value if sign in SEPARATORS]):
            raise ValueError(f"一处只写一个人，不能有「{found[0]}」；其他人另加一项")
        return value


class SampledParty(Block):
    """被抽样单位."""

    business_id: UUID | None = Field(default=None, description="在监督检查服务登记的主体；未对上为 null")
    name: Line | None = Field(default=None, examples=["演示蔬菜摊（虚构）"])
    address: Line | None = None
    scale: Line | None = Field(default=None, description="企业规模")
    trade_form: Line | None = Field(default=None, description="业态类型")
    area_kind: Line | None = Field(default=None, description="区域类型", examples=["城市"])
    licence_number: Code | None = Field(default=None, description="营业执照号（统一社会信用代码）")
    legal_representative: Line | None = Field(default=None, description="法人代表")
    permit_kind: Line | None = Field(default=None, description="许可证类型")
    permit_number: Code | None = Field(default=None, description="许可证号")
    yearly_sales: Number | None = Field(default=None, description="年销售额（万元）")
    contact: Line | None = Field(default=None, description="联系人")
    phone: Line | None = None
    fax: Line | None = None
    postcode: Line | None = None


class Producer(Block):
    """标示生产者."""

    name: Line | None = Field(default=None, examples=["演示食品厂（虚构）"])
    address: Line | None = None
    contact: Line | None = None
    phone: Line | None = None
    uscc: Code | None = Field(default=None, description="统一社会信用代码；国家抽样单上没有，可补充")


class Goods(Block):
    """样品信息."""

    name: Line | None = Field(default=None, description="样品名称", examples=["豇豆"])
    category_code: Line | None = Field(default=None, description="食品类别代码；不填以任务的为准")
    origin: Line | None = Field(default=None, description="样品来源", examples=["外购"])
    sampling_method: Line | None = Field(default=None, description="抽样方式", examples=["非无菌抽样"])
    attribute: Line | None = Field(default=None, description="样品属性", examples=["普通食品"])
    kind: Line | None = Field(default=None, description="样品类型", examples=["食用农产品"])
    trade_mark: Line | None = Field(default=None, description="商标")
    lot_code: Line | None = Field(default=None, description="样品批号")
    date_kind: Line | None = Field(default=None, description="日期类型", examples=["生产日期"])
    dated: date | None = Field(default=None, description="日期")
    shelf_life: Line | None = Field(default=None, description="保质期")
    standard: Line | None = Field(default=None, description="执行标准")
    specification: Line | None = Field(default=None, description="规格型号")
    grade: Line | None = Field(default=None, description="质量等级")
    producer_permit: Code | None = Field(default=None, description="生产许可证编号")
    unit_price: Line | None = Field(default=None, description="单价", examples=["8.00元/kg"])
    is_exported: bool | None = Field(default=None, description="是否出口")
    base: Line | None = Field(default=None, description="抽样基数", examples=["50kg"])
    quantity: Number | None = Field(default=None, description="抽样数量（含备样）", examples=["3.0"])
    quantity_unit: Line | None = Field(default=None, description="抽样数量单位", examples=["kg"])
    backup_quantity: Number | None = Field(default=None, description="备样数量", examples=["1.5"])
    stocked: Line | None = Field(default=None, description="进货量")
    in_stock: Line | None = Field(default=None, description="库存量")
    packaging_class: Line | None = Field(default=None, description="包装分类", examples=["无包装"])
    state_of_matter: Line | None = Field(default=None, description="样品形态", examples=["固体"])
    storage: Line | None = Field(default=None, description="抽样时样品储存条件", examples=["常温"])
    storage_other: Line | None = Field(default=None, description="储存条件（其他）")
    storage_temperature: Line | None = Field(default=None, description="储存条件：温度")
    storage_humidity: Line | None = Field(default=None, description="储存条件：湿度")
    sample_packaging: Line | None = Field(default=None, description="抽样样品包装")
    sample_packaging_other: Line | None = Field(default=None, description="样品包装（其他）")
    tools: Line | None = Field(default=None, description="抽样工具")
    barcode: Code | None = Field(default=None, description="条形码")


class SamplingBody(Block):
    """抽样单位."""

    name: Line | None = Field(default=None, examples=["演示抽样单位（虚构）"])
    level: Line | None = Field(default=None, description="抽样单位级别")
    address: Line | None = None
    contact: Line | None = None
    phone: Line | None = None
    contact_phone: Line | None = None
    email: Line | None = None
    fax: Line | None = None
    postcode: Line | None = None


class Sealing(Block):
    """封样. The backup sample is sealed apart from the test sample, under numbers of its own."""

    test_seals: list[SealNumber] = Field(default=[], max_length=20, description="检验样品封条号", examples=[["F0001"]])
    backup_seals: list[SealNumber] = Field(
        default=[], max_length=20, description="备份样品封条号", examples=[["F0002"]]
    )
    no_backup_because: Text | None = Field(default=None, description="依规定不留备份样品的理由，如仅检微生物")


class Signed(Block):
    """Somebody's signature, or why there is none."""

    name: Line | None = Field(default=None, description="签字人")
    signature: Sha256 | None = Field(default=None, description="签名图片")
    refused_because: Text | None = Field(default=None, description="拒绝签字的，写明情况")


class RightsNotice(Signed):
    """抽样检验告知书 with the operator's rights."""

    given: bool | None = Field(default=None, description="是否当场出示并交给被抽样单位")


class Purchase(Block):
    """购样."""

    amount: Number | None = Field(default=None, description="样品费（元）", examples=["24.00"])
    payment: Line | None = Field(default=None, description="支付方式")
    receipt_number: Line | None = Field(default=None, description="票据号；没有票据号的附票据照片")


class OnlinePurchase(Block):
    """网络抽样: who bought what where, under which account, and how it came."""

    platform: Line | None = Field(default=None, description="网络交易平台")
    shop_name: Line | None = Field(default=None, description="网店名称")
    shop_address: Text | None = Field(default=None, description="网址")
    buyer: Line | None = Field(default=None, description="购样人员")
    buyer_account: Line | None = Field(default=None, description="注册账号")
    payment_account: Line | None = Field(default=None, description="付款账户")
    consignee: Line | None = Field(default=None, description="收货人")
    delivery_address: Line | None = Field(default=None, description="收货地址")
    order_number: Line | None = Field(default=None, description="订单号")
    ordered_at: AwareDatetime | None = None
    received_at: AwareDatetime | None = None


class Attachment(Block):
    kind: AttachmentKind = Field(examples=["site"])
    sha256: Sha256
    caption: Line | None = None


class SampleForm(Block):
    """抽样单. `online` is there exactly when the sample was bought online."""

    basics: Basics = Basics()
    samplers: list[Sampler] = Field(default=[], max_length=10, description="抽样人，不少于两人")
    sampled_party: SampledParty = SampledParty()
    goods: Goods = Goods()
    producer: Producer = Producer()
    sampling_body: SamplingBody = SamplingBody()
    sealing: Sealing = Sealing()
    operator: Signed = Field(default=Signed(), description="被抽样单位在抽样单和封条上签字")
    rights_notice: RightsNotice = RightsNotice()
    purchase: Purchase = Purchase()
    online: OnlinePurchase | None = Field(default=None, description="网络抽样；现场抽样为 null")
    attachments: list[Attachment] = Field(default=[], max_length=60, description="照片、录像、文书")
    remark: Text | None = Field(default=None, description="备注")

    def hashes(self) -> Iterator[tuple[str, str]]:
        """Every file that the form names: where (JSON pointer into the form) and its SHA-256."""
        for index, sampler in enumerate(self.samplers):
            if sampler.signature:
                yield f"/samplers/{index}/signature", sampler.signature
        for name in ("operator", "rights_notice"):
            if signature := getattr(self, name).signature:
                yield f"/{name}/signature", signature
        for index, attachment in enumerate(self.attachments):
            yield f"/attachments/{index}/sha256", attachment.sha256

    def content(self) -> dict[str, Any]:
        """The form as it is stored and compared: JSON without what is not said."""
        return _pruned(self.model_dump(mode="json"))


def _pruned(value: dict[str, Any]) -> dict[str, Any]:
    """Without nulls, empty lists and empty blocks, so that two ways of saying nothing are one."""
    kept = {name: _without_nothing(inner) for name, inner in value.items()}
    return {name: inner for name, inner in kept.items() if inner not in (None, {}, [])}


def _without_nothing(value: Any) -> Any:
    if isinstance(value, dict):
        return _pruned(value)
    return list(map(_without_nothing, value)) if isinstance(value, list) else value
