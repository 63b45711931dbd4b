"""Validation errors of pydantic in plain Chinese: what is wrong and how to mend it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

_MESSAGES = {
    "missing": "缺少这一项",
    "extra_forbidden": "没有这一项，请核对名称",
    "unknown_parameter": "没有这个参数，请核对名称",
    "string_type": "应为文字",
    "string_too_short": "至少 {min_length} 字",
    "string_too_long": "至多 {max_length} 字，收到 {actual_length} 字",
    "string_pattern_mismatch": "格式不对（应符合 {pattern}）",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_from_float": "应为整数，不能带小数",
    "float_type": "应为数字",
    "float_parsing": "应为数字",
    "decimal_type": "应为数字，建议以文字给出以免失真",
    "decimal_parsing": "应为数字",
    "decimal_max_digits": "数字至多 {max_digits} 位",
    "decimal_whole_digits": "小数点前至多 {whole_digits} 位",
    "decimal_max_places": "小数至多 {decimal_places} 位",
    "finite_number": "应为有限的数字",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "greater_than": "应大于 {gt}",
    "greater_than_equal": "应不小于 {ge}",
    "less_than": "应小于 {lt}",
    "less_than_equal": "应不大于 {le}",
    "list_type": "应为列表",
    "too_short": "至少 {min_length} 条，收到 {actual_length} 条",
    "too_long": "至多 {max_length} 条，收到 {actual_length} 条",
    "dict_type": "应为对象",
    "model_type": "应为对象",
    "model_attributes_type": "应为对象",
    "enum": "应为以下之一：{expected}",
    "literal_error": "应为以下之一：{expected}",
    "uuid_type": "应为 UUID",
    "uuid_parsing": "应为 UUID",
    "date_type": "应为日期，如 2026-07-24",
    "date_parsing": "应为日期，如 2026-07-24",
    "date_from_datetime_parsing": "应为日期，如 2026-07-24",
    "date_from_datetime_inexact": "应为日期，不带时间，如 2026-07-24",
    "datetime_type": "应为带时区的时间，如 2026-07-24T09:30:00+08:00",
    "datetime_parsing": "应为带时区的时间，如 2026-07-24T09:30:00+08:00",
    "datetime_from_date_parsing": "应为带时区的时间，如 2026-07-24T09:30:00+08:00",
    "timezone_aware": "时间须带时区，如 2026-07-24T09:30:00+08:00",
    "json_invalid": "不是合法的 JSON：第 {position} 个字符处{error}",
    "url_parsing": "应为网址",
    "union_tag_invalid": "种类不对，应为以下之一：{expected_tags}",
    "union_tag_not_found": "缺少种类",
}

_LENGTHS = frozenset({"too_short", "too_long", "string_too_short", "string_too_long"})
_OF_TEXT = {"too_short": "string_too_short", "too_long": "string_too_long"}
"""A length that is checked after a validator of ours is told as that of a list, of whatever it is."""

_MEMBER = re.compile(r"<[\w.]+: ([^>]*)>")
"""A member of an enumeration in a `Literal`, as Python shows it: the caller writes its value."""

_JSON_FAULTS = (
    ("Expecting value", "应有一个值"),
    ("Expecting property name", "应为双引号括起的名称"),
    ("Expecting ':'", "缺少冒号"),
    ("Expecting ','", "缺少逗号，或括号没有闭合"),
    ("Illegal trailing comma", "多了一个逗号"),
    ("Extra data", "之后还有多余的内容"),
    ("Unterminated string", "的文字没有结束的双引号"),
    ("Invalid control character", "的文字里有控制字符，换行应写作 \\n"),
    ("Invalid \\", "的反斜线写法不对"),
    ("Unexpected UTF-8 BOM", "有多余的 BOM"),
)
"""How the JSON reader's own words begin, and ours."""


def explain(error: Mapping[str, Any]) -> str:
    """The Chinese words for one error as pydantic reports it (`type`, `msg`, `ctx`).

    A `ValueError` raised by a validator of ours carries its own Chinese words; an error type without words here keeps
    pydantic's, so nothing is hidden.
    """
    kind = str(error["type"])
    context = error.get("ctx") or {}
    if kind == "value_error":
        return str(context.get("error", error["msg"]))
    text = error.get("input")
    if isinstance(text, str) and kind in _LENGTHS:
        kind = _OF_TEXT.get(kind, kind)
        context = {**context, "actual_length": len(text)}
    if kind == "json_invalid":
        context = {"position": _position(error.get("loc", ())), "error": _json_fault(str(context.get("error", "")))}
    if kind in ("enum", "literal_error"):
        context = {"expected": _choices(str(context.get("expected", "")))}
    template = _MESSAGES.get(kind)
    return template.format_map(_Blank(context)) if template else str(error["msg"])


def _choices(expected: str) -> str:
    """`'a', 'b' or 'c'` in Chinese: `a、b 或 c`; `<Kind.A: 'a'>` is `a`."""
    first, or_, last = _MEMBER.sub(r"\1", expected).rpartition(" or ")
    return f"{first.replace(', ', '、')} 或 {last}".replace("'", "") if or_ else last.replace("'", "")


def _json_fault(words: str) -> str:
    return next((chinese for start, chinese in _JSON_FAULTS if words.startswith(start)), "写法不对")


def _position(location: Sequence[str | int]) -> int | str:
    """Counted from one, as a person does; the reader counts from nought."""
    return location[-1] + 1 if location and isinstance(location[-1], int) else "…"


class _Blank(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"
