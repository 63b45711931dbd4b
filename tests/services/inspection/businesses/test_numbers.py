"""Check digits of USCC and permit numbers: what is right passes, what is mistyped is caught."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc
from stdnum.iso7064 import mod_11_10

from shared.contracts.business_numbers import check_licence, check_uscc, licence_warning
from shared.contracts.inspection import LicenceKind

SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
DIGITS = "0123456789"


@st.composite
def uscc_numbers(draw: st.DrawFn) -> str:
    """A USCC with a right check sign."""
    head = draw(st.text(DIGITS, min_size=8, max_size=8)) + draw(st.text(SIGNS, min_size=9, max_size=9))
    return head + uscc.calc_check_digit(head)


@st.composite
def production_numbers(draw: st.DrawFn) -> str:
    """An SC number with a right check digit."""
    head = draw(st.text(DIGITS, min_size=13, max_size=13))
    return "SC" + head + mod_11_10.calc_check_digit(head)


@st.composite
def one_sign_changed(draw: st.DrawFn, numbers: st.SearchStrategy[str], first: int, signs: str) -> tuple[str, str]:
    """A right number, and the same with one sign changed into another."""
    right = draw(numbers)
    place = draw(st.integers(first, len(right) - 1))
    other = draw(st.sampled_from([sign for sign in signs if sign != right[place]]))
    return right, right[:place] + other + right[place + 1 :]


@given(uscc_numbers())
def test_a_right_uscc_passes_however_it_is_typed(number: str) -> None:
    assert check_uscc(number) == number
    assert check_uscc(f" {number[:2]} {number[2:8].lower()}-{number[8:].lower()} ") == number
    assert check_uscc("".join(chr(ord(sign) + 0xFEE0) for sign in number)) == number


@given(one_sign_changed(uscc_numbers(), 0, SIGNS))
def test_any_single_changed_sign_of_a_uscc_is_caught(numbers: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match="统一社会信用代码"):
        check_uscc(numbers[1])


@given(number=uscc_numbers(), place=st.integers(0, 16))
def test_any_two_neighbours_swapped_in_a_uscc_are_caught(number: str, place: int) -> None:
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    if swapped == number:
        return
    with pytest.raises(ValueError, match="统一社会信用代码"):
        check_uscc(swapped)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "这里有 0 位"),
        ("91330203MA0000000", "这里有 17 位"),
        ("9133O203MA0000000W", "形近的数字"),
        ("9133A203MA0000000W", "第 3 到 8 位"),
        ("91330203MA0000000×", "只有数字和大写字母"),
        ("91330203MA0000000X", "校验位不对"),
    ],
)
def test_what_is_wrong_with_a_uscc_is_said(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        check_uscc(text)


@given(production_numbers())
def test_a_right_production_permit_passes(number: str) -> None:
    assert check_licence(LicenceKind.SC, number.lower()) == number


@given(one_sign_changed(production_numbers(), 2, DIGITS))
def test_any_single_changed_digit_of_a_production_permit_is_caught(numbers: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match="校验位不对"):
        check_licence(LicenceKind.SC, numbers[1])


@pytest.mark.parametrize("text", ["SC1013302030001", "JY10133020300019", "SC101330203000190", "SC1013302030001X"])
def test_a_production_permit_has_sc_and_14_digits(text: str) -> None:
    with pytest.raises(ValueError, match="SC 加 14 位数字"):
        check_licence(LicenceKind.SC, text)


def test_a_trade_permit_whose_check_digit_does_not_fit_is_only_warned_of() -> None:
    assert check_licence(LicenceKind.JY, "JY13302030000014") == "JY13302030000014"
    assert "再核对" in (licence_warning(LicenceKind.JY, "JY13302030000014") or "")
    assert licence_warning(LicenceKind.JY, "JY13302030000013") is None
    assert licence_warning(LicenceKind.REGISTRATION, "甬海摊 001") is None
