"""A CSV file as markets send it: any of three encodings, titles above the header, broken quotes, and hostile sizes."""

from pathlib import Path

import pytest

from shared.tabular.cells import text_of
from shared.tabular.files import open_table
from shared.tabular.headers import Column
from shared.tabular.limits import TableLimits
from shared.tabular.problems import TableTooLarge, TableUnreadable

COLUMNS = (
    Column("stall", "摊位号", text_of(50)),
    Column("product", "样品名称", text_of(50), ("品名",)),
    Column("value", "检测值", text_of(50)),
)
TEXT = "摊位号,样品名称,检测值\nA1,小白菜,3.1\nA2,韭菜,61\n"


def file_of(folder: Path, content: bytes, name: str = "upload.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def rows_of(
    path: Path, limits: TableLimits | None = None, size: int = 100, skip: int = 0
) -> list[tuple[int, list[str]]]:
    table = open_table(path, COLUMNS, limits)
    return [
        (number, list(row))
        for chunk in table.chunks(size, skip=skip)
        for number, row in zip(chunk.row_numbers, chunk.rows, strict=True)
    ]


@pytest.mark.parametrize(
    ("encoding", "found"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("gb18030", "gb18030"), ("gbk", "gb18030"), ("utf-16", "utf-16")],
)
def test_every_encoding_gives_the_same_rows(tmp_path: Path, encoding: str, found: str) -> None:
    path = file_of(tmp_path, TEXT.encode(encoding))
    assert open_table(path, COLUMNS).encoding == found
    assert rows_of(path) == [(2, ["A1", "小白菜", "3.1"]), (3, ["A2", "韭菜", "61"])]


def test_a_character_cut_by_the_end_of_a_block_is_read_whole(tmp_path: Path) -> None:
    lines = "".join(f"A{number},{'菜' * (number % 7 + 1)},1\n" for number in range(120_000))
    for encoding in ("utf-8", "gb18030"):
        path = file_of(tmp_path, ("摊位号,样品名称,检测值\n" + lines).encode(encoding))
        assert path.stat().st_size > 2 << 20
        assert open_table(path, COLUMNS).encoding == encoding
        assert rows_of(path)[-1] == (120_001, ["A119999", "菜" * (119_999 % 7 + 1), "1"])


def test_bytes_of_no_encoding_are_refused_with_their_place(tmp_path: Path) -> None:
    good = TEXT.encode("gb18030")
    with pytest.raises(TableUnreadable, match=f"第 {len(good) + 1} 字节") as refused:
        open_table(file_of(tmp_path, good + b"\xff\xfe"), COLUMNS)
    assert refused.value.extensions["gb18030_offset"] == len(good)


def test_a_file_cut_in_the_middle_of_a_character_is_refused(tmp_path: Path) -> None:
    marked = TEXT.encode("utf-8-sig") + "菜".encode()[:2]
    with pytest.raises(TableUnreadable, match="字节处不通"):
        open_table(file_of(tmp_path, marked), COLUMNS)


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_the_header_line_decides_the_delimiter(tmp_path: Path, delimiter: str) -> None:
    text = "某某虚构市场，一月；快检记录\n" + TEXT.replace(",", delimiter)
    table = open_table(file_of(tmp_path, text.encode()), COLUMNS)
    assert list(table.header) == ["摊位号", "样品名称", "检测值"]
    assert table.header_row == 2
    assert rows_of(file_of(tmp_path, text.encode()))[0] == (3, ["A1", "小白菜", "3.1"])


def test_rows_keep_their_physical_number_after_quoted_line_breaks_and_blank_lines(tmp_path: Path) -> None:
    text = '摊位号,样品名称,检测值\nA1,"小\n白\n菜",1\n\n , ,\nA2,韭菜,2\n'
    assert rows_of(file_of(tmp_path, text.encode())) == [(2, ["A1", "小\n白\n菜", "1"]), (7, ["A2", "韭菜", "2"])]


def test_an_unclosed_quote_costs_its_own_row_only(tmp_path: Path) -> None:
    good = "".join(f"A{number},韭菜,1\n" for number in range(200))
    text = '摊位号,样品名称,检测值\nB1,"小白菜,1\n' + good + 'C1,"x"y,2\nC2,韭菜,3\nC3,"z'
    table = open_table(file_of(tmp_path, text.encode()), COLUMNS)
    [chunk] = table.chunks(1000)
    assert [chunk.row_numbers[index] for index in chunk.faults] == [2, 203, 205]
    assert len(chunk) == 204
    assert all("引号" in fault for fault in chunk.faults.values())
    assert list(chunk.rows[1]) == ["A0", "韭菜", "1"]


def test_a_row_with_more_cells_than_headers_is_faulty_and_a_shorter_one_is_filled_up(tmp_path: Path) -> None:
    text = TEXT + "A3,韭菜,1,多\nA4,韭菜\nA5,韭菜,1,,,\n"
    [chunk] = open_table(file_of(tmp_path, text.encode()), COLUMNS).chunks(10)
    assert "表头只有 3 列" in chunk.faults[2]
    assert list(chunk.faults) == [2]
    assert list(chunk.rows[3]) == ["A4", "韭菜", ""]


@pytest.mark.parametrize("skip", [0, 1, 4, 5, 9, 10, 11])
def test_reading_resumes_where_it_stopped(tmp_path: Path, skip: int) -> None:
    text = "摊位号,样品名称,检测值\n" + "".join(f"A{number},韭菜,1\n\n" for number in range(10))
    path = file_of(tmp_path, text.encode())
    assert rows_of(path, size=3, skip=skip) == rows_of(path)[skip:]
    expected = skip
    for chunk in open_table(path, COLUMNS).chunks(3, skip=skip):
        assert chunk.start == expected
        assert 0 < len(chunk) <= 3
        expected += len(chunk)
    assert expected == max(skip, 10)


def test_limits_are_checked_before_rows_are_read(tmp_path: Path) -> None:
    limits = TableLimits(max_bytes=10_000, max_rows=20, max_columns=5, max_line_chars=1000)
    many = TEXT + "A,B,1\n" * 60
    for content, complaint in [
        (TEXT + "A" * 20_000, "MB"),
        (many, "20 行"),
        (TEXT + "A" * 1001, "1000 字"),
        (",".join(["摊位号", *map(str, range(9))]), "5 列"),
    ]:
        with pytest.raises(TableTooLarge, match=complaint):
            open_table(file_of(tmp_path, content.encode()), COLUMNS, limits)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "空的"),
        (b"\n\n\n", "没有内容"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "网页"),
        (b'\xef\xbb\xbf <?xml version="1.0"?><Workbook/>', "网页"),
        (b"%PDF-1.7", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "旧版 Excel"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "密码"),
        (b"a,b\n1,\x00\n", "空字节"),
    ],
)
def test_what_is_not_a_table_is_refused_in_words(tmp_path: Path, content: bytes, complaint: str) -> None:
    with pytest.raises(TableUnreadable, match=complaint):
        open_table(file_of(tmp_path, content, "upload.xls"), COLUMNS)
