"""The items of a list worked on in a spreadsheet: out and in again without a difference, every fault with its cell."""

import io
from pathlib import Path

import httpx
import openpyxl
import pytest
import pytest_asyncio

from services.inspection.checklists.content import Content
from services.inspection.checklists.items_sheet import read_sheet, sheet_of
from shared.contracts.codes import Role, Unit
from shared.tabular.writing import csv_file, xlsx_file
from tests.conftest import ClientOf
from tests.services.inspection.checklists.lists import SHIPPED, file
from tests.services.inspection.checklists.test_checklists import FIRST, bring, match
from tests.services.inspection.factories import HAISHU, NANHAI

ITEMS = f"{FIRST}/items"
XLSX_FILE = "条目.xlsx"


@pytest_asyncio.fixture
async def keeper(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.INSPECTION, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU])


@pytest.mark.parametrize("code", SHIPPED)
def test_every_shipped_list_comes_back_as_it_went_out(code: str, tmp_path: Path) -> None:
    content: Content = SHIPPED[code].content
    header, rows = sheet_of(content)
    for name, written in (("a.xlsx", xlsx_file("条目", header, rows)), ("a.csv", csv_file(header, rows))):
        (tmp_path / name).write_bytes(written)
        found = read_sheet(tmp_path / name, content)
        assert list(found.faults) == []
        assert [item for section in found.sections for item in section.items] == content.items
        assert [section.title for section in found.sections] == [section.title for section in content.sections]


async def test_an_office_changes_items_in_a_spreadsheet(keeper: httpx.AsyncClient) -> None:
    imported = await bring(keeper, file())
    book = openpyxl.load_workbook(io.BytesIO((await keeper.get(ITEMS)).content))
    sheet = book.active
    assert sheet is not None
    names = [cell.value for cell in sheet[1]]
    sheet.cell(2, names.index("内容") + 1, "从业人员健康证明在有效期内（演示）")
    sheet.append(["卫生", "5", "垃圾桶加盖（演示）", "", "", "是"])
    changed = io.BytesIO()
    book.save(changed)
    upload = {"file": (XLSX_FILE, changed.getvalue())}
    assert (await keeper.put(ITEMS, files=upload)).status_code == 428
    answer = await keeper.put(ITEMS, files=upload, headers=match(imported))
    assert answer.status_code == 200, answer.text
    sections = answer.json()["content"]["sections"]
    assert [section["title"] for section in sections] == ["基本要求", "卫生"]
    assert sections[0]["items"][0]["text"] == "从业人员健康证明在有效期内（演示）"
    assert (sections[1]["items"][0]["number"], sections[1]["items"][0]["na_allowed"]) == ("5", True)
    assert answer.json()["content"]["verdict"] == imported.json()["content"]["verdict"]


async def test_every_fault_is_told_with_its_row_and_column_and_nothing_is_taken(
    keeper: httpx.AsyncClient, client_of: ClientOf
) -> None:
    imported = await bring(keeper, file())
    rows = [
        ["基本要求", "1", "第一条（演示）", "是", "", ""],
        ["基本要求", "一", "", "也许", "", ""],
        ["", "2", "第二条（演示）", "", "", "400"],
        ["基本要求", "1", "又一条（演示）", "", "外星人", ""],
    ]
    written = csv_file(["章节", "编号", "内容", "重点项", "适用业态", "整改天数"], rows)
    answer = await keeper.put(ITEMS, files={"file": ("a.csv", written)}, headers=match(imported))
    assert answer.status_code == 422
    found = {(error["row"], error["column"]) for error in answer.json()["errors"]}
    assert found == {
        (3, "编号"),
        (3, "内容"),
        (3, "重点项"),
        (4, "章节"),
        (4, "整改天数"),
        (5, "适用业态"),
    }
    rows[1:] = [["基本要求", "1", "又一条（演示）", "", "", ""]]
    twice = csv_file(["章节", "编号", "内容", "重点项", "适用业态", "整改天数"], rows)
    answer = await keeper.put(ITEMS, files={"file": ("a.csv", twice)}, headers=match(imported))
    assert "第 2 行重复" in answer.json()["errors"][0]["message"]
    lacking = csv_file(["章节", "内容"], [["甲", "乙"]])
    assert (await keeper.put(ITEMS, files={"file": ("a.csv", lacking)}, headers=match(imported))).status_code == 422
    stranger = await client_of(Unit.INSPECTION, Role.FOOD_SAFETY_OFFICE, regions=[NANHAI])
    good = (await keeper.get(ITEMS)).content
    refused = await stranger.put(ITEMS, files={"file": (XLSX_FILE, good)}, headers=match(imported))
    assert refused.status_code == 403
    now = await keeper.get(FIRST)
    assert now.json()["sha256"] == imported.json()["sha256"]
