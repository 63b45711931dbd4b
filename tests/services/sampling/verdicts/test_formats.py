"""The result-format rule of a method: read, held against a result, explained."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sampling.verdicts.formats import read_format_rule
from services.sampling.verdicts.results import read_result
from services.sampling.verdicts.rounding import round_to_significant

RULE = "未检出,数值(大于等于0.02且小于等于1保留两位有效数字,大于1保留三位有效数字)"


@pytest.mark.parametrize("result", ["未检出", "0.020", "0.23", "1.0", "1.23", "12.3", "123", "1230", "<0.02"])
def test_a_result_that_follows_the_rule(result: str) -> None:
    rule = read_format_rule(RULE)
    assert rule is not None
    assert rule.fault(read_result(result)) is None


@pytest.mark.parametrize(
    ("result", "words"),
    [
        ("0.234", "写成 0.23"),
        ("0.2", "写成 0.20"),
        ("1.5", "写成 1.50"),
        ("0.01", "不在格式规则"),
        ("1234", "写成 1230"),
    ],
)
def test_a_result_that_breaks_the_rule_is_told_how_to_be_written(result: str, words: str) -> None:
    rule = read_format_rule(RULE)
    assert rule is not None
    assert words in (rule.fault(read_result(result)) or "")


def test_what_the_rule_does_not_name_may_not_stand() -> None:
    number_only, nothing_found_only = read_format_rule("数值(保留一位小数)"), read_format_rule("未检出")
    assert number_only is not None and nothing_found_only is not None
    assert "不允许填“未检出”" in (number_only.fault(read_result("ND")) or "")
    assert "不允许填数值" in (nothing_found_only.fault(read_result("0.1")) or "")
    assert number_only.fault(read_result("12.3")) is None
    assert "写成 12.3" in (number_only.fault(read_result("12.34")) or "")
    whole = read_format_rule("数值（保留整数）")
    assert whole is not None and "写成 12" in (whole.fault(read_result("12.5")) or "")


@pytest.mark.parametrize(
    "rule", ["", "随意", "数值(保留很多位)", "数值(大于五保留两位小数)", "未检出,别的", "数值(" + "1" * 600]
)
def test_a_rule_outside_the_grammar_is_not_understood(rule: str) -> None:
    assert read_format_rule(rule) is None


@given(st.decimals("0.02", "1", places=5), st.integers(2, 2))
def test_a_number_rounded_as_the_rule_asks_follows_it(value: object, digits: int) -> None:
    rule = read_format_rule("数值(大于0保留两位有效数字)")
    assert rule is not None
    written = format(round_to_significant(value, digits), "f")  # type: ignore[arg-type]
    assert rule.fault(read_result(written)) is None
