"""Rejected rows go out as a file, are corrected in it, and come back through the same door."""

import csv
import io
from pathlib import Path

from openpyxl import load_workbook

from shared.tabular.cells import CellReader, text_of
from shared.tabular.files import open_table
from shared.tabular.headers import Column, map_headers
from shared.tabular.rejected import RejectedRow, rejected_csv, write_rejected_xlsx

COLUMNS = (Column("product", "样品名称", text_of(50), required=True), Column("remark", "备注", text_of(50)))
HEADER = ["样品名称", "备注", "行号", "原因"]
ROWS = [
    RejectedRow(7, ["", '=HYPERLINK("http://x")', "3", "旧原因"], ["样品名称：必填，不能为空"]),
    RejectedRow(9, ["韭菜", "-3.5"], ["a", "b"]),
]


def test_the_csv_is_inert_has_row_numbers_and_reasons_and_can_be_sent_again(tmp_path: Path) -> None:
    content = b"".join(rejected_csv(HEADER, ROWS))
    assert content.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert lines == [
        ["样品名称", "备注", "行号", "原因"],
        ["", '\'=HYPERLINK("http://x")', "7", "样品名称：必填，不能为空"],
        ["韭菜", "-3.5", "9", "a；b"],
    ]
    path = tmp_path / "again.csv"
    path.write_bytes(content)
    table = open_table(path, COLUMNS)
    mapping = map_headers(table.header, COLUMNS)
    assert mapping.unused == ()
    parsed = CellReader(mapping).read(next(table.chunks(10)))
    assert parsed.values["remark"] == ['=HYPERLINK("http://x")', "-3.5"]


def test_the_workbook_holds_text_that_no_program_runs(tmp_path: Path) -> None:
    path = tmp_path / "rejected.xlsx"
    write_rejected_xlsx(path, HEADER, ROWS)
    sheet = load_workbook(path)["退回的行"]
    assert [[cell.value for cell in row] for row in sheet] == [
        ["样品名称", "备注", "行号", "原因"],
        [None, '=HYPERLINK("http://x")', 7, "样品名称：必填，不能为空"],
        ["韭菜", "-3.5", 9, "a；b"],
    ]
    assert sheet["B2"].data_type == "s"
    table = open_table(path, COLUMNS)
    parsed = CellReader(map_headers(table.header, COLUMNS)).read(next(table.chunks(10)))
    assert parsed.values["remark"] == ['=HYPERLINK("http://x")', "-3.5"]


def test_a_long_file_is_written_in_pieces() -> None:
    pieces = list(rejected_csv(["样品名称"], (RejectedRow(row, ["菜" * 50], ["x"]) for row in range(5000))))
    assert len(pieces) > 3
    assert b"".join(pieces).count(b"\r\n") == 5001
