"""GB/T 8170: vectors read in a textbook's chapter on the standard, and an independent reckoning on whole numbers."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sampling.verdicts.rounding import places_of, round_to_places, round_to_significant


@pytest.mark.parametrize(
    ("value", "places", "rounded"),
    [
        ("12.1498", 0, "12"),
        ("12.1498", 1, "12.1"),
        ("10.5002", 0, "11"),
        ("1.050", 1, "1.0"),
        ("0.35", 1, "0.4"),
        ("2500", -3, "2E+3"),
        ("3500", -3, "4E+3"),
        ("-0.0365", 3, "-0.036"),
        ("0.5", 0, "0"),
        ("1.5", 0, "2"),
        ("-0.25", 1, "-0.2"),
        ("9.95", 1, "10.0"),
    ],
)
def test_the_last_kept_digit_is_even_when_exactly_five_follows(value: str, places: int, rounded: str) -> None:
    assert str(round_to_places(Decimal(value), places)) == rounded


@pytest.mark.parametrize(
    ("value", "digits", "rounded"),
    [
        ("8.53459", 3, "8.53"),
        ("-0.0365", 2, "-0.036"),
        ("0.0995", 2, "0.10"),
        ("9.996", 3, "10.0"),
        ("0.99951", 3, "1.00"),
        ("99.95", 3, "100"),
        ("1234.5", 2, "1.2E+3"),
        ("0", 2, "0.0"),
        ("0.00020", 1, "0.0002"),
    ],
)
def test_a_carry_keeps_the_number_of_significant_figures(value: str, digits: int, rounded: str) -> None:
    assert str(round_to_significant(Decimal(value), digits)) == rounded


DECIMALS = st.builds(
    lambda digits, places: Decimal(digits).scaleb(-places), st.integers(-(10**12), 10**12), st.integers(0, 9)
)


def _by_whole_numbers(value: Fraction, places: int) -> Fraction:
    """Rounded by dividing whole numbers and looking at what is left over."""
    top, bottom = value.numerator, value.denominator
    if places >= 0:
        top *= 10**places
    else:
        bottom *= 10**-places
    whole, rest = divmod(abs(top), bottom)
    if rest * 2 > bottom or (rest * 2 == bottom and whole % 2 == 1):
        whole += 1
    return Fraction(whole if top >= 0 else -whole) / Fraction(10) ** places


@given(DECIMALS, st.integers(-4, 8))
def test_rounding_agrees_with_whole_numbers(value: Decimal, places: int) -> None:
    rounded = round_to_places(value, places)
    assert Fraction(rounded) == _by_whole_numbers(Fraction(value), places)
    assert places_of(rounded) == places


@given(st.fractions(min_value=-1000, max_value=1000, max_denominator=5000), st.integers(-2, 6))
def test_numbers_without_end_round_alike(value: Fraction, places: int) -> None:
    assert Fraction(round_to_places(value, places)) == _by_whole_numbers(value, places)


@given(DECIMALS.filter(bool), st.integers(1, 8))
def test_significant_figures_are_as_many_as_asked_for_and_nearest(value: Decimal, digits: int) -> None:
    rounded = round_to_significant(value, digits)
    assert len(rounded.as_tuple().digits) == digits
    unit = Fraction(10) ** (value.adjusted() - digits + 1)
    assert abs(Fraction(rounded) - Fraction(value)) * 2 <= unit


@given(DECIMALS, DECIMALS, st.integers(-2, 6))
def test_rounding_keeps_the_order(one: Decimal, other: Decimal, places: int) -> None:
    low, high = sorted((one, other))
    assert round_to_places(low, places) <= round_to_places(high, places)
