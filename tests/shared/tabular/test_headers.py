"""Headers are matched as people write them; what is unclear is asked, never guessed."""

import pytest

from shared.tabular.cells import text_of
from shared.tabular.headers import Column, find_header, map_headers
from shared.tabular.problems import HeaderUnclear

COLUMNS = (
    Column("stall", "摊位号", text_of(50), ("档口号",)),
    Column("product", "样品名称", text_of(50), ("品名", "产品名称"), required=True),
    Column("quantity", "进货数量", text_of(50)),
    Column("device_serial", "仪器编号", text_of(50), ("SN",)),
)


def test_width_spaces_stars_brackets_and_units_do_not_matter() -> None:
    mapping = map_headers(["*摊位 号", "品名：", "进货数量（公斤）", "ｓｎ", "照片"], COLUMNS)
    assert {found.column.name: found.position for found in mapping.mapped} == {
        "stall": 0,
        "product": 1,
        "quantity": 2,
        "device_serial": 3,
    }
    assert mapping.unit_of("quantity") == "公斤"
    assert mapping.unused == ("照片",)
    mapping.ensure_usable()


def test_two_headers_for_one_field_are_named_and_can_be_decided() -> None:
    header = ["品名", "样品名称"]
    with pytest.raises(HeaderUnclear, match="第 1 列「品名」、第 2 列「样品名称」都像是「样品名称」"):
        map_headers(header, COLUMNS).ensure_usable()
    for said in ("品名", 1):
        decided = map_headers(header, COLUMNS, {"product": said})
        decided.ensure_usable()
        assert (decided.position_of("product"), decided.unused) == (0, ("样品名称",))


def test_a_missing_required_column_says_how_else_it_may_be_called() -> None:
    [error] = map_headers(["摊位号"], COLUMNS).errors
    assert (error.code, error.pointer) == ("missing", "/mapping/product")
    assert "品名" in error.message


@pytest.mark.parametrize(
    ("explicit", "code"),
    [
        ({"product": "没有"}, "mapping"),
        ({"product": 9}, "mapping"),
        ({"stall": 1, "product": 1}, "mapping"),
        ({"产品": 1}, "unknown_field"),
    ],
)
def test_an_explicit_mapping_that_cannot_be_followed_is_an_error(explicit: dict[str, str | int], code: str) -> None:
    assert code in {error.code for error in map_headers(["货", "摊位号"], COLUMNS, explicit).errors}


def test_a_column_can_be_left_out_on_purpose() -> None:
    mapping = map_headers(["摊位号", "品名"], COLUMNS, {"stall": None})
    mapping.ensure_usable()
    assert (mapping.position_of("stall"), mapping.unused) == (None, ("摊位号",))


def test_the_header_is_found_below_a_title() -> None:
    rows = [["虚构市场", ""], ["日期", "2026-03"], ["摊位号", "品名"], ["A1", "韭菜"]]
    assert find_header(rows, COLUMNS) == (2, 2)
    assert find_header([["", ""], ["甲", "乙"]], COLUMNS) == (1, 0)


def test_the_columns_of_a_file_of_rejected_rows_are_ignored() -> None:
    assert map_headers(["品名", "行号", "原因"], COLUMNS).unused == ()


@pytest.mark.parametrize(
    ("header", "value", "result"),
    [
        (["检测结果"], None, 0),
        (["检测结果", "检测值"], 1, 0),
        (["检测结果", "结论"], 0, 1),
        (["结论", "检测值", "检测结果"], None, None),
    ],
)
def test_a_header_with_two_meanings_takes_the_free_one(
    header: list[str], value: int | None, result: int | None
) -> None:
    columns = (
        Column("result", "判定结果", text_of(50), ("结论", "检测结果")),
        Column("value", "检测值", text_of(50), ("检测结果",)),
    )
    mapping = map_headers(header, columns)
    if value is None and result is None:
        assert [error.code for error in mapping.errors] == ["ambiguous"]
    else:
        assert (mapping.position_of("value"), mapping.position_of("result")) == (value, result)
