"""Cells: what is understood, what is refused, and that a repeated text is read the same each time."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.schema import is_storable
from shared.tabular.cells import CellReader, code_of, day, decimal_of, instant, storable, text_of
from shared.tabular.headers import Column, map_headers
from shared.tabular.inert import make_inert, restore
from shared.tabular.tables import Chunk


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01 08:05",
        "2026-03-01T08:05:00+08:00",
        "2026-03-01T00:05:00Z",
        "2026/3/1 8:05",
        "2026.3.1 8:5:00",
        "2026年3月1日8时5分",
        "２０２６年３月１日 8:05",
        "20260301080500",
        "202603010805",
        "46082.33680555555",
    ],
)
def test_the_same_instant_in_all_its_spellings(text: str) -> None:
    assert instant(text) == datetime(2026, 3, 1, 0, 5, tzinfo=UTC)


def test_days() -> None:
    for text in ("2026-03-01", "20260301", "2026年3月1日", "46082", "2026/03/01 23:59"):
        assert day(text) == date(2026, 3, 1)


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-30",
        "昨天",
        "3月1日",
        "12",
        "2026-03-01 25:00",
        "1e9",
        "99999999",
        "0001-01-01",
        "9999-12-31T23:59:00-08:00",
        "①",
        "፩",
        "9" * 400,
        f"{'9' * 30}-1-1",
    ],
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="日期应写成"):
        instant(text)


def test_numbers_are_exact_and_codes_keep_their_digits() -> None:
    assert decimal_of()("１,234.50") == Decimal("1234.50")
    for text in ("NaN", "Infinity", "一", "1.2.3", "", "0x1", "1_0"):
        with pytest.raises(ValueError, match="应为数字"):
            decimal_of()(text)
    for text in ("1e30", "0.1234567", "1E-40"):
        with pytest.raises(ValueError, match="最多"):
            decimal_of()(text)
    assert code_of(30)(" ＳＮ-00 12") == "SN-0012"
    with pytest.raises(ValueError, match="科学计数法"):
        code_of(30)("9.14401E+17")
    assert code_of(30)("91E+X") == "91E+X"


@pytest.mark.parametrize("bad", ["甲\0乙", "甲\ud800"])
def test_what_cannot_be_stored_is_refused_in_its_cell_and_shown_without_it(bad: str) -> None:
    columns = (Column("item", "检测项目", text_of(5)), Column("code", "编号", code_of(5)))
    reader = CellReader(map_headers(["检测项目", "编号"], columns))
    parsed = reader.read(Chunk(0, [2, 3], [["农残", "1"], [bad, bad]]))
    assert parsed.values["item"] == ["农残", None]
    assert [(error.column, error.code) for error in parsed.errors[1]] == [("检测项目", "cell"), ("编号", "cell")]
    for error in parsed.errors[1]:
        assert "不能保存的字符" in error.message
        assert is_storable(error.message)
    assert is_storable(storable(bad))


def test_errors_carry_row_column_and_what_stood_there() -> None:
    columns = (Column("item", "检测项目", text_of(5), required=True), Column("value", "检测值", decimal_of()))
    reader = CellReader(map_headers(["项目值", "检测项目", "检测值(%)"], columns))
    for start in (0, 3):  # the second chunk is read from memory
        chunk = Chunk(start, [start + 2, start + 3, start + 4], [["", "", "高"], ["", "甲", "1"], ["", "乙", ""]])
        parsed = reader.read(chunk)
        assert parsed.values == {"item": [None, "甲", "乙"], "value": [None, Decimal(1), None]}
        assert [(error.row, error.column, error.message) for error in parsed.errors[0]] == [
            (start + 2, "检测项目", "必填，不能为空"),
            (start + 2, "检测值(%)", "应为数字，原文「高」"),
        ]
        assert list(parsed.errors) == [0]


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", " =1", "-阴性"]
)
def test_a_formula_is_made_inert(text: str) -> None:
    assert make_inert(text) == "'" + text


@pytest.mark.parametrize("text", ["-3.5", "+4", "-10%", "阴性", "A-1", "", "3-1", "'引"])
def test_what_cannot_run_stays_readable(text: str) -> None:
    assert make_inert(text) == text


@given(st.text(alphabet=st.sampled_from("=+-@'\t\r\n 1.%a阴＝－"), max_size=8))
def test_an_exported_cell_comes_back_as_it_was(text: str) -> None:
    assert restore(make_inert(text)) == text
