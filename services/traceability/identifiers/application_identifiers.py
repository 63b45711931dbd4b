"""What may stand behind an application identifier (AI).

Lengths and characters come from the table that GS1 publishes, carried by `biip`. What that table leaves open is checked
here: check digits, dates, pieces of a total, company prefixes, and which AIs make and qualify a key of a Digital Link.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from itertools import combinations

from biip import ParseError
from biip.gs1_application_identifiers import GS1ApplicationIdentifier

from services.traceability.identifiers.check_digits import check_pair, has_check_digit

_AI = re.compile(r"[0-9]{2,4}")

QUALIFIERS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "00": ((),),
    "01": (("22", "10", "21"), ("235",)),
    "253": ((),),
    "255": ((),),
    "401": ((),),
    "402": ((),),
    "414": (("254",), ("7040",)),
    "415": (("8020",),),
    "417": (("7040",),),
    "8003": ((),),
    "8004": (("7040",),),
    "8006": (("22", "10", "21"),),
    "8010": (("8011",),),
    "8013": ((),),
    "8017": (("8019",),),
    "8018": (("8019",),),
}
"""Keys of a Digital Link, each with the rows of qualifiers that may follow it: any part of one row, in its order
(GS1 Digital Link URI Syntax, table of keys and qualifiers).
"""


class BadValue(ValueError):  # noqa: N818 (reads as what it says)
    """A value that its AI does not allow; the message is Chinese."""


def application_identifier(text: str) -> GS1ApplicationIdentifier | None:
    """What GS1 says about the AI `text`, or None when there is no such AI."""
    return _look_up(text) if _AI.fullmatch(text) else None


@cache
def _look_up(digits: str) -> GS1ApplicationIdentifier | None:
    try:
        found = GS1ApplicationIdentifier.extract(digits)
    except ParseError:
        return None
    return found if found.ai == digits else None


@cache
def sequences() -> frozenset[tuple[str, ...]]:
    """Every row of AIs that may stand in a path, the key first."""
    return frozenset(
        (key, *chosen)
        for key, rows in QUALIFIERS.items()
        for row in rows
        for length in range(len(row) + 1)
        for chosen in combinations(row, length)
    )


def has_form(ai: str, value: str) -> bool:
    """Whether `value` has the length and the characters of the AI, whatever its check digit."""
    entry = application_identifier(ai)
    return entry is not None and _compiled(entry.pattern).fullmatch(ai + value) is not None


def check_value(ai: str, value: str) -> None:
    """Raise `BadValue` unless `ai` exists and `value` may stand behind it."""
    entry = application_identifier(ai)
    if entry is None:
        raise BadValue(f"没有 AI {ai}")
    if not value:
        raise BadValue(f"AI {ai}（{entry.description}）没有值")
    if not _compiled(entry.pattern).fullmatch(ai + value):
        raise BadValue(f"AI {ai}（{entry.description}）的值长度或字符不对，格式应为 {entry.format}")
    for rule in _RULES.get(ai, ()):
        rule(value)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)


def _check_digit(start: int, end: int) -> Callable[[str], None]:
    def check(value: str) -> None:
        if not has_check_digit(value[start:end]):
            raise BadValue(f"校验位不对：{value[start:end]}")

    return check


def _check_pair(value: str) -> None:
    if check_pair(value[:-2]) != value[-2:]:
        raise BadValue(f"校验字符不对：{value}")


def _company_prefix(value: str) -> None:
    """Keys that may hold letters still begin with a company prefix; GS1 has given out none under four digits."""
    if not (value[:4].isascii() and value[:4].isdigit()):
        raise BadValue(f"应以厂商识别代码（数字）开头：{value}")


def _date(digits: str, *, day_may_be_00: bool) -> None:
    year, month, day = int(digits[:2]), int(digits[2:4]), int(digits[4:6])
    if day == 0 and day_may_be_00:
        day = 1
    try:
        date(2000 + year, month, day)  # a century divides leap years only at 2100, which two digits do not reach
    except ValueError:
        raise BadValue(f"没有这个日期（年月日各两位）：{digits}") from None


def _time(digits: str) -> None:
    hours, rest = digits[:2], [digits[at : at + 2] for at in range(2, len(digits), 2)]
    if hours > "23" or any(part > "59" for part in rest):
        raise BadValue(f"没有这个时间：{digits}")


def _day(value: str) -> None:
    _date(value, day_may_be_00=False)


def _day_or_month(value: str) -> None:
    _date(value, day_may_be_00=True)


def _day_and_time(value: str) -> None:
    _date(value[:6], day_may_be_00=False)
    _time(value[6:])


def _day_or_month_and_time(value: str) -> None:
    _date(value[:6], day_may_be_00=True)
    if value[6:] != "9999":  # stands for "no time" in AI 4324 and 4325
        _time(value[6:])


def _one_or_two_days(value: str) -> None:
    _day(value[:6])
    if value[6:]:
        _day(value[6:])
        if value[6:] < value[:6]:
            raise BadValue(f"止日早于起日：{value}")


def _piece_of_total(value: str) -> None:
    piece, total = value[14:16], value[16:18]
    if not "00" < piece <= total:
        raise BadValue(f"件号应从 01 到总件数：第 {piece} 件，共 {total} 件")


def _no_leading_zero(value: str) -> None:
    if value.startswith("0") and value != "0":
        raise BadValue(f"序号不以 0 开头：{value}")


_RULES: Mapping[str, tuple[Callable[[str], None], ...]] = {
    **dict.fromkeys(("00", "01", "02", "402", "8017", "8018"), (_check_digit(0, 18),)),
    **dict.fromkeys((str(ai) for ai in range(410, 418)), (_check_digit(0, 13),)),
    **dict.fromkeys(("253", "255"), (_check_digit(0, 13),)),
    "8003": (_check_digit(1, 14),),
    **dict.fromkeys(("8006", "8026"), (_check_digit(0, 14), _piece_of_total)),
    "8013": (_company_prefix, _check_pair),
    **dict.fromkeys(("401", "7023", "8004", "8010"), (_company_prefix,)),
    "8011": (_no_leading_zero,),
    **dict.fromkeys(("11", "12", "13", "15", "16", "17"), (_day_or_month,)),
    **dict.fromkeys(("4324", "4325"), (_day_or_month_and_time,)),
    **dict.fromkeys(("4326", "7006"), (_day,)),
    "7007": (_one_or_two_days,),
    **dict.fromkeys(("7003", "7011", "8008"), (_day_and_time,)),
}
