"""A table handed out as a file reads the same in a spreadsheet program and runs nothing in it."""

import csv
import io

from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from shared.tabular.inert import restore
from shared.tabular.writing import csv_file, xlsx_file

HEADER = ("食品名称", "备注")
HOSTILE = ["=1+1", '=HYPERLINK("http://x")', "@SUM(A1)", "+1", "-2+3", "\t=1", "＝1"]
printable = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)


def test_chinese_is_read_by_spreadsheet_programs_and_formulas_are_text() -> None:
    content = csv_file(HEADER, [["韭菜", text] for text in HOSTILE])
    assert content.startswith(b"\xef\xbb\xbf")
    header, *lines = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert tuple(header) == HEADER
    assert all(text.startswith("'") or text == "+1" for _, text in lines)


@settings(deadline=None)
@given(st.lists(st.tuples(printable, printable), max_size=5))
def test_whatever_stands_in_a_csv_comes_back(lines: list[tuple[str, str]]) -> None:
    content = csv_file(HEADER, lines).decode("utf-8-sig")
    _, *again = csv.reader(io.StringIO(content, newline=""))
    assert [tuple(map(restore, line)) for line in again] == lines


def test_every_cell_of_a_workbook_is_text() -> None:
    book = load_workbook(io.BytesIO(xlsx_file("不合格样品信息", HEADER, [["韭菜", text] for text in HOSTILE])))
    sheet = book["不合格样品信息"]
    header, *rows = sheet.iter_rows()
    assert tuple(cell.value for cell in header) == HEADER
    assert [row[1].value for row in rows] == HOSTILE
    assert {cell.data_type for row in rows for cell in row} == {"s"}
