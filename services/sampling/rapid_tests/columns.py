"""The columns of a file of rapid tests: the union of what markets, testing rooms and devices write. Pure."""

import re
import unicodedata
from decimal import Decimal

from services.sampling.rapid_tests.rules import TEXT_LENGTHS
from shared.tabular.cells import code_of, decimal_of, instant, text_of
from shared.tabular.headers import Column

_QUANTITY = re.compile(r"([+-]?[\d,]+(?:\.\d+)?)\s*(\D*)")
_number = decimal_of(max_digits=15, decimal_places=4)


def quantity(text: str) -> tuple[Decimal, str | None]:
    """A quantity with the unit behind it, if one is there: `12.5公斤` → (12.5, 公斤)."""
    match = _QUANTITY.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None:
        raise ValueError("应为数字，单位可写在数字后面，如 12.5公斤")
    number = _number(match[1])
    if number < 0:
        raise ValueError("数量不能是负数")
    return number, match[2].strip() or None


def _text(name: str, label: str, *aliases: str, required: bool = False) -> Column:
    return Column(name, label, text_of(TEXT_LENGTHS[name]), aliases, required)


def _code(name: str, label: str, *aliases: str) -> Column:
    return Column(name, label, code_of(TEXT_LENGTHS[name]), aliases)


COLUMNS = (
    _text("site", "检测点", "检测点编号", "检测点名称", "市场名称", "市场", "检测单位", "快检室", "检测室"),
    _text("stall_number", "摊位号", "摊位", "摊号", "摊位编号", "档口号", "档口", "铺位号"),
    _text(
        *("seller_name", "销售者", "销售者名称", "经营户", "经营户名称", "经营者", "经营者名称", "商户", "商户名称"),
        *("摊主", "被检单位", "被检测单位", "被抽样单位"),
    ),
    _code(
        *("seller_licence", "许可证或信用代码", "统一社会信用代码", "社会信用代码", "信用代码", "许可证号"),
        *("营业执照号", "执照号", "经营许可证号"),
    ),
    _text(
        *(
            "product_name",
            "样品名称",
            "品名",
            "样品",
            "品种",
            "产品名称",
            "食品名称",
            "商品名称",
            "检测品种",
            "蔬菜名称",
        ),
        required=True,
    ),
    _text("food_category", "食品类别", "样品类别", "样品种类", "样品分类", "食品分类", "食品大类", "类别"),
    _code("lot_code", "批号", "批次号", "批次", "产品批号", "生产批号", "追溯码"),
    _text("origin", "产地", "原产地", "来源地"),
    _code("certificate_number", "合格证号", "合格证编号", "承诺达标合格证号", "承诺达标合格证编号"),
    _text("supplier_name", "供货者", "供应商", "供货商", "供货单位", "进货来源"),
    Column("quantity_in", "进货数量", quantity, ("进货量", "数量", "进货重量")),
    Column("quantity_kept", "留存数量", quantity, ("库存数量", "库存量", "剩余数量", "封存数量")),
    Column("quantity_destroyed", "销毁数量", quantity, ("销毁量", "处理数量", "无害化处理数量")),
    _text("quantity_unit", "数量单位", "计量单位"),
    _text("printed_item", "检测项目", "项目", "项目名称", "检测项目名称", "检验项目", "检测指标", required=True),
    _text("printed_method", "检测方法", "方法", "检验方法"),
    _text(
        *("printed_result", "判定结果", "结论", "检测结论", "结果判定", "判定", "是否合格", "检测结果", "结果"),
    ),
    _text(
        "printed_value", "检测值", "检测数值", "数值", "测定值", "抑制率", "抑制率值", "酶抑制率", "检测结果", "结果"
    ),
    _text("unit", "检测值单位", "结果单位", "单位"),
    _text("printed_limit", "限值", "标准值", "限量值", "标准限值", "判定值"),
    _text("raw_value", "原始读数", "原始值", "吸光度", "T/C值"),
    _code("reagent_batch", "试剂批号", "试剂批次", "试剂盒批号", "检测卡批号"),
    _text("device_maker", "仪器厂商", "仪器厂家", "仪器生产厂家", "设备厂商", "设备厂家"),
    _code("device_serial", "仪器编号", "仪器序列号", "设备编号", "设备序列号", "SN"),
    _code("device_record_id", "仪器记录号", "记录编号", "记录号", "检测编号", "流水号"),
    _text("tester_name", "检测人", "检测人员", "检测员", "检验员", "操作员"),
    Column("sampled_at", "抽样时间", instant, ("抽样日期", "采样时间", "采样日期", "取样时间")),
    Column("tested_at", "检测时间", instant, ("检测日期", "检验日期", "检测完成时间", "日期", "时间"), required=True),
    _text("remark", "备注", "说明"),
)
