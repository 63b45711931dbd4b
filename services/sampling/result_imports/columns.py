"""The columns of the exchange workbook (检验报告主信息, 检验项目信息), of public tables and of the province's upload.

The sheets' further columns (addresses, telephones) say nothing that a report needs here; they are left alone.
"""

from services.sampling.result_imports.cells import (
    class_of,
    combined_of,
    conclusion_of,
    limit_first_of,
    lod_of,
    reference_of,
    unless_nothing,
    verdict_of,
)
from shared.tabular.cells import code_of, day, text_of
from shared.tabular.headers import Column

SEPARATORS = ("║", "||", "‖", "|", "丨", "｜", "/")

KEY = Column(
    "sample",
    "抽样单编号",
    code_of(64),
    ("抽样编号", "样品编号", "抽样单号", "盲样编码", "盲样编号", "抽样单编号（样品编号）"),
)

IDENTITY_COLUMNS = (
    Column("food_name", "样品名称", unless_nothing(500), ("食品名称", "产品名称", "样品名", "抽样样品名称")),
    Column(
        "sampled_party",
        "被抽样单位",
        unless_nothing(500),
        ("被抽样单位名称", "受检单位", "被抽检单位", "被抽检单位名称"),
    ),
)
"""What a file says of the sample besides its number; a number mistyped is found out by them."""

REPORT_COLUMNS = (
    Column("stated_class", "报告分类1", class_of),
    Column("number", "报告书编号", code_of(64), ("报告编号", "检验报告编号", "报告号")),
    Column("report_date", "报告日期", day, ("签发日期", "报告签发日期", "批准日期")),
    Column("tested_by", "主检人", unless_nothing(50), ("主检",)),
    Column("approved_by", "报告签发人", unless_nothing(50), ("签发人", "批准人")),
    Column("stated_conclusion", "检验结论", conclusion_of, ("结论", "报告结论")),
    Column("report_remark", "检验报告备注", unless_nothing(1000), ("报告备注",)),
    Column("reported_on", "填报日期", day, ("报送日期",)),
)

STATED_LIMITS = ("标准方法检出限", "标准最小允许限", "标准最大允许限", "最小允许限", "最大允许限")
"""Limits that a report prints beside the limit value; each has a column for its unit."""

ITEM_COLUMNS = (
    Column("item_code", "检验项目ID", unless_nothing(64), ("项目ID", "检验项目编号")),
    Column("item", "检验项目", text_of(200), ("不合格项目", "主要不合格项目", "不符合项目", "项目名称", "检测项目")),
    Column("result", "检验结果", text_of(500), ("实测值", "检测结果", "检验结果值")),
    Column("unit", "结果单位", unless_nothing(50), ("单位", "检验结果单位")),
    Column("requirement", "标准限值", text_of(500), ("标准值", "技术要求", "限值", "标准要求", "标准指标")),
    Column("requirement_unit", "标准限值单位", unless_nothing(50), ("标准值单位", "限值单位")),
    Column("stated_verdict", "结果判定", verdict_of, ("单项评价", "单项判定", "单项结论", "判定结果", "判定")),
    Column("remark", "说明", unless_nothing(500), ("项目说明",)),
    Column("method", "检验依据", unless_nothing(500), ("检验方法", "检测方法", "检测依据")),
    Column("basis", "判定依据", unless_nothing(500), ("判定标准",)),
    Column("lod", "方法检出限", lod_of, ("检出限", "方法定量限", "定量限", "测定低限", "检测限")),
    Column("lod_unit", "方法检出限单位", unless_nothing(50), ("检出限单位", "定量限单位")),
    *(
        column
        for name in STATED_LIMITS
        for column in (
            Column(name, name, unless_nothing(100)),
            Column(
                f"{name}单位",
                f"{name}单位",
                unless_nothing(50),
                ("标注最大允许限单位",) if name == "标准最大允许限" else (),
            ),
        )
    ),
    Column("reference", "参考项目", reference_of, ("是否参考项目", "是否参考")),
    Column("format_rule", "结果格式规则", unless_nothing(500), ("结果格式",)),
    Column(
        "combined",
        "不合格项目║检验结果║标准值",
        combined_of,
        tuple(f"不合格项目{sign}检验结果{sign}标准值" for sign in SEPARATORS[1:]),
    ),
    Column(
        "limit_first",
        "不合格项目（标准值/实测值）",
        limit_first_of,
        ("主要不合格项目（标准值/实测值）",),
    ),
)

REPORT_SHEET = (KEY, *IDENTITY_COLUMNS, *REPORT_COLUMNS)
ITEM_SHEET = (KEY, *IDENTITY_COLUMNS, *ITEM_COLUMNS)
ONE_SHEET = (KEY, *IDENTITY_COLUMNS, *REPORT_COLUMNS, *ITEM_COLUMNS)
LABELS = {column.name: column.label for column in ONE_SHEET}
