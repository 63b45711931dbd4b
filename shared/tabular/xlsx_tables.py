"""XLSX files: the package is inspected before it is parsed, because a few kilobytes can unpack to gigabytes."""

import datetime
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from shared.contracts.codes import FileFormat
from shared.tabular.headers import Column, find_header
from shared.tabular.limits import HEADER_SEARCH_ROWS, TableLimits
from shared.tabular.problems import TableTooLarge, TableUnreadable
from shared.tabular.tables import END_OF_ROWS, Batch, Chunk, assemble, trimmed_header
from shared.tabular.uncomputed import UNCOMPUTED, Places, places_in_sheet, uncomputed_in

_BLOCK = 1 << 20
_TAIL = 64  # a cell reference cut by the end of a block is found again with the next
_LETTERS, _DIGITS = 8, 10  # so many are in no true reference; the reader's numbers overflow and it asks for gigabytes
_REFERENCE = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{8}|[A-Za-z]{1,7}(?=[0-9]))([0-9]{0,10})""")
_DAMAGED = "文件不完整或已损坏，请在表格软件里打开后另存为 .xlsx 再传"


@dataclass(frozen=True, slots=True)
class XlsxTable:
    """One sheet of a workbook. The sheet's cells are in memory while it is read (about 100 bytes each)."""

    path: Path
    sheet: str
    header: Sequence[str]
    header_row: int
    rows_at_most: int
    sheets: Sequence[str]
    uncomputed: Places = field(default_factory=dict)
    format: FileFormat = FileFormat.XLSX
    encoding: None = None

    def chunks(self, size: int, *, skip: int = 0) -> Iterator[Chunk]:
        rows = _marked(_rows(_load(self.path, self.sheet)), self.uncomputed)
        data = ((number, cells) for number, cells in rows if number > self.header_row)
        yield from assemble(iter(lambda: _batch(data, size), END_OF_ROWS), len(self.header), skip)


def open_xlsx(path: Path, columns: Sequence[Column], limits: TableLimits, sheet: str | None = None) -> XlsxTable:
    """The named sheet, or of the visible ones that whose header names most fields.

    Raises `TableUnreadable` (damaged, no such sheet, empty) and `TableTooLarge`.
    """
    formulas = _inspect_package(path, limits)
    sheets = _visible_sheets(path)
    if sheet is not None and sheet not in sheets:
        raise TableUnreadable(f"工作簿里没有「{sheet}」这张表，有：{'、'.join(sheets)}")
    best: XlsxTable | None = None
    best_score = -1
    for name in [sheet] if sheet else sheets:
        loaded = _load(path, name)
        head = []
        uncomputed = places_in_sheet(path, name, formulas)
        for _, cells in _marked(_rows(loaded), uncomputed):
            head.append(cells)
            if len(head) == HEADER_SEARCH_ROWS:
                break
        index, named = find_header(head, columns)
        header = trimmed_header(head[index]) if head else []
        if header and named > best_score:
            best_score = named
            height = max(loaded.total_height, *uncomputed, 0)
            best = XlsxTable(path, name, header, index + 1, max(height - index - 1, 0), sheets, uncomputed)
    if best is None:
        raise TableUnreadable("工作簿里没有内容，请放入表头和数据后再传")
    if len(best.header) > limits.max_columns:
        raise TableTooLarge(f"表头有 {len(best.header)} 列，最多 {limits.max_columns} 列")
    return best


def _inspect_package(path: Path, limits: TableLimits) -> dict[str, Places]:
    """Sizes by the directory, then every entry unpacked in blocks: true sizes, and the used area of each sheet.

    Gives, by the name of a sheet's part, the formulas that nobody has computed.
    """
    formulas: dict[str, Places] = {}
    try:
        with zipfile.ZipFile(path) as package:
            entries = package.infolist()
            unpacked = sum(entry.file_size for entry in entries)
            packed = sum(entry.compress_size for entry in entries)
            if len(entries) > limits.max_entries:
                raise TableTooLarge(f"压缩包里有 {len(entries)} 个部件，最多 {limits.max_entries} 个")
            if unpacked > limits.max_unpacked_bytes or unpacked > max(packed, 1024) * limits.max_ratio:
                raise TableTooLarge(
                    f"文件解开后有 {unpacked // 1024 // 1024} MB，超过上限；请只留要传的那张表，或分成几份，或改传 CSV"
                )
            if any(entry.flag_bits & 0x1 for entry in entries):
                raise TableUnreadable("文件有密码，请去掉密码后再传")
            names = {entry.filename for entry in entries}
            if "xl/workbook.xml" not in names:
                kind = "二进制工作簿 .xlsb" if "xl/workbook.bin" in names else "其他格式的压缩文件"
                raise TableUnreadable(f"这是{kind}，不是 .xlsx；请在表格软件里另存为 .xlsx 或 CSV 再传")
            for entry in entries:
                _inspect_entry(package, entry, limits)
                if _is_sheet(entry.filename):
                    with package.open(entry) as stream:
                        formulas[entry.filename] = uncomputed_in(stream)
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, ValueError, zlib.error):
        raise TableUnreadable(_DAMAGED) from None
    return formulas


def _is_sheet(part: str) -> bool:
    return part.lower().startswith("xl/worksheets/") and part.lower().endswith(".xml")


def _inspect_entry(package: zipfile.ZipFile, entry: zipfile.ZipInfo, limits: TableLimits) -> None:
    is_sheet = _is_sheet(entry.filename)
    right = bottom = 0
    tail = b""
    with package.open(entry) as stream:
        while block := stream.read(_BLOCK):
            if not is_sheet:
                continue
            if b"\0" in block:
                raise TableUnreadable(_DAMAGED)
            references = _REFERENCE.findall(tail + block)
            if references:
                letters = {letters for letters, _ in references}
                right = max(right, *map(_column_number, letters))
                if any(len(letters) == _LETTERS or len(digits) == _DIGITS for letters, digits in set(references)):
                    raise TableUnreadable(_DAMAGED)
                bottom = max(bottom, *{int(digits) for _, digits in references})
            tail = block[-_TAIL:]
    if bottom > limits.max_rows + HEADER_SEARCH_ROWS:
        raise TableTooLarge(
            f"表里用到了第 {bottom} 行，最多 {limits.max_rows} 行；请删去下方的空白格式，或分成几份再传"
        )
    if right > limits.max_columns:
        raise TableTooLarge(f"表里用到了第 {right} 列，最多 {limits.max_columns} 列；请删去右侧多余的列再传")
    if right * bottom > limits.max_cells:
        raise TableTooLarge(
            f"表里有 {bottom} 行 × {right} 列，超过 {limits.max_cells // 10_000} 万格；请分成几份，或改传 CSV"
        )


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _visible_sheets(path: Path) -> list[str]:
    with _opened(path) as workbook:
        return [
            found.name
            for found in workbook.sheets_metadata
            if found.typ is SheetTypeEnum.WorkSheet and found.visible is SheetVisibleEnum.Visible
        ]


def _load(path: Path, name: str) -> CalamineSheet:
    with _opened(path) as workbook:
        return workbook.get_sheet_by_name(name)


@contextmanager
def _opened(path: Path) -> Iterator[CalamineWorkbook]:
    """The workbook. Raises `TableUnreadable` for all that the reader stumbles over, a panic of its Rust code too."""
    try:
        with CalamineWorkbook.from_path(path) as workbook:
            yield workbook
    except CalamineError:
        raise TableUnreadable(_DAMAGED) from None
    except BaseException as failure:
        # A panic is no Exception, and its class cannot be imported.
        if type(failure).__name__ != "PanicException":
            raise
        raise TableUnreadable(_DAMAGED) from None


def _rows(sheet: CalamineSheet) -> Iterator[tuple[int, list[str]]]:
    """Rows with their number from 1. A cell merged downwards counts for each row; spacer columns stay, empty."""
    if sheet.start is None:
        return
    left = sheet.start[1]
    merged_from: dict[int, list[tuple[int, int]]] = {}
    for (top, column), (bottom, _) in sheet.merged_cell_ranges or ():
        if bottom > top:
            merged_from.setdefault(top, []).append((column, bottom))
    standing: dict[int, tuple[int, str]] = {}
    for index, values in enumerate(sheet.iter_rows()):
        row = [""] * left + [_text(value) for value in values]
        if standing:
            for column, (bottom, text) in list(standing.items()):
                if index > bottom:
                    del standing[column]
                elif not row[column]:
                    row[column] = text
        for column, bottom in merged_from.get(index, ()):
            if column < len(row):
                standing[column] = (bottom, row[column])
        yield index + 1, row


def _marked(rows: Iterator[tuple[int, list[str]]], uncomputed: Places) -> Iterator[tuple[int, list[str]]]:
    """The rows with a mark in each cell whose formula nobody has computed; the reader takes such cells for empty, and
    leaves out the rows and columns at the end that have nothing else.
    """
    last = 0
    for number, row in rows:
        last = number
        yield number, _with_marks(row, uncomputed.get(number, ()))
    for number in sorted(number for number in uncomputed if number > last):
        yield number, _with_marks([], uncomputed[number])


def _with_marks(row: list[str], columns: Sequence[int]) -> list[str]:
    for column in columns:
        row += [""] * (column + 1 - len(row))
        row[column] = row[column] or UNCOMPUTED
    return row


def _batch(rows: Iterator[tuple[int, list[str]]], size: int) -> Batch:
    taken = list(islice(rows, size))
    return (range(0), [], {}) if not taken else ([number for number, _ in taken], [cells for _, cells in taken], {})


def _text(value: Any) -> str:
    """A cell as the text it would have in a CSV: 12.0 → `12`, 0.30000000000000004 → `0.3`, a date in ISO form."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else format(value, ".15g")
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    return str(value)
