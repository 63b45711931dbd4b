"""Rounding of GB/T 8170 (四舍六入五成双), once and exactly: on decimals made from text, never on floats. Pure.

Sources of the vectors that the tests hold: a textbook's chapter on the standard; the standard itself was not read.
"""

from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from fractions import Fraction

from services.sampling.limits.numbers import exact_decimal

_EXACT = Context(prec=400, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation])


def round_to_places(value: Decimal | Fraction, places: int) -> Decimal:
    """`value` at `places` decimals; negative places are tens and hundreds (`2500` at −3 is `2E+3`)."""
    if isinstance(value, Fraction):
        exact = exact_decimal(value)
        if exact is None:  # a number without end is never exactly half way
            scaled = round(value * Fraction(10) ** places)
            return Decimal(f"{scaled}E{-places}")
        value = exact
    return value.quantize(Decimal(f"1E{-places}"), context=_EXACT)


def round_to_significant(value: Decimal, digits: int) -> Decimal:
    """`value` at `digits` significant figures; a carry keeps their number (0.0995 at two is 0.10)."""
    if value.is_zero():
        return round_to_places(value, digits - 1)
    rounded = round_to_places(value, digits - 1 - value.adjusted())
    if rounded.adjusted() > value.adjusted():
        return round_to_places(rounded, digits - 1 - rounded.adjusted())
    return rounded


def places_of(value: Decimal) -> int:
    """How many decimals a number was written with: `0.10` has two, `1.0E+3` has −2."""
    return -int(value.as_tuple().exponent)
