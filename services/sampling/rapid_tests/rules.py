"""What a rapid test says, and when two records are the same test. Pure.

Nothing is ever called passed because something is unknown: an unknown item, threshold or unit is 待判定.
"""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from services.sampling.test_items.rules import Limit
from shared.contracts.sampling import LimitForm, Method, Verdict

INHIBITION_RANGE = (Decimal(-10), Decimal(100))
"""Readings of an inhibition (%) that an instrument can give. More than 100 % of an enzyme cannot be inhibited, and
below -10 % the blank was wrong: such a reading tells something about the instrument and nothing about the food."""

TEXT_LENGTHS = {
    "site": 100,
    "stall_number": 50,
    "seller_name": 100,
    "seller_licence": 50,
    "product_name": 100,
    "food_category": 50,
    "lot_code": 100,
    "origin": 200,
    "certificate_number": 100,
    "supplier_name": 100,
    "quantity_unit": 20,
    "printed_item": 100,
    "printed_method": 100,
    "printed_value": 50,
    "unit": 20,
    "printed_limit": 100,
    "printed_result": 50,
    "raw_value": 100,
    "reagent_batch": 100,
    "device_maker": 100,
    "device_serial": 100,
    "device_record_id": 100,
    "tester_name": 50,
    "remark": 500,
}
"""The longest text of each field, in a file as in JSON."""


class Printed(Enum):
    """What a device or a tester printed as the result."""

    NEGATIVE = "阴性"
    POSITIVE = "阳性"
    INVALID = "无效"


_MEANINGS = {
    Printed.NEGATIVE: (
        "阴性",
        "合格",
        "未检出",
        "符合",
        "通过",
        "-",
        "(-)",
        "nd",
        "neg",
        "negative",
        "阴性(-)",
        "pass",
    ),
    Printed.POSITIVE: (
        *("阳性", "不合格", "检出", "可疑", "疑似", "疑似阳性", "弱阳性", "强阳性", "不符合", "超标", "不通过"),
        *("+", "++", "+++", "(+)", "±", "pos", "positive", "阳性(+)", "fail"),
    ),
    Printed.INVALID: ("无效", "失效", "异常", "仪器异常", "检测失败", "invalid", "error"),
}
_PRINTED = {text: meaning for meaning, texts in _MEANINGS.items() for text in texts}

_METHODS = (  # the first that occurs in the printed name; 酶联免疫 must be looked for before 免疫
    (Method.ELISA, ("酶联", "elisa")),
    (Method.ENZYME_INHIBITION, ("酶抑制", "抑制率", "酶法", "速测卡")),
    (Method.COLLOIDAL_GOLD, ("胶体金", "免疫层析", "金标", "试纸", "检测卡")),
    (Method.FLUORESCENCE, ("荧光",)),
    (Method.COLORIMETRIC, ("比色", "分光光度", "光度法")),
    (Method.ATP, ("atp",)),
)

_UNITS = {  # dimension, and how much of its base unit
    "mg/kg": ("mass", Decimal(1)),
    "ug/kg": ("mass", Decimal("0.001")),
    "g/kg": ("mass", Decimal(1000)),
    "ug/g": ("mass", Decimal(1)),
    "ng/g": ("mass", Decimal("0.001")),
    "ppm": ("mass", Decimal(1)),
    "ppb": ("mass", Decimal("0.001")),
    "mg/l": ("volume", Decimal(1)),
    "ug/l": ("volume", Decimal("0.001")),
    "ng/ml": ("volume", Decimal("0.001")),
    "%": ("share", Decimal(1)),
    "rlu": ("light", Decimal(1)),
}

_MEASURED = re.compile(
    r"(?P<sign>[<>]=?|[≤≥=]?)\s*"
    r"(?P<number>[+-]?(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,2})?))"
    r"\s*(?P<unit>[^0-9\s.,].*)?"
)
_SIGNS = {"<=": "≤", ">=": "≥", "=": ""}
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " ", 0x2212: "-"}
"""Full-width signs as testers type them. NFKC would go further and read ³ as 3 and ① as 1."""

_LARGEST_EXPONENT = 12
_NO_VALUE = ("", "/", "--", "无", "n/a")
"""What is written into the column of values when there is none."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A number as printed: exact (`sign` empty), or only known to be below or above."""

    sign: str
    number: Decimal
    unit: str | None


@dataclass(frozen=True, slots=True)
class Reading:
    """What one test printed. `value` is text as printed (`12.5`, `<0.02`, `阴性`)."""

    printed_result: str | None
    value: str | None
    unit: str | None
    method: Method | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict and, unless it is plain, why."""

    verdict: Verdict
    reason: str | None = None


class Finding(NamedTuple):
    """A reading and its verdict, as stored. `value`: the number, if it is an exact one; `verdict`: of `Verdict`."""

    printed_value: str | None
    value: Decimal | None
    unit: str | None
    printed_result: str | None
    verdict: str
    verdict_reason: str | None


def judge(reading: Reading, *, item_known: bool, limit: Limit | None) -> Judgement:
    """The verdict of a reading under the threshold that was in force on its day.

    A printed positive stands whatever the number says, and a number over the threshold stands whatever was printed:
    of two statements that contradict each other the one that protects the buyer leads to the follow-up.
    """
    said = [text for text in (reading.value, reading.printed_result) if text and _plain(text) not in _NO_VALUE]
    # A value that is a word is passed over for a number beside it, one that is a misprint is not.
    measured = next((measured_in(text) for text in said if not printed_meaning(text)), None)
    printed = next(filter(None, map(printed_meaning, reversed(said))), None)
    if (
        _is_inhibition(reading, limit)
        and measured
        and _is_percent(measured.unit or reading.unit)
        and not INHIBITION_RANGE[0] <= measured.number <= INHIBITION_RANGE[1]
    ):
        return Judgement(
            Verdict.INSTRUMENT_ERROR,
            f"抑制率 {measured.number}% 不在 {INHIBITION_RANGE[0]}%～{INHIBITION_RANGE[1]}% 之间，"
            "是仪器或操作的差错，请重测",
        )
    if printed is Printed.INVALID:
        return Judgement(Verdict.INSTRUMENT_ERROR, f"印出的结果为「{reading.printed_result or reading.value}」，请重测")
    if not item_known:
        return Judgement(Verdict.UNDETERMINED, "检测项目没有登记，请在检测项目中补上名称或别名")
    if printed is Printed.POSITIVE:
        return Judgement(Verdict.SUSPECTED_POSITIVE)
    if limit is None:
        return Judgement(Verdict.UNDETERMINED, "检测当日没有适用的判定限值")
    if measured is None and limit.limit_form is not LimitForm.QUALITATIVE:
        for text in said:
            if not printed_meaning(text):
                return Judgement(
                    Verdict.UNDETERMINED,
                    f"「{text}」读不出数字，请核对后更正；应写成 61.2、<0.02 或 6.12e1，后面只能是单位",
                )
    if measured is None or limit.limit_form is LimitForm.QUALITATIVE:
        if printed is Printed.NEGATIVE:
            return Judgement(Verdict.NEGATIVE)
        return Judgement(Verdict.UNDETERMINED, "既没有可读的数值，也没有印出阴性或阳性")
    return _compare(measured, reading.unit, limit, printed)


def _is_inhibition(reading: Reading, limit: Limit | None) -> bool:
    if limit is not None:
        return limit.limit_form is LimitForm.INHIBITION_PERCENT
    return reading.method is Method.ENZYME_INHIBITION


def _compare(measured: Measured, unit: str | None, limit: Limit, printed: Printed | None) -> Judgement:
    assert limit.value is not None
    inhibition = limit.limit_form is LimitForm.INHIBITION_PERCENT
    unit = measured.unit or unit
    factor = conversion(unit or "%", "%") if inhibition else conversion(unit, limit.unit)
    if factor is None:
        return Judgement(Verdict.UNDETERMINED, f"读数的单位「{unit or '未填'}」不能与限值的单位「{limit.unit}」比较")
    number = measured.number * factor
    above = number >= limit.value if inhibition or measured.sign in (">", "≥") else number > limit.value
    if measured.sign in ("<", "≤"):
        if number > limit.value:
            return Judgement(Verdict.UNDETERMINED, "只知道读数低于某值，而该值高于限值，无法判定")
        return Judgement(Verdict.NEGATIVE)
    if above:
        contradicts = "；印出的结果却是阴性，以读数为准" if printed is Printed.NEGATIVE else ""
        return Judgement(Verdict.SUSPECTED_POSITIVE, f"读数达到或超过限值 {limit.value}{limit.unit or ''}{contradicts}")
    if measured.sign:
        return Judgement(Verdict.UNDETERMINED, "只知道读数高于某值，而该值低于限值，无法判定")
    return Judgement(Verdict.NEGATIVE)


@lru_cache(maxsize=10_000)
def measured_in(text: str | None) -> Measured | None:
    """The number in a printed value, with its sign and unit.

    None unless the whole text is one number with at most a known unit behind it: a range, a note or a misprint must not
    pass for the number with which it begins.
    """
    match = _MEASURED.fullmatch(text.translate(_HALF_WIDTH).strip()) if text else None
    if match is None or (match["unit"] and not is_unit(match["unit"])):
        return None
    number = Decimal(match["number"].replace(",", ""))
    if abs(number.adjusted()) > _LARGEST_EXPONENT:
        return None
    return Measured(_SIGNS.get(match["sign"], match["sign"]), Decimal(format(number, "f")), match["unit"])


def _is_percent(unit: str | None) -> bool:
    return unit is None or _plain_unit(unit) == "%"


def printed_meaning(text: str | None) -> Printed | None:
    """What a printed result means; None for words that are not known."""
    return _PRINTED.get(_plain(text)) if text else None


@lru_cache(maxsize=1_000)
def method_named(text: str | None) -> Method | None:
    """The method a printed name means; None when it is not known."""
    if text is None:
        return None
    plain = _plain(text)
    if plain in (method.value for method in Method):
        return Method(plain)
    return next((method for method, words in _METHODS if any(word in plain for word in words)), None)


def conversion(unit: str | None, into: str | None) -> Decimal | None:
    """By what to multiply a number in `unit` to have it in `into`; None when they cannot be compared."""
    if unit is None or into is None:
        return None
    own, other = _plain_unit(unit), _plain_unit(into)
    if own == other:
        return Decimal(1)
    if own not in _UNITS or other not in _UNITS or _UNITS[own][0] != _UNITS[other][0]:
        return None
    return _UNITS[own][1] / _UNITS[other][1]


def is_unit(text: str) -> bool:
    """Whether this is a unit of a reading, and not a note that somebody put in brackets."""
    return _plain_unit(text) in _UNITS


def record_key(site_id: bytes, maker: str, serial: str, record_id: str) -> bytes:
    """The identity that a device gives its record: 12 bytes for the device at its site, then its number.

    Equal keys are one test. The site is part of it, so that nobody can take the numbers of another market's device.
    Records of one device stand side by side in the index, in the order in which it numbered them.
    """
    return _device_key(site_id, maker, serial) + record_id.encode()


@lru_cache(maxsize=10_000)
def _device_key(site_id: bytes, maker: str, serial: str) -> bytes:
    return hashlib.blake2b(site_id + f"{maker}\x1f{serial}".encode(), digest_size=12).digest()


def plain_value(value: Decimal | None, printed: str | None) -> str | None:
    """A reading as one spelling: 62, 62.0 and 62.00 are the same number, however a spreadsheet prints it."""
    return printed if value is None else f"{value.normalize():f}"


def content_hash(*parts: str | None) -> bytes:
    """16 bytes for what a record says: site, stall, item, product, minute, value, unit, printed result, device.

    Equal hashes are perhaps one test sent twice. The value is part of it: rows that differ only in value are two tests.
    """
    return hashlib.blake2b("\x1f".join(part or "" for part in parts).encode(), digest_size=16).digest()


@dataclass(frozen=True, slots=True)
class Tally:
    """How many counted tests of one region, day (Asia/Shanghai) and item; negative when a correction takes away."""

    region_code: str
    day: date
    item_code: str | None
    tests: int
    positives: int
    instrument_errors: int
    undetermined: int


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).replace("－", "-").replace("—", "-").split()).casefold()


def _plain_unit(unit: str) -> str:
    return _plain(unit).replace("μ", "u").replace("微克", "ug").replace("毫克", "mg").replace("千克", "kg")
