"""Masks hide the greater part, whatever is in it, and what is masked once is masked."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.http.problems import InvalidRequest
from shared.personal_data.masking import masked_contact, masked_name, masked_number
from shared.personal_data.writing import restored

PHONES = st.from_regex(r"1[3-9]\d{9}", fullmatch=True) | st.from_regex(r"0\d{2,3}-\d{7,8}", fullmatch=True)


def test_masks_are_as_people_know_them() -> None:
    assert masked_number("13812345678") == "138****5678"
    assert masked_number("330203199001011234") == "330***********1234"
    assert masked_name("张三") == masked_name("张三丰") == "张*"
    assert masked_contact("张三 13812345678") == "张* 138****5678"
    assert masked_contact("0574-12345678（虚构）") == "057******5678（虚构）"
    assert masked_contact("扫店门口的码") == "扫店门口的码"


@given(st.text(max_size=30))
def test_a_mask_hides_more_than_it_shows_of_a_short_number_and_stays_as_it_is(text: str) -> None:
    once = masked_number(text)
    assert masked_number(once) == once
    assert len(once) == len(text)
    assert len(text) < 2 or "*" in once


@given(PHONES, st.text(alphabet="张王李、：: （）甲乙", max_size=8), st.text(alphabet="分机转 ()；", max_size=4))
def test_no_number_survives_in_a_contact(phone: str, before: str, after: str) -> None:
    shown = masked_contact(f"{before}{phone}{after}")
    assert phone not in shown
    assert not re.search(r"\d{6}", shown)
    assert masked_contact(shown) == shown


@given(PHONES, PHONES)
def test_only_what_was_shown_is_taken_for_what_is_kept(kept: str, other: str) -> None:
    assert restored(masked_number(kept), kept, masked_number, "/phone") == kept
    assert restored(other, kept, masked_number, "/phone") == other
    if masked_number(other) != masked_number(kept):
        with pytest.raises(InvalidRequest):
            restored(masked_number(other), kept, masked_number, "/phone")
