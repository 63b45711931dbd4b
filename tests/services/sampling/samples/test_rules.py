"""Numbers of forms and differences between them, for whatever people write."""

import re
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sampling.samples.blind_codes import new_blind_code
from services.sampling.samples.form import SampleForm
from services.sampling.samples.numbers import normalise_number, own_number
from services.sampling.samples.rules import changes_between

NUMBERS = st.from_regex(re.compile(r"[A-Z]{2,4}[0-9]{8,22}[A-Z]{0,4}", re.ASCII), fullmatch=True)
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=3))
DOCUMENTS = st.dictionaries(
    st.sampled_from("abc"),
    st.recursive(
        LEAVES,
        lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("abc"), inner)),
        max_leaves=8,
    ),
)


@given(number=NUMBERS, noise=st.lists(st.sampled_from([" ", "\n", "\r\n", "\t", "\u3000", "\u200b", "-"]), max_size=6))
def test_a_number_is_one_number_however_it_is_spaced_and_cased(number: str, noise: list[str]) -> None:
    written = number.lower()
    for place, sign in enumerate(noise):
        written = written[: 2 * place] + sign + written[2 * place :]
    wide = "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" and sign != "-" else sign for sign in written)
    assert normalise_number(written) == normalise_number(wide) == number


@pytest.mark.parametrize("text", ["", "12345678", "ABCDE12345678", "XBJ1234567", "XBJ" + "1" * 23, "XBJ12345678ABCDE"])
def test_what_has_another_shape_is_no_number(text: str) -> None:
    with pytest.raises(ValueError, match="抽样单编号应为"):
        normalise_number(text)


@given(running=st.integers(1, 9_999_999))
def test_a_number_of_the_platforms_own_is_a_number(running: int) -> None:
    number = own_number("330203000000", date(2026, 7, 24), running)
    assert normalise_number(number) == number == f"PT26330203{running:07d}"


@given(before=DOCUMENTS, after=DOCUMENTS)
def test_forms_differ_exactly_where_a_change_is_named(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert list(changes_between(before, before)) == []
    changes = list(changes_between(before, after))
    assert len({change.pointer for change in changes}) == len(changes)
    for change in changes:
        assert change.before != change.after
    if not changes:
        assert _without_nulls(before) == _without_nulls(after)


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: kept for name, inner in value.items() if (kept := _without_nulls(inner)) is not None}
    return list(map(_without_nulls, value)) if isinstance(value, list) else value


@given(text=st.text(max_size=20))
def test_a_form_that_was_stored_is_read_as_the_same_form(text: str) -> None:
    try:
        form = SampleForm.model_validate({"remark": text, "sealing": {"test_seals": [text]}, "goods": {"name": text}})
    except ValueError:
        return
    assert SampleForm.model_validate(form.content()).content() == form.content()


def test_blind_codes_say_nothing_and_do_not_repeat() -> None:
    codes = {new_blind_code() for _ in range(2_000)}
    assert len(codes) == 2_000
    assert all(re.fullmatch(r"[23456789A-HJKMNP-Z]{12}", code) for code in codes)
