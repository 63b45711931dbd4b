"""The forms of tables of results and of what is said of a published row later; rows as their pages say them. Pure."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from gateway.web import words
from gateway.web.row_forms import Filled, Group, RowForm
from gateway.web.steps import Answer, Field, Step
from shared.contracts.codes import Role

Options = Sequence[tuple[str, str]]

KINDS = (("unqualified", "不合格样品信息"), ("qualified", "合格样品信息"))
STATES = {"draft": ("warning", "拟公布"), "published": ("ok", "已公布")}
EDITIONS = {"first": "", "correction": "更正", "withdrawal": "撤回", "reexamination": "重新核查", "upheld": "维持"}
EDITION_BADGES = {"correction": "warning", "withdrawal": "danger", "reexamination": "warning", "upheld": "ok"}
UNKNOWN = "未知"
PUBLISHERS = frozenset({Role.FOOD_SAFETY_OFFICE})
PUBLICATION = Step(
    "publication",
    "公布",
    PUBLISHERS,
    (),
    "此刻逐行再核对一遍，有一行不能公布就都不公布。公布以后任何人可读，表和行不再改动；有误的另登记更正，与原来的并列。",
)

CORRECTABLE = (
    ("food_name", "食品名称", False),
    ("specification", "规格型号", False),
    ("trade_mark", "商标", True),
    ("date_and_lot", "生产日期/批号", False),
    ("producer_name", "标称生产企业名称", False),
    ("producer_address", "标称生产企业地址", False),
    ("sampled_party_name", "被抽样单位名称", False),
    ("sampled_party_address", "被抽样单位地址", True),
    ("category", "分类", False),
    ("laboratory", "检验机构", True),
    ("remark", "备注", False),
)
"""Columns that may be corrected, with whether only tables of failed samples have them."""

WHAT = Field(
    "what",
    "怎样处理",
    "choice",
    options=(
        ("correction", "更正：下面改了的列与原来的并列公布"),
        ("withdrawn", "撤回：不再以此公布"),
        ("upheld", "维持：经重新核查，结论不变"),
    ),
    value="correction",
)


def head_form(today: date, places: Options, *, is_new: bool) -> RowForm:
    """The head of a table; which table of whom it is does not change."""
    first = today.replace(day=1)
    whose = (
        Field("kind", "哪一种表", "select", options=KINDS, value=KINDS[0][0]),
        Field("region_code", "公布单位的区划", "select", options=tuple(places), value=places[0][0] if places else ""),
    )
    head = (
        *(whose if is_new else ()),
        Field("number", "公告号", hint="如 海市监告〔2026〕12号"),
        Field("title", "标题", hint="如 食品安全监督抽检不合格样品信息"),
        Field("period_from", "抽样日期自", "day", value=first.isoformat() if is_new else ""),
        Field("period_to", "抽样日期至", "day", value=today.isoformat() if is_new else ""),
        Field("task_source", "只收哪一任务来源", hint="不填为多种来源", required=False),
        Field("link", "公告网址", hint="https:// 开头", required=False),
    )
    lead = "先建拟公布的表，再列入样品，核对后公布；公布以前都可以改。"
    return RowForm("新建拟公布的表" if is_new else "保存", head, (), lead)


def head_of(publication: Answer, form: RowForm) -> Filled:
    return Filled({field.name: str(publication[field.name] or "") for field in form.head}, {})


def correction_form(row: Answer, kind: str) -> tuple[RowForm, Filled]:
    """What may be said of a published row, begun with what it says now."""
    cells, is_failure = row["cells"], kind == "unqualified"
    columns = [(name, label) for name, label, of_failures in CORRECTABLE if is_failure or not of_failures]
    what = WHAT if row["under_reexamination"] else Field(**{**WHAT.__dict__, "options": WHAT.options[:2]})
    head = (
        what,
        Field("reason", "理由", "words", "随表公布，不写个人信息"),
        *(Field(f"changes/{name}", label, required=False) for name, label in columns),
    )
    items = Group(
        "changes/failed_items",
        "不合格项目",
        "个项目",
        (Field("item", "项目"), Field("result", "检验结果"), Field("requirement", "标准值")),
        spare=1,
    )
    typed = {f"changes/{name}": str(cells[name] or "") for name, _ in columns}
    groups = (items,) if is_failure else ()
    for number, item in enumerate(cells["failed_items"] if is_failure else []):
        typed |= {f"{items.name}/{number}/{name}": item[name] for name in ("item", "result", "requirement")}
    rows = {items.name: max(len(cells["failed_items"]), 1)} if is_failure else {}
    lead = "原来那一行一字不动。更正的只改有误的列；撤回、维持不改任何一列，只写理由。"
    if row["under_reexamination"]:
        lead = f"这一行正在重新核查：{row['reason']}。结论重新作出、复检和异议都办结之前，只能撤回。{lead}"
    return RowForm("登记并公布", head, groups, lead), Filled(typed, rows)


def correction_body(row: Answer, kind: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Gives the body as the service takes it: only what reads otherwise than the row does."""
    cells = row["cells"]

    def complete(sent: dict[str, Any]) -> dict[str, Any]:
        what, typed = sent.pop("what", ""), sent.pop("changes", {})
        if what != "correction":
            return sent | ({what: True} if what else {})
        changes: dict[str, Any] = {}
        for name, _, of_failures in CORRECTABLE:
            if of_failures and kind != "unqualified":
                continue
            said = typed.get(name, "" if name == "remark" else None)
            if (said or None) != (cells[name] or None):
                changes[name] = said
        if kind == "unqualified" and typed.get("failed_items", []) != cells["failed_items"]:
            changes["failed_items"] = typed.get("failed_items", [])
        return sent | {"changes": changes}

    return complete


def listed(publication: Answer) -> dict[str, Any]:
    """A table as a line of a list."""
    announced = publication["announced_on"]
    return {
        **publication,
        "kind_label": dict(KINDS)[publication["kind"]],
        "badge": STATES[publication.get("state", "published")],
        "period": f"{day(publication['period_from'])}至{day(publication['period_to'])}",
        "announced": day(announced) if announced else "",
        "is_failure": publication["kind"] == "unqualified",
    }


def row_words(row: Answer) -> dict[str, Any]:
    """A row as the table shows it; what nobody knows says so."""
    cells: Mapping[str, Any] = row["cells"]
    kind = row["kind"]
    return {
        "id": row["id"],
        "number": row["number"],
        "sample_id": row.get("sample_id", ""),
        "said": {name: value or UNKNOWN for name, value in cells.items() if name not in ("failed_items", "remark")},
        "items": cells["failed_items"],
        "remark": cells["remark"],
        "edition": row["edition"],
        "mark": (EDITION_BADGES[kind], EDITIONS[kind]) if kind in EDITION_BADGES else None,
        "reason": row["reason"],
        "withdrawn": row["withdrawn"],
        "under_reexamination": row["under_reexamination"],
        "when": words.full_time(datetime.fromisoformat(row["recorded_at"])),
    }


def latest_only(rows: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """The ids of the last edition of each row that still stands: what may be corrected."""
    last = {row["number"]: row for row in rows}
    return frozenset(row["id"] for row in last.values() if not row["withdrawn"])


def day(text: str) -> str:
    return words.day_words(date.fromisoformat(text))
