"""Workbooks: the right sheet, merged cells and serial dates; and packages that are bombs."""

import datetime
import io
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from shared.tabular import xlsx_tables
from shared.tabular.cells import CellReader, instant, text_of
from shared.tabular.files import open_table
from shared.tabular.headers import Column, map_headers
from shared.tabular.limits import TableLimits
from shared.tabular.problems import TableTooLarge, TableUnreadable
from shared.tabular.uncomputed import uncomputed_in

COLUMNS = (
    Column("product", "样品名称", text_of(50), required=True),
    Column("tested_at", "检测时间", instant),
    Column("value", "检测值", text_of(50)),
)


def workbook_of(folder: Path) -> Path:
    path = folder / "upload.xlsx"
    workbook = xlsxwriter.Workbook(str(path))
    workbook.add_worksheet("说明").write_row(0, 0, ["填表说明", "请勿改动表头"])
    sheet = workbook.add_worksheet("记录")
    moment = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    sheet.merge_range("B1:E1", "虚构市场快检记录")
    sheet.write_row("B3", ["样品名称", "", "检测时间", "检测值"])
    sheet.merge_range("B4:B5", "小白菜")
    sheet.write_datetime("D4", datetime.datetime(2026, 3, 1, 8, 30), moment)  # noqa: DTZ001 (a cell has no zone)
    sheet.write_number("E4", 0.1 + 0.2)
    sheet.write_number("D5", 46082.5)
    sheet.write_number("E5", 12)
    sheet.write_row("B7", ["韭菜", "", "2026年3月2日8时5分", "阴性"])
    hidden = workbook.add_worksheet("旧记录")
    hidden.write_row(0, 0, ["样品名称", "检测时间", "检测值", "样品名称"])
    hidden.hide()
    workbook.close()
    return path


def test_the_sheet_with_the_header_is_read_with_merged_cells_and_spacers(tmp_path: Path) -> None:
    table = open_table(workbook_of(tmp_path), COLUMNS)
    assert (table.sheet, table.header_row) == ("记录", 3)
    [chunk] = table.chunks(100)
    parsed = CellReader(map_headers(table.header, COLUMNS)).read(chunk)
    assert list(parsed.row_numbers) == [4, 5, 7]
    assert parsed.values["product"] == ["小白菜", "小白菜", "韭菜"]
    assert parsed.values["value"] == ["0.3", "12", "阴性"]
    assert [moment.isoformat() for moment in parsed.values["tested_at"]] == [
        "2026-03-01T00:30:00+00:00",
        "2026-03-01T04:00:00+00:00",
        "2026-03-02T00:05:00+00:00",
    ]
    assert not parsed.errors


def test_a_sheet_may_be_named_and_a_wrong_name_lists_the_right_ones(tmp_path: Path) -> None:
    path = workbook_of(tmp_path)
    assert open_table(path, COLUMNS, sheet="说明").sheet == "说明"
    with pytest.raises(TableUnreadable, match="有：说明、记录"):
        open_table(path, COLUMNS, sheet="旧记录")


def test_a_truncated_or_foreign_package_is_refused(tmp_path: Path) -> None:
    whole = workbook_of(tmp_path).read_bytes()
    broken = tmp_path / "broken.xlsx"
    for length in (100, len(whole) // 2, len(whole) - 30):
        broken.write_bytes(whole[:length])
        with pytest.raises(TableUnreadable, match="不完整"):
            open_table(broken, COLUMNS)
    with zipfile.ZipFile(broken, "w") as package:
        package.writestr("照片.txt", "x")
    with pytest.raises(TableUnreadable, match=r"不是 \.xlsx"):
        open_table(broken, COLUMNS)


def packed(folder: Path, sheet_xml: bytes) -> Path:
    """The workbook with its sheets' XML replaced."""
    source, target = workbook_of(folder), folder / "changed.xlsx"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            is_sheet = entry.filename.startswith("xl/worksheets/sheet")
            new.writestr(entry.filename, sheet_xml if is_sheet else old.read(entry))
    return target


def test_a_zip_bomb_is_refused_by_its_directory(tmp_path: Path) -> None:
    with pytest.raises(TableTooLarge, match="解开后"):
        open_table(packed(tmp_path, b" " * 50_000_000), COLUMNS)


@pytest.mark.parametrize(
    ("reference", "complaint"),
    [("A1048576", "第 1048576 行"), ("XFD1", "第 16384 列"), ("CV100000", "400 万格"), ("xfd2", "16384 列")],
)
def test_one_far_cell_does_not_make_a_giant_table(tmp_path: Path, reference: str, complaint: str) -> None:
    xml = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
        f'<c t="n" r = "{reference}"><v>1</v></c></row></sheetData></worksheet>'
    )
    with pytest.raises(TableTooLarge, match=complaint):
        open_table(packed(tmp_path, xml.encode()), COLUMNS)


@pytest.mark.parametrize(
    "reference", ["ZZZZZZ99999999999", "A99999999999", "A" * 8 + "1", "A" * 300 + "1", "A" + "0" * 50 + "1"]
)
def test_a_cell_out_of_every_sheet_is_a_damaged_file(tmp_path: Path, reference: str) -> None:
    xml = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
        f'<c t="n" r="{reference}"><v>1</v></c></row></sheetData></worksheet>'
    )
    with pytest.raises(TableUnreadable, match="不完整或已损坏"):
        open_table(packed(tmp_path, xml.encode()), COLUMNS)


def test_a_panic_of_the_reader_is_a_damaged_file(tmp_path: Path) -> None:
    panic = type("PanicException", (BaseException,), {})
    with pytest.raises(TableUnreadable, match="不完整或已损坏"), xlsx_tables._opened(workbook_of(tmp_path)):
        raise panic


def test_a_directory_that_lies_about_a_size_is_refused(tmp_path: Path) -> None:
    data = bytearray(packed(tmp_path, b"<worksheet>" + b"x" * 5000 + b"</worksheet>").read_bytes())
    with zipfile.ZipFile(tmp_path / "changed.xlsx") as package:
        size = package.getinfo("xl/worksheets/sheet1.xml").file_size
    lied = bytes(data).replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little"))
    assert lied != bytes(data)
    path = tmp_path / "lied.xlsx"
    path.write_bytes(lied)
    with pytest.raises(TableUnreadable, match="不完整"):
        open_table(path, COLUMNS)


def test_too_many_parts_are_refused(tmp_path: Path) -> None:
    path = workbook_of(tmp_path)
    with pytest.raises(TableTooLarge, match="部件"):
        open_table(path, COLUMNS, TableLimits(max_entries=3))


def test_a_formula_that_nobody_computed_is_a_fault_at_its_cell_and_not_an_empty_one(tmp_path: Path) -> None:
    path = tmp_path / "formulas.xlsx"
    workbook = xlsxwriter.Workbook(str(path))
    workbook.add_worksheet("说明").write_formula("A1", "=1+1", None, "")
    sheet = workbook.add_worksheet("记录 & 结果")
    sheet.write_row("A1", ["样品名称", "检测时间", "检测值"])
    sheet.write_row("A2", ["小白菜", "2026-03-01"])
    sheet.write_formula("C2", "=0.1+0.2", None, "")
    sheet.write_row("A3", ["韭菜", "2026-03-01"])
    sheet.write_formula("C3", "=0.1+0.2", None, 0.3)
    sheet.write_formula("A5", '="菠"&"菜"', None, "")
    workbook.close()
    table = open_table(path, COLUMNS)
    assert (table.sheet, table.rows_at_most) == ("记录 & 结果", 4)
    [chunk] = table.chunks(100)
    parsed = CellReader(map_headers(table.header, COLUMNS)).read(chunk)
    assert parsed.values["value"] == [None, "0.3", None]
    faults = [error for errors in parsed.errors.values() for error in errors]
    assert sorted((error.row, error.column) for error in faults) == [(2, "检测值"), (5, "样品名称")]
    assert all("公式还没有计算结果，请在表格软件中打开、保存后再传" in error.message for error in faults)
    assert [chunk.row_numbers for chunk in table.chunks(100, skip=2)] == [[5]]


@pytest.mark.parametrize(
    ("cell", "is_uncomputed"),
    [
        (b'<c r="B7"><f>A1</f></c>', True),
        (b'<c r="B7" s="1"><f>A1</f><v/></c>', True),
        (b'<x:c s="1" r="B7"><x:f t="shared" si="0"/><x:v></x:v></x:c>', True),
        (b'<c r="B7" t="str"><f>A1</f></c>', True),
        (b'<c r="B7" t="str"><f>A1</f><v></v></c>', False),
        (b'<c r="B7"><f>A1</f><v>0</v></c>', False),
        (b'<c r="B7"/>', False),
    ],
)
@pytest.mark.parametrize("before", [0, (1 << 20) - 12])
def test_a_cell_with_a_formula_and_no_value_is_told_apart(cell: bytes, is_uncomputed: bool, before: int) -> None:
    assert uncomputed_in(io.BytesIO(b" " * before + cell)) == ({7: [1]} if is_uncomputed else {})
