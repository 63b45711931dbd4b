from decimal import Decimal

import pytest

from gateway.web.csv_export import download, inert


@pytest.mark.parametrize("cell", ["=1+1", "+86-1", "-5+3", "@SUM(A1)", "\tx", "\rx", "\nx", "＝1+1", " =1+1"])
def test_a_cell_that_a_spreadsheet_would_run_is_made_text(cell: str) -> None:
    assert inert(cell) == f"'{cell}"


def test_numbers_stay_numbers() -> None:
    assert inert(Decimal("-1.5")) == "-1.5"
    assert inert(None) == ""


def test_the_file_opens_as_utf8_under_its_chinese_name() -> None:
    answer = download("海曙区.csv", ["地方"], [["=南门街道"]])
    assert bytes(answer.body).decode("utf-8-sig") == "地方\r\n'=南门街道\r\n"
    assert "filename*=UTF-8''%E6%B5%B7%E6%9B%99%E5%8C%BA.csv" in answer.headers["content-disposition"]
