"""The form of a report's data: a head, and rows of items that grow without a script. Pure."""

from collections.abc import Mapping, Sequence

from gateway.web import row_forms
from gateway.web.sampling.laboratory_steps import LABORATORY
from gateway.web.steps import Answer, Field, Step
from shared.contracts.statutory_sampling import Conclusion, ItemVerdict, LodKind, ReportClass

SPARE_ROWS = 3
MAX_ITEMS = 300
NOT_STATED = ("", "未填")

HEAD = (
    Field("number", "报告书编号", hint="批准前须填", required=False),
    Field("report_date", "报告日期", "day", "不填则为批准之日", required=False),
    Field("tested_by", "主检人", required=False),
    Field("approved_by", "报告签发人", hint="不填则为批准的人", required=False),
    Field(
        "stated_conclusion",
        "检验结论",
        "select",
        required=False,
        options=(NOT_STATED, *((each.value, each.label) for each in Conclusion)),
    ),
    Field(
        "stated_class",
        "报告分类",
        "select",
        required=False,
        options=(NOT_STATED, *((each.value, each.label) for each in ReportClass)),
    ),
    Field("remark", "检验报告备注", "words", required=False),
)
ITEM = (
    Field("item", "检验项目", hint="照报告写，如 铅（以Pb计）"),
    Field("result", "检验结果", hint="照报告原样，如 0.35、未检出、<0.02"),
    Field("unit", "结果单位", hint="如 mg/kg", required=False),
    Field(
        "stated_verdict",
        "结果判定",
        "select",
        "报告上的判定",
        required=False,
        options=(NOT_STATED, *((each.value, each.label) for each in ItemVerdict)),
    ),
    Field("requirement", "标准限值", hint="如 ≤0.3", required=False),
    Field("requirement_unit", "限值单位", hint="如 mg/kg", required=False),
    Field("method", "检验依据（方法）", hint="如 GB 5009.12-2023 第一法", required=False),
    Field("basis", "判定依据", hint="如 GB 2762-2022", required=False),
    Field("lod_value", "方法下限", hint="检出限或定量限的数值", required=False),
    Field("lod_unit", "下限单位", hint="如 mg/kg", required=False),
    Field(
        "lod_kind",
        "是哪一种下限",
        "select",
        "没有下限的不填",
        required=False,
        options=(NOT_STATED, *((each.value, each.label) for each in LodKind)),
    ),
)
MORE = (
    Field(
        "reference",
        "参考项目",
        "select",
        "参考项目不作判定，不影响结论",
        required=False,
        options=(("", "不是"), ("true", "是")),
    ),
    Field("item_code", "检验项目 ID", required=False),
    Field("format_rule", "结果格式规则", hint="如 未检出,数值(大于1保留三位有效数字)", required=False),
    Field("stated_limits", "报告另列的限值", "pairs", "一行一项，如 标准最大允许限：0.3 mg/kg", required=False),
    Field("remark", "说明", required=False),
)


def form_of(rows: int) -> Step:
    """The form with a head and `rows` items."""
    items = [field for number in range(rows) for field in (*of_row(ITEM, number), *of_row(MORE, number))]
    return Step("report", "保存并判定", LABORATORY, (*HEAD, *items))


def of_row(fields: Sequence[Field], number: int) -> tuple[Field, ...]:
    """The questions of one item; `number` counts from 0."""
    return row_forms.of_row(fields, "items", number, "项")


def started(report: Answer | None, wanted: Sequence[str]) -> tuple[dict[str, str], int]:
    """What the form holds at first, and its rows: the report as it is, else the items that are to be tested."""
    if report is None:
        found = {f"items/{number}/item": name for number, name in enumerate(wanted)}
        return found, len(wanted) + (0 if wanted else SPARE_ROWS)
    found = {field.name: _text(report[field.name]) for field in HEAD}
    for number, item in enumerate(report["items"]):
        found |= {f"items/{number}/{field.name}": _text(item[field.name]) for field in (*ITEM, *MORE)}
    return found, len(report["items"])


def read(form: Mapping[str, object]) -> tuple[dict[str, str], int]:
    """What was typed, its items numbered anew without the rows that were left empty, and how many there are."""
    typed = {field.name: str(form.get(field.name, "")) for field in HEAD}
    names = [field.name for field in (*ITEM, *MORE)]
    kept = 0
    for number in range(MAX_ITEMS):
        row = {name: str(form.get(f"items/{number}/{name}", "")) for name in names}
        if any(text.strip() for text in row.values()):
            typed |= {f"items/{kept}/{name}": text for name, text in row.items()}
            kept += 1
    return typed, kept


def complete(typed: Mapping[str, str], step: Step) -> dict[str, str]:
    """What was typed, with every other question left empty."""
    return {field.name: typed.get(field.name, "") for field in step.fields}


def _text(value: object) -> str:
    match value:
        case None | False:
            return ""
        case True:
            return "true"
        case dict():
            return "\n".join(f"{name}：{text}" for name, text in value.items())
        case _:
            return str(value)
