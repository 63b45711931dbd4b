"""Units of measure by their UN/ECE Recommendation 20 code, and what a number in one is in another. Exact, pure.

EPCIS writes units as these codes (`KGM`, `CEL`). A query in one unit also finds what was measured in another one of the
same quantity. A code that is not here is comparable with itself only.
"""

from collections.abc import Iterator
from decimal import Context, Decimal
from fractions import Fraction
from functools import lru_cache

_DIGITS = Context(prec=60)

_PROPORTIONAL: dict[str, dict[str, str]] = {
    "mass": {
        **{"KGM": "1", "GRM": "1/1000", "MGM": "1/1000000", "MC": "1/1000000000", "TNE": "1000", "DTN": "100"},
        **{"HGM": "1/10", "LBR": "0.45359237", "ONZ": "0.028349523125", "DJ": "1/100", "DG": "1/10000"},
    },
    "length": {
        **{"MTR": "1", "DMT": "1/10", "CMT": "1/100", "MMT": "1/1000", "4H": "1/1000000", "C45": "1/1000000000"},
        **{"KMT": "1000", "INH": "0.0254", "FOT": "0.3048", "YRD": "0.9144", "SMI": "1609.344", "NMI": "1852"},
    },
    "area": {
        **{"MTK": "1", "DMK": "1/100", "CMK": "1/10000", "MMK": "1/1000000", "HAR": "10000", "KMK": "1000000"},
        **{"FTK": "0.09290304", "INK": "0.00064516"},
    },
    "volume": {
        **{"MTQ": "1", "LTR": "1/1000", "DLT": "1/10000", "CLT": "1/100000", "MLT": "1/1000000", "HLT": "1/10"},
        **{"4G": "1/1000000000", "DMQ": "1/1000", "CMQ": "1/1000000", "MMQ": "1/1000000000", "GLL": "0.003785411784"},
        **{"GLI": "0.00454609", "FTQ": "0.028316846592", "INQ": "0.000016387064"},
    },
    "time": {
        **{"SEC": "1", "C26": "1/1000", "B98": "1/1000000", "MIN": "60", "HUR": "3600", "DAY": "86400"},
        **{"WEE": "604800"},
    },
    "pressure": {
        **{"PAL": "1", "HPA": "100", "A97": "100", "KPA": "1000", "MPA": "1000000", "BAR": "100000", "MBR": "100"},
        **{"ATM": "101325", "ATT": "98066.5"},
    },
    "fraction": {"P1": "1/100", "NX": "1/1000", "59": "1/1000000", "61": "1/1000000000"},
    "count": {"C62": "1", "H87": "1", "EA": "1", "DZN": "12", "GRO": "144", "MIL": "1000"},
    "speed": {"MTS": "1", "KMH": "5/18", "2M": "1/100", "C16": "1/1000", "HM": "0.44704", "KNT": "463/900"},
    "frequency": {"HTZ": "1", "KHZ": "1000", "MHZ": "1000000", "A86": "1000000000"},
    "energy": {
        **{"JOU": "1", "KJO": "1000", "3B": "1000000", "WHR": "3600", "KWH": "3600000", "MWH": "3600000000"},
        **{"D70": "4.1868", "E14": "4186.8"},
    },
    "power": {"WTT": "1", "D31": "1/1000000", "C31": "1/1000", "KWT": "1000", "MAW": "1000000"},
    "voltage": {"VLT": "1", "2Z": "1/1000", "KVT": "1000"},
    "current": {"AMP": "1", "4K": "1/1000", "B84": "1/1000000"},
    "resistance": {"OHM": "1", "B49": "1000", "B75": "1000000"},
    "concentration": {"KMQ": "1", "GL": "1", "GM3": "1/1000", "M1": "1/1000", "GP": "1/1000000", "23": "1000"},
    "amount": {"C34": "1", "C18": "1/1000"},
    "acceleration": {"MSK": "1", "K40": "9.80665"},
    "illuminance": {"LUX": "1", "KLX": "1000"},
    "information": {"AD": "1", "2P": "1000", "4L": "1000000"},
    "radioactivity": {"BQL": "1", "2Q": "1000"},
    "flow": {"MQS": "1", "MQH": "1/3600", "L2": "1/60000", "G51": "1/1000"},
}
_TEMPERATURES: dict[str, tuple[str, str]] = {
    "KEL": ("1", "0"),
    "CEL": ("1", "273.15"),
    "FAH": ("5/9", "45967/180"),
}

_BASE: dict[str, tuple[str, Fraction, Fraction]] = {
    code: (quantity, Fraction(factor), Fraction(0))
    for quantity, codes in _PROPORTIONAL.items()
    for code, factor in codes.items()
} | {code: ("temperature", Fraction(factor), Fraction(offset)) for code, (factor, offset) in _TEMPERATURES.items()}


@lru_cache(maxsize=256)
def comparable_units(code: str) -> tuple[str, ...]:
    """The codes of all units of the same quantity, the given one first."""
    if code not in _BASE:
        return (code,)
    quantity = _BASE[code][0]
    return (code, *(other for other, (its, _, _) in _BASE.items() if its == quantity and other != code))


def converted(value: Decimal, code: str, into: str) -> Decimal:
    """`value` of unit `code` in the unit `into`, one of `comparable_units(code)`; to 60 digits where it is endless."""
    if code == into:
        return value
    _, factor, offset = _BASE[code]
    _, other_factor, other_offset = _BASE[into]
    exact = (Fraction(value) * factor + offset - other_offset) / other_factor
    return _DIGITS.divide(Decimal(exact.numerator), Decimal(exact.denominator))


def in_each_unit(value: Decimal, code: str) -> Iterator[tuple[str, Decimal]]:
    """Each comparable unit with what `value` is in it."""
    for unit in comparable_units(code):
        yield unit, converted(value, code, unit)
