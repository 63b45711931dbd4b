"""Numbers, units and limits as reports and standards print them."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sampling.limits.numbers import exact_decimal, in_figures, plain_text, read_number
from services.sampling.limits.rules import RequirementForm, expressed_as, item_key, read_requirement
from services.sampling.limits.units import factor_between, is_known_unit, plain_unit


@pytest.mark.parametrize(
    ("printed", "number"),
    [
        ("0.10", "0.10"),
        ("１２．３", "12.3"),
        ("1,234.5", "1234.5"),
        ("1.2×10³", "1.2E+3"),
        ("1.2 x 10^-3", "0.0012"),
        ("1.2E3", "1.2E+3"),
        ("10⁴", "1E+4"),
        ("−0.5", "-0.5"),
    ],
)
def test_a_number_is_read_with_its_digits(printed: str, number: str) -> None:
    read = read_number(plain_text(printed))
    assert read is not None
    assert str(read) == str(Decimal(number))


@pytest.mark.parametrize(
    "printed", ["1.2×103", "0,12", "0,123", "12,34", "1.2.3", "", "1e999", "五", "1" * 31, "٣", "NaN", "Infinity"]
)
def test_what_may_mean_two_numbers_is_none(printed: str) -> None:
    assert read_number(plain_text(printed)) is None


@given(st.text(max_size=30))
def test_no_text_makes_reading_fail(text: str) -> None:
    read_number(plain_text(text))
    read_requirement(text)
    plain_unit(text)


@given(st.fractions(max_denominator=4000))
def test_a_fraction_is_a_decimal_only_if_it_ends(value: Fraction) -> None:
    exact = exact_decimal(value)
    if exact is None:
        assert in_figures(value).startswith("≈")
    else:
        assert Fraction(exact) == value


@pytest.mark.parametrize(
    ("one", "other", "factor"),
    [
        ("mg/kg", "μg/kg", Fraction(1000)),
        ("mg/kg", "µg/kg", Fraction(1000)),
        ("mg/kg", "g/kg", Fraction(1, 1000)),
        ("g/100g", "%", Fraction(1)),
        ("ｍｇ／ｋｇ", "ppm", Fraction(1)),
        ("mg/100g", "mg/kg", Fraction(10)),
        ("CFU/g", "CFU/g(mL)", Fraction(1)),
        ("CFU/mL", "CFU/g(mL)", Fraction(1)),
        ("MPN/100g", "MPN/g", Fraction(1, 100)),
        ("mg/L", "μg/mL", Fraction(1)),
        ("μg/100kcal", "μg/100kJ", Fraction(1000, 4184)),
        ("Bq/kg", "Bq/g", Fraction(1, 1000)),
        ("NTU", "ntu", Fraction(1)),
        ("/", "-", Fraction(1)),
    ],
)
def test_factors_between_comparable_units_are_exact(one: str, other: str, factor: Fraction) -> None:
    assert factor_between(one, other) == factor
    assert factor_between(other, one) == 1 / factor


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("mg/kg", "mg/L"),
        ("%", "%vol"),
        ("CFU/g", "MPN/g"),
        ("CFU/g", "CFU/mL"),
        ("mg/kg", ""),
        ("mg/100kJ", "mg/100g"),
        ("NTU", "度"),
        ("个/g", "CFU/g"),
        ("mmol/kg", "mg/kg"),
    ],
)
def test_nothing_is_compared_across_dimensions(one: str, other: str) -> None:
    assert factor_between(one, other) is None
    assert factor_between(other, one) is None


MASSES = st.sampled_from(["pg", "ng", "μg", "mg", "g", "kg"])
FOODS = st.sampled_from(["g", "kg", "100g", "mg", "t"])
MASS_UNITS = st.builds(lambda found, food: f"{found}/{food}", MASSES, FOODS)


@given(MASS_UNITS, MASS_UNITS, MASS_UNITS)
def test_factors_multiply(one: str, two: str, three: str) -> None:
    first, second, whole = factor_between(one, two), factor_between(two, three), factor_between(one, three)
    assert first is not None and second is not None
    assert first * second == whole
    assert is_known_unit(one)


@pytest.mark.parametrize(
    ("printed", "form", "words", "unit"),
    [
        ("≤0.10", RequirementForm.MAXIMUM, "≤ 0.10", ""),
        ("＜0.1mg/kg", RequirementForm.MAXIMUM, "< 0.1", "mg/kg"),
        ("不大于 1.0×10³ CFU/g", RequirementForm.MAXIMUM, "≤ 1000", "CFU/g"),
        ("≥2.9", RequirementForm.MINIMUM, "≥ 2.9", ""),
        (">0", RequirementForm.MINIMUM, "> 0", ""),
        ("3.0～5.0g/100g", RequirementForm.RANGE, "≥ 3.0 且 ≤ 5.0", "g/100g"),
        ("≥3.0且＜5.0", RequirementForm.RANGE, "≥ 3.0 且 < 5.0", ""),
        ("-1~5", RequirementForm.RANGE, "≥ -1 且 ≤ 5", ""),
        ("100±5", RequirementForm.RANGE, "≥ 95 且 ≤ 105", ""),
        ("不得检出（/25g）", RequirementForm.NOT_DETECTED, "不得检出", ""),
        ("不得使用", RequirementForm.NOT_USED, "不得使用", ""),
        ("禁止使用", RequirementForm.NOT_USED, "不得使用", ""),
        ("按生产需要适量使用", RequirementForm.AS_NEEDED, "按生产需要适量使用", ""),
        ("暂无标准值", RequirementForm.NONE, "无限值", ""),
        ("--", RequirementForm.NONE, "无限值", ""),
        ("／", RequirementForm.NONE, "无限值", ""),
        ("n=5，c=2，m=10²，M=10³", RequirementForm.SAMPLING_PLAN, "n=5，c=2，m=100，M=1000", ""),
        ("n=5,c=0,m=0,M=-", RequirementForm.SAMPLING_PLAN, "n=5，c=0，m=0", ""),
        ("比例之和≤1", RequirementForm.RATIO_SUM, "比例之和 ≤ 1", ""),
    ],
)
def test_every_form_of_the_closed_set_is_read(printed: str, form: RequirementForm, words: str, unit: str) -> None:
    read = read_requirement(printed)
    assert read is not None
    assert (read.requirement.form, read.requirement.words, read.unit) == (form, words, unit)


@pytest.mark.parametrize(
    "printed",
    [
        "0.1",
        "见备注",
        "≤0.2;≥1",
        "≤0.1（以干基计）",
        "5~1",
        "n=5,c=5,m=1",
        "n=5,c=1,m=9,M=3",
        "≤1.2×103",
        "≤",
        "≤0.1或≤0.2",
        "符合要求",
    ],
)
def test_a_form_that_is_not_in_the_closed_set_is_not_guessed(printed: str) -> None:
    assert read_requirement(printed) is None


def test_what_an_item_is_counted_as_is_no_part_of_its_name() -> None:
    assert item_key("铅（以 Pb 计）") == item_key("铅") == "铅"
    assert expressed_as("铅（以Pb计）") == "pb"
    assert item_key("苯甲酸及其钠盐（以苯甲酸计）") == "苯甲酸及其钠盐"
    assert expressed_as("铅") == ""
