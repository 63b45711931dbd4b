"""What documents say, as a range: 约 300, 近 300, 300 余, ≥ 4.5 are not the numbers they name. Pure."""

import re
from decimal import Decimal

FARTHEST = Decimal(10) ** 12
"""Beyond any number that is stated; stands for “no end”."""

_ABOUT = re.compile(r"约|左右|大约|大概|上下")
_PAUSE = re.compile(r"[，。；、：（）,;]")
_NEARLY = re.compile(r"近|接近|将近|不足|不到")
_MORE = re.compile(r"余|多[万亿个家批户人件条次]?|超过?|以上|逾")


def stated_range(value: Decimal, comparison: str, quote: str) -> tuple[Decimal, Decimal]:
    """From where to where the true number may lie; the same twice where the document says it exactly.

    `≥` and `≤` have no end on one side. 约 is as far off as rounding at its last digit that is not zero can be
    (约 300: 250 to 350); 近 and 余 are one such digit below or above (近 300: 200 to 300, 300 余: 300 to 400).
    Only words that stand at the number itself count.
    """
    if comparison == "≥":
        return value, FARTHEST
    if comparison == "≤":
        return -FARTHEST, value
    before, after = _around(value, quote)
    step = _last_digit(value)
    if _ABOUT.search(before) or _ABOUT.search(after):
        return value - step / 2, value + step / 2
    if _NEARLY.search(before):
        return value - step, value
    if _MORE.search(after) or re.search(r"超过?|逾", before):
        return value, value + step
    return value, value


def _around(value: Decimal, quote: str) -> tuple[str, str]:
    """The words close before and after the number, up to a pause; nothing where the quote writes it otherwise."""
    text = format(value.normalize(), "f")
    found = re.search(rf"(?<![0-9.]){re.escape(text)}(?![0-9.])", re.sub(r"(?<=\d),(?=\d)", "", quote))
    if found is None:
        return "", ""
    before, after = found.string[: found.start()], found.string[found.end() :]
    return _PAUSE.split(before)[-1][-2:], _PAUSE.split(after)[0][:3]


def _last_digit(value: Decimal) -> Decimal:
    """The worth of the last digit that is not zero: 100 of 300, 0.1 of 4.5."""
    exponent = value.normalize().as_tuple().exponent
    assert isinstance(exponent, int)  # a stated value is a number
    return Decimal(1).scaleb(exponent)
