"""Columns of a limit file, shipped or imported, and how a line becomes a limit."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from services.sampling.limits.rules import Comparison, Requirement
from services.sampling.limits.schemas import requirement_of
from shared.contracts.statutory_sampling import Link
from shared.http.problems import FieldError
from shared.tabular.cells import CellReader, code_of, day, text_of
from shared.tabular.files import open_table
from shared.tabular.headers import Column, map_headers
from shared.tabular.limits import TableLimits

LIMITS = TableLimits(max_bytes=20 * 1024 * 1024, max_rows=20_000, max_columns=40)
_CHUNK = 2_000


def _one_of(words: Mapping[str, Any]) -> Callable[[str], Any]:
    def parse(text: str) -> Any:
        if text not in words:
            raise ValueError(f"应为：{'、'.join(words)}")
        return words[text]

    return parse


def _list_of(parse: Callable[[str], str]) -> Callable[[str], list[str]]:
    return lambda text: [parse(part.strip()) for part in text.replace("｜", "|").split("|") if part.strip()]


_LINKS = {link.label: link for link in Link} | {"全部": None}
_COMPARISONS = {one.label: one for one in Comparison} | {"全数值": Comparison.WHOLE, "修约值": Comparison.ROUNDED}
COLUMNS = (
    Column("standard_code", "标准号", text_of(60), ("标准编号", "判定依据"), required=True),
    Column("item", "项目", text_of(100), ("检验项目", "项目名称"), required=True),
    Column("item_aliases", "项目别名", _list_of(text_of(100)), ("别名",)),
    Column("category_code", "食品类别代码", code_of(32), ("类别代码",), required=True),
    Column("excluded_codes", "除外类别代码", _list_of(code_of(32)), ("除外",)),
    Column("link", "环节", _one_of(_LINKS)),
    Column("requirement", "限值", requirement_of, ("标准限值", "限量", "最大残留限量"), required=True),
    Column("unit", "单位", text_of(30), ("限值单位", "标准限值单位")),
    Column("comparison", "比较方法", _one_of(_COMPARISONS)),
    Column("expressed_as", "以…计", text_of(40), ("以何计",)),
    Column("residue_definition", "残留定义", text_of(300), ("残留物", "计算基准")),
    Column("valid_from", "起始日", day, ("生效日期",)),
    Column("valid_to", "终止日", day, ("失效日期",)),
    Column("source", "依据", text_of(500), ("来源", "条款"), required=True),
    Column("verified", "已核实", _one_of({"是": True, "否": False}), required=True),
)
_LABELS = {column.name: column.label for column in COLUMNS}
_DEFAULTS: dict[str, Any] = {
    "item_aliases": [],
    "excluded_codes": [],
    "link": None,
    "unit": "",
    "comparison": Comparison.WHOLE,
    "expressed_as": "",
    "residue_definition": "",
    "valid_from": None,
    "valid_to": None,
}


class LimitFile:
    """A file read whole: `rows` are values for the table by row number, `errors` what is wrong, cell by cell."""

    def __init__(self) -> None:
        self.rows: dict[int, dict[str, Any]] = {}
        self.errors: list[FieldError] = []
        self.unused: tuple[str, ...] = ()

    def refuse(self, row: int, name: str, message: str) -> None:
        """A fault of one cell that only the table as a whole can show."""
        self.errors.append(FieldError(pointer=f"/{name}", message=message, code="value", row=row, column=_LABELS[name]))


def read_file(path: Path, sheet: str | None = None) -> LimitFile:
    """Read a limit file. Blocking. Raises the problems of `open_table`, `HeaderUnclear`; faults of cells are listed."""
    table = open_table(path, COLUMNS, LIMITS, sheet=sheet)
    mapping = map_headers(table.header, COLUMNS)
    mapping.ensure_usable()
    found = LimitFile()
    found.unused = mapping.unused
    reader = CellReader(mapping)
    for chunk in table.chunks(_CHUNK):
        parsed = reader.read(chunk)
        for errors in parsed.errors.values():
            found.errors += errors
        for index, number in enumerate(parsed.row_numbers):
            if index not in parsed.errors:
                found.rows[number] = _row({name: cells[index] for name, cells in parsed.values.items()})
    for number, row in found.rows.items():
        if row["valid_from"] and row["valid_to"] and row["valid_to"] <= row["valid_from"]:
            found.refuse(number, "valid_to", "终止日应晚于起始日")
    return found


def _row(values: Mapping[str, Any]) -> dict[str, Any]:
    row = _DEFAULTS | {name: value for name, value in values.items() if value is not None}
    return row | columns_of(row.pop("requirement"))


def columns_of(requirement: Requirement) -> dict[str, Any]:
    """The columns of the table that hold a requirement."""
    return {
        "form": requirement.form,
        "minimum": requirement.minimum,
        "minimum_open": requirement.minimum_open,
        "maximum": requirement.maximum,
        "maximum_open": requirement.maximum_open,
        "plan_n": requirement.n,
        "plan_c": requirement.c,
        "plan_m": requirement.m,
        "plan_upper": requirement.upper,
    }
