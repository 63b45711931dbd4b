"""A published table as a file: exactly the announcement's columns, with what is unknown said so."""

from collections.abc import Iterator, Sequence

from services.sampling.publications.models import Publication, PublicationRow
from services.sampling.publications.rules import SEPARATOR, PublicationKind, combined
from services.sampling.publications.schemas import Cells

UNKNOWN = "未知"
_COMBINED = SEPARATOR.join(("不合格项目", "检验结果", "标准值"))

COLUMNS: dict[PublicationKind, Sequence[str]] = {
    PublicationKind.QUALIFIED: (
        *(
            "抽样编号",
            "序号",
            "标称生产企业名称",
            "标称生产企业地址",
            "被抽样单位名称",
            "被抽样单位所在省份",
            "食品名称",
        ),
        *("规格型号", "生产日期/批号", "分类", "公告号", "公告日期", "任务来源/项目名称", "备注", "公告网址链接"),
    ),
    PublicationKind.UNQUALIFIED: (
        *("抽样编号", "序号", "标称生产企业名称", "标称生产企业地址", "被抽样单位名称", "被抽样单位地址"),
        *("被抽样单位所在省份", "食品名称", "规格型号", "商标", "生产日期/批号", _COMBINED, "不合格项目", "检验结果"),
        *("标准值", "分类", "检验机构", "公告号", "公告日期", "任务来源/项目名称", "备注", "公告网址链接"),
    ),
}
"""The columns in the order in which they are announced."""


def lines_of(publication: Publication, rows: Sequence[PublicationRow]) -> Iterator[list[str]]:
    """The rows as text, column by column; corrections stand behind what they correct, with the reason in 备注."""
    columns = COLUMNS[publication.kind]
    for row in rows:
        said = _said(publication, row)
        yield [said[column] for column in columns]


def _said(publication: Publication, row: PublicationRow) -> dict[str, str]:
    cells = Cells.model_validate(row.cells)
    items = cells.failed_items
    return {
        "抽样编号": cells.sample_number,
        "序号": str(row.number or ""),
        "标称生产企业名称": cells.producer_name or UNKNOWN,
        "标称生产企业地址": cells.producer_address or UNKNOWN,
        "被抽样单位名称": cells.sampled_party_name,
        "被抽样单位地址": cells.sampled_party_address or UNKNOWN,
        "被抽样单位所在省份": cells.province or UNKNOWN,
        "食品名称": cells.food_name,
        "规格型号": cells.specification or UNKNOWN,
        "商标": cells.trade_mark or UNKNOWN,
        "生产日期/批号": cells.date_and_lot or UNKNOWN,
        _COMBINED: combined(items),
        "不合格项目": "；".join(item.item for item in items),
        "检验结果": "；".join(item.result for item in items),
        "标准值": "；".join(item.requirement for item in items),
        "分类": cells.category or UNKNOWN,
        "检验机构": cells.laboratory or UNKNOWN,
        "公告号": publication.number,
        "公告日期": str(publication.announced_on or ""),
        "任务来源/项目名称": cells.task_source,
        "备注": "；".join(part for part in (_correction(row), cells.remark) if part),
        "公告网址链接": publication.link or "",
    }


def _correction(row: PublicationRow) -> str:
    return f"{row.kind.label}：{row.reason}" if row.kind.label else ""
