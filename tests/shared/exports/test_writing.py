"""Files that spreadsheets and programs read back as they were meant, and that run nothing."""

import csv
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import pytest
from fastapi import Depends
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import Field
from python_calamine import CalamineWorkbook

from shared.contracts.codes import Role
from shared.contracts.schema import Schema
from shared.exports.definition import Export
from shared.exports.schemas import ExportFormat
from shared.exports.writing import CsvWriter, XlsxWriter, text_of, writer_of
from shared.http.auth import Actor, Allow
from shared.http.pagination import Page
from shared.tabular.inert import restore

AS_OF = datetime(2026, 7, 24, 1, 30, tzinfo=UTC)


class Party(Schema):
    uscc: str | None = Field(description="信用代码")


class Record(Schema):
    """A record that no service has."""

    name: str
    amount: Decimal | None
    role: Role
    at: datetime
    on: date
    good: bool
    tags: list[str]
    party: Party | None


async def list_records(
    actor: Annotated[Actor, Depends(Allow(Role.INSPECTOR))], session: Any, page: Any
) -> Page[Record]:
    """Only its signature is asked here."""
    return Page(items=[], next_cursor=None)


RECORDS = Export(
    "records",
    "记录（虚构）",
    list_records,
    {
        "name": "名称",
        "amount": "数量",
        "role": "角色",
        "at": "时间",
        "on": "日期",
        "good": "合格",
        "tags": "标签",
        "party.uscc": "信用代码",
    },
)
MARKET = Record(
    name="=1+1演示市场（虚构）",
    amount=Decimal("12.50"),
    role=Role.INSPECTOR,
    at=AS_OF,
    on=date(2026, 7, 24),
    good=True,
    tags=["甲", "乙"],
    party=Party(uscc="92330203MA2A1B2C3D"),
)
SHOWN = [
    "'=1+1演示市场（虚构）",
    "12.50",
    "执法检查人员",
    "2026-07-24 09:30:00",
    "2026-07-24",
    "是",
    "甲；乙",
    "92330203MA2A1B2C3D",
]


def written(file_format: ExportFormat, path: Path, *records: Record) -> bytes:
    writer = writer_of(file_format, path, RECORDS)
    writer.add(records)
    writer.close(AS_OF, {})
    assert writer.rows == len(records)
    return path.read_bytes()


@pytest.mark.parametrize(
    ("file_format", "encoding"), [(ExportFormat.CSV, "utf-8-sig"), (ExportFormat.CSV_GBK, "gb18030")]
)
def test_csv_tells_codes_by_words_and_moments_by_beijings_clock(
    tmp_path: Path, file_format: ExportFormat, encoding: str
) -> None:
    content = written(file_format, tmp_path / "a.csv", MARKET)
    assert content.startswith(b"\xef\xbb\xbf") is (file_format is ExportFormat.CSV)
    assert list(csv.reader(content.decode(encoding).splitlines())) == [list(RECORDS.columns.values()), SHOWN]


def test_old_spreadsheets_read_common_characters_as_gbk(tmp_path: Path) -> None:
    assert "演示市场".encode("gbk") in written(ExportFormat.CSV_GBK, tmp_path / "a.csv", MARKET)
    rare = MARKET.model_copy(update={"name": "𠮷野家（虚构）"})  # not in GBK: four bytes of GB18030, nothing lost
    assert "𠮷野家" in written(ExportFormat.CSV_GBK, tmp_path / "b.csv", rare).decode("gb18030")


def test_ndjson_says_everything_as_the_interface_does(tmp_path: Path) -> None:
    nobody = MARKET.model_copy(update={"party": None, "amount": None})
    lines = written(ExportFormat.NDJSON, tmp_path / "a.ndjson", MARKET, nobody).decode().splitlines()
    first, second = map(json.loads, lines)
    assert first == {
        "name": "=1+1演示市场（虚构）",
        "amount": "12.50",
        "role": "inspector",
        "at": "2026-07-24T01:30:00Z",
        "on": "2026-07-24",
        "good": True,
        "tags": ["甲", "乙"],
        "party.uscc": "92330203MA2A1B2C3D",
    }
    assert (second["party.uscc"], second["amount"]) == (None, None)


def test_xlsx_goes_on_in_the_next_sheet_and_explains_itself(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    writer = XlsxWriter(path, RECORDS, sheet_rows=3)
    writer.add([MARKET.model_copy(update={"name": f"第{number}（虚构）"}) for number in range(5)])
    writer.close(AS_OF, {"region": "330203000000"})
    book = CalamineWorkbook.from_path(str(path))
    assert book.sheet_names == ["数据1", "数据2", "数据3", "说明"]
    rows = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    assert [sheet[0] for sheet in rows[:3]] == [list(RECORDS.columns.values())] * 3
    assert [row[0] for sheet in rows[:3] for row in sheet[1:]] == [f"第{number}（虚构）" for number in range(5)]
    assert rows[0][1][1] == 12.5, "a number stays one"
    explained = {row[0]: row[1:] for row in rows[3]}
    assert explained["数据截至"][0] == "2026-07-24 09:30:00"
    assert explained["信用代码"] == ["party.uscc", "信用代码"]
    assert "330203000000" in str(explained["筛选"][0])


def test_a_number_that_a_spreadsheet_would_round_is_written_as_text(tmp_path: Path) -> None:
    exact = Decimal("1234567890123456.78")
    path = tmp_path / "a.xlsx"
    written(ExportFormat.XLSX, path, MARKET.model_copy(update={"amount": exact}))
    assert CalamineWorkbook.from_path(str(path)).get_sheet_by_name("数据1").to_python()[1][1] == str(exact)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(name=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30))
def test_no_cell_of_a_csv_runs_and_every_text_comes_back(tmp_path: Path, name: str) -> None:
    writer = CsvWriter(tmp_path / "a.csv", RECORDS, "utf-8-sig")
    writer.add([MARKET.model_copy(update={"name": name})])
    writer.close(AS_OF, {})
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        cell = list(csv.reader(file))[1][0]
    assert not cell.startswith(("=", "@", "\t", "\r", "＝", "＠"))
    assert restore(cell) == name


def test_what_has_parts_is_told_by_its_parts() -> None:
    assert text_of([{"item": "毒死蜱", "value": Decimal("0.2"), "note": None}]) == "item：毒死蜱，value：0.2"
    assert text_of(None) == ""
