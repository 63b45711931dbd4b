"""Rows into files: CSV and XLSX as people read them, NDJSON as programs do. Nothing is held but the present rows.

In CSV and XLSX codes are told by their words and moments on the clock of Asia/Shanghai, and no cell can run as a
formula; in NDJSON everything is as the interface says it.
"""

import csv
import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from shared.exports.definition import Export, description_of
from shared.exports.schemas import ExportFormat
from shared.tabular.inert import make_inert
from shared.times import in_shanghai

SHEET_ROWS = 1_048_576
"""As many rows as a sheet of XLSX can have, the header included; what is more goes to the next sheet."""
_EXACT_DIGITS = 15
"""A spreadsheet's number keeps no more digits; a longer one is written as text."""


class Writer(ABC):
    """Writes one file, which is whole after `close`. `release` lets go of it in any case, whole or not."""

    def __init__(self, path: Path, export: Export) -> None:
        self.path, self.export = path, export
        self.rows = 0

    @abstractmethod
    def add(self, items: Iterable[BaseModel]) -> None: ...

    @abstractmethod
    def close(self, as_of: datetime, filters: Mapping[str, Any]) -> None: ...

    @abstractmethod
    def release(self) -> None: ...


class CsvWriter(Writer):
    """UTF-8 with BOM, which spreadsheet programs need to read Chinese, or GB18030, which old ones read as GBK."""

    def __init__(self, path: Path, export: Export, encoding: str) -> None:
        super().__init__(path, export)
        self._file = path.open("w", encoding=encoding, newline="")
        self._csv = csv.writer(self._file)
        self._csv.writerow([make_inert(label) for label in export.columns.values()])

    def add(self, items: Iterable[BaseModel]) -> None:
        for item in items:
            self._csv.writerow([make_inert(text_of(value)) for value in _values(self.export, item)])
            self.rows += 1

    def close(self, as_of: datetime, filters: Mapping[str, Any]) -> None:
        self.release()

    def release(self) -> None:
        self._file.close()


class NdjsonWriter(Writer):
    """One JSON object a line; a field of a field keeps its dotted name."""

    def __init__(self, path: Path, export: Export) -> None:
        super().__init__(path, export)
        self._file = path.open("w", encoding="utf-8", newline="\n")

    def add(self, items: Iterable[BaseModel]) -> None:
        for item in items:
            whole = item.model_dump(mode="json")
            row = {name: _dig(whole, name) for name in self.export.columns}
            self._file.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n")
            self.rows += 1

    def close(self, as_of: datetime, filters: Mapping[str, Any]) -> None:
        self.release()

    def release(self) -> None:
        self._file.close()


class XlsxWriter(Writer):
    """Sheets of the rows, and one that says what the columns mean and of when the data are."""

    def __init__(self, path: Path, export: Export, sheet_rows: int = SHEET_ROWS) -> None:
        import xlsxwriter  # noqa: PLC0415 (15 MB, in every process, for a file that few ask for)

        super().__init__(path, export)
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self._book = xlsxwriter.Workbook(str(path), options)
        self._bold, self._text = self._book.add_format({"bold": True}), self._book.add_format({"num_format": "@"})
        self._sheet_rows, self._sheets = sheet_rows, 0
        self._next_sheet()

    def _next_sheet(self) -> None:
        self._sheets += 1
        self._sheet = self._book.add_worksheet(f"数据{self._sheets}")
        self._sheet.set_column(0, max(len(self.export.columns) - 1, 0), 16)
        self._sheet.freeze_panes(1, 0)
        self._at = 0
        self._line(self.export.columns.values(), self._bold)

    def _line(self, values: Iterable[Any], style: Any = None) -> None:
        for column, value in enumerate(values):
            if _is_exact_number(value):
                self._sheet.write_number(self._at, column, value)
            elif text := text_of(value):
                self._sheet.write_string(self._at, column, text, style or self._text)
        self._at += 1

    def add(self, items: Iterable[BaseModel]) -> None:
        for item in items:
            if self._at >= self._sheet_rows:
                self._next_sheet()
            self._line(_values(self.export, item))
            self.rows += 1

    def close(self, as_of: datetime, filters: Mapping[str, Any]) -> None:
        self._sheet, self._at = self._book.add_worksheet("说明"), 0
        self._sheet.set_column(0, 2, 28)
        self._line(["导出内容", self.export.name])
        self._line(["数据截至", as_of])
        self._line(["行数", self.rows])
        self._line(["筛选", json.dumps(dict(filters), ensure_ascii=False) if filters else "没有"])
        self._line(["列", "字段", "含义"], self._bold)
        for name, label in self.export.columns.items():
            self._line([label, name, description_of(self.export, name)])
        self._book.close()

    def release(self) -> None:
        if not self._book.fileclosed:
            self._book.close()


def writer_of(file_format: ExportFormat, path: Path, export: Export) -> Writer:
    """A writer of the format that was asked for."""
    match file_format:
        case ExportFormat.CSV:
            return CsvWriter(path, export, "utf-8-sig")
        case ExportFormat.CSV_GBK:
            return CsvWriter(path, export, "gb18030")
        case ExportFormat.NDJSON:
            return NdjsonWriter(path, export)
        case ExportFormat.XLSX:
            return XlsxWriter(path, export)


def text_of(value: Any) -> str:
    """A value as a cell says it: 是, words of a code, Beijing time; what has parts, as its parts."""
    match value:
        case None:
            return ""
        case bool():
            return "是" if value else "否"
        case Enum():
            return str(getattr(value, "label", value.value))
        case datetime():
            return f"{in_shanghai(value):%Y-%m-%d %H:%M:%S}"
        case date():
            return value.isoformat()
        case Decimal():
            return f"{value:f}"
        case Mapping():
            return "，".join(f"{name}：{text_of(part)}" for name, part in value.items() if part is not None)
        case list() | tuple():
            return "；".join(text_of(part) for part in value)
    return str(value)


def _values(export: Export, item: BaseModel) -> Sequence[Any]:
    whole = item.model_dump()
    return [_dig(whole, name) for name in export.columns]


def _dig(whole: Any, path: str) -> Any:
    for part in path.split("."):
        whole = whole[part] if whole is not None else None
    return whole


def _is_exact_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return False
    return len(f"{value:f}".replace(".", "").strip("-0")) <= _EXACT_DIGITS
