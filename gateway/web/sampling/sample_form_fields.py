"""The sampling form (抽样单) as a page asks it: the blocks of the national form, the few usual fields open. Pure.

The name of a field is its place in the form (`goods/quantity`), and its id on the page: what the service says of a
place is said at the field.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from gateway.web.steps import Field, Kind, Step
from shared.contracts.statutory_sampling import Link, Stream

PHOTOS = "attachments"
"""Photos stand under `attachments/<what they show>`."""

SAMPLER_SLOTS = 3
"""Two samplers are the least; a third place is ready."""

ACCEPTED_FILES = "image/*,video/mp4,application/pdf"
YES_OR_NO = (("true", "是"), ("false", "否"))
PICKED_BY = (("samplers", "抽样人员"), ("operator", "被抽样单位（不允许）"))
DELIVERIES = (("samplers", "抽样人员送检"), ("courier", "委托物流寄送"), ("operator", "被抽样单位送检（不允许）"))
PLACES = ("农贸市场", "批发市场", "超市", "商场", "小食杂店", "餐馆", "食堂", "成品库（已检区）", "网购")
DATE_KINDS = (("", "没有日期"), *((kind, kind) for kind in ("生产日期", "加工日期", "购进日期", "检疫日期")))


@dataclass(frozen=True)
class FormField(Field):
    """A field of the form. `look` chooses its part where the kind does not; `suggestions` are offered while typing."""

    look: str = ""
    suggestions: tuple[str, ...] = ()


@dataclass(frozen=True)
class FormBlock:
    """A block of the national form: what is nearly always filled stands open, the rest is folded."""

    slug: str
    title: str
    usual: tuple[FormField, ...]
    folded: tuple[FormField, ...] = ()
    lead: str = ""

    @property
    def fields(self) -> tuple[FormField, ...]:
        return self.usual + self.folded


@dataclass(frozen=True)
class Colleague:
    """A person who may be named as sampler, by his account."""

    id: str
    name: str


@dataclass(frozen=True)
class FormSetting:
    """What the questions depend on besides the form: who may be named, what foods there are, and whether goods are held
    by a whistle.
    """

    colleagues: Sequence[Colleague] = ()
    categories: Sequence[tuple[str, str]] = ()
    has_task: bool = True
    held_lot: bool = False
    slots: int = SAMPLER_SLOTS


Options = tuple[tuple[str, str], ...]


def must(
    name: str,
    label: str,
    kind: Kind = "text",
    hint: str = "",
    *,
    options: Options = (),
    suggestions: tuple[str, ...] = (),
) -> FormField:
    """A field without which no sample is taken; a draft may leave it open."""
    return FormField(name, label, kind, hint, options=options, suggestions=suggestions)


def may(
    name: str,
    label: str,
    kind: Kind = "text",
    hint: str = "",
    *,
    options: Options = (),
    suggestions: tuple[str, ...] = (),
) -> FormField:
    """A field that may stay empty, at least in some cases; the service knows which."""
    return FormField(name, label, kind, hint, required=False, options=options, suggestions=suggestions)


def yes_or_no(name: str, label: str, hint: str = "") -> FormField:
    return may(name, label, "choice", hint, options=YES_OR_NO)


def photos(kind: str, label: str, hint: str = "", *, required: bool = False) -> FormField:
    return FormField(f"{PHOTOS}/{kind}", label, "photos", hint, required=required, look="photos")


def signature(place: str, label: str, hint: str = "") -> FormField:
    """A picture of a signature: one file, named where it stands, not among the photos."""
    return FormField(f"{place}/signature", label, "text", hint, look="signature")


def blocks_of_taking(setting: FormSetting) -> tuple[FormBlock, ...]:
    """The whole form, for taking a sample and for putting it right."""
    return (
        _basics(setting),
        _sampled_party(),
        _site(setting),
        _producer(),
        _goods(setting),
        _sealing(),
        _notice(),
        _photos_and_signatures(setting),
    )


def blocks_of_refusal(setting: FormSetting) -> tuple[FormBlock, ...]:
    """The short form for a refusal: who refused, who was there, what proves it."""
    return (
        FormBlock(
            "party",
            "谁拒绝抽样",
            (
                must("sampled_party/name", "被抽样单位名称"),
                may("sampled_party/address", "地址"),
                must("basics/sampled_on", "抽样日期", "day"),
                must(REASON, "拒绝的情形", "words", "如：拒不开启冷库；经告知法律后果后仍不配合"),
            ),
        ),
        FormBlock("samplers", "在场的抽样人员", _samplers(setting, 0, 2), lead=SAMPLERS_LEAD),
        FormBlock(
            "photos",
            "证据与签名",
            (
                photos("refusal", "拒绝抽样的证据", "现场照片、录像或文书", required=True),
                *(_signature_of(index) for index in (0, 1)),
            ),
        ),
    )


REASON = "reason"
"""The reason of a refusal or a correction; it stands beside the form, not in it."""

SAMPLERS_LEAD = "现场抽样不少于两人。抽样、检验、核查处置由不同的人办理，以平台账号核对。"


def as_step(blocks: Sequence[FormBlock]) -> Step:
    """The fields as one step, photos aside: that is how answers become what the service takes."""
    return Step("form", "抽样单", frozenset(), tuple(field for field in fields_of(blocks) if field.look != "photos"))


def fields_of(blocks: Sequence[FormBlock]) -> Iterator[FormField]:
    for block in blocks:
        yield from block.fields


def by_name(blocks: Sequence[FormBlock]) -> Mapping[str, FormField]:
    return {field.name: field for field in fields_of(blocks)}


def _basics(setting: FormSetting) -> FormBlock:
    held = must(
        "basics/same_lot_as_held",
        "取自哪一批",
        "choice",
        "非同批的样品检验合格，不能证明停售的这一批合格",
        options=(("true", "同批：停售的那一批"), ("false", "非同批：同一销售者的同种产品")),
    )
    without_task = (
        must("basics/stream", "任务类型", "choice", options=tuple((each.value, each.label) for each in Stream)),
        must("basics/link", "抽样环节", "choice", options=tuple((each.value, each.label) for each in Link)),
        must("basics/region_code", "抽样地点的区划", hint="区划代码，如 330203001"),
    )
    return FormBlock(
        "basics",
        "抽样基础信息",
        (
            must("basics/sampled_on", "抽样日期", "day"),
            *(() if setting.has_task else without_task),
            *((held,) if setting.held_lot else ()),
            *_samplers(setting, 0, 2),
            must("basics/picked_by", "样品由谁从库存中抽取", "choice", options=PICKED_BY),
            must("basics/delivery", "怎样送到检验机构", "choice", options=DELIVERIES),
        ),
        (
            must("basics/task_source", "任务来源"),
            may("basics/number", "抽样单编号", hint="不填由平台编号；如 XBJ26330203000000001"),
            may("basics/send_by", "寄送样品截止日期", "day"),
            yes_or_no("basics/is_resample", "是否补样"),
            yes_or_no("basics/is_through_train", "是否直通车"),
            *_samplers(setting, 2, setting.slots),
            *(may(f"samplers/{index}/phone", f"抽样人{index + 1}联系电话") for index in range(setting.slots)),
            must("sampling_body/name", "抽样单位"),
            may("sampling_body/level", "抽样单位级别"),
            may("sampling_body/address", "抽样单位地址"),
            may("sampling_body/contact", "抽样单位联系人"),
            may("sampling_body/contact_phone", "联系人电话"),
            may("sampling_body/phone", "抽样单位电话"),
            may("sampling_body/email", "电子邮箱"),
            may("sampling_body/fax", "传真"),
            may("sampling_body/postcode", "邮编"),
        ),
        lead=SAMPLERS_LEAD,
    )


def _samplers(setting: FormSetting, first: int, end: int) -> tuple[FormField, ...]:
    options = (("", "请选择"), *((each.id, each.name) for each in setting.colleagues))
    return tuple(
        FormField(
            f"samplers/{index}/user_id",
            f"抽样人{index + 1}",
            "select",
            required=index < 2,
            options=options,
        )
        for index in range(first, end)
    )


def _signature_of(index: int) -> FormField:
    return replace(signature(f"samplers/{index}", f"抽样人{index + 1}签名"), required=index < 2)


def _sampled_party() -> FormBlock:
    return FormBlock(
        "sampled-party",
        "被抽样单位",
        (
            must("sampled_party/name", "名称"),
            must("sampled_party/address", "地址"),
            may("sampled_party/licence_number", "统一社会信用代码（营业执照号）"),
            may("sampled_party/contact", "联系人"),
            may("sampled_party/phone", "电话"),
        ),
        (
            may("sampled_party/legal_representative", "法人代表"),
            may("sampled_party/permit_kind", "许可证类型"),
            may("sampled_party/permit_number", "许可证号"),
            may("sampled_party/scale", "企业规模"),
            may("sampled_party/yearly_sales", "年销售额（万元）", "decimal"),
            may("sampled_party/fax", "传真"),
            may("sampled_party/postcode", "邮编"),
        ),
    )


def _site(setting: FormSetting) -> FormBlock:
    return FormBlock(
        "site",
        "抽检场所",
        (
            must("basics/place", "抽样地点", hint="如：农贸市场", suggestions=PLACES),
            may("sampled_party/area_kind", "区域类型", suggestions=("城市", "乡村", "景点")),
            may("sampled_party/trade_form", "业态类型"),
        ),
        (
            *((may("basics/region_code", "抽样地点的区划代码", hint="不填以任务的为准"),) if setting.has_task else ()),
            may("online/platform", "网络交易平台", hint="以下只在网络抽样时填，填了就都要填；现场抽样留空"),
            may("online/shop_name", "网店名称"),
            may("online/shop_address", "网址"),
            may("online/buyer", "购样人员"),
            may("online/buyer_account", "注册账号"),
            may("online/payment_account", "付款账户"),
            may("online/consignee", "收货人"),
            may("online/delivery_address", "收货地址"),
            may("online/order_number", "订单号"),
            may("online/ordered_at", "下单时间", "moment"),
            may("online/received_at", "收货时间", "moment"),
        ),
    )


def _producer() -> FormBlock:
    return FormBlock(
        "producer",
        "生产企业",
        (may("producer/name", "标示生产者名称"), may("producer/address", "标示生产者地址")),
        (
            may("producer/contact", "联系人"),
            may("producer/phone", "电话"),
            may("producer/uscc", "统一社会信用代码"),
            may("goods/producer_permit", "生产许可证编号"),
        ),
    )


def _goods(setting: FormSetting) -> FormBlock:
    unnamed = "以任务的为准" if setting.has_task else "没有写明"
    return FormBlock(
        "goods",
        "样品信息",
        (
            must("goods/name", "样品名称", hint="如：豇豆"),
            may(
                "goods/category_code",
                "食品类别",
                "select",
                hint="判定按它查限量，写得越细越准",
                options=(("", unnamed), *setting.categories),
            ),
            must("goods/quantity", "抽样数量（含备样）", "decimal"),
            must("goods/quantity_unit", "数量单位", suggestions=("kg", "g", "瓶", "袋", "盒", "罐", "份")),
            may("goods/lot_code", "样品批号"),
            may("goods/date_kind", "日期类型", "select", options=DATE_KINDS),
            may("goods/dated", "日期", "day"),
        ),
        (
            may("goods/specification", "规格型号"),
            may("goods/trade_mark", "商标"),
            may("goods/shelf_life", "保质期"),
            may("goods/standard", "执行标准"),
            may("goods/grade", "质量等级"),
            may("goods/barcode", "条形码"),
            may("goods/unit_price", "单价", hint="如：8.00元/kg"),
            may("goods/base", "抽样基数", hint="如：50kg"),
            may("goods/stocked", "进货量"),
            may("goods/in_stock", "库存量"),
            may("goods/origin", "样品来源", suggestions=("外购", "加工/自制", "委托生产", "其他")),
            may("goods/sampling_method", "抽样方式", suggestions=("非无菌抽样", "无菌抽样")),
            may(
                "goods/attribute", "样品属性", suggestions=("普通食品", "特殊膳食食品", "节令食品", "重大活动保障食品")
            ),
            may("goods/kind", "样品类型", suggestions=("食用农产品", "工业加工食品", "餐饮加工食品", "食品添加剂")),
            may("goods/packaging_class", "包装分类", suggestions=("预包装", "散装", "无包装")),
            may("goods/state_of_matter", "样品形态", suggestions=("固体", "半固体", "液体", "气体")),
            may("goods/storage", "储存条件", suggestions=("常温", "阴凉", "冷藏", "冷冻", "避光")),
            may("goods/storage_other", "储存条件（其他）"),
            may("goods/storage_temperature", "储存温度"),
            may("goods/storage_humidity", "储存湿度"),
            may("goods/sample_packaging", "样品包装"),
            may("goods/sample_packaging_other", "样品包装（其他）"),
            may("goods/tools", "抽样工具"),
            yes_or_no("goods/is_exported", "是否出口"),
        ),
    )


def _sealing() -> FormBlock:
    return FormBlock(
        "sealing",
        "封签与备样",
        (
            must("sealing/test_seals", "检验样品封条号", "lines", "一行一个"),
            must("sealing/backup_seals", "备份样品封条号", "lines", "一行一个；两份样品分别封存，封条号不能相同"),
            must("goods/backup_quantity", "备样数量", "decimal", "小于抽样数量"),
            must("purchase/amount", "样品费（元）", "decimal", "不得无偿索取"),
            may("purchase/receipt_number", "购样票据号", hint="没有票据号的，附票据照片"),
        ),
        (
            may("sealing/no_backup_because", "不留备份样品的理由", "words", "只在依规定不留时填，如仅检微生物"),
            may("purchase/payment", "支付方式"),
        ),
    )


def _notice() -> FormBlock:
    return FormBlock(
        "notice",
        "告知书",
        (
            must(
                "rights_notice/given",
                "是否当场出示抽样检验告知书，告知权利和义务",
                "choice",
                options=YES_OR_NO,
            ),
            must("rights_notice/name", "签收人"),
            signature("rights_notice", "被抽样单位在告知书上签名"),
        ),
        (may("rights_notice/refused_because", "拒绝签收告知书的情况", "words"),),
    )


def _photos_and_signatures(setting: FormSetting) -> FormBlock:
    return FormBlock(
        "photos",
        "照片与签名",
        (
            photos("site", "抽样场所照片", required=True),
            photos("sample", "样品照片", required=True),
            photos("test_seal", "检验样品封样照片", required=True),
            photos("backup_seal", "备份样品封样照片", required=True),
            *(_signature_of(index) for index in (0, 1)),
            must("operator/name", "被抽样单位签字人"),
            signature("operator", "被抽样单位在抽样单和封条上签名"),
        ),
        (
            may("operator/refused_because", "拒绝在抽样单上签字的情况", "words"),
            *(_signature_of(index) for index in range(2, setting.slots)),
            photos("receipt", "购样票据"),
            photos("notice", "抽样检验告知书"),
            photos("licence", "证照照片"),
            photos("label", "标签照片"),
            photos("online_page", "网页截图", "网络抽样"),
            photos("online_order", "订单截图", "网络抽样"),
            photos("online_payment", "支付凭证", "网络抽样"),
            photos("unpacking_film", "收货拆包录像", "网络抽样，MP4，最多 100 MB"),
            photos("other", "其他附件"),
            may("remark", "备注", "words"),
        ),
        lead="用手机拍照即可，选好后点“暂存”就传上去。签名可以拍纸上的签字。",
    )
