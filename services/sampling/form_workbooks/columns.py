"""The 71 columns of the national exchange workbook (工作表“食品抽检抽样单信息”), each with its place in the form.

One row of the table says everything about a column: its header, where its value stands in `SampleForm`, how a cell is
read and how a value is written. Reading what was written gives the same value.
"""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from services.sampling.samples.form import NOTHING_TO_SAY, SEPARATORS, SampleForm
from services.sampling.samples.numbers import normalise_number
from shared.contracts.statutory_sampling import Link, Stream
from shared.tabular.cells import code_of, day, decimal_of, text_of
from shared.tabular.headers import Column
from shared.tabular.inert import restore

SHEET = "食品抽检抽样单信息"
EACH = "*"
"""In a path: the following stands once in each item of a list, all of them in one cell."""


@dataclass(frozen=True, slots=True)
class FormColumn:
    """One column. `path` leads to the value in the form; the name of a table's column is the same as JSON pointer."""

    label: str
    path: tuple[str, ...]
    parse: Callable[[str], Any]
    show: Callable[[Any], str]
    aliases: tuple[str, ...] = ()
    required: bool = False

    @property
    def name(self) -> str:
        return "/".join(self.path)


def _unless_nothing(parse: Callable[[str], Any]) -> Callable[[str], Any]:
    """A cell with a slash or a dash says nothing."""
    return lambda text: None if text in NOTHING_TO_SAY else parse(text)


def _lines(text: str) -> str:
    """A text that may have several lines."""
    line_of = text_of(2000)
    return "\n".join(line_of(line) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))


_number = decimal_of(max_digits=14, decimal_places=4)


def _amount(text: str) -> Decimal:
    number = _number(text)
    if number < 0:
        raise ValueError("不能是负数")
    return Decimal(format(number, "f"))


_FLAGS = {"是": True, "否": False, "true": True, "false": False, "1": True, "0": False, "y": True, "n": False}


def _flag(text: str) -> bool:
    try:
        return _FLAGS[unicodedata.normalize("NFKC", text).lower()]
    except KeyError:
        raise ValueError("应为“是”或“否”") from None


_STREAMS = {
    "监督": Stream.SUPERVISION,
    "评价": Stream.ASSESSMENT,
    "风险": Stream.RISK_MONITORING,
    "专项": Stream.SPECIAL,
}
_LINKS = {
    "生产": Link.PRODUCTION,
    "流通": Link.CIRCULATION,
    "经营": Link.CIRCULATION,
    "销售": Link.CIRCULATION,
    "餐饮": Link.CATERING,
}


def _named(words: Mapping[str, Any], wanted: str) -> Callable[[str], Any]:
    """The one kind that the text names (`市级监督抽查` → 监督抽检); two at once would mix what is never mixed."""

    def parse(text: str) -> Any:
        found = {kind for word, kind in words.items() if word in text}
        if len(found) != 1:
            raise ValueError(f"应写明是{wanted}中的一种")
        return found.pop()

    return parse


def _people(text: str) -> list[str | None]:
    """Names or numbers of several persons in one cell; an empty place stays a place."""
    plain = text_of(400)("".join("、" if sign in SEPARATORS else sign for sign in text))
    return [part.strip() or None for part in plain.split("、")]


def _joined(parts: list[str | None]) -> str:
    return "、".join(part or "" for part in parts) if any(parts) else ""


def _label(kind: Any) -> str:
    return str(kind.label)


def _text(label: str, path: str, *aliases: str, required: bool = False) -> FormColumn:
    return FormColumn(label, tuple(path.split(".")), _unless_nothing(text_of(200)), str, aliases, required)


def _code(label: str, path: str, *aliases: str) -> FormColumn:
    return FormColumn(label, tuple(path.split(".")), _unless_nothing(code_of(200)), str, aliases)


def _day(label: str, path: str, *aliases: str, required: bool = False) -> FormColumn:
    return FormColumn(label, tuple(path.split(".")), _unless_nothing(day), date.isoformat, aliases, required)


def _quantity(label: str, path: str, *aliases: str) -> FormColumn:
    shown = lambda number: format(number, "f")  # noqa: E731 (a value of the table)
    return FormColumn(label, tuple(path.split(".")), _unless_nothing(_amount), shown, aliases)


def _yes_or_no(label: str, path: str, *aliases: str) -> FormColumn:
    shown = lambda flag: "是" if flag else "否"  # noqa: E731 (a value of the table)
    return FormColumn(label, tuple(path.split(".")), _unless_nothing(_flag), shown, aliases)


FORM_COLUMNS = (
    FormColumn("抽样单编号", ("basics", "number"), normalise_number, str, ("抽样编号", "抽样单号"), required=True),
    FormColumn(
        "任务类型",
        ("basics", "stream"),
        _named(_STREAMS, "监督抽检、评价性抽检、风险监测、专项抽检"),
        _label,
        ("任务类别",),
        required=True,
    ),
    FormColumn("抽样环节", ("basics", "link"), _named(_LINKS, "生产、流通、餐饮"), _label, required=True),
    _text("抽样地点", "basics.place"),
    _yes_or_no("是否补样", "basics.is_resample"),
    _text("任务来源", "basics.task_source", required=True),
    FormColumn("抽样人", ("samplers", EACH, "name"), _people, _joined, ("抽样人员",), required=True),
    FormColumn("抽样人联系电话", ("samplers", EACH, "phone"), _people, _joined, ("抽样人员电话", "抽样人电话")),
    _day("抽样日期", "basics.sampled_on", "抽样时间", required=True),
    _yes_or_no("是否直通车", "basics.is_through_train"),
    _text("被抽样单位名称", "sampled_party.name", "被抽样单位", "被采样单位名称", "经营者名称", required=True),
    _text("被抽样单位地址", "sampled_party.address", "被采样单位地址"),
    _text("被抽样单位企业规模", "sampled_party.scale", "企业规模"),
    _text("业态类型", "sampled_party.trade_form"),
    _text("区域类型", "sampled_party.area_kind"),
    _code("营业执照号", "sampled_party.licence_number", "营业执照", "被抽样单位营业执照号", "统一社会信用代码"),
    _text("法人代表", "sampled_party.legal_representative", "被抽样单位法人代表", "法定代表人"),
    _text("许可证类型", "sampled_party.permit_kind"),
    _code("许可证号", "sampled_party.permit_number", "许可证编号"),
    _quantity("年销售额(万元)", "sampled_party.yearly_sales", "年销售额", "被抽样单位年销售额"),
    _text("被抽样单位联系人", "sampled_party.contact"),
    _text("被抽样单位联系电话", "sampled_party.phone", "被抽样单位电话"),
    _text("被抽样单位传真", "sampled_party.fax"),
    _text("被抽样单位邮编", "sampled_party.postcode"),
    _text("样品名称", "goods.name", "产品名称", "食品名称", required=True),
    _text("样品来源", "goods.origin"),
    _text("抽样方式", "goods.sampling_method"),
    _text("样品属性", "goods.attribute"),
    _text("样品类型", "goods.kind"),
    _text("商标", "goods.trade_mark"),
    _text("样品批号", "goods.lot_code", "批号", "生产批号"),
    _text("日期类型", "goods.date_kind", "日期/类型", "日期类别", "日期选择"),
    _day("日期", "goods.dated", "生产日期"),
    _text("保质期", "goods.shelf_life"),
    _text("执行标准", "goods.standard"),
    _text("规格型号", "goods.specification", "规格", "样品规格"),
    _text("质量等级", "goods.grade"),
    _code("生产许可证编号", "goods.producer_permit"),
    _text("单价", "goods.unit_price"),
    _yes_or_no("是否出口", "goods.is_exported"),
    _text("抽样基数", "goods.base", "抽样基数/批号"),
    _quantity("抽样数量", "goods.quantity"),
    _text("抽样数量单位", "goods.quantity_unit"),
    _quantity("备样数量", "goods.backup_quantity"),
    _text("进货量", "goods.stocked"),
    _text("库存量", "goods.in_stock"),
    _text("包装分类", "goods.packaging_class"),
    _text("样品形态", "goods.state_of_matter"),
    _text("抽样时样品储存条件", "goods.storage", "抽样时样品储存状态", "抽样时样品的储存条件", "样品储存条件"),
    _text("储存条件(其他)", "goods.storage_other"),
    _text("储存条件-温度", "goods.storage_temperature", "储存条件温度"),
    _text("储存条件-湿度", "goods.storage_humidity", "储存条件湿度"),
    _text("抽样样品包装", "goods.sample_packaging"),
    _text("样品包装(其他)", "goods.sample_packaging_other"),
    _text("抽样工具", "goods.tools"),
    _code("条形码(样品)", "goods.barcode", "条形码"),
    _day("寄送样品截止日期", "basics.send_by"),
    _text(
        "标示生产者名称", "producer.name", "标称生产者名称", "标识生产者名称", "标称生产企业名称", "标示生产企业名称"
    ),
    _text(
        "标示生产者地址", "producer.address", "标称生产者地址", "标识生产者地址", "标称生产企业地址", "标示生产企业地址"
    ),
    _text("标示生产者联系人", "producer.contact", "标称生产者联系人"),
    _text("标示生产者联系电话", "producer.phone", "标称生产者联系电话"),
    _text("抽样单位名称", "sampling_body.name", "抽样单位"),
    _text("抽样单位级别", "sampling_body.level"),
    _text("抽样单位地址", "sampling_body.address"),
    _text("抽样单位联系人", "sampling_body.contact"),
    _text("抽样单位电话", "sampling_body.phone", "抽样单位联系电话"),
    _text("抽样单位联系人电话", "sampling_body.contact_phone"),
    _text("抽样单位联系人Email", "sampling_body.email"),
    _text("抽样单位传真", "sampling_body.fax"),
    _text("抽样单位邮编", "sampling_body.postcode"),
    FormColumn("备注", ("remark",), _unless_nothing(_lines), str),
)

COLUMNS = tuple(
    Column(column.name, column.label, column.parse, column.aliases, column.required) for column in FORM_COLUMNS
)
"""The same for reading a table."""


def cells_of(form: SampleForm) -> list[str]:
    """The form as one row of the workbook."""
    return [_shown(column, _value_at(form, column.path)) for column in FORM_COLUMNS]


def written(text: str) -> str:
    """The cell for a text: what a reader would take for the mark of an inert formula is marked once more."""
    return text if restore(text) == text else f"'{text}"


def form_from(values: Mapping[str, Any]) -> SampleForm:
    """The form of one row's values by column name. Raises ValidationError, its places being those of the form."""
    content: dict[str, Any] = {}
    for column in FORM_COLUMNS:
        value = values.get(column.name)
        if value is not None:
            _put_at(content, column.path, value)
    return SampleForm.model_validate(content)


def _shown(column: FormColumn, value: Any) -> str:
    return "" if value is None else column.show(value)


def _value_at(block: Any, path: tuple[str, ...]) -> Any:
    for position, name in enumerate(path):
        if name == EACH:
            return [_value_at(item, path[position + 1 :]) for item in block]
        block = getattr(block, name)
    return block


def _put_at(content: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    name, *rest = path
    if not rest:
        content[name] = value
    elif rest[0] == EACH:
        items = content.setdefault(name, [])
        items += [{} for _ in range(len(value) - len(items))]
        for item, part in zip(items, value, strict=False):
            _put_at(item, tuple(rest[1:]), part)
    else:
        _put_at(content.setdefault(name, {}), tuple(rest), value)
